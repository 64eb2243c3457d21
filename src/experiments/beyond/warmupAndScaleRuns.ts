/** The runs of warmup-and-scale, and what is read of those that differ in their rate alone. */
import type { Quantity, SeedRuns } from "../../analysis/claims.js";
import { valueAt } from "../../analysis/series.js";
import { mean } from "../../analysis/statistics.js";
import { bestEnd, type End, toleratedRate } from "../../analysis/toleratedRate.js";
import type { RunConfigInput } from "../../config.js";
import { log } from "../../math/elementary.js";
import { linearDecay, warmupStableDecay } from "../../schedule/constructors.js";
import type { Condition } from "../experiment.js";

/** A final loss that is higher than the best one by this much, in nats, is spoiled. */
export const margin = 0.1;
export const steps = 500;
/** From here on the rate falls linearly to 0, so that it is not the noise of the rate itself that is judged. */
export const decayStart = 250;
const embeddingDim = 32;

type NormName = "none" | "layernorm" | "rmsnorm";
export type OptimizerName = "Adam" | "Adam, β₂ 0.95" | "SGD";
const optimizers: Record<OptimizerName, NonNullable<RunConfigInput["optimizer"]>> = {
  Adam: { kind: "adam" },
  "Adam, β₂ 0.95": { kind: "adam", beta2: 0.95 },
  SGD: { kind: "sgd" },
};

/** Runs that share a norm and an optimizer: their rates reach from the best one to beyond what is tolerated. */
export interface Group {
  norm: NormName;
  optimizer: OptimizerName;
  rates: readonly number[];
  /** Initial standard deviations in D^-1/2. */
  scales: readonly number[];
  /** Seeds at most: where a warmup changes much, fewer show it. */
  seeds?: number;
}

/** What is told apart by rates: a group's runs of one initial size and one warmup. */
export interface Setting {
  group: Group;
  scale: number;
  /** Steps in which the rate comes from 0 to its peak. */
  warmup: number;
}

const adamRates = [0.02, 0.04, 0.16, 0.23, 0.32, 0.45, 0.64, 0.9, 1.28, 1.8];
/** Close together, since SGD diverges at once and without a loss that rises before. */
const sgdRates: Record<NormName, number[]> = {
  none: [4, 8, 8.7, 9.5, 10.4, 11.3, 12.3, 13.5, 14.7, 16],
  layernorm: [1, 1.4, 2, 2.2, 2.4, 2.6, 2.8, 3.1, 3.4, 3.7, 4],
  rmsnorm: [2.8, 4, 4.4, 4.8, 5.2, 5.7, 6.2, 6.8, 8],
};
export const scales = [0.25, 1, 4] as const;
const groups: Group[] = [
  { norm: "none", optimizer: "Adam", rates: adamRates, scales, seeds: 3 },
  { norm: "layernorm", optimizer: "Adam", rates: adamRates, scales, seeds: 3 },
  { norm: "none", optimizer: "Adam, β₂ 0.95", rates: adamRates, scales: [1] },
  { norm: "layernorm", optimizer: "Adam, β₂ 0.95", rates: adamRates, scales: [1] },
  { norm: "none", optimizer: "SGD", rates: sgdRates.none, scales },
  { norm: "layernorm", optimizer: "SGD", rates: sgdRates.layernorm, scales },
  { norm: "rmsnorm", optimizer: "Adam", rates: [...adamRates, 2.56], scales: [1] },
  { norm: "rmsnorm", optimizer: "SGD", rates: sgdRates.rmsnorm, scales: [1] },
];

/** A short and a long warmup, which the claims are about. */
export const [short, long] = [50, 200] as const;

export const groupsOf = (quick: boolean): Group[] =>
  quick
    ? groups
        .filter(({ norm, optimizer }) => norm === "none" && optimizer !== "Adam, β₂ 0.95")
        .map((group) => ({
          ...group,
          seeds: 3,
          scales: [1, 4],
          rates: group.rates.filter((_, i) => i % 2 === 1),
        }))
    : groups;
export const warmupsOf = (quick: boolean): number[] => (quick ? [0, short, long] : [0, 10, short, long]);

/** "layernorm, SGD" */
export const groupName = ({ norm, optimizer }: Group): string =>
  `${norm === "none" ? "no norm" : norm}, ${optimizer}`;
export const scaleName = (scale: number): string => `init ×${scale}`;

/** "layernorm, SGD, init ×4, warmup 50, lr 2.8" */
export const labelOf = ({ group, scale, warmup }: Setting, rate: number): string =>
  `${groupName(group)}, ${scaleName(scale)}, warmup ${warmup}, lr ${rate}`;

export const conditionOf = (setting: Setting, rate: number): Condition => ({
  label: labelOf(setting, rate),
  drawing: "each seed",
  ...(setting.group.seeds ? { seeds: setting.group.seeds } : {}),
  config: {
    vocabSize: 100,
    embeddingDim,
    targets: { kind: "low-rank", rank: 8, scale: 1 },
    tied: false,
    norm: setting.group.norm,
    init: { kind: "normal", std: setting.scale / Math.sqrt(embeddingDim) },
    optimizer: optimizers[setting.group.optimizer],
    learningRate:
      setting.warmup === 0
        ? linearDecay(rate, 0, decayStart, steps)
        : warmupStableDecay(rate, setting.warmup, decayStart, steps),
    batchSize: 128,
    steps,
    evaluateEvery: steps,
    evaluation: { kind: "exact" },
    spectrum: false,
  },
});

export const settingsOf = (quick: boolean): Setting[] =>
  groupsOf(quick).flatMap((group) =>
    group.scales.flatMap((scale) => warmupsOf(quick).map((warmup) => ({ group, scale, warmup }))),
  );

/** The final excess loss at a rate; null where the run diverged, undefined where there is none. */
function endAt(setting: Setting, rate: number, runs: SeedRuns): number | null | undefined {
  const run = runs.get(labelOf(setting, rate));
  return run && valueAt(run, "excessLoss", steps);
}

/** Something of a setting's ends in ascending rates; null where the seed lacks one of its runs. */
const ofEnds = (
  setting: Setting,
  measure: (ends: readonly End[]) => number | null | undefined,
): Quantity => ({
  of(runs) {
    const ends: End[] = [];
    for (const rate of setting.group.rates) {
      const excess = endAt(setting, rate, runs);
      if (excess === undefined) return null;
      ends.push({ rate, excess });
    }
    return measure(ends) ?? null;
  },
  stated: null,
});

/** The final excess loss at a rate. */
export const finalExcess = (setting: Setting, rate: number): Quantity => ({
  of: (runs) => endAt(setting, rate, runs) ?? null,
  stated: null,
});

/** The binary logarithm of the largest rate that is tolerated, so that a difference of 1 is a factor of 2. */
export const tolerated = (setting: Setting): Quantity =>
  ofEnds(setting, (ends) => {
    const rate = toleratedRate(ends, margin);
    return rate && log(rate) / Math.LN2;
  });

/** The least final excess loss over the rates. */
export const least = (setting: Setting): Quantity => ofEnds(setting, (ends) => bestEnd(ends)?.excess);

/** The mean over a group's initial sizes in the same seed. */
export const overScales = (group: Group, of: (scale: number) => Quantity): Quantity => {
  const quantities = group.scales.map(of);
  return {
    of(runs) {
      const values = quantities.map((quantity) => quantity.of(runs));
      return values.every((x) => x !== null) ? mean(values) : null;
    },
    stated: null,
  };
};
