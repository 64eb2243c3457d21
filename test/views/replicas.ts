/** Replicas and runs as a page has them, of records that a test writes down. */
import { signal } from "@preact/signals";
import { parseConfig, type RunConfigInput } from "../../src/index.js";
import type { LabRun, Replica } from "../../src/lab/state/lab.js";
import type { TrainingRecord } from "../../src/training/record.js";

export const record = (step: number, values: Partial<TrainingRecord> = {}): TrainingRecord => ({
  step,
  trainLoss: null,
  loss: null,
  excessLoss: null,
  standardError: 0,
  learningRate: 0.001,
  effectiveDimension: null,
  participationRatio: null,
  stableRank: null,
  effectiveRank: null,
  meanEnergyShare: null,
  diverged: false,
  ...values,
});

export const replica = (records: TrainingRecord[], more: Partial<Replica> = {}): Replica => ({
  config: parseConfig(),
  records,
  step: records.at(-1)?.step ?? 0,
  status: "running",
  failure: undefined,
  entropy: undefined,
  conditionalEntropy: undefined,
  weightsHash: undefined,
  expectedHash: undefined,
  seconds: 0,
  ...more,
});

export const labRun = (
  letter: string,
  replicas: readonly Replica[],
  { shown = true, config = {} as RunConfigInput } = {},
): LabRun => ({
  letter,
  look: letter.charCodeAt(0) - 65,
  origin: "here",
  config: signal(parseConfig(config)),
  input: signal(config),
  seeds: signal(replicas.length),
  pinned: signal(false),
  shown: signal(shown),
  gpu: signal(false),
  replicas: signal(replicas),
  label: signal(""),
});
