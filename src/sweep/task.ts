import type { RunConfig } from "../config.js";

/** What the pool hands a worker. */
export interface Task {
  run: string;
  config: RunConfig;
  /** One Int32 a run, shared: steps done. */
  progress: Int32Array;
  slot: number;
}
