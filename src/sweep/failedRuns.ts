/** What is thrown at the end of a pool that could not finish all of its runs. */
import type { RunConfig } from "../config.js";
import type { RunFailure } from "./result.js";

/** A run that there was no memory for. */
export interface SkippedRun {
  run: string;
  config: RunConfig;
  /** Bytes that it takes, its thread included. */
  bytes: number;
  error: string;
}

/** Thrown at the end of an iteration, after every other run is done. */
export class FailedRuns extends Error {
  override name = "FailedRuns";
  /**
   * @param count runs that failed; `failures` holds the first of them
   * @param skippedCount runs that were skipped for want of memory; `skipped` holds the first of them
   */
  constructor(
    readonly count: number,
    readonly failures: RunFailure[],
    readonly skippedCount = 0,
    readonly skipped: SkippedRun[] = [],
  ) {
    const more = (all: number, what: string) => (all > 1 ? ` (and ${all - 1} more ${what})` : "");
    const lines = [];
    if (count > 0) lines.push(`run ${failures[0].run}: ${failures[0].error}${more(count, "failed")}`);
    if (skippedCount > 0)
      lines.push(
        `run ${skipped[0].run} was skipped, it takes ${skipped[0].bytes} bytes of memory with its thread: ${skipped[0].error}${more(skippedCount, "skipped")}`,
      );
    super(lines.join("; "));
  }
}
