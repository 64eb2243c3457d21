import { isObject } from "../checks.js";
import { ConfigError } from "../config.js";
import type { Field } from "../fields/fields.js";
import { fieldNamed, namesAt } from "../fields/names.js";
import type { AxisValues } from "../sweep/description.js";
import { byDefault, checkKind, type Input } from "./configFlags.js";
import { isCountsName } from "./countsFile.js";
import { parseInterventions } from "./interventionText.js";
import { parseNumber, parseScalar, parseWholeNumber } from "./numbers.js";
import { parseSchedule } from "./scheduleText.js";

/** What is varied: a field, or what is deeper in the config, which has no field. */
interface Varied {
  /** As it was typed, behind --vary. */
  typed: string;
  /** Dotted path in the config. */
  path: string;
  field: Field | undefined;
}

/**
 * What a name means to the flags of a config it means here. `optimizer` stands for the object, which its kind alone makes.
 * @throws ConfigError for the name of no field
 */
function variedBy(typed: string): Varied {
  const field = fieldNamed(typed);
  const [root] = typed.split(".");
  if (field === undefined && !namesAt([]).includes(root))
    throw new ConfigError(`--vary ${typed}: unknown field`);
  const isWhole = field?.type === "kind" && !typed.endsWith(".kind");
  const path = isWhole ? field.path.replace(/\.kind$/, "") : (field?.path ?? typed);
  return { typed: `--vary ${typed}`, path, field };
}

/**
 * `name=v1,v2,…`, `name=log:from:to:n` or `name=linear:from:to:n` → the path of the field and its values. The name is any that
 * the field has: `exponent`, `distribution.exponent`, `weight-decay`, `weightDecay`.
 * @param base as with flags, an object of the kind that it has there keeps its numbers
 * @throws ConfigError that names the flag
 */
export function parseVary(text: string, base: Input = {}): [string, AxisValues] {
  const at = text.indexOf("=");
  if (at < 1) throw new ConfigError(`--vary: expected path=values, got ${JSON.stringify(text)}`);
  const varied = variedBy(text.slice(0, at).trim());
  const { typed, path, field } = varied;
  const values = text.slice(at + 1);
  const [kind, from, to, count, ...rest] = values.split(":");
  const isKind = field?.type === "kind" && from === undefined;
  if ((kind !== "log" && kind !== "linear") || isKind)
    return [path, split(values).map((value) => parseValue(varied, value.trim(), base))];
  if (count === undefined || rest.length > 0)
    throw new ConfigError(`${typed}: expected ${kind}:from:to:n, got ${JSON.stringify(values)}`);
  const ends = { from: parseNumber(typed, from), to: parseNumber(typed, to) };
  if (kind === "log" && !(ends.from > 0 && ends.to > 0))
    throw new ConfigError(`${typed}: expected ends above 0 for a log axis, got ${from} and ${to}`);
  if (field?.whole && !(Number.isInteger(ends.from) && Number.isInteger(ends.to)))
    throw new ConfigError(`${typed}: expected whole numbers as ends, got ${from} and ${to}`);
  return [path, { kind, ...ends, count: parseWholeNumber(typed, count, 1, 100_000) }];
}

/**
 * @param text as `parseVary` takes it
 * @param paths all that is varied
 * @throws ConfigError for a field that the base's optimizer, or another object of kinds, has not, where that stays as it is
 */
export function checkVariedKind(text: string, base: Input, paths: readonly string[]): void {
  const { typed, field } = variedBy(text.slice(0, text.indexOf("=")).trim());
  if (field === undefined || field.kinds.length === 0) return;
  const [name] = field.path.split(".");
  if (paths.some((path) => path === name || path === `${name}.kind`)) return;
  const whole = base[name] ?? byDefault(name, base);
  if (whole === undefined || isObject(whole)) checkKind(field, whole?.kind, typed);
}

/** A number, JSON, a word, or what the field's flag takes: the kind of an object, a schedule, an intervention. */
function parseValue({ typed, path, field }: Varied, text: string, base: Input): unknown {
  const value = parseScalar(text);
  if (value !== undefined) return value;
  if (field?.type === "schedule") return parseSchedule(typed, text);
  if (path === "interventions") return parseInterventions(typed, text);
  if (path === "distribution" && isCountsName(text))
    throw new ConfigError(
      `${typed}: expected kinds, got ${text}: a sweep takes one file, by --distribution ${text}`,
    );
  if (!/^[\w-]+$/.test(text))
    throw new ConfigError(
      `${typed}: expected numbers, words or JSON between commas, got ${JSON.stringify(text)}`,
    );
  if (field?.type !== "kind" || field.path === path) return text;
  const there = base[path] as Input | undefined;
  return there?.kind === text ? there : { kind: text };
}

/** The text cut at its commas, those within quotes and brackets left alone. */
function split(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\])*"|[\s\S]/g)) {
    if (token === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += token;
    if (token === "[" || token === "{") depth++;
    if (token === "]" || token === "}") depth--;
  }
  return parts;
}
