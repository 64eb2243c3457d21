/** The runs of strong-and-copied: data by how much a target tells of its input, arms by their rates, descents from small weights. */
import type { RunConfigInput } from "../../config.js";
import type { Condition } from "../experiment.js";
import { type Arm, armCondition, armLabel, type Rates } from "./warmupArms.js";

/** What is known of a target by its input: weakly or strongly its topic, or what the input is. */
export const data = ["λ 0.3", "λ 0.9", "copy"] as const;
export type Data = (typeof data)[number];

/** 16 topics, or a topic a token. */
const targetsOf = (kind: Data, vocabSize: number): NonNullable<RunConfigInput["targets"]> => ({
  kind: "topics",
  count: kind === "copy" ? vocabSize : 16,
  strength: kind === "λ 0.3" ? 0.3 : 0.9,
});

export const optimizers = ["Adam", "AdamW", "SGD", "Signum"] as const;
export type OptimizerName = (typeof optimizers)[number];
const optimizerOf: Record<OptimizerName, NonNullable<RunConfigInput["optimizer"]>> = {
  Adam: { kind: "adam" },
  AdamW: { kind: "adam", weightDecay: 0.1 },
  SGD: { kind: "sgd" },
  Signum: { kind: "sign", momentum: 0.9 },
};
/** The high rate and the low one: those of SGD and Signum are of the like effect. */
const ratesOf: Record<OptimizerName, { peak: number; low: number }> = {
  Adam: { peak: 0.3, low: 0.01 },
  AdamW: { peak: 0.3, low: 0.01 },
  SGD: { peak: 2, low: 0.3 },
  Signum: { peak: 0.03, low: 0.003 },
};

/** Runs whose rate is held and then dropped, and the arms that they are run in. */
export interface Setting {
  kind: Data;
  vocabSize: number;
  exponent: number;
  optimizer: OptimizerName;
  peak: number;
  batchSize: number;
  arms: readonly Arm[];
  seeds?: number;
}

/** Steps of a run at V: how long the rate is held, the warmup within that, and all. */
export const lengths = (vocabSize: number): { hold: number; warmup: number; steps: number } => {
  if (vocabSize > 10000) return { hold: 200, warmup: 80, steps: 400 };
  return vocabSize < 1000 ? { hold: 250, warmup: 100, steps: 1000 } : { hold: 500, warmup: 200, steps: 2000 };
};

const pair = ["no warmup", "warmup"] as const;
const all = [...pair, "equal sum", "rescaled", "never high"] as const;

const setting = (
  kind: Data,
  { optimizer = "Adam", ...others }: Partial<Omit<Setting, "kind">> = {},
): Setting => ({
  kind,
  vocabSize: 1000,
  exponent: 1,
  optimizer,
  peak: ratesOf[optimizer].peak,
  batchSize: 128,
  arms: pair,
  ...others,
});

const largeVocabulary = 50304;
export const isLarge = ({ vocabSize }: Setting): boolean => vocabSize === largeVocabulary;

export function settingsOf(quick: boolean): Setting[] {
  if (quick) return data.map((kind) => setting(kind, { vocabSize: 300, arms: [...pair, "never high"] }));
  return [
    ...data.map((kind) => setting(kind, { arms: all })),
    ...data.map((kind) => setting(kind, { peak: 0.1 })),
    ...data.map((kind) => setting(kind, { exponent: 0.5, peak: 0.1 })),
    ...data.map((kind) => setting(kind, { exponent: 0.5 })),
    ...(["AdamW", "SGD", "Signum"] as const).flatMap((optimizer) =>
      data.map((kind) => setting(kind, { optimizer })),
    ),
    ...data.map((kind) =>
      setting(kind, {
        vocabSize: largeVocabulary,
        arms: kind === "λ 0.9" ? [...pair, "never high"] : pair,
      }),
    ),
    setting("λ 0.9", { vocabSize: largeVocabulary, batchSize: 1024, seeds: 1 }),
  ];
}

/** "λ 0.3, V 1000, α 1, Adam, peak 0.3" */
export const settingName = ({ kind, vocabSize, exponent, optimizer, peak, batchSize }: Setting): string =>
  `${kind}, V ${vocabSize}, α ${exponent}, ${optimizer}, peak ${peak}${batchSize === 128 ? "" : `, B ${batchSize}`}`;

export const labelOf = (it: Setting, arm: Arm): string => armLabel(settingName(it), arm);

export function armConditions(it: Setting): Condition[] {
  const { vocabSize, optimizer } = it;
  const { hold, warmup, steps } = lengths(vocabSize);
  const rates: Rates = { peak: it.peak, hold, low: ratesOf[optimizer].low, warmup };
  const config: Condition["config"] = {
    vocabSize,
    embeddingDim: 32,
    distribution: { kind: "zipf", exponent: it.exponent },
    targets: targetsOf(it.kind, vocabSize),
    tied: false,
    norm: "layernorm",
    optimizer: optimizerOf[optimizer],
    batchSize: it.batchSize,
    steps,
    ...(vocabSize > 10000
      ? { evaluateEvery: 50, evaluation: { kind: "stratified", exactInputs: 256, sampledInputs: 256 } }
      : { evaluateAt: { kind: "log", perDecade: 10 }, evaluation: { kind: "exact" } }),
    spectrum: false,
  };
  const others = it.seeds === undefined ? {} : { seeds: it.seeds };
  return it.arms.map((arm) => armCondition(settingName(it), arm, rates, { config, ...others }));
}

/** A descent at a constant low rate, without a norm: what of it is slow at H is a pause. */
export interface Descent {
  kind: Data;
  optimizer: OptimizerName;
  /** Of the initial weights; undefined for D^-1/2. */
  std: number | undefined;
}

/** Large batches, since a pause is read off a loss without noise; rates at which the descents take 100 to 1000 steps. */
const descentRate: Partial<Record<OptimizerName, number>> = { Adam: 0.003, SGD: 2, Signum: 0.001 };
const descentSteps: Partial<Record<OptimizerName, number>> = { Adam: 1000, SGD: 2000, Signum: 1000 };

export const stds = [undefined, 0.02] as const;

export const descentsOf = (quick: boolean): Descent[] =>
  stds.flatMap((std) => [
    ...data.map((kind): Descent => ({ kind, optimizer: "Adam", std })),
    ...(quick || std === undefined
      ? []
      : (["SGD", "Signum"] as const).flatMap((optimizer) =>
          (["λ 0.9", "copy"] as const).map((kind): Descent => ({ kind, optimizer, std })),
        )),
  ]);

/** "λ 0.9, Adam, init std 0.02" */
export const descentLabel = ({ kind, optimizer, std }: Descent): string =>
  `${kind}, no norm, ${optimizer}, init std ${std ?? "D^-1/2"}`;

export function descentCondition(it: Descent, quick: boolean): Condition {
  const vocabSize = quick ? 300 : 1000;
  return {
    label: descentLabel(it),
    config: {
      vocabSize,
      embeddingDim: 32,
      targets: targetsOf(it.kind, vocabSize),
      tied: false,
      init: { kind: "normal", ...(it.std === undefined ? {} : { std: it.std }) },
      optimizer: optimizerOf[it.optimizer],
      learningRate: descentRate[it.optimizer] as number,
      batchSize: it.optimizer === "Adam" ? 1024 : 256,
      steps: descentSteps[it.optimizer] as number,
      evaluateAt: { kind: "log", perDecade: 12 },
      evaluation: { kind: "exact" },
      spectrum: false,
    },
  };
}
