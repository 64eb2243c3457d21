/** The config of `train`: flags over a JSON file, or over the config of the snapshot that is resumed. */
import { readFile } from "node:fs/promises";
import { ConfigError, parseConfig, type RunConfig, type RunConfigInput, show } from "../config.js";
import { parseJson } from "./json.js";
import { parseNumber, parseScalar } from "./numbers.js";

/** Flags that set one field of the config: flag, its value's name, dotted path, meaning. */
export const fields: [string, string, string, string][] = [
  ["vocab-size", "V", "vocabSize", "tokens in the vocabulary (default: 100)"],
  ["embedding-dim", "D", "embeddingDim", "dimensions of an embedding (default: 100)"],
  ["exponent", "x", "distribution.exponent", "exponent of the Zipf law (default: 1)"],
  ["init-std", "x", "init.std", "standard deviation of the initial weights (default: D^-1/2)"],
  ["beta1", "x", "optimizer.beta1", "Adam's β₁ (default: 0.9)"],
  ["beta2", "x", "optimizer.beta2", "Adam's β₂ (default: 0.999)"],
  ["eps", "x", "optimizer.eps", "Adam's eps (default: 1e-8)"],
  ["batch-size", "B", "batchSize", "pairs a step (default: 128)"],
  ["steps", "n", "steps", "steps in all (default: 3000)"],
  ["evaluate-every", "n", "evaluateEvery", "steps between evaluations (default: 100)"],
  ["seed", "n", "seed", "seed (default: 0)"],
];

export interface ConfigFlags {
  config?: string;
  tied?: boolean;
  norm?: string;
  learningRate?: string;
  evaluation?: string;
  [flag: string]: unknown;
}

const camelCase = (flag: string): string =>
  flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

type Input = Record<string, unknown>;

/** `input` with what the flags say. Rates and kinds pass through to the schema, which names what is wrong. */
function withFlags(input: Input, flags: ConfigFlags): RunConfigInput {
  // biome-ignore lint/suspicious/noExplicitAny: the schema checks it
  const config: any = { ...input };
  for (const [flag, , path] of fields) {
    const text = flags[camelCase(flag)] as string | undefined;
    if (text === undefined) continue;
    const value = parseNumber(path, text);
    const [parent, child] = path.split(".");
    if (child === undefined) config[parent] = value;
    else
      config[parent] = {
        ...(config[parent] ?? { kind: { distribution: "zipf", init: "normal", optimizer: "adam" }[parent] }),
        [child]: value,
      };
  }
  if (flags.tied !== undefined) config.tied = flags.tied;
  if (flags.norm !== undefined) config.norm = flags.norm;
  // the numbers of another kind mean nothing to this one
  if (flags.evaluation !== undefined && config.evaluation?.kind !== flags.evaluation)
    config.evaluation = { kind: flags.evaluation };
  if (flags.learningRate !== undefined) config.learningRate = parseSchedule(flags.learningRate);
  return config;
}

function parseSchedule(text: string): unknown {
  const value = parseScalar(text);
  if (value !== undefined) return value;
  throw new ConfigError(`learningRate: expected a number or a schedule as JSON, got ${JSON.stringify(text)}`);
}

async function readConfig(path: string): Promise<Input> {
  let value: unknown;
  try {
    value = parseJson(await readFile(path, "utf8"));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConfigError(`--config: expected a JSON file, got ${path} (${code ?? message})`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new ConfigError(`--config: expected a JSON object, got ${path}`);
  return value as Input;
}

/** Does what takes the flags' values; an error that names a field names the flag that set it. */
export async function namingFlags<T>(flags: ConfigFlags, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const [, path, said] = (error instanceof ConfigError && /^([\w.]+)(: .*)$/.exec(error.message)) || [];
    if (path === undefined) throw error;
    if (path === "snapshot" && flags.resume !== undefined) throw new ConfigError(`--resume${said}`);
    const flag = flagOf(path, flags);
    // the flag gives a kind; its numbers come from the file
    if (flag === "--config" || /^evaluation\.(?!kind$)/.test(path)) throw error;
    throw new ConfigError(`${flag}${said}`);
  }
}

/** The config of a new run. */
export async function configOf(flags: ConfigFlags): Promise<RunConfig> {
  return parseConfig(withFlags(flags.config === undefined ? {} : await readConfig(flags.config), flags));
}

/** The first field in which two values differ, as a dotted path; undefined when there is none. */
function difference(a: unknown, b: unknown, path = ""): string | undefined {
  const isObject = (value: unknown): value is Input =>
    value !== null && typeof value === "object" && !Array.isArray(value);
  if (!isObject(a) || !isObject(b)) return JSON.stringify(a) === JSON.stringify(b) ? undefined : path;
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = difference(a[name], b[name], path ? `${path}.${name}` : name);
    if (found !== undefined) return found;
  }
  return undefined;
}

const at = (config: RunConfig, path: string): unknown =>
  path.split(".").reduce<unknown>((value, name) => (value as Input | undefined)?.[name], config);

/** The flag that set a field, "--config" when none did. */
function flagOf(path: string, flags: ConfigFlags): string {
  const [root] = path.split(".");
  if (root === "tied" && flags.tied !== undefined) return flags.tied ? "--tied" : "--no-tied";
  const others = ["norm", "learning-rate", "evaluation", "backend"].map((flag) => [
    flag,
    "",
    camelCase(flag),
  ]);
  for (const [flag, , own] of [...fields, ...others])
    if ((own === path || own === root) && flags[camelCase(flag)] !== undefined) return `--${flag}`;
  return "--config";
}

/**
 * The total of steps that the flags ask of a resumed run, undefined when they ask for none.
 * @throws ConfigError that names the flag for all that a resumed run cannot obey: anything but what the snapshot has
 */
export async function stepsOfResumed(stored: RunConfig, flags: ConfigFlags): Promise<number | undefined> {
  const file = flags.config === undefined ? undefined : await readConfig(flags.config);
  const wanted = parseConfig(withFlags(file ?? structuredClone<Input>({ ...stored }), flags));
  const path = difference({ ...stored, steps: 0 }, { ...wanted, steps: 0 });
  if (path !== undefined)
    throw new ConfigError(
      `${flagOf(path, flags)}: expected ${path} ${show(at(stored, path))} as in the snapshot, got ${show(at(wanted, path))}`,
    );
  const asked = flags.steps !== undefined || file?.steps !== undefined;
  return asked ? wanted.steps : undefined;
}
