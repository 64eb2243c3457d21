/** What a chapter runs, and what it has when its runs are at their ends. */
import type { RunConfig, RunConfigInput, TrainingRecord } from "../../index.js";

/** A line of the list of runs. */
export interface Arm {
  /** Unique within its chapter. */
  label: string;
  config: RunConfigInput;
  seeds: number;
}

/** One seed of an arm, at its end. */
export interface SeedRun {
  readonly config: RunConfig;
  readonly records: readonly TrainingRecord[];
}

/** What was run, by the arms' labels. */
export type Seen = ReadonlyMap<string, readonly SeedRun[]>;
