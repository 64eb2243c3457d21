/** The config of `train`: flags over a JSON file or a link, or over the config of the snapshot that is resumed. */
import { readFile } from "node:fs/promises";
import { isObject } from "../checks.js";
import { ConfigError, parseConfig, type RunConfig, type Schedule, show } from "../config.js";
import type { CorpusTokens } from "../data/digest.js";
import { whyUnread } from "../disk/whyUnread.js";
import { fieldAt } from "../fields/fieldAt.js";
import { type Flags, flagThatSet, type Input, otherWay, withFlags } from "./configFlags.js";
import { withCorpus } from "./corpusFlag.js";
import { parseJson } from "./json.js";
import { isLink, linkedConfig, readLink } from "./linkFlag.js";

export interface TrainFlags extends Flags {
  config?: string;
}

/**
 * The config of `--config FILE`, as it is written there, or of `--config LINK`.
 * @throws ConfigError for a file that cannot be read, or is no JSON object, and for a damaged link
 */
export async function readConfig(path: string): Promise<Input> {
  if (isLink(path)) return linkedConfig(await readLink(path));
  let value: unknown;
  try {
    value = parseJson(await readFile(path, "utf8"));
  } catch (error) {
    throw new ConfigError(`--config: expected a JSON file, got ${path} (${whyUnread(error as Error)})`);
  }
  if (!isObject(value)) throw new ConfigError(`--config: expected a JSON object, got ${path}`);
  return value;
}

/**
 * The config of a new run.
 * @param implied what holds where neither flags nor file say anything else
 */
export async function configOf(
  flags: TrainFlags,
  corpus?: CorpusTokens,
  implied: Input = {},
): Promise<RunConfig> {
  const input = { ...implied, ...(flags.config === undefined ? {} : await readConfig(flags.config)) };
  return parseConfig(withFlags(input, await withCorpus(flags, input, corpus)));
}

/** The first field in which two values differ, as a dotted path; undefined when there is none. */
function difference(a: unknown, b: unknown, path = ""): string | undefined {
  if (!isObject(a) || !isObject(b)) return JSON.stringify(a) === JSON.stringify(b) ? undefined : path;
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = difference(a[name], b[name], path ? `${path}.${name}` : name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a resumed run does otherwise than its snapshot says; undefined where it is asked for nothing else. */
export interface Changes {
  /** A new total. */
  steps: number | undefined;
  /** From the snapshot's step on. */
  learningRate: Schedule | undefined;
}

/**
 * What the flags ask of a resumed run: another total of steps, by flag or by file, and another learning rate, by flag.
 * @param done steps of the snapshot
 * @throws ConfigError that names the flag for all that a resumed run cannot obey: anything else that the snapshot has not
 */
export async function changesOfResumed(stored: RunConfig, done: number, flags: TrainFlags): Promise<Changes> {
  const file = flags.config === undefined ? undefined : await readConfig(flags.config);
  const wanted = parseConfig(withFlags(file ?? structuredClone<Input>({ ...stored }), flags));
  const learningRate = flags.learningRate === undefined ? undefined : wanted.learningRate;
  const same = { steps: 0, ...(learningRate === undefined ? {} : { learningRate }) };
  const path = difference({ ...stored, ...same }, { ...wanted, ...same });
  if (path !== undefined) {
    const [theirs, ours] = [fieldAt(stored, path), fieldAt(wanted, path)].map((value) =>
      show(value ?? "none"),
    );
    throw new ConfigError(
      `${flagThatSet(path, flags) ?? flagThatSet(otherWay[path] ?? path, flags) ?? "--config"}: expected ${path} ${theirs} as in the snapshot, got ${ours}`,
    );
  }
  const steps = flags.steps !== undefined || file?.steps !== undefined ? wanted.steps : undefined;
  if (steps !== undefined && steps < done)
    throw new ConfigError(
      `${flags.steps === undefined ? "--config" : "--steps"}: expected steps of at least ${done}, which the snapshot has done, got ${steps}`,
    );
  const total = steps ?? stored.steps;
  if (
    total === done &&
    learningRate !== undefined &&
    difference(stored.learningRate, learningRate) !== undefined
  )
    throw new ConfigError(
      `--learning-rate: expected --steps above ${done} with it, all that the snapshot's run has, got ${total}`,
    );
  return { steps, learningRate };
}
