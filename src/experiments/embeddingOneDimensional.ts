/** What a single dimension can learn: tied, untied, and with a layernorm that passes on its bias alone. */
import { base } from "./base.js";
import type { Claim, Condition, Experiment } from "./experiment.js";
import { figureOf, palette, panel } from "./panel.js";
import { embeddingPost, type PostCurve, readingError } from "./post.js";
import { lastStep, paired, perSeed, series, valueAt } from "./series.js";
import { mean, standardDeviation } from "./statistics.js";
import { lawCentre, lawEmbedding, lawExcess } from "./tiedScalarLaw.js";
import { judgeBelow, judgeNumber, judgeOrder, type Statement } from "./verdict.js";
import { zipfMoments } from "./zipfMoments.js";

const name = "embedding-1d";
const layernorm = "tied, layernorm";
const untiedLayernorm = "untied, layernorm";
const labels = ["tied", "untied", layernorm, untiedLayernorm];
const moments = zipfMoments(10, 1);

const conditions = (): Condition[] => {
  const scalar = { ...base, vocabSize: 10, embeddingDim: 1, learningRate: 0.01, evaluateEvery: 20 };
  return [
    { label: "tied", config: scalar },
    { label: "untied", config: { ...scalar, tied: false } },
    { label: layernorm, config: { ...scalar, norm: "layernorm" } },
    { label: untiedLayernorm, config: { ...scalar, tied: false, norm: "layernorm" } },
  ];
};

