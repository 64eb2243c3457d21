/** Many runs on many threads, kept on disk (Node only). */
import { checkNames } from "../checks.js";
import type { Condition, SweepDescription } from "./description.js";
import { SweepPlan } from "./grid.js";
import { Journal } from "./journal.js";
import { runPool } from "./pool.js";
import { completePoolOptions, type PoolOptions, poolOptionNames } from "./poolOptions.js";
import type { RunResult } from "./result.js";
import { checkShard, inShard, type Shard } from "./shard.js";
import { checkWhere, meetsAtEnd } from "./where.js";

export type { ComputedBy } from "../backend/backend.js";
export type { Space } from "./axis.js";
export { cores } from "./cores.js";
export type { AxisValues, Condition, Operand, SweepDescription } from "./description.js";
export { FailedRuns, type SkippedRun } from "./failedRuns.js";
export { SweepPlan, sweepConfigs, type Varied } from "./grid.js";
export { type Group, groupBy } from "./groups.js";
export { Journal } from "./journal.js";
export type { Configs } from "./ledger.js";
export { type MergeReport, merge } from "./merge.js";
export { runPool } from "./pool.js";
export type { PoolEvent, PoolOptions, PoolProgress, RunningRun } from "./poolOptions.js";
export type { RunFailure, RunResult } from "./result.js";
export { type FinishedRuns, Selection, type SelectionOptions } from "./selection.js";
export type { Shard } from "./shard.js";

export interface SweepOptions extends Omit<PoolOptions, "journal"> {
  /** The sweep's directory: finished runs are kept there and not run again. */
  journal?: string;
  /** Only this share of the runs; which ones depends on their names alone. */
  shard?: Shard;
}

/**
 * Runs a sweep and yields its runs, those of the journal first and then each as it finishes.
 * @throws ConfigError for a bad description or shard, or a directory that cannot be written or that another process writes to
 * @throws FailedRuns at the end, when runs failed
 * @throws the signal's reason when aborted; what is finished is in the journal
 */
export async function* sweep(
  description: SweepDescription,
  given: SweepOptions = {},
): AsyncGenerator<RunResult> {
  checkNames(given, ["journal", "shard"], poolOptionNames);
  const { journal: path, shard, ...options } = given;
  completePoolOptions(options);
  if (shard) checkShard(shard);
  const plan = new SweepPlan(description, shard && ((run) => inShard(run, shard)));
  const journal = path === undefined ? undefined : await Journal.open(path);
  try {
    yield* runPool(plan, { ...options, journal });
  } finally {
    await journal?.close();
  }
}

/**
 * The finished runs of a sweep's directory, sorted by name, also while it is being written.
 * @param options `where`: only runs that meet all of these, in fields of the config or of the last evaluation:
 *   `[{ path: "learningRate", below: 0.1 }, { path: "excessLoss", below: 1 }]`
 * @throws ConfigError when there is no journal, or a condition names a field that no run has
 */
export async function* finishedRuns(
  directory: string,
  options: { where?: Condition[] } = {},
): AsyncGenerator<RunResult> {
  checkNames(options, ["where"]);
  const { where = [] } = options;
  const journal = await Journal.read(directory);
  const seen = new Set<string>();
  try {
    for await (const result of journal.results()) if (meetsAtEnd(result, where, seen)) yield result;
    if (journal.runs.length > 0) checkWhere(where, seen);
  } finally {
    await journal.close();
  }
}
