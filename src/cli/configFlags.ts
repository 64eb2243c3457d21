/** A flag for every field of a config: options of a command, a config with what they say, and errors that name them. */
import { type Command, Option } from "commander";
import { isObject } from "../checks.js";
import { ConfigError, parseConfig, type RunConfigInput, show } from "../config.js";
import { explained, valueName } from "../fields/explained.js";
import { type Field, fields } from "../fields/fields.js";
import type { DistributionFile } from "./distributionFile.js";
import { parseInterventions } from "./interventionText.js";
import { parseNumber, parseScalar } from "./numbers.js";
import { parseSchedule } from "./scheduleText.js";

/** What a command was given, by the names that commander makes of flags. */
export interface Flags {
  [flag: string]: unknown;
  /** What the file says that --distribution named. */
  distributionFile?: DistributionFile | undefined;
}
export type Input = Record<string, unknown>;

const attributeOf = ({ flag }: Field): string => new Option(`--${flag}`).attributeName();
const attributes = new Map(fields.map((field) => [field, attributeOf(field)]));
const givenValue = (field: Field, flags: Flags): unknown => flags[attributes.get(field) as string];

/** "none, layernorm or rmsnorm" */
const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

/** What `--help` says of a field: the kinds that have it, what it is, its words, its default. */
function described(field: Field): string {
  const { kinds, words } = field;
  const whose = kinds.length > 0 ? `[${kinds.join(", ")}] ` : "";
  return whose + explained(field, words.length > 0 ? `: ${either(words)}` : "");
}

/** Gives a command a flag for every field, under a heading of its own in `--help`; without one `--help` is silent on them. */
export function addConfigFlags(command: Command, heading?: string): void {
  const add = (flags: string, text: string) => {
    const option = new Option(flags, text);
    command.addOption(heading === undefined ? option.hideHelp() : option.helpGroup(heading));
  };
  for (const field of fields) {
    const { flag, type } = field;
    add(type === "boolean" ? `--${flag}` : `--${flag} <${valueName(field)}>`, described(field));
    if (type === "boolean") add(`--no-${flag}`, `not --${flag}`);
  }
}

/** Fields that were given, as typed. */
export const givenFields = (flags: Flags): Field[] =>
  fields.filter((field) => givenValue(field, flags) !== undefined);

/** A flag as it was given. */
export const shownFlag = (field: Field, flags: Flags): string =>
  field.type === "boolean" && givenValue(field, flags) === false ? `--no-${field.flag}` : `--${field.flag}`;

/** The value of a field as the schema takes it; words pass through to the schema, which names what is wrong. */
function parsed({ path, type }: Field, given: unknown): unknown {
  if (typeof given !== "string") return given;
  if (type === "number") return parseNumber(path, given);
  if (type === "schedule") return parseSchedule(path, given);
  if (path === "interventions") return parseInterventions(path, given);
  if (type !== "list") return given;
  const value = parseScalar(given);
  if (!Array.isArray(value))
    throw new ConfigError(`${path}: expected a list as JSON, got ${JSON.stringify(given)}`);
  return value;
}

/** Of two ways to say one thing a config has one: the flag of one takes the place of the file's other. */
export const otherWay: Record<string, string> = { evaluateEvery: "evaluateAt", evaluateAt: "evaluateEvery" };

/**
 * A config with what the flags say: they win over `input`, and another kind drops the numbers of the one before.
 * @throws ConfigError that begins with the field's path, for text that is no value and for a field of another kind
 */
export function withFlags(input: Input, flags: Flags): RunConfigInput {
  const config: Input = { ...input };
  if (flags.distributionFile) config.vocabSize ??= flags.distributionFile.vocabSize;
  const given = givenFields(flags);
  for (const { path } of given) delete config[otherWay[path.split(".")[0]] ?? ""];
  for (const field of given) {
    const value = parsed(field, givenValue(field, flags));
    const [name, child] = field.path.split(".");
    if (child === undefined) config[name] = value;
    else if (isOfFile(field, flags)) config[name] = flags.distributionFile?.distribution;
    else if (child === "kind") {
      const now = config[name];
      if (!isObject(now) || now.kind !== value) config[name] = { kind: value };
    } else {
      const whole = config[name] ?? byDefault(name, config);
      // what is no object at all the schema names
      if (whole !== undefined && !isObject(whole)) continue;
      checkKind(field, whole?.kind);
      config[name] = { ...whole, [child]: value };
    }
  }
  checkSize(config, flags.distributionFile);
  return config as RunConfigInput;
}

/** Whether a file stands in the flag's place. */
const isOfFile = ({ path }: Field, { distributionFile }: Flags): boolean =>
  path === "distribution.kind" && distributionFile !== undefined;

/** @throws ConfigError for another vocabulary than that of the file */
function checkSize(config: Input, file: DistributionFile | undefined): void {
  if (file !== undefined && config.vocabSize !== file.vocabSize)
    throw new ConfigError(
      `vocabSize: expected ${file.vocabSize}, as many as ${file.path} has, got ${show(config.vocabSize)}`,
    );
}

/** The kind that a config has where it names none; what there is beside it is filled in anew. */
export function byDefault(name: string, { vocabSize }: Input): unknown {
  const whole = (parseConfig({ vocabSize } as RunConfigInput) as unknown as Input)[name];
  return isObject(whole) ? { kind: whole.kind } : undefined;
}

/**
 * @param said what the error names
 * @throws ConfigError for a field that is not of this kind; of a kind that does not exist the schema will say so
 */
export function checkKind({ path, kinds }: Field, kind: unknown, said = path): void {
  const [name] = path.split(".");
  const known = fields.find((field) => field.path === `${name}.kind`)?.words ?? [];
  if (kinds.includes(kind as string) || (kind !== undefined && !known.includes(kind as string))) return;
  throw new ConfigError(`${said}: expected ${name} ${either(kinds)}, got ${kind ?? "none"}`);
}

/** What a file of a distribution sets beside its kind. */
const ofFiles = ["distribution.probabilities", "distribution.digest"];

/** The given flag that set a field, or what it is a part of; undefined when none did. */
export function flagThatSet(path: string, flags: Flags): string | undefined {
  const found = givenFields(flags).find(
    (field) =>
      path === field.path ||
      path.startsWith(`${field.path}.`) ||
      field.path === `${path}.kind` ||
      (isOfFile(field, flags) && ofFiles.some((own) => path === own || path.startsWith(`${own}.`))),
  );
  return found && shownFlag(found, flags);
}

/**
 * Does what takes the flags' values; an error that names a field names the flag that set it.
 * @param others flags of what is no field of a config, by the name that an error gives it
 */
export async function namingFlags<T>(
  flags: Flags,
  work: () => T | Promise<T>,
  others: Record<string, string> = {},
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const [, path, said] = (error instanceof ConfigError && /^([\w.]+)(: .*)$/.exec(error.message)) || [];
    if (path === undefined) throw error;
    // a kind that was asked for without what it needs
    const lacking = said === ": missing" ? fields.find((field) => field.path === path) : undefined;
    const [name] = path.split(".");
    const flag =
      others[path] ??
      (lacking && flagThatSet(`${name}.kind`, flags) ? `--${lacking.flag}` : flagThatSet(path, flags));
    // where in a list, which the words alone do not say
    const [place = ""] = /^: (missing|unknown field)$/.test(said) ? (/\.\d+\..*$/.exec(path) ?? []) : [];
    throw flag === undefined ? error : new ConfigError(`${flag}${place}${said}`);
  }
}
