/** How fast the excess loss falls: a power law of the step whose exponent depends on the tail of the tokens. */
import { at, type ClaimSpecification, ofRun, pairedValues, type Quantity } from "../../analysis/claims.js";
import { leastSquaresExponent, twoPointExponent } from "../../analysis/lossExponent.js";
import { neighbours } from "../../analysis/neighbours.js";
import { type Runs, series } from "../../analysis/series.js";
import { mean, standardDeviation } from "../../analysis/statistics.js";
import { zipfMoments } from "../../analysis/zipfMoments.js";
import { type Figure, plotSize, type Spec } from "../../figures/figure.js";
import { intervalCurves } from "../../figures/intervalCurves.js";
import { panel } from "../../figures/panel.js";
import { log, pow } from "../../math/elementary.js";
import type { Experiment } from "../experiment.js";
import { intervalPoint } from "../intervalPoint.js";
import { base } from "./base.js";
import { matters, post, readingError, scalingPost } from "./post.js";

const name = "scaling-law";
const exponentsName = `${name}-exponents`;
const measured = "measured, mean ± sd";
const withInterval = "measured, 95 % interval";
const postSampleSize = 2_000_000;

type Panel = (typeof scalingPost)[number];
const labelOf = ({ vocabSize, exponent }: Panel): string => `V ${vocabSize}, α ${exponent}`;
const panels = (quick: boolean): Panel[] =>
  scalingPost.filter(({ vocabSize }) => !quick || vocabSize <= 1000);
/** Those with a run. */
const present = (runs: Runs, quick: boolean): Panel[] =>
  panels(quick).filter((it) => runs.get(labelOf(it))?.length);

/** β between the post's two points. */
const beta = (it: Panel): Quantity =>
  ofRun(labelOf(it), (run) => twoPointExponent(run, it.from, it.to), it.beta);
const fitted = (it: Panel): Quantity =>
  ofRun(labelOf(it), (run) => leastSquaresExponent(run, it.from, it.to), it.beta);

/** What is read of a panel, one number a seed; none of a seed that has no β between the post's two points. */
function readings(it: Panel, runs: Runs) {
  const excess = (step: number): Quantity => at(labelOf(it), "excessLoss", step);
  const [betas, fits, first, last] = pairedValues(
    [beta(it), fitted(it), excess(it.from), excess(it.to)],
    runs,
  );
  return { betas, fits, first, last };
}

/**
 * The post's own error of β: rounding to two decimals, and two standard errors of its last loss,
 * which it estimated from 2,000,000 samples.
 */
export function postExponentError({ vocabSize, exponent, from, to }: Panel, lastExcess: number): number {
  const lossError = Math.sqrt(zipfMoments(vocabSize, exponent).variance / postSampleSize);
  return readingError.exponent + (2 * lossError) / (lastExcess * log(to / from));
}

/** β of a panel, read as the post did and fitted. */
function exponents(it: Panel, runs: Runs): ClaimSpecification[] {
  const { fits, last } = readings(it, runs);
  if (fits.length === 0) return [];
  const window = `steps ${it.from} to ${it.to}`;
  const tolerance = postExponentError(it, mean(last));
  const common = { rule: "near" as const, tolerance, matters: matters.exponent };
  return [
    {
      ...common,
      claim:
        "the excess loss falls as a power of the number of steps, with the exponent β that the post prints",
      quantity: `β at ${labelOf(it)} between two points, ${window}`,
      value: beta(it),
      // where it is what keeps the verdict open
      why:
        tolerance > matters.exponent / 2
          ? `the post took its last loss from two million samples, which leaves its β here uncertain by ±${tolerance.toFixed(2)}`
          : undefined,
    },
    {
      ...common,
      whose: "ours",
      claim: "all evaluations between the post's two points, fitted by least squares, give its β too",
      quantity: `β at ${labelOf(it)} by least squares, ${window}`,
      value: fitted(it),
      why: "the curve bends between the two points that the post reads, so that a line through all of it has another slope",
    },
  ];
}

const above = (claim: string, panel: number, larger: Panel, smaller: Panel): ClaimSpecification => ({
  claim,
  quantity: `β at ${labelOf(larger)} minus β at ${labelOf(smaller)}`,
  rule: "order",
  smaller: beta(smaller),
  larger: beta(larger),
  picture: { figure: exponentsName, panel },
  why:
    larger.beta < smaller.beta
      ? `the post's own numbers contradict its claim here: it prints ${larger.beta.toFixed(2)} and ${smaller.beta.toFixed(2)}`
      : undefined,
});

