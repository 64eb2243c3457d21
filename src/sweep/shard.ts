/** A share of a sweep for one of several machines: which runs it takes depends on their names alone. */
import { ConfigError } from "../config.js";

/** As process.env; its own type would ask consumers for Node's. */
type Environment = Readonly<Record<string, string | undefined>>;

export interface Shard {
  /** 0 to count − 1. */
  index: number;
  count: number;
}

/** Whether a run is the shard's: the first 48 bits of its name modulo the count. */
export const inShard = (run: string, { index, count }: Shard): boolean =>
  Number.parseInt(run.slice(0, 12), 16) % count === index;

function numberOf(environment: Environment, name: string, kind: string): number {
  const value = Number(environment[name] || Number.NaN);
  if (!Number.isInteger(value))
    throw new ConfigError(
      `--shard ${kind}: expected a whole number in ${name}, got ${JSON.stringify(environment[name] ?? null)}`,
    );
  return value;
}

/**
 * `i/n` with i from 0 to n − 1; `slurm`: this task of a job array; `kubernetes`: this pod of an indexed Job, whose
 * `completions` Kubernetes does not hand down and the manifest has to repeat in JOB_COMPLETIONS.
 * @throws ConfigError for anything else
 */
export function parseShard(text: string, environment: Environment = process.env): Shard {
  let shard: Shard;
  if (text === "slurm") {
    const of = (name: string) => numberOf(environment, `SLURM_ARRAY_TASK_${name}`, text);
    const [first, count] = [of("MIN"), of("COUNT")];
    // an array may begin anywhere and leave gaps of equal width: 10-40:10
    const width = count > 1 ? (of("MAX") - first) / (count - 1) : 1;
    shard = { index: (of("ID") - first) / width, count };
    if (!Number.isInteger(shard.index))
      throw new ConfigError(
        "--shard slurm: expected an array of equal distances (0-15 or 10-40:10), got another one",
      );
  } else if (text === "kubernetes")
    shard = {
      index: numberOf(environment, "JOB_COMPLETION_INDEX", text),
      count: numberOf(environment, "JOB_COMPLETIONS", text),
    };
  else {
    const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
    shard = { index: Number(index), count: Number(count) };
  }
  const { index, count } = shard;
  if (!(Number.isInteger(index) && Number.isInteger(count) && count >= 1 && index >= 0 && index < count))
    throw new ConfigError(
      `--shard: expected i/n from 0/n to (n-1)/n, slurm or kubernetes, got ${JSON.stringify(text)}${Number.isNaN(count) ? "" : ` (${index}/${count})`}`,
    );
  return shard;
}
