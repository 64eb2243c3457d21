/**
 * sweep.json in a directory: the sweeps that were run there, and the array of tasks that shares them; what wrote it, and the
 * bits revision of that. Which bits each result has is in the journal.
 */
import { lstat, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { isObject } from "../checks.js";
import { ConfigError, parseConfig } from "../config.js";
import { generator } from "../disk/generator.js";
import { type Kind, kindOf } from "../disk/kind.js";
import { checkWritable, writeWhole } from "../disk/writeWhole.js";
import { bitsRevision } from "../kernel/bitsRevision.js";
import { canonicalSweep, parseSweep, type SweepDescription } from "../sweep/description.js";
import { SweepPlan } from "../sweep/grid.js";
import { journalFile } from "../sweep/journal.js";
import { isTaskArray, type TaskArray } from "../sweep/shard.js";
import { parseJson } from "./json.js";

export interface SweepRecord {
  sweeps: SweepDescription[];
  /** The array of tasks whose shares were run there, if any. */
  array: TaskArray | undefined;
}

/**
 * The sweeps of a sweep.json: of what this package wrote, or the one that is described.
 * @throws ConfigError for anything else
 */
export function parseRecord(value: unknown): SweepRecord {
  if (!isObject(value) || typeof value.generator !== "string")
    return { sweeps: [parseSweep(value)], array: undefined };
  const { sweeps, array } = value;
  if (!Array.isArray(sweeps) || !(array === undefined || isTaskArray(array)))
    throw new ConfigError("sweep.json: expected { generator, sweeps, array }, got another object");
  return { sweeps: sweeps.map(parseSweep), array };
}

/** Also of a journal that is named itself. */
const pathIn = (directory: string): string => join(dirname(journalFile(directory)), "sweep.json");

/**
 * What a directory remembers; no sweep where there is no sweep.json.
 * @throws ConfigError for one that cannot be read or is something else
 */
export async function readRecord(directory: string): Promise<SweepRecord> {
  const path = pathIn(directory);
  try {
    return parseRecord(parseJson(await readFile(path, "utf8")));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { sweeps: [], array: undefined };
    throw new ConfigError(
      `${path}: expected the sweeps of its directory, got another file (${code ?? message})`,
    );
  }
}

/** Writes what a directory is to remember, unless it does so already. */
export async function writeRecord(directory: string, record: SweepRecord): Promise<void> {
  if (await remembers(directory, record)) return;
  const text = JSON.stringify({ generator: generator(), bitsRevision, ...record }, null, 2);
  await writeWhole(pathIn(directory), `${text}\n`, { kind: "description" });
}

/**
 * Tries the writing before there is work to lose.
 * @throws ConfigError when there is something to write, and what is there is somebody else's
 */
export async function checkRecord(directory: string, record: SweepRecord): Promise<void> {
  if (!(await remembers(directory, record))) await checkThere(pathIn(directory), "description");
}

const remembers = async (directory: string, record: SweepRecord): Promise<boolean> =>
  isDeepStrictEqual(await readRecord(directory), plain(record));

/** Where nothing is yet, the journal says whether something can be. */
async function checkThere(path: string, kind: Kind): Promise<void> {
  if (await lstat(path).catch(() => undefined)) await checkWritable(path, { kind });
}

/** As it is read back: fields that are undefined are none. */
const plain = (record: SweepRecord): SweepRecord =>
  parseRecord({ generator: "", ...JSON.parse(JSON.stringify(record)) });

/** Whether two descriptions are of one sweep. */
export const isSame = (a: SweepDescription, b: SweepDescription): boolean =>
  isDeepStrictEqual(canonicalSweep(a), canonicalSweep(b));

/** The sweep with another total of steps. */
export const withSteps = (description: SweepDescription, steps: number): SweepDescription => ({
  ...description,
  base: { ...description.base, steps },
});

/** Whether two descriptions are of one sweep but for the steps of their base. */
export const isSameButSteps = (a: SweepDescription, b: SweepDescription): boolean =>
  isSame(withSteps(a, 0), withSteps(b, 0));

const stepsOf = ({ base }: SweepDescription): number => base?.steps ?? parseConfig({}).steps;

/** Whether `longer` is the same sweep for more steps: its runs go on from where those of `known` ended. */
export const isLongerSweep = (longer: SweepDescription, known: SweepDescription): boolean =>
  isSameButSteps(longer, known) && stepsOf(longer) > stepsOf(known);

/**
 * The record with this sweep in it. A sweep that is there and goes on for longer needs no word: its directory is of both.
 * @param add whether it may be another sweep than those that are there
 * @throws ConfigError for another one that is not to be added
 */
export function withSweep(
  record: SweepRecord,
  description: SweepDescription,
  { directory, add }: { directory: string; add: boolean },
): SweepRecord {
  const { sweeps } = record;
  if (sweeps.some((known) => isSame(known, description))) return record;
  const last = sweeps.at(-1);
  const done = sweeps.filter((known) => isLongerSweep(known, description)).map(stepsOf);
  if (done.length > 0 && !add)
    throw new ConfigError(
      `--steps: expected more than the ${Math.max(...done)} that the sweep of ${directory} has already, got ${stepsOf(description)}; --add runs this one there too`,
    );
  if (last && !add && !sweeps.some((known) => isLongerSweep(description, known))) {
    const [ours, theirs] = [canonicalSweep(description), canonicalSweep(last)];
    const differ = Object.keys(ours).filter((field) => ours[field] !== theirs[field]);
    throw new ConfigError(
      `--out: expected the directory of this sweep, got ${directory}, which is of another one (${differ.join(", ")} ${differ.length > 1 || differ[0]?.endsWith("s") ? "differ" : "differs"}); --add runs this one there too`,
    );
  }
  return { ...record, sweeps: [...sweeps, description] };
}

/** @throws ConfigError for the directory of a report of `reproduce`, which shows all runs of its journal */
export async function checkNoReport(directory: string, argument = "--out"): Promise<void> {
  for (const [name, kind] of [
    ["claims.json", "claims"],
    ["index.html", "page"],
  ])
    if ((await kindOf(join(dirname(journalFile(directory)), name)).catch(() => undefined)) === kind)
      throw new ConfigError(
        `${argument}: expected a new directory or that of a sweep, got ${directory}, which holds a report of reproduce`,
      );
}

/**
 * Tries what a sweep writes beside its journal and its record.
 * @throws ConfigError for a file that is somebody else's
 */
export async function checkFiles(directory: string): Promise<void> {
  const place = dirname(journalFile(directory));
  await checkThere(join(place, "status.json"), "status");
  await checkThere(join(place, "runs.parquet"), "table");
}

/** Names of all runs of these sweeps, each once. */
export const runsOf = (sweeps: readonly SweepDescription[], keep?: (run: string) => boolean): Set<string> =>
  new Set(sweeps.flatMap((description) => new SweepPlan(description, keep).runs));
