/** Finished runs of one directory or of several, each once, as far as conditions let them in. */
import { checkNames } from "../checks.js";
import { ConfigError, show } from "../config.js";
import type { Condition } from "./description.js";
import { differenceText, Holders } from "./holders.js";
import { Journal } from "./journal.js";
import type { RunFailure, RunResult } from "./result.js";
import { mixOf, type Revisions, revisionsOf } from "./revisions.js";
import { checkWhere, meets, meetsAtEnd } from "./where.js";

/** What tables and reports are made of: a journal, or a selection. */
export type FinishedRuns = Pick<Journal, "runs" | "results" | "failedRuns" | "revisions">;

export interface SelectionOptions {
  /**
   * Only runs that meet all of these, in fields of their config or of their last evaluation:
   * `[{ path: "vocabSize", equals: 1000 }, { path: "excessLoss", below: 1 }]`. Default: all.
   */
  where?: Condition[];
}

export class Selection implements FinishedRuns {
  /** Names of the runs, sorted. */
  readonly runs: string[];
  /** Names of runs that failed and have no result, sorted; of a failed run only the config can meet a condition. */
  readonly failedRuns: string[];
  /** Finished runs before conditions chose among them. */
  readonly total: number;
  /** Directories of the journals. */
  readonly directories: string[];
  /** What is wrong with the journals, and relaxed results that differ, a line each. */
  readonly notices: string[];
  readonly #holders: Holders;
  readonly #journals: Journal[];

  private constructor(
    journals: Journal[],
    holders: Holders,
    { runs, failedRuns }: { runs: string[]; failedRuns: string[] },
  ) {
    this.#holders = holders;
    this.#journals = journals;
    this.runs = runs;
    this.failedRuns = failedRuns;
    this.total = holders.best.size;
    this.directories = journals.map(({ directory }) => directory);
    const { differing, largest } = holders;
    const mix = journals.every(({ revisions }) => mixOf(revisions) === undefined)
      ? mixOf(this.revisions)
      : undefined;
    this.notices = [
      ...journals.flatMap(({ notices }) => notices),
      ...(largest === null ? [] : [differenceText(differing, largest)]),
      ...(mix === undefined ? [] : [mix]),
    ];
  }

  /**
   * Opens directories for reading, also while sweeps write them. A run that is in several is taken once, by `merge`'s rule:
   * two results of it must be the same in what both have, and of one bits revision; relaxed ones may differ, and the first
   * is taken.
   * @param at directories of sweeps, or paths of journals ending in .ndjson
   * @throws ConfigError when one has no journal, two results of a run differ, or a condition names a field that no run has
   */
  static async read(at: string | readonly string[], options: SelectionOptions = {}): Promise<Selection> {
    checkNames(options, ["where"]);
    const { where = [] } = options;
    const paths = typeof at === "string" ? [at] : at;
    if (!Array.isArray(paths) || paths.length === 0)
      throw new ConfigError(`directories: expected the path of a directory or several, got ${show(at)}`);
    const journals: Journal[] = [];
    try {
      const holders = new Holders();
      for (const path of paths) {
        const journal = await Journal.read(path);
        journals.push(journal);
        await holders.add(journal);
      }
      return new Selection(journals, holders, await chosen(journals, holders, where));
    } catch (error) {
      await closeAll(journals);
      throw error;
    }
  }

  /** How many runs there are of each bits revision, the oldest first. */
  get revisions(): Revisions {
    return revisionsOf(
      this.runs.map((run) => ({ bitsRevision: this.#holders.best.get(run)?.revisionOf(run) })),
    );
  }

  /** The runs, one at a time, sorted by name. */
  async *results(runs: Iterable<string> = this.runs): AsyncGenerator<RunResult> {
    for (const run of runs) {
      const result = await this.#holders.best.get(run)?.get(run);
      if (result) yield result;
    }
  }

  /** Why a run failed. */
  failure(run: string): Promise<RunFailure | undefined> {
    return failureIn(this.#journals, run);
  }

  async close(): Promise<void> {
    await closeAll(this.#journals);
  }
}

async function closeAll(journals: readonly Journal[]): Promise<void> {
  for (const journal of journals) await journal.close();
}

async function failureIn(journals: readonly Journal[], run: string): Promise<RunFailure | undefined> {
  return journals.find((journal) => journal.hasFailed(run))?.failure(run);
}

/** The runs that meet all conditions; without any nothing is read. */
async function chosen(
  journals: readonly Journal[],
  { best }: Holders,
  where: readonly Condition[],
): Promise<{ runs: string[]; failedRuns: string[] }> {
  const all = [...best.keys()].sort();
  const failed = [...new Set(journals.flatMap(({ failedRuns }) => failedRuns))].filter(
    (run) => !best.has(run),
  );
  if (where.length === 0) return { runs: all, failedRuns: failed.sort() };
  const seen = new Set<string>();
  const runs: string[] = [];
  for (const run of all) {
    const result = await best.get(run)?.get(run);
    if (result && meetsAtEnd(result, where, seen)) runs.push(run);
  }
  if (all.length > 0) checkWhere(where, seen);
  const failedRuns: string[] = [];
  for (const run of failed.sort()) {
    const failure = await failureIn(journals, run);
    if (failure && meets(failure.config, where)) failedRuns.push(run);
  }
  return { runs, failedRuns };
}
