/** Runs that were recorded for the tour, and what was asked for when they were: see record.mjs. */
import { learningRateAt, type RunConfig, type RunConfigInput, type TrainingRecord } from "../../index.js";
import type { Replica } from "../state/lab.js";
import type { Arm, Seen } from "./seen.js";

export interface RecordedRun {
  /** Of the canonical config. */
  hash: string;
  config: RunConfig;
  /** In nats, of the targets, and of the targets given their inputs. */
  entropy: number;
  conditionalEntropy: number;
  columns: { step: number[]; excessLoss: number[]; standardError?: number[] };
}

export interface RecordedArm {
  label: string;
  runs: readonly RecordedRun[];
}

/** A file of recorded/. */
export interface Recording {
  /** Of the package that made it. */
  version: string;
  bitsRevision: number;
  /** What makes it again. */
  command: string;
  arms: readonly RecordedArm[];
}

/** An entry of recorded/plans.json. */
export interface Plan {
  columns: readonly string[];
  /** Whether data that depend on their input are drawn anew for each seed. */
  drawing?: string;
  arms: readonly { label: string; seeds: number; config: object }[];
}

/** What was not recorded is null; what differs from the excess loss by a constant is made of it. */
function recordsOf({ config, entropy, conditionalEntropy, columns }: RecordedRun): TrainingRecord[] {
  const information = entropy - conditionalEntropy;
  return columns.step.map((step, i) => {
    const excessLoss = columns.excessLoss[i];
    return {
      step,
      trainLoss: null,
      loss: excessLoss + conditionalEntropy,
      excessLoss,
      standardError: columns.standardError?.[i] ?? null,
      learningRate: learningRateAt(config.learningRate, Math.max(0, step - 1)),
      effectiveDimension: null,
      participationRatio: null,
      stableRank: null,
      effectiveRank: null,
      meanEnergyShare: null,
      diverged: false,
      ...(config.targets ? { unigramExcess: excessLoss - information } : {}),
    };
  });
}

/** An arm's seeds as the page's list of runs has them. */
export const replicasOf = (arm: RecordedArm): Replica[] =>
  arm.runs.map((run) => {
    const records = recordsOf(run);
    const { config, entropy, conditionalEntropy } = run;
    return {
      ...{ config, records, entropy, conditionalEntropy },
      step: records.at(-1)?.step ?? 0,
      status: "ended",
      failure: undefined,
      weightsHash: undefined,
      expectedHash: undefined,
      seconds: 0,
    };
  });

export const seenIn = ({ arms }: Recording): Seen => new Map(arms.map((arm) => [arm.label, replicasOf(arm)]));

export const armsOf = ({ arms }: Plan): Arm[] =>
  arms.map(({ label, seeds, config }) => ({ label, seeds, config: config as RunConfigInput }));
