/** The runs that say what decay removes: arms at each dimension and rate, and what is read of them. */
import { minus, ofRun, over, type Quantity } from "../../analysis/claims.js";
import { windowMean } from "../../analysis/windowMean.js";
import { linearDecay } from "../../schedule/constructors.js";
import type { Condition } from "../experiment.js";
import { base } from "../post/base.js";

export const steps = 3000;
/** Where the rate begins to fall, or the noise is switched off. */
export const turn = 2000;
/** The last steps, over which all arms are averaged: the rate has come below three tenths by then. */
export const tail = 200;

export const arms = {
  constant: "constant",
  decayed: "decayed",
  noiseOff: "noise off",
  exactConstant: "constant, exact",
  exactDecayed: "decayed, exact",
} as const;
export type Arm = keyof typeof arms;
export const armNames = Object.keys(arms) as Arm[];

/** A dimension at a rate. */
export interface Place {
  embeddingDim: number;
  rate: number;
}

/** Rates at each dimension; at D = 1000 a constant rate of 0.1 diverges. */
const design: [embeddingDim: number, rates: number[]][] = [
  [10, [0.003, 0.01, 0.03, 0.1]],
  [100, [0.003, 0.01, 0.03, 0.1]],
  [316, [0.003, 0.01, 0.03, 0.1]],
  [1000, [0.01, 0.03]],
];
const quickDesign: typeof design = [
  [10, [0.01, 0.03]],
  [100, [0.01]],
];
export const places = (quick: boolean): Place[] =>
  (quick ? quickDesign : design).flatMap(([embeddingDim, rates]) =>
    rates.map((rate) => ({ embeddingDim, rate })),
  );

/** Where a run of a constant rate still learns at the end: decay costs there, and there is no benefit to have a share of. */
export const stillLearning: Place = { embeddingDim: 10, rate: 0.003 };
const isLearning = ({ embeddingDim, rate }: Place): boolean =>
  embeddingDim === stillLearning.embeddingDim && rate === stillLearning.rate;
/** Where decay has a benefit. */
export const settledPlaces = (quick: boolean): Place[] => places(quick).filter((place) => !isLearning(place));

export const nameOf = ({ embeddingDim, rate }: Place): string => `D ${embeddingDim}, lr ${rate}`;
export const labelOf = (place: Place, arm: Arm): string => `${nameOf(place)}, ${arms[arm]}`;

function configOf({ embeddingDim, rate }: Place, arm: Arm): Condition["config"] {
  const { batchSize, ...shared } = base;
  const isExact = arm === "exactConstant" || arm === "exactDecayed";
  const isDecayed = arm === "decayed" || arm === "exactDecayed";
  return {
    ...shared,
    vocabSize: 100,
    embeddingDim,
    steps,
    evaluateEvery: 20,
    spectrum: false,
    learningRate: isDecayed ? linearDecay(rate, rate / 10, turn, steps) : rate,
    ...(isExact ? { gradient: "exact" } : { batchSize }),
    ...(arm === "noiseOff"
      ? { interventions: [{ step: turn, kind: "gradient", gradient: "exact", freezeSecondMoment: true }] }
      : {}),
  };
}

/** Where the batch is varied, and what the others are compared with. */
export const centre: Place = { embeddingDim: 100, rate: 0.01 };
/** That of the other conditions is among them. */
export const batches = [32, 128, 512, 2048];
export const batchLabel = (batchSize: number): string =>
  batchSize === base.batchSize
    ? labelOf(centre, "constant")
    : `${labelOf(centre, "constant")}, B ${batchSize}`;

/** Places whose rate × √D is that of the centre. */
export const sameStride: Place[] = [
  { embeddingDim: 10, rate: 0.0316 },
  { embeddingDim: 1000, rate: 0.00316 },
];

export const longSteps = 30_000;
export const longRates = [0.003, 0.01, 0.03];
export const longLabel = (rate: number): string =>
  `${labelOf({ embeddingDim: centre.embeddingDim, rate }, "constant")}, ${longSteps} steps`;

export function conditions(quick: boolean): Condition[] {
  const main = places(quick).flatMap((place) =>
    armNames.map((arm) => ({
      label: labelOf(place, arm),
      config: configOf(place, arm),
      ...(quick ? { seeds: 3 } : {}),
    })),
  );
  if (quick) return main;
  return [
    ...main,
    ...batches
      .filter((batchSize) => batchSize !== base.batchSize)
      .map((batchSize) => ({
        label: batchLabel(batchSize),
        config: { ...configOf(centre, "constant"), batchSize },
      })),
    ...sameStride.map((place) => ({
      label: labelOf(place, "constant"),
      config: configOf(place, "constant"),
    })),
    ...longRates.map((rate) => ({
      label: longLabel(rate),
      config: {
        ...configOf({ ...centre, rate }, "constant"),
        steps: longSteps,
        evaluateEvery: 100,
      },
      seeds: 3,
    })),
  ];
}

/** A condition's mean excess loss over a window of its steps. */
export const level = (label: string, after: number, until: number): Quantity =>
  ofRun(label, (run) => windowMean(run, "excessLoss", after, until));

export const end = (place: Place, arm: Arm): Quantity => level(labelOf(place, arm), steps - tail, steps);

/** What an arm is below the sampled gradient at a constant rate. */
const below = (place: Place, arm: Arm): Quantity => minus(end(place, "constant"), end(place, arm));

/** A part of what decay removes from the sampled gradient's loss; null where it changes nothing. */
const shareOfBenefit = (part: Quantity, place: Place): Quantity => {
  const benefit = below(place, "decayed");
  return {
    of(runs) {
      const [x, whole] = [part.of(runs), benefit.of(runs)];
      return x === null || whole === null || whole === 0 ? null : x / whole;
    },
    stated: null,
  };
};

/** The benefit that decay has with the exact gradient over that with the sampled one. */
export const overshootShare = (place: Place): Quantity =>
  shareOfBenefit(minus(end(place, "exactConstant"), end(place, "exactDecayed")), place);

/** What it removes to switch the noise off, over what decay removes. */
export const noiseOffShare = (place: Place): Quantity => shareOfBenefit(below(place, "noiseOff"), place);

/** What the exact gradient leaves of the loss at a constant rate. */
export const exactLevelShare = (place: Place): Quantity =>
  over(end(place, "exactConstant"), end(place, "constant"));

/** Excess loss at a constant rate over the last thousand steps: no floor yet, since it still falls. */
export const floorOf = (label: string): Quantity => level(label, turn, steps);
export const floorAt = (place: Place): Quantity => floorOf(labelOf(place, "constant"));
