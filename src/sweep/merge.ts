/** Several directories of one sweep made one. */
import { type Difference, Holders } from "./holders.js";
import { Journal } from "./journal.js";
import { mergeSnapshots } from "./mergeSnapshots.js";
import type { RunFailure, RunResult } from "./result.js";
import { mixOf } from "./revisions.js";

export interface MergeReport {
  /** Runs that were new to the merged directory. */
  added: number;
  /** Kept snapshots that were copied: of new runs, and of those that had none. */
  snapshots: number;
  /** Results that another directory had as well, with the same content. */
  duplicates: number;
  /** Relaxed results that differ from the one of their run that is kept. */
  differing: number;
  /** Where they differ most; null where none does. */
  largestDifference: Difference | null;
  /** Runs of the merged directory now. */
  runs: number;
  /** Runs that failed and have no result anywhere. */
  failed: string[];
  /** What was wrong with the journals, a line each. */
  notices: string[];
}

const TOGETHER = 256;

/**
 * Copies the runs of `sources` into the directory `out` (which may hold some already), each once. The sources are only
 * read. All are checked before anything is made or written. Two results of one run must have equal configs (in their
 * canonical form) and be equal in the fields that both have; of two sources the one whose records have more is copied. Those
 * of a relaxed run may differ by who computed them: the first is copied. Snapshots that were kept come along, also of runs that
 * `out` has without one.
 * @param options.onNotice hears what is wrong with a journal in one line as soon as it is opened, also of a merge that fails,
 *   and of results of several bits revisions that come together
 * @throws ConfigError when a source has no journal, or two results of one run differ or are of two bits revisions
 */
export async function merge(
  out: string,
  sources: readonly string[],
  { onNotice }: { onNotice?: (line: string) => void } = {},
): Promise<MergeReport> {
  const opened: Journal[] = [];
  try {
    const holders = new Holders();
    for (const source of sources) {
      const journal = await Journal.read(source);
      opened.push(journal);
      for (const notice of journal.notices) onNotice?.(notice);
      await holders.add(journal);
    }
    const target = await Journal.open(out);
    opened.push(target);
    for (const notice of target.notices) onNotice?.(notice);
    await holders.add(target);
    const unmixed = mixOf(target.revisions) === undefined;
    const added = [...holders.best.keys()].filter((run) => !target.has(run)).sort();
    // first: a run is added once, and a snapshot of none does no harm
    const snapshots = await mergeSnapshots(target, opened.slice(0, -1), (run) =>
      target.has(run) ? target : holders.best.get(run),
    );
    // a sync for many, and few of them in memory
    for (let from = 0; from < added.length; from += TOGETHER) {
      const results: RunResult[] = [];
      for (const run of added.slice(from, from + TOGETHER))
        results.push((await holders.best.get(run)?.get(run)) as RunResult);
      await Promise.all(results.map((result) => target.append(result)));
    }
    for (const journal of opened)
      for (const run of journal.failedRuns)
        if (!target.has(run) && !target.hasFailed(run))
          await target.appendFailure((await journal.failure(run)) as RunFailure);
    const mix = mixOf(target.revisions);
    if (unmixed && mix !== undefined) onNotice?.(`${target.path}: ${mix}`);
    return {
      added: added.length,
      snapshots,
      duplicates: holders.duplicates,
      differing: holders.differing,
      largestDifference: holders.largest,
      runs: holders.best.size,
      failed: target.failedRuns,
      notices: opened.flatMap(({ notices }) => notices),
    };
  } finally {
    // the merged one says last whether it is still there
    for (const journal of opened) await journal.close();
  }
}
