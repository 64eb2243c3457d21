/** How fast the excess loss falls: a power law of the step whose exponent depends on the tail of the tokens. */
import { base } from "./base.js";
import type { Claim, Condition, Experiment } from "./experiment.js";
import { leastSquaresExponent, twoPointExponent } from "./lossExponent.js";
import { figureOf, panel } from "./panel.js";
import { readingError, scalingPost } from "./post.js";
import { paired, perSeed, series, valueAt } from "./series.js";
import { mean, meanInterval, standardDeviation } from "./statistics.js";
import { judgeNumber, judgeOrder, type Statement } from "./verdict.js";
import { zipfMoments } from "./zipfMoments.js";

const name = "scaling-law";
const measured = "measured";
const postSampleSize = 2_000_000;

type Panel = (typeof scalingPost)[number];
const labelOf = ({ vocabSize, exponent }: Panel): string => `V ${vocabSize}, α ${exponent}`;
const panels = (quick: boolean): Panel[] =>
  scalingPost.filter(({ vocabSize }) => !quick || vocabSize <= 1000);

const conditions = (quick: boolean): Condition[] =>
  panels(quick).map((shown) => ({
    label: labelOf(shown),
    config: {
      ...base,
      vocabSize: shown.vocabSize,
      embeddingDim: 100,
      distribution: { kind: "zipf", exponent: shown.exponent },
      learningRate: 0.001,
    },
  }));

/**
 * The post's own error of β: rounding to two decimals, and two standard errors of its last loss,
 * which it estimated from 2,000,000 samples.
 */
export function postExponentError({ vocabSize, exponent, from, to }: Panel, lastExcess: number): number {
  const lossError = Math.sqrt(zipfMoments(vocabSize, exponent).variance / postSampleSize);
  return readingError.exponent + (2 * lossError) / (lastExcess * Math.log(to / from));
}

export const scalingLaw: Experiment = {
  name,
  title: "Scaling law of the loss",
  summary:
    "D = 100, lr 0.001, tokens from a Zipf law p ∝ rank^−α. The excess loss L − H falls as a power t^−β of the step. " +
    "β is read as in the post, between two evaluations, and fitted by least squares to all evaluations between them.",
  conditions,
  analyse(runs, quick) {
    const claims: Claim[] = [];
    const say = (claim: string, quantity: string): Statement => ({ experiment: name, claim, quantity });
    const shown = panels(quick).filter((it) => runs.get(labelOf(it))?.length);
    const specs = [];
    for (const it of shown) {
      const label = labelOf(it);
      const own = runs.get(label);
      const betas = perSeed(own, (run) => twoPointExponent(run, it.from, it.to));
      const fits = perSeed(own, (run) => leastSquaresExponent(run, it.from, it.to));
      const first = perSeed(own, (run) => valueAt(run, "excessLoss", it.from));
      const last = perSeed(own, (run) => valueAt(run, "excessLoss", it.to));
      if (!betas || !fits || !first || !last) continue;
      const error = postExponentError(it, mean(last));
      const claim = `the excess loss falls as t^−β with β = ${it.beta} at V = ${it.vocabSize}, α = ${it.exponent}`;
      const window = `steps ${it.from} to ${it.to}`;
      const interval = meanInterval(fits);
      const between = interval
        ? `, 95 % interval of the mean ${interval[0].toFixed(3)} to ${interval[1].toFixed(3)}`
        : "";
      claims.push(
        judgeNumber(say(claim, `β at ${label} between two points, ${window}`), it.beta, error, betas),
      );
      claims.push(
        judgeNumber(say(claim, `β at ${label} by least squares, ${window}${between}`), it.beta, error, fits),
      );
      const spread = betas.length > 1 ? ` ± ${standardDeviation(betas).toFixed(3)}` : "";
      const start = mean(first);
      specs.push(
        panel({
          title: {
            text: `V = ${it.vocabSize}, α = ${it.exponent}`,
            subtitle: `β = ${mean(betas).toFixed(3)}${spread}; post ${it.beta.toFixed(2)}`,
          },
          rows: series(measured, own, "excessLoss"),
          conditions: [measured],
          segments: [
            {
              label: "slope of the post's β",
              from: [it.from, start],
              to: [it.to, start * (it.to / it.from) ** -it.beta],
            },
          ],
          post: {
            [measured]: [
              [it.from, start],
              [it.to, start * (it.to / it.from) ** -it.beta],
            ],
          },
          y: "L − H (nats)",
          width: 165,
          height: 160,
          log: { x: true, y: true },
          xDomain: [100, 3000],
        }),
      );
    }
    const grow = (axis: "exponent" | "vocabSize", claim: string) => {
      const line = shown
        .filter((it) => (axis === "exponent" ? it.vocabSize === 100 : it.exponent === 1))
        .sort((a, b) => a[axis] - b[axis]);
      for (let i = 1; i < line.length; i++) {
        const [low, high] = [line[i - 1], line[i]];
        const [smaller, larger] = axis === "exponent" ? [low, high] : [high, low];
        const pair = paired([runs.get(labelOf(smaller)), runs.get(labelOf(larger))], (run, which) => {
          const { from, to } = which ? larger : smaller;
          return twoPointExponent(run, from, to);
        });
        const quantity = `β at ${labelOf(larger)} minus β at ${labelOf(smaller)}`;
        const post = Number((larger.beta - smaller.beta).toFixed(2));
        if (pair) claims.push(judgeOrder(say(claim, quantity), pair[0], pair[1], post));
      }
    };
    grow("exponent", "β grows with α");
    grow("vocabSize", "β falls as the vocabulary grows");
    const caption =
      "Excess loss against the step, both logarithmic: mean over seeds and a band of one standard deviation. " +
      "Dashed, between circles: the post's β over the steps it was read between, drawn from our mean, since the post prints exponents only.";
    return { claims, figures: specs.length ? [{ name, caption, spec: figureOf(specs, 3) }] : [] };
  },
};
