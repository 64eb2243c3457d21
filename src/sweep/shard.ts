/** A share of a sweep for one of several machines: which runs it takes depends on their names alone. */
import { ConfigError } from "../config.js";

/** As process.env; its own type would ask consumers for Node's. */
type Environment = Readonly<Record<string, string | undefined>>;

export interface Shard {
  /** 0 to count − 1. */
  index: number;
  count: number;
}

/** The tasks that share a sweep: `count` of them, with the ids `first`, `first + width`, …; without ids those of `i/n`. */
export interface TaskArray {
  count: number;
  first?: number | undefined;
  width?: number | undefined;
}

/** Whether this is an array, as it is read back from a file. */
export function isTaskArray(value: unknown): value is TaskArray {
  if (typeof value !== "object" || value === null) return false;
  const { count, first, width } = value as TaskArray;
  const whole = (x: unknown, least: number) => Number.isInteger(x) && (x as number) >= least;
  return whole(count, 1) && (first === undefined ? width === undefined : whole(first, 0) && whole(width, 1));
}

/** Whether a run is the shard's: the first 48 bits of its name modulo the count. */
export const inShard = (run: string, { index, count }: Shard): boolean =>
  Number.parseInt(run.slice(0, 12), 16) % count === index;

/** @throws ConfigError for a shard that would leave runs out or do them twice: index and count are whole, 0 ≤ index < count */
export function checkShard({ index, count }: Shard): void {
  if (!Number.isInteger(count) || count < 1)
    throw new ConfigError(`shard.count: expected a whole number of at least 1, got ${count}`);
  if (!Number.isInteger(index) || index < 0 || index >= count)
    throw new ConfigError(`shard.index: expected a whole number from 0 to ${count - 1}, got ${index}`);
}

function numberOf(environment: Environment, name: string, kind: string): number {
  const value = Number(environment[name] || Number.NaN);
  if (!Number.isInteger(value))
    throw new ConfigError(
      `--shard ${kind}: expected a whole number in ${name}, got ${JSON.stringify(environment[name] ?? null)}`,
    );
  return value;
}

/** `i/n` as typed. */
function typed(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (!(shard.count >= 1 && shard.index < shard.count))
    throw new ConfigError(
      `--shard: expected i/n from 0/n to (n-1)/n, slurm or kubernetes, got ${JSON.stringify(text)}${count === undefined ? "" : ` (${index}/${count})`}`,
    );
  return shard;
}

/**
 * The array that a task stands in. A scheduler tells it only to tasks that are submitted together: one that is submitted
 * again hears of itself alone, so the first to use a directory keeps its array there.
 * @param text `i/n` with i from 0 to n − 1; `slurm`: this task of a job array; `kubernetes`: this pod of an indexed Job,
 * whose `completions` Kubernetes does not hand down and the manifest has to repeat in JOB_COMPLETIONS
 * @param known the array that was kept
 * @throws ConfigError for anything else, for ids at unequal distances, an array of one task, or another than the known one
 */
export function taskArray(
  text: string,
  environment: Environment = process.env,
  known?: TaskArray | undefined,
): TaskArray {
  if (known?.first !== undefined) return known;
  const array = arrayOf(text, environment);
  if (known && known.count !== array.count)
    throw new ConfigError(
      `--shard: expected a share of ${known.count}, as this directory has it, got one of ${array.count}`,
    );
  return array;
}

function arrayOf(text: string, environment: Environment): TaskArray {
  let array: TaskArray;
  if (text === "slurm") {
    const of = (name: string) => numberOf(environment, `SLURM_ARRAY_TASK_${name}`, text);
    const [first, count] = [of("MIN"), of("COUNT")];
    // an array may begin anywhere and leave gaps of equal width: 10-40:10
    const width = count > 1 ? (of("MAX") - first) / (count - 1) : 1;
    if (!Number.isInteger(width) || width < 1 || !Number.isInteger((of("ID") - first) / width))
      throw new ConfigError(
        "--shard slurm: expected an array of equal distances (0-15 or 10-40:10), got another one",
      );
    array = { first, width, count };
  } else if (text === "kubernetes")
    array = { first: 0, width: 1, count: numberOf(environment, "JOB_COMPLETIONS", text) };
  else return { count: typed(text).count };
  if (array.count < 2)
    throw new ConfigError(
      `--shard ${text}: expected an array of at least 2 tasks, got ${array.count}; a task that is submitted again goes on in the directory of its first time, anywhere else name its share: --shard i/n`,
    );
  return array;
}

/**
 * The share of a task. Of a scheduler's task only its id is read.
 * @param array of `taskArray`
 * @throws ConfigError for a task outside the array, or an `i/n` of another count
 */
export function parseShard(
  text: string,
  environment: Environment = process.env,
  array: TaskArray = taskArray(text, environment),
): Shard {
  const { first = 0, width = 1, count } = array;
  if (text !== "slurm" && text !== "kubernetes") {
    const shard = typed(text);
    if (shard.count !== count)
      throw new ConfigError(
        `--shard: expected a share of ${count}, as this directory has it, got ${JSON.stringify(text)}`,
      );
    return shard;
  }
  const id = numberOf(environment, text === "slurm" ? "SLURM_ARRAY_TASK_ID" : "JOB_COMPLETION_INDEX", text);
  const index = (id - first) / width;
  if (!Number.isInteger(index) || index < 0 || index >= count)
    throw new ConfigError(
      `--shard ${text}: expected a task of the array ${first}-${first + width * (count - 1)}${width > 1 ? `:${width}` : ""}, got ${id}`,
    );
  return { index, count };
}
