/** Which of several journals has each run: what is the same in all of them counts once. */
import { isDeepStrictEqual } from "node:util";
import { ConfigError, canonicalConfig, type RunConfig } from "../config.js";
import type { Journal } from "./journal.js";
import type { RunResult } from "./result.js";

/** Two relaxed results of one run, where they differ most. */
export interface Difference {
  run: string;
  /** Of the records: "loss". */
  field: string;
  /** Size of the difference over the larger of the two numbers' sizes; 1 where one of them has none. */
  relative: number;
}

/** How far relaxed results of one run are from each other, in one line. */
export const differenceText = (differing: number, { run, field, relative }: Difference): string =>
  `${differing} relaxed ${differing === 1 ? "result differs" : "results differ"} from the one that is kept, by ${relative.toExponential(1)} of the number at most (${field} of run ${run})`;

type Fields = Record<string, unknown>;

/** What two machines need not agree on, the time it took and the memory it was given, and what is compared by itself. */
const apart = new Set(["seconds", "stepSeconds", "bytes", "bitsRevision", "computedBy", "config", "records"]);

/** Whether the fields that both have are equal; a later version may have measured more. */
const sharedAgree = (a: Fields, b: Fields): boolean =>
  Object.keys(a).every((name) => apart.has(name) || !(name in b) || isDeepStrictEqual(a[name], b[name]));

/** A config as it is compared: a later version writes fields that an earlier one had not. */
function canonical(config: RunConfig): unknown {
  try {
    return canonicalConfig(config);
  } catch {
    // of a version after this one
    return config;
  }
}

const isSameConfig = (a: RunResult, b: RunResult): boolean =>
  isDeepStrictEqual(canonical(a.config), canonical(b.config));

/** Whether two results of a run are the same, as far as both tell. */
const agree = (a: RunResult, b: RunResult): boolean =>
  sharedAgree(a as unknown as Fields, b as unknown as Fields) &&
  a.records.length === b.records.length &&
  a.records.every((record, i) => sharedAgree({ ...record }, { ...b.records[i] }));

/** Numbers, or what stands in the place of one. */
const isMeasured = (value: unknown): value is number | null => value === null || typeof value === "number";

/** Where the records of two results differ most, step by step; the end of one that the other has not counts as no number. */
function largestDifference(a: RunResult, b: RunResult): Difference {
  let largest: Difference = { run: a.run, field: "step", relative: 0 };
  const note = (field: string, relative: number) => {
    if (relative > largest.relative) largest = { run: a.run, field, relative };
  };
  for (let i = 0; i < Math.max(a.records.length, b.records.length); i++) {
    const [x, y] = [a.records[i], b.records[i]] as unknown as (Fields | undefined)[];
    if (!x || !y || x.step !== y.step) {
      note("step", 1);
      continue;
    }
    for (const [field, one] of Object.entries(x)) {
      const other = y[field];
      if (one === other || !isMeasured(one) || !isMeasured(other)) continue;
      const size = Math.max(Math.abs(one ?? 0), Math.abs(other ?? 0));
      note(field, one === null || other === null ? 1 : Math.abs(one - other) / size);
    }
  }
  return largest;
}

/** Cells that a result has. */
const told = ({ records }: RunResult): number =>
  records.reduce((sum, record) => sum + Object.keys(record).length, 0);

/** Where each run is found first, or with the most in its records, and how often it is found again. */
export class Holders {
  readonly best = new Map<string, Journal>();
  duplicates = 0;
  differing = 0;
  largest: Difference | null = null;

  /** @throws ConfigError when the journal has another result of a run than those before it, or one of another revision */
  async add(journal: Journal): Promise<void> {
    for (const run of journal.runs) {
      const other = this.best.get(run);
      if (!other) {
        this.best.set(run, journal);
        continue;
      }
      this.duplicates++;
      const [old, young] = [other.revisionOf(run), journal.revisionOf(run)];
      if (old !== young)
        throw new ConfigError(
          `run ${run}: expected results of one bits revision, ${other.directory} has it of ${old} and ${journal.directory} of ${young}, which are other bits; merge each revision into a directory of its own`,
        );
      const [a, b] = [(await other.get(run)) as RunResult, (await journal.get(run)) as RunResult];
      if (isSameConfig(a, b) && a.config.arithmetic === "relaxed") {
        if (!agree(a, b)) this.#note(largestDifference(a, b));
        continue;
      }
      if (!isSameConfig(a, b) || !agree(a, b))
        throw new ConfigError(
          `run ${run}: expected one result, ${other.directory} and ${journal.directory} have different ones`,
        );
      if (told(b) > told(a)) this.best.set(run, journal);
    }
  }

  #note(difference: Difference): void {
    this.differing++;
    if (!this.largest || difference.relative > this.largest.relative) this.largest = difference;
  }
}
