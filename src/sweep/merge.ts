/** Several directories of one sweep made one. */
import { isDeepStrictEqual } from "node:util";
import { ConfigError } from "../config.js";
import { Journal } from "./journal.js";
import type { RunFailure, RunResult } from "./result.js";

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

const TOGETHER = 256;

/** What two machines must agree on: everything but the time it took and the memory it was given. */
const essence = ({ seconds: _, stepSeconds: __, bytes: ___, ...rest }: RunResult) => rest;

/** Where each run is first found, and how often it is found again. */
class Holders {
  readonly first = new Map<string, Journal>();
  duplicates = 0;

  /** @throws ConfigError when the journal has another result of a run than those before it */
  async add(journal: Journal): Promise<void> {
    for (const run of journal.runs) {
      const other = this.first.get(run);
      if (!other) {
        this.first.set(run, journal);
        continue;
      }
      this.duplicates++;
      const [a, b] = [await other.get(run), await journal.get(run)];
      if (!isDeepStrictEqual(essence(a as RunResult), essence(b as RunResult)))
        throw new ConfigError(
          `run ${run}: expected one result, ${other.directory} and ${journal.directory} have different ones`,
        );
    }
  }
}

/**
 * Copies the runs of `sources` into the directory `out` (which may hold some already), each once. The sources are only
 * read. All are checked before anything is made or written.
 * @param options.onNotice hears what is wrong with a journal in one line as soon as it is opened, also of a merge that fails
 * @throws ConfigError when a source has no journal, or two results of one run differ
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
    const added = [...holders.first.keys()].filter((run) => !target.has(run)).sort();
    // a sync for many, and few of them in memory
    for (let from = 0; from < added.length; from += TOGETHER) {
      const results: RunResult[] = [];
      for (const run of added.slice(from, from + TOGETHER))
        results.push((await holders.first.get(run)?.get(run)) as RunResult);
      await Promise.all(results.map((result) => target.append(result)));
    }
    for (const journal of opened)
      for (const run of journal.failedRuns)
        if (!target.has(run) && !target.hasFailed(run))
          await target.appendFailure((await journal.failure(run)) as RunFailure);
    return {
      added: added.length,
      duplicates: holders.duplicates,
      runs: holders.first.size,
      failed: target.failedRuns,
      notices: opened.flatMap(({ notices }) => notices),
    };
  } finally {
    // the merged one says last whether it is still there
    for (const journal of opened) await journal.close();
  }
}
