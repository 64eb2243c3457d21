/** What a decaying learning rate gives at each embedding dimension. */
import { base } from "./base.js";
import type { Claim, Condition, Experiment } from "./experiment.js";
import { figureOf, panel } from "./panel.js";
import { decayPost, readingError } from "./post.js";
import { lastStep, paired, perSeed, series, valueAt } from "./series.js";
import { judgeNumber, judgeOrder, type Statement } from "./verdict.js";
import { zipfMoments } from "./zipfMoments.js";

const name = "learning-rate-decay";
const kinds = ["constant", "decayed"] as const;
type Kind = (typeof kinds)[number];
const labelOf = (embeddingDim: number, kind: Kind): string => `D ${embeddingDim}, ${kind}`;
const dimensions = (quick: boolean): number[] =>
  decayPost.map(({ embeddingDim }) => embeddingDim).filter((d) => !quick || d <= 100);

const conditions = (quick: boolean): Condition[] =>
  dimensions(quick).flatMap((embeddingDim) => {
    const config = { ...base, vocabSize: 100, embeddingDim };
    return [
      { label: labelOf(embeddingDim, "constant"), config: { ...config, learningRate: 0.01 } },
      {
        label: labelOf(embeddingDim, "decayed"),
        config: {
          ...config,
          learningRate: {
            kind: "piecewise-linear" as const,
            points: [
              [2000, 0.01],
              [3000, 0.001],
            ] as [number, number][],
          },
        },
      },
    ];
  });

export const learningRateDecay: Experiment = {
  name,
  title: "Learning rate decay",
  summary:
    "V = 100, α = 1. A constant rate of 0.01 against the same rate decaying linearly to 0.001 over the last 1000 of 3000 steps. " +
    "The noise that a constant rate leaves grows with the dimension, and so does what the decay removes.",
  conditions,
  analyse(runs, quick) {
    const claims: Claim[] = [];
    const say = (claim: string, quantity: string): Statement => ({ experiment: name, claim, quantity });
    const end = lastStep([...runs.values()].flat());
    const shown = dimensions(quick).filter((d) => kinds.some((kind) => runs.get(labelOf(d, kind))?.length));
    const of = (d: number, kind: Kind) => runs.get(labelOf(d, kind));
    const loss = (run: Parameters<typeof valueAt>[0]) => valueAt(run, "loss", end);
    const postOf = (d: number) =>
      decayPost.find(({ embeddingDim }) => embeddingDim === d) as (typeof decayPost)[number];
    const rounded = (x: number) => Number(x.toFixed(3));

    for (const d of shown)
      for (const kind of kinds) {
        const values = perSeed(of(d, kind), loss);
        const post = postOf(d)[kind];
        if (values)
          claims.push(
            judgeNumber(
              say(
                `the loss ends at ${post} at D = ${d}, lr ${kind}`,
                `loss at step ${end}, D ${d}, ${kind} (entropy 3.681)`,
              ),
              post,
              readingError.loss,
              values,
            ),
          );
      }
    for (const d of shown) {
      const pair = paired([of(d, "decayed"), of(d, "constant")], loss);
      const post = rounded(postOf(d).constant - postOf(d).decayed);
      if (pair && d > 1)
        claims.push(
          judgeOrder(
            say(
              "learning rate decay lowers the final loss",
              `loss at step ${end}, constant minus decayed, D ${d}`,
            ),
            pair[0],
            pair[1],
            post,
          ),
        );
    }
    for (let i = 1; i < shown.length; i++) {
      const [low, high] = [shown[i - 1], shown[i]];
      const four = paired(
        [of(low, "constant"), of(low, "decayed"), of(high, "constant"), of(high, "decayed")],
        loss,
      );
      if (!four) continue;
      const gain = (constant: number[], decayed: number[]) => constant.map((x, k) => x - decayed[k]);
      const post =
        postOf(high).constant - postOf(high).decayed - (postOf(low).constant - postOf(low).decayed);
      claims.push(
        judgeOrder(
          say("decay helps more the larger D is", `gain of the decay at D ${high} minus that at D ${low}`),
          gain(four[0], four[1]),
          gain(four[2], four[3]),
          rounded(post),
        ),
      );
    }
    for (const kind of kinds)
      for (const d of shown.filter((other) => other !== 10)) {
        const pair = paired([of(10, kind), of(d, kind)], loss);
        if (pair)
          claims.push(
            judgeOrder(
              say(
                `D = 10 is the best dimension, lr ${kind}`,
                `loss at step ${end}, D ${d} minus D 10, ${kind}`,
              ),
              pair[0],
              pair[1],
              rounded(postOf(d)[kind] - postOf(10)[kind]),
            ),
          );
      }

    const { entropy } = zipfMoments(100, 1);
    const specs = shown.map((d) =>
      panel({
        title: `D = ${d}`,
        rows: kinds.flatMap((kind) => series(kind, of(d, kind), "loss")),
        conditions: [...kinds],
        post: Object.fromEntries(kinds.map((kind) => [kind, [[end, postOf(d)[kind]]]])),
        rules: [{ label: "entropy 3.681", value: entropy }],
        y: "loss (nats)",
        width: 165,
        height: 170,
        xDomain: [0, end],
        xTicks: 3,
        yDomain: [3.66, 4],
      }),
    );
    const caption =
      "Loss at lr 0.01, constant and decayed over the last 1000 steps: mean over seeds and a band of one standard deviation. Circles: the post's final losses.";
    return { claims, figures: specs.length ? [{ name, caption, spec: figureOf(specs, 3) }] : [] };
  },
};
