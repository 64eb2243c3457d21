/** Runs made up from power laws: the shape of real ones, without a trainer. */

import { type ZipfMoments, zipfMoments } from "../../src/analysis/zipfMoments.js";
import { configHash, parseConfig, type RunConfigInput } from "../../src/config.js";
import { nextEvaluation } from "../../src/evaluationSteps.js";
import type { Condition } from "../../src/experiments/experiment.js";
import { bitsRevision } from "../../src/kernel/bitsRevision.js";
import type { RunResult } from "../../src/sweep/result.js";
import type { TrainingRecord } from "../../src/training/record.js";

/** A small pseudo-random number in [−1, 1) from two counters. */
const jitter = (a: number, b: number): number =>
  (((a * 7919 + b * 104729 + 12345) % 2003) / 1001.5 - 1) * 0.02;

/** Those of 50,304 tokens take a while, and hundreds of runs have the same. */
const known = new Map<string, ZipfMoments>();
function momentsOf(vocabSize: number, exponent: number): ZipfMoments {
  const key = `${vocabSize} ${exponent}`;
  const moments = known.get(key) ?? zipfMoments(vocabSize, exponent);
  known.set(key, moments);
  return moments;
}

export interface Shape {
  excess(step: number, seed: number): number | null;
  dimension?(step: number, seed: number): number | null;
  /** More columns of a record, such as `capturedInformation`; they come last. */
  columns?(step: number, seed: number): Partial<TrainingRecord>;
}

/** A run of this config whose excess loss and effective dimension follow the shape. */
export function runOf(input: RunConfigInput, shape: Shape): RunResult {
  const config = parseConfig(input);
  const exponent = config.distribution.kind === "zipf" ? config.distribution.exponent : 1;
  const { entropy, probabilities } = momentsOf(config.vocabSize, exponent);
  const records = [];
  for (let step = 0; ; step = nextEvaluation(config, step)) {
    const excessLoss = shape.excess(step, config.seed);
    records.push({
      step,
      trainLoss: step ? 2.5 : null,
      loss: excessLoss === null ? null : entropy + excessLoss,
      excessLoss,
      standardError: 0,
      learningRate: 0.01,
      effectiveDimension: shape.dimension?.(step, config.seed) ?? null,
      participationRatio: null,
      stableRank: null,
      effectiveRank: null,
      meanEnergyShare: 0.1,
      diverged: false,
      ...shape.columns?.(step, config.seed),
    });
    if (step >= config.steps) break;
  }
  const c = 2.4 + config.seed * 0.02;
  const scalar = config.vocabSize * config.embeddingDim <= 1024;
  return {
    run: configHash(config),
    bitsRevision,
    config,
    records,
    finalEmbedding: scalar ? Array.from(probabilities, (p) => -(c + (Math.log(p) + entropy) / c)) : null,
    finalUnembedding: null,
    divergedAt: null,
    bytes: 65536,
    seconds: 1.5,
    stepSeconds: 1.2,
  };
}

/** Plausible curves for every condition of an experiment. */
export const syntheticRuns = (conditions: Condition[], seeds: number): RunResult[] =>
  conditions.flatMap(({ config }, i) =>
    Array.from({ length: seeds }, (_, seed) => {
      const beta = 0.8 - 0.04 * i;
      return runOf({ ...config, seed } as RunConfigInput, {
        excess: (step) => 1.2 * (1 + step / 50) ** -beta * (1 + jitter(step + i, seed)) + 0.004,
        dimension: (step) => 60 - (36 - 8 * i) * (1 - Math.exp(-step / 150)) + 20 * jitter(step, seed + i),
      });
    }),
  );

/** The excess loss and the effective dimension of one condition at one step. */
export type Values = (label: string, step: number, seed: number) => number;

/** Runs of every condition, seeds 0, 1, …, with these values as excess loss and, where asked for, as effective dimension. */
export const runsOf = (conditions: Condition[], seeds: number, values: Values): Map<string, RunResult[]> =>
  new Map(
    conditions.map(({ label, config }) => [
      label,
      Array.from({ length: seeds }, (_, seed) =>
        runOf({ ...config, seed } as RunConfigInput, {
          excess: (step) => values(label, step, seed),
          dimension: (step) => (config.spectrum === false ? null : values(label, step, seed)),
        }),
      ),
    ]),
  );

/**
 * Values that tell where they come from: the difference of two of them names both conditions and both steps, and their
 * spread over seeds the condition.
 */
export const marked =
  (conditions: Condition[]): Values =>
  (label, step, seed) => {
    const i = conditions.findIndex((condition) => condition.label === label) + 1;
    return i * i + step / 1e4 + 1e-3 * i * seed;
  };