export const embeddingOneDimensional: Experiment = {
  name,
  title: "One dimension",
  summary:
    "V = 10, D = 1, lr 0.01. Untied weights come close to the entropy at once, tied ones creep towards it: a tied scalar has an excess loss of ½·(Var ln p)²/c⁴, " +
    "c being the level of its embedding, and c grows slowly. With a layernorm only the bias passes, and the entropy is reached exactly.",
  conditions,
  analyse(runs) {
    const claims: Claim[] = [];
    const end = lastStep([...runs.values()].flat());
    const say = (claim: string, quantity: string): Statement => ({ experiment: name, claim, quantity });
    const final = (label: string) => perSeed(runs.get(label), (run) => valueAt(run, "excessLoss", end));

    const loss = (label: "tied" | "untied", claim: string) => {
      const values = perSeed(runs.get(label), (run) => valueAt(run, "loss", end));
      const post = (embeddingPost[label].loss as PostCurve).find(([step]) => step === end)?.[1];
      if (values && post !== undefined)
        claims.push(
          judgeNumber(
            say(claim, `loss at step ${end}, ${label} (entropy 1.994)`),
            post,
            readingError.loss,
            values,
          ),
        );
    };
    loss("tied", "tied, the loss at D = 1 stays slightly above the entropy");
    loss("untied", "untied, the loss at D = 1 comes close to the entropy");

    const slower = paired([runs.get("untied"), runs.get("tied")], (run) => valueAt(run, "excessLoss", 300));
    if (slower)
      claims.push(
        judgeOrder(
          say(
            "tied weights are slower than untied ones at D = 1",
            "excess loss at step 300, tied minus untied",
          ),
          slower[0],
          slower[1],
          0.084,
        ),
      );
    const gap = paired([runs.get("untied"), runs.get("tied")], (run) => valueAt(run, "excessLoss", end));
    if (gap)
      claims.push(
        judgeOrder(
          say(
            "tied weights do not reach the best loss at D = 1",
            `excess loss at step ${end}, tied minus untied`,
          ),
          gap[0],
          gap[1],
          0.005,
        ),
      );
    for (const label of [layernorm, untiedLayernorm]) {
      const values = final(label);
      if (values)
        claims.push(
          judgeBelow(
            say(
              "with a layernorm after the embedding the best loss is reached exactly at D = 1, tied or not",
              `excess loss at step ${end}, ${label}`,
            ),
            0.003,
            "half of the post's tied gap; Adam at lr 0.01 keeps a noise of about 0.001",
            values,
          ),
        );
    }

    const tied = (runs.get("tied") ?? []).filter(({ finalEmbedding }) => finalEmbedding !== null);
    const centre = (run: (typeof tied)[number]) => lawCentre(run.finalEmbedding ?? [], moments);
    const law = tied.map((run) => lawExcess(centre(run), moments)).filter(Number.isFinite);
    const ratio = perSeed(tied, (run) => {
      const excess = valueAt(run, "excessLoss", end);
      return excess === null ? null : excess / lawExcess(centre(run), moments);
    });
    if (ratio)
      claims.push({
        ...judgeBelow(
          say(
            "(ours) the tied gap is ½·(Var ln p)²/c⁴: it closes as c grows, so a tied scalar does reach the entropy in the limit",
            `excess loss at step ${end} over the law's value at the final c`,
          ),
          2,
          "the law's value plus as much again for Adam's noise",
          ratio,
        ),
      });

    const present = labels.filter((label) => runs.get(label)?.length);
    const post: Record<string, PostCurve> = {};
    for (const label of ["tied", "untied"] as const)
      if (runs.get(label)?.length) post[label] = embeddingPost[label].loss;
    const losses = figureOf(
      [
        panel({
          title: "Loss",
          rows: present.flatMap((label) => series(label, runs.get(label), "loss")),
          conditions: present,
          post,
          rules: [{ label: "entropy 1.994", value: moments.entropy }],
          y: "loss (nats)",
          width: 270,
          height: 280,
          xDomain: [0, end],
          xTicks: 4,
          yDomain: [1.98, 2.7],
        }),
        panel({
          title: "Excess over the entropy",
          rows: present.flatMap((label) => series(label, runs.get(label), "excessLoss")),
          conditions: present,
          rules: law.length ? [{ label: "½(Var ln p)²/c⁴ at the final c", value: mean(law) }] : [],
          y: "excess loss (nats)",
          width: 270,
          height: 280,
          log: { x: true, y: true },
          xDomain: [20, end],
          yDomain: [1e-4, 1],
        }),
      ],
      2,
    );
    const figures = [
      {
        name,
        caption:
          "Loss at V = 10, D = 1, lr 0.01: mean over seeds and a band of one standard deviation. Circles: the post, one seed. Right: the same above the entropy, with the exact law of the tied gap.",
        spec: losses,
      },
    ];
    if (tied.length) {
      const levels = tied.map((run) => {
        const sign =
          (run.finalEmbedding as number[]).reduce((sum, e, i) => sum + e * moments.probabilities[i], 0) < 0
            ? -1
            : 1;
        return (run.finalEmbedding as number[]).map((e) => sign * e);
      });
      const predicted = lawEmbedding(mean(tied.map(centre)), moments);
      const dots = predicted.map((law, i) => {
        const values = levels.map((level) => level[i]);
        const spread = standardDeviation(values);
        const m = mean(values);
        return {
          token: i + 1,
          mean: m,
          low: m - spread,
          high: m + spread,
          law,
          post: embeddingPost.tied.embedding[i],
        };
      });
      const x = { field: "token", type: "ordinal", axis: { title: "token, by rank", labelAngle: 0 } };
      const y = (field: string) => ({
        field,
        type: "quantitative",
        scale: { zero: false },
        axis: { title: "embedding E", tickCount: 5 },
      });
      const kind = (label: string) => ({ datum: label, type: "nominal" });
      const entries = ["measured, mean ± sd", "c + (ln p + H)/c", "post"];
      const shape = (label: string) => ({
        ...kind(label),
        scale: { domain: entries, range: ["circle", "stroke", "diamond"] },
        legend: null,
      });
      const color = (label: string) => ({
        ...kind(label),
        scale: { domain: entries, range: [palette[0], palette[1], palette[2]] },
        legend: { title: null },
      });
      figures.push({
        name: `${name}-embedding`,
        caption:
          "The tied embedding after training, token by token, its sign made positive; the law's prediction at the measured c; the post's values.",
        spec: figureOf([
          {
            width: 640,
            height: 240,
            data: { values: dots },
            layer: [
              {
                mark: { type: "line", strokeWidth: 2 },
                encoding: { x, y: y("law"), color: color(entries[1]) },
              },
              {
                mark: { type: "rule", strokeWidth: 2 },
                encoding: { x, y: y("low"), y2: { field: "high" }, color: color(entries[0]) },
              },
              {
                mark: { type: "point", filled: false, strokeWidth: 1.8, size: 60, opacity: 1 },
                encoding: { x, y: y("mean"), color: color(entries[0]), shape: shape(entries[0]) },
              },
              {
                mark: { type: "point", filled: false, strokeWidth: 1.8, size: 60, opacity: 1 },
                encoding: { x, y: y("post"), color: color(entries[2]), shape: shape(entries[2]) },
              },
            ],
          },
        ]),
      });
    }
    return { claims, figures };
  },
};
