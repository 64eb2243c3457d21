/** What a warmup does: at a language model's vocabulary, and to the effective dimension of a small model. */
import type { RunResult } from "../sweep/result.js";
import { base } from "./base.js";
import type { Claim, Condition, Experiment, Figure } from "./experiment.js";
import { figureOf, panel } from "./panel.js";
import { readingError, warmupPost } from "./post.js";
import { lastStep, paired, perSeed, series, valueAt } from "./series.js";
import { judgeExact, judgeOrder, type Statement } from "./verdict.js";

const name = "warmup";

/** The rate of the large model, the steps it takes to warm up to it, and the step of the early comparison. */
const rate = 0.03;
const warmupSteps = 200;
const totalSteps = 400;
const earlyStep = 25;
const large = { without: "no warmup", with: `${warmupSteps} steps of warmup` };

const smallWarmup = 500;
const smallRates = [0.01, 0.1];
const small = (r: number, warm: boolean): string => (warm ? `lr ${r}, warmup ${smallWarmup}` : `lr ${r}`);

const rising = (steps: number, to: number) => ({
  kind: "piecewise-linear" as const,
  points: [
    [0, 0],
    [steps, to],
  ] as [number, number][],
});

const conditions = (quick: boolean): Condition[] => {
  const model: Condition["config"] = {
    ...base,
    vocabSize: quick ? 2000 : warmupPost.vocabSize,
    embeddingDim: 100,
    steps: totalSteps,
    evaluateEvery: 25,
    evaluation: { kind: "stratified", exactInputs: 256, sampledInputs: 256 },
    spectrum: false,
  };
  return [
    { label: large.without, config: { ...model, learningRate: rate } },
    { label: large.with, config: { ...model, learningRate: rising(warmupSteps, rate) } },
    ...smallRates.flatMap((r) => {
      const config = { ...base, vocabSize: 100, embeddingDim: 100 };
      return [
        { label: small(r, false), config: { ...config, learningRate: r } },
        { label: small(r, true), config: { ...config, learningRate: rising(smallWarmup, r) } },
      ];
    }),
  ];
};

