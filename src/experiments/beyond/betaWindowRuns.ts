/** The runs of what β is: curves at several rates, batches and vocabularies, and what is read of them. */
import { ofRun, type Quantity } from "../../analysis/claims.js";
import { leastSquaresExponent } from "../../analysis/lossExponent.js";
import { powerLawFloor } from "../../analysis/powerLawFloor.js";
import { excessAtRateTime } from "../../analysis/rateTime.js";
import type { Condition } from "../experiment.js";
import { base } from "../post/base.js";

/** A curve of the excess loss. */
export interface Curve {
  vocabSize: number;
  rate: number;
  /** Null for the exact gradient. */
  batchSize: number | null;
  steps: number;
  seeds?: number;
  /** Every input has one right answer, its copy: the most peaked targets there are. */
  peaked?: boolean;
}

const small = { vocabSize: 100, batchSize: 128, steps: 60_000 };
const large = { vocabSize: 1000, batchSize: 128, steps: 20_000 };
const peaked = { vocabSize: 100, batchSize: null, steps: 3000, peaked: true };

const design: Curve[] = [
  ...[0.0001, 0.0003, 0.001, 0.003].map((rate) => ({ ...small, rate })),
  ...[32, 512, 2048].map((batchSize) => ({ ...small, rate: 0.001, batchSize })),
  { ...small, rate: 0.001, batchSize: null },
  { ...small, rate: 0.01, batchSize: null, steps: 3000 },
  ...[0.0003, 0.001].map((rate) => ({ ...large, rate })),
  ...[0.0001, 0.003].map((rate) => ({ ...large, rate, seeds: 2 })),
  ...[0.001, 0.01].map((rate) => ({ ...peaked, rate })),
];
const quickDesign: Curve[] = [
  ...[0.0003, 0.001, 0.003].map((rate) => ({ ...small, rate, steps: 10_000 })),
  { ...small, rate: 0.001, batchSize: null, steps: 3000 },
];

export const curvesOf = (quick: boolean): Curve[] => (quick ? quickDesign : design);

export const labelOf = (curve: Omit<Curve, "steps">): string =>
  `${curve.peaked ? "copy, " : ""}V ${curve.vocabSize}, lr ${curve.rate}, ${gradientOf(curve)}`;
export const gradientOf = ({ batchSize }: Pick<Curve, "batchSize">): string =>
  batchSize === null ? "exact gradient" : `B ${batchSize}`;

export const conditions = (quick: boolean): Condition[] =>
  curvesOf(quick).map((curve): Condition => {
    const { batchSize: _batch, evaluateEvery: _every, ...shared } = base;
    const { vocabSize, rate, batchSize, steps, seeds } = curve;
    return {
      label: labelOf(curve),
      config: {
        ...shared,
        vocabSize,
        embeddingDim: 100,
        learningRate: rate,
        steps,
        evaluateAt: { kind: "log", perDecade: 50 },
        spectrum: false,
        ...(batchSize === null ? { gradient: "exact" } : { batchSize }),
        ...(curve.peaked ? { tied: false, targets: { kind: "topics", count: vocabSize, strength: 1 } } : {}),
      },
      ...(seeds === undefined ? {} : { seeds }),
    };
  });

/** First and last step. */
export type Window = readonly [from: number, to: number];
export const windowName = ([from, to]: Window): string => `steps ${from} to ${to}`;

export const betaOf = (curve: Omit<Curve, "steps">, [from, to]: Window): Quantity =>
  ofRun(labelOf(curve), (run) => leastSquaresExponent(run, from, to));

/** Where the fits of a floor begin: behind it all curves are convex in logarithms. */
export const floorFrom = 300;
export const fittedFloor = (curve: Omit<Curve, "steps">): Quantity =>
  ofRun(labelOf(curve), (run) => powerLawFloor(run, floorFrom)?.floor ?? null);

export const excessAt = (curve: Omit<Curve, "steps">, rateTime: number): Quantity =>
  ofRun(labelOf(curve), (run) => excessAtRateTime(run, rateTime));
