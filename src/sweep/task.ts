import type { RunConfig } from "../config.js";
import type { RuntimeOptions } from "../training/runtime.js";
import type { Base } from "./keptSnapshots.js";
import type { RunResult } from "./result.js";
import type { Trouble } from "./trouble.js";

/** What pool and worker tell each other while a run is computed. */
export const Word = {
  /** Steps done, NOT_BEGUN until the worker has the run's state. */
  step: 0,
  /** Set when the run is to stop. */
  stop: 1,
  /** Threads that the run is given. */
  threads: 2,
  /** Step that the run went on from; holds once `step` is not NOT_BEGUN. */
  resumedFrom: 3,
} as const;
export const CONTROL_WORDS = 4;
export const NOT_BEGUN = -1;

/** What the pool hands a worker. */
export interface Task {
  run: string;
  config: RunConfig;
  /** Shared words: `CONTROL_WORDS` for each of the pool's slots, in the order of `Word`. */
  control: Int32Array;
  slot: number;
  /** Threads that the run may be given while it runs; 1 for one too small to share. */
  maxThreads: number;
  /** What the trainer is made with. */
  runtime: RuntimeOptions;
  /** File that a long run is checkpointed to and goes on from, or null. */
  checkpoint: string | null;
  /** The shorter run that it goes on from where it has no checkpoint, or null. */
  base: Base | null;
  /** File that its snapshot is kept in at its end, or null. */
  keep: string | null;
  /** Milliseconds between two checkpoints. */
  checkpointEvery: number;
}

/** What a worker gives back. `result` is null when the run was asked to stop, or was in trouble. */
export interface Outcome {
  result: RunResult | null;
  trouble: Trouble | null;
  /** Step that the run went on from: 0 when it began anew. */
  resumedFrom: number;
  /** Whether a checkpoint may be on disk. */
  checkpointed: boolean;
  /** What went wrong and cost the run nothing, a line each: a checkpoint that could not be written. */
  warnings: string[];
}
