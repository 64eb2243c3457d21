/** The runs of the unigram saddle: ways to start and to train, their rates, how long they take, and their labels. */
import type { Quantity } from "../../analysis/claims.js";
import { escapeTime } from "../../analysis/saddle.js";
import type { Condition } from "../experiment.js";

type Config = Condition["config"];

/** Rates of the sweep, and the one that the arms are compared at. */
export const rates = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2];
export const rate = 1e-3;

/** Vocabularies: of the experiment, and of what other programs measured. */
export const vocabSize = 300;
export const comparedSize = 1000;

/** Exact gradients of low-rank data. */
const base = (size: number): Config => ({
  vocabSize: size,
  embeddingDim: 32,
  tied: false,
  norm: "none",
  distribution: { kind: "zipf", exponent: 1 },
  targets: { kind: "low-rank", rank: 8, scale: 1 },
  gradient: "exact",
  evaluation: { kind: "exact" },
  spectrum: false,
});

/** A way to train, and for how long: the sum of rates by which it is well below H − 3I/4. */
interface Arm {
  config: Config;
  time: number;
}
const small: Config["init"] = { kind: "normal", std: 0.001 };
export const arms = {
  "std 0.001": { config: { init: small }, time: 1.05 },
  "std 0.02": { config: { init: { kind: "normal", std: 0.02 } }, time: 0.95 },
  "std D^-1/2": { config: {}, time: 0.8 },
  "β₂ 0.95": { config: { init: small, optimizer: { kind: "adam", beta2: 0.95 } }, time: 0.8 },
  Signum: { config: { init: small, optimizer: { kind: "sign", momentum: 0.9 } }, time: 0.8 },
  "moments reset": { config: { init: small }, time: 0.6 },
  "std 0.02, B 8192": {
    config: { init: { kind: "normal", std: 0.02 }, gradient: "sampled", batchSize: 8192 },
    time: 0.95,
  },
} satisfies Record<string, Arm>;
export type ArmName = keyof typeof arms;

/** "std 0.001, lr 0.001", of the larger vocabulary "V 1000, std 0.001, lr 0.001". */
export const labelOf = (arm: ArmName, lr = rate, size = vocabSize): string =>
  `${size === vocabSize ? "" : `V ${size}, `}${arm}, lr ${lr}`;

/** At 0.01 and above a descent takes a larger sum of rates, and few steps. */
const leastTime = 1.6;

function condition(arm: ArmName, lr = rate, size = vocabSize, more: Config = {}): Condition {
  const { config, time } = arms[arm];
  const steps = Math.round((lr < 0.01 ? time : leastTime) / lr);
  return {
    label: labelOf(arm, lr, size),
    drawing: "each seed",
    config: {
      ...base(size),
      ...config,
      learningRate: lr,
      steps,
      evaluateEvery: Math.max(1, Math.round(1 / (250 * lr))),
      ...more,
    },
  };
}

/**
 * The steps at which moments are set to 0: where L = H comes in the runs without, in the mean over drawings (measured before,
 * and the same for every seed, since it is part of the config).
 */
export const resetSteps: Record<number, number> = { [vocabSize]: 232, [comparedSize]: 264 };
const resetting = (size: number): Condition =>
  condition("moments reset", rate, size, {
    interventions: [{ step: resetSteps[size], kind: "reset-moments" }],
  });

/** Gradient descent from the solution of rank 1 with noise on it. */
export const noises = [1e-2, 1e-3, 1e-4, 1e-5];
export const descentRate = 3;
/** The noise at which two rates are compared. */
export const comparedNoise = 1e-3;
export const descentLabel = (noise: number, lr = descentRate): string =>
  `gradient descent, σ ${noise}, lr ${lr}`;
/** τ until gradient descent has left the solution of rank 1. */
export const timeOfEscape = (noise: number, lr = descentRate): Quantity => ({
  of(runs) {
    const [run, staying] = [runs.get(descentLabel(noise, lr)), runs.get(descentLabel(0))];
    return run && staying ? escapeTime(run, staying) : null;
  },
  stated: null,
});

const descent = (noise: number, lr = descentRate): Condition => ({
  label: descentLabel(noise, lr),
  drawing: "each seed",
  config: {
    ...base(vocabSize),
    init: { kind: "unigram", noise },
    optimizer: { kind: "sgd" },
    learningRate: lr,
    steps: 1260 / lr,
    evaluateEvery: 6 / lr,
  },
});

const withSpectrum = (it: Condition): Condition => ({ ...it, config: { ...it.config, spectrum: true } });

export function full(): Condition[] {
  const highest = rates.filter((lr) => lr >= rate);
  return [
    ...rates.map((lr) =>
      lr === rate ? withSpectrum(condition("std 0.001", lr)) : condition("std 0.001", lr),
    ),
    ...(["std 0.02", "std D^-1/2", "β₂ 0.95", "Signum"] as const).flatMap((arm) =>
      highest.map((lr) => condition(arm, lr)),
    ),
    resetting(vocabSize),
    ...[0, ...noises].map((noise) => descent(noise)),
    descent(comparedNoise, 1),
    ...comparedConditions(),
  ];
}

/** What other programs measured: a vocabulary of 1000, fewer seeds, since a step takes ten times as long. */
function comparedConditions(): Condition[] {
  const each = (arm: ArmName, own: number[]) => own.map((lr) => condition(arm, lr, comparedSize));
  return [
    ...each("std 0.001", [1e-3, 3e-3, 1e-2, 3e-2]),
    ...each("std 0.02", [1e-3, 3e-3, 1e-2, 0.1]),
    ...each("std D^-1/2", [1e-3]),
    resetting(comparedSize),
    // of one drawing, as they were
    ...each("std 0.02, B 8192", [1e-3, 3e-3, 1e-2]).map(({ drawing: _, ...it }) => it),
  ].map((it) => ({ ...it, seeds: 3 }));
}

export const quickOnes = (): Condition[] =>
  [
    withSpectrum(condition("std 0.001")),
    condition("std D^-1/2"),
    resetting(vocabSize),
    ...[0, 1e-2, 1e-4].map((noise) => descent(noise)),
  ].map((it) => ({ ...it, seeds: 4 }));
