/** Several directories of one sweep made one. */
import { isDeepStrictEqual } from "node:util";
import { ConfigError } from "../config.js";
import { Journal } from "./journal.js";
import type { RunResult } from "./result.js";

export interface MergeReport {
  /** Runs that were new to the merged directory. */
  added: number;
  /** Results that another directory had as well, with the same content. */
  duplicates: number;
  /** Runs of the merged directory now. */
  runs: number;
  /** Runs that failed and have no result anywhere. */
  failed: string[];
  /** What was wrong with the journals, a line each. */
  notices: string[];
}

/** What two machines must agree on: everything but the time it took and the memory it was given. */
const essence = ({ seconds: _, stepSeconds: __, bytes: ___, ...rest }: RunResult) => rest;

/**
 * Copies the runs of `sources` into the directory `out` (which may hold some already), each once. The sources are only
 * read. All are checked before anything is written.
 * @throws ConfigError when a source has no journal, or two results of one run differ
 */
export async function merge(out: string, sources: readonly string[]): Promise<MergeReport> {
  const target = await Journal.open(out);
  const opened: Journal[] = [];
  try {
    for (const source of sources) opened.push(await Journal.read(source));
    const holders = [target, ...opened];
    const first = new Map<string, Journal>();
    let duplicates = 0;
    for (const journal of holders)
      for (const run of journal.runs) {
        const other = first.get(run);
        if (!other) first.set(run, journal);
        else {
          duplicates++;
          const [a, b] = [await other.get(run), await journal.get(run)];
          if (!isDeepStrictEqual(essence(a as RunResult), essence(b as RunResult)))
            throw new ConfigError(
              `run ${run}: expected one result, ${other.directory} and ${journal.directory} have different ones`,
            );
        }
      }
    let added = 0;
    let writes: Promise<void>[] = [];
    for (const run of [...first.keys()].sort()) {
      const journal = first.get(run) as Journal;
      if (journal === target) continue;
      added++;
      writes.push(target.append((await journal.get(run)) as RunResult));
      // a sync for many, and few of them in memory
      if (writes.length === 256) await Promise.all(writes.splice(0));
    }
    await Promise.all(writes);
    writes = [];
    for (const journal of opened)
      for (const run of journal.failedRuns)
        if (!target.has(run) && !target.hasFailed(run)) {
          const failure = await journal.failure(run);
          if (failure) await target.appendFailure(failure);
        }
    return {
      added,
      duplicates,
      runs: first.size,
      failed: target.failedRuns,
      notices: holders.flatMap(({ notices }) => notices),
    };
  } finally {
    for (const journal of [...opened, target]) await journal.close();
  }
}