/** β over what it is said to depend on, beside the post's. */
function exponentsOver(
  x: "exponent" | "vocabSize",
  title: string,
  shown: readonly Panel[],
  runs: Runs,
): Spec[] {
  const own = [...shown].sort((a, b) => a[x] - b[x]);
  const spec = intervalCurves({
    points: [
      ...own.flatMap((it) => intervalPoint(withInterval, it[x], readings(it, runs).betas)),
      ...own.map((it) => ({ series: post.name, x: it[x], mean: it.beta, low: it.beta, high: it.beta })),
    ],
    series: [withInterval, post.name],
    x: x === "exponent" ? "exponent α of the Zipf law" : "vocabulary V",
    y: "exponent β",
    title,
    ...plotSize.two,
    log: { x: true },
    xTicks: own.map((it) => it[x]),
    yDomain: [0.3, 1.1],
  });
  return spec === undefined ? [] : [spec];
}

function exponentsFigure(runs: Runs, quick: boolean): Figure[] {
  const { atVocabulary, atExponent } = compared(present(runs, quick));
  const specs = [
    ...(atVocabulary.length > 1 ? exponentsOver("exponent", "V = 100", atVocabulary, runs) : []),
    ...(atExponent.length > 1 ? exponentsOver("vocabSize", "α = 1", atExponent, runs) : []),
  ];
  const caption =
    "β between two points, as the post reads it, over the exponent of the Zipf law and over the vocabulary: mean over seeds with its 95 % interval, and the post's single seed.";
  return specs.length > 0 ? [{ name: exponentsName, caption, panels: specs, columns: 2 }] : [];
}

/** Those between which the post compares β. */
const compared = (shown: readonly Panel[]) => ({
  atVocabulary: shown.filter(({ vocabSize }) => vocabSize === 100),
  atExponent: shown.filter(({ exponent }) => exponent === 1),
});

/** Panels side by side: by their numbers in ascending order, each with the next. */
const inOrder = (shown: readonly Panel[], by: "exponent" | "vocabSize"): [Panel, Panel][] =>
  neighbours([...shown].sort((a, b) => a[by] - b[by]));

export const scalingLaw: Experiment = {
  name,
  part: "post",
  title: "Scaling law of the loss",
  summary:
    "D = 100, lr 0.001, tokens from a Zipf law p ∝ rank^−α. The excess loss, the loss above the entropy, falls as a power t^−β of the step. " +
    "β is read as in the post, between two evaluations, and fitted by least squares to all evaluations between them.",
  source: post,
  seeds: 5,
  sampledOver: "initialisations and draws",
  conditions: (quick) =>
    panels(quick).map((it) => ({
      label: labelOf(it),
      config: {
        ...base,
        vocabSize: it.vocabSize,
        embeddingDim: 100,
        distribution: { kind: "zipf", exponent: it.exponent },
        learningRate: 0.001,
      },
    })),
  claims(runs, quick) {
    const shown = present(runs, quick);
    const { atVocabulary, atExponent } = compared(shown);
    return [
      ...shown.flatMap((it) => exponents(it, runs)),
      ...inOrder(atVocabulary, "exponent").map(([low, high]) => above("β grows with α", 0, high, low)),
      ...inOrder(atExponent, "vocabSize").map(([low, high]) =>
        above("β falls as the vocabulary grows", 1, low, high),
      ),
    ];
  },
  figures(runs, quick) {
    const specs = present(runs, quick).flatMap((it): Spec[] => {
      const { betas, first } = readings(it, runs);
      if (betas.length === 0) return [];
      const spread = betas.length > 1 ? ` ± ${standardDeviation(betas).toFixed(3)}` : "";
      const from: [number, number] = [it.from, mean(first)];
      const to: [number, number] = [it.to, mean(first) * pow(it.to / it.from, -it.beta)];
      const spec = panel({
        title: {
          text: `V = ${it.vocabSize}, α = ${it.exponent}`,
          subtitle: `β = ${mean(betas).toFixed(3)}${spread}; post ${it.beta.toFixed(2)}`,
        },
        rows: series(measured, runs.get(labelOf(it)), "excessLoss"),
        conditions: [measured],
        segments: [{ label: "slope of the post's β", from, to }],
        y: "excess loss (nats)",
        yDomain: [0.005, 5],
        ...plotSize.three,
        log: { x: true, y: true },
        xDomain: [100, 3000],
      });
      return [spec];
    });
    const caption =
      "Excess loss against the step, both logarithmic: mean over seeds and a band of one standard deviation. " +
      "Dashed: the post's β over the steps it was read between, drawn from our mean, since the post prints exponents only.";
    const exponents = exponentsFigure(runs, quick);
    return specs.length > 0 ? [{ name, caption, panels: specs, columns: 3 }, ...exponents] : exponents;
  },
};