export const warmup: Experiment = {
  name,
  title: "Warmup",
  summary:
    `Whether a model without warmup rushes to the unigram entropy and pays for it later. V = 50304, D = 100 (a smaller V in the quick profile), a rate of ${rate} from the first step ` +
    `against the same rate after ${warmupSteps} steps of linear warmup. Then V = D = 100: what ${smallWarmup} steps of warmup do to the effective dimension and to the final excess loss.`,
  conditions,
  analyse(runs) {
    const claims: Claim[] = [];
    const figures: Figure[] = [];
    const say = (claim: string, quantity: string): Statement => ({ experiment: name, claim, quantity });
    const excessAt = (step: number) => (run: RunResult) => valueAt(run, "excessLoss", step);
    const [without, withWarmup] = [runs.get(large.without), runs.get(large.with)];
    const big = without?.[0] ?? withWarmup?.[0];
    if (big) {
      const end = lastStep([big]);
      const V = big.config.vocabSize;
      const place = `V ${V}, D ${big.config.embeddingDim}, lr ${rate}`;
      const entropyOf = (run: RunResult) => {
        const record = run.records.find(({ loss, excessLoss }) => loss !== null && excessLoss !== null);
        return record ? (record.loss as number) - (record.excessLoss as number) : null;
      };
      const entropy = perSeed(without?.length ? without : withWarmup, entropyOf);
      if (entropy && V === warmupPost.vocabSize)
        claims.push(
          judgeExact(
            say("the unigram entropy of 50304 Zipf tokens is 7.57", "entropy (nats)"),
            warmupPost.entropy,
            readingError.entropy,
            entropy,
          ),
        );
      const early = paired([without, withWarmup], excessAt(earlyStep));
      if (early)
        claims.push(
          judgeOrder(
            say(
              "without warmup the loss falls faster at first",
              `excess loss at step ${earlyStep}, warmup minus no warmup, ${place}`,
            ),
            early[0],
            early[1],
          ),
        );
      const late = paired([withWarmup, without], excessAt(end));
      if (late)
        claims.push(
          judgeOrder(
            say(
              "later it is slower than with warmup",
              `excess loss at step ${end}, no warmup minus warmup, ${place}`,
            ),
            late[0],
            late[1],
          ),
        );
      const stuck = paired([withWarmup, without], (run) => {
        const half = valueAt(run, "excessLoss", end / 2);
        const last = valueAt(run, "excessLoss", end);
        return half === null || last === null ? null : last / half;
      });
      if (stuck)
        claims.push(
          judgeOrder(
            say(
              "without warmup it sticks near the unigram entropy",
              `excess loss at step ${end} over that at step ${end / 2}, no warmup minus warmup, ${place}`,
            ),
            stuck[0],
            stuck[1],
          ),
        );
      const labels = [large.without, large.with];
      const common = {
        conditions: labels,
        width: 270,
        height: 260,
        xDomain: [0, end] as [number, number],
        xTicks: 4,
      };
      figures.push({
        name,
        caption: `Loss at V = ${V}, D = 100, lr ${rate}, from the first step and after ${warmupSteps} steps of linear warmup: mean over seeds and a band of one standard deviation.`,
        spec: figureOf(
          [
            panel({
              ...common,
              title: "Loss",
              rows: labels.flatMap((label) => series(label, runs.get(label), "loss")),
              rules: entropy
                ? [{ label: `unigram entropy ${entropy[0].toFixed(3)}`, value: entropy[0] }]
                : [],
              y: "loss (nats)",
            }),
            panel({
              ...common,
              title: "Excess over the unigram entropy",
              rows: labels.flatMap((label) => series(label, runs.get(label), "excessLoss")),
              y: "excess loss (nats)",
            }),
          ],
          2,
        ),
      });
    }
    const labels = smallRates.flatMap((r) => [small(r, false), small(r, true)]);
    const end = lastStep(labels.flatMap((label) => runs.get(label) ?? []));
    for (const r of smallRates) {
      const pair = [runs.get(small(r, false)), runs.get(small(r, true))];
      const rank = paired(pair, (run) => valueAt(run, "effectiveDimension", end));
      const place = `V = D = 100, lr ${r}`;
      if (rank)
        claims.push(
          judgeOrder(
            say(
              "(ours) warmup keeps a higher effective dimension",
              `n_eff at step ${end}, warmup minus none, ${place}`,
            ),
            rank[0],
            rank[1],
          ),
        );
      const excess = paired([pair[1], pair[0]], excessAt(end));
      if (excess)
        claims.push(
          judgeOrder(
            say(
              "(ours) warmup lowers the final excess loss",
              `excess loss at step ${end}, none minus warmup, ${place}`,
            ),
            excess[0],
            excess[1],
          ),
        );
    }
    if (labels.some((label) => runs.get(label)?.length)) {
      const common = {
        conditions: labels,
        width: 270,
        height: 260,
        xDomain: [0, end] as [number, number],
        xTicks: 4,
      };
      figures.push({
        name: `${name}-dimension`,
        caption: `V = D = 100, with and without ${smallWarmup} steps of linear warmup: effective dimension of the embedding and excess loss, mean over seeds and a band of one standard deviation.`,
        spec: figureOf(
          [
            panel({
              ...common,
              title: "Effective dimension",
              rows: labels.flatMap((label) => series(label, runs.get(label), "effectiveDimension")),
              y: "effective dimension n_eff",
            }),
            panel({
              ...common,
              title: "Excess loss",
              rows: labels.flatMap((label) => series(label, runs.get(label), "excessLoss")),
              y: "excess loss (nats)",
              log: { y: true },
              yDomain: [0.03, 1],
            }),
          ],
          2,
        ),
      });
    }
    return { claims, figures };
  },
};
