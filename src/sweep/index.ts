/** Many runs on many threads (Node only). */

import { type SweepDescription, sweepConfigs } from "./grid.js";
import { Journal } from "./journal.js";
import { type PoolOptions, runPool } from "./pool.js";
import type { RunResult } from "./result.js";

export { cores } from "./cores.js";
export { type SweepDescription, sweepConfigs } from "./grid.js";
export { Journal } from "./journal.js";
export {
  FailedRuns,
  type PoolEvent,
  type PoolOptions,
  type PoolProgress,
  type RunningRun,
  runPool,
} from "./pool.js";
export type { RunFailure, RunResult } from "./result.js";

/**
 * Runs a sweep and yields its runs as they finish. With `journal` (the sweep's directory) finished runs are kept there
 * and not run again.
 */
export async function* sweep(
  description: SweepDescription,
  { journal: path, ...options }: Omit<PoolOptions, "journal"> & { journal?: string } = {},
): AsyncGenerator<RunResult> {
  const configs = sweepConfigs(description);
  const journal = path === undefined ? undefined : await Journal.open(path);
  try {
    yield* runPool(configs, { ...options, journal });
  } finally {
    await journal?.close();
  }
}
