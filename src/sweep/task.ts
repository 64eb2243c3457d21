import type { RunConfig } from "../config.js";
import type { RunResult } from "./result.js";

/** What the pool hands a worker. */
export interface Task {
  run: string;
  config: RunConfig;
  /** Two Int32 for each of the pool's slots, shared. */
  control: Int32Array;
  /** This task's slot: `control[2 * slot]` is steps done, `control[2 * slot + 1]` is set when the run is to stop. */
  slot: number;
  /** File that a long run is checkpointed to and goes on from, or null. */
  checkpoint: string | null;
  /** Milliseconds between two checkpoints. */
  checkpointEvery: number;
}

/** What a worker gives back; `result` is null when the run was asked to stop. */
export interface Outcome {
  result: RunResult | null;
  /** Step that the run went on from: 0 when it began anew. */
  resumedFrom: number;
  /** Whether a checkpoint may be on disk. */
  checkpointed: boolean;
  /** Why a checkpoint could not be written, or null. */
  checkpointError: string | null;
}
