import { ConfigError } from "../config.js";
import { fields } from "../fields/fields.js";
import type { AxisValues } from "../sweep/description.js";
import { parseNumber, parseScalar, parseWholeNumber } from "./numbers.js";
import { parseSchedule } from "./scheduleText.js";

const isSchedule = (path: string): boolean =>
  fields.some((field) => field.path === path && field.type === "schedule");

/** `path=v1,v2,…`, `path=log:from:to:n` or `path=linear:from:to:n` → the path and its values. */
export function parseVary(text: string): [string, AxisValues] {
  const at = text.indexOf("=");
  if (at < 1) throw new ConfigError(`--vary: expected path=values, got ${JSON.stringify(text)}`);
  const path = text.slice(0, at).trim();
  const field = `--vary ${path}`;
  const values = text.slice(at + 1);
  const [kind, from, to, count, ...rest] = values.split(":");
  if (kind !== "log" && kind !== "linear")
    return [path, split(values).map((value) => parseValue(path, value.trim()))];
  if (count === undefined || rest.length > 0)
    throw new ConfigError(`${field}: expected ${kind}:from:to:n, got ${JSON.stringify(values)}`);
  const ends = { from: parseNumber(field, from), to: parseNumber(field, to) };
  if (kind === "log" && !(ends.from > 0 && ends.to > 0))
    throw new ConfigError(`${field}: expected ends above 0 for a log axis, got ${from} and ${to}`);
  return [path, { kind, ...ends, count: parseWholeNumber(field, count, 1, 100_000) }];
}

/** A number, JSON, a word, or a schedule where one is taken. */
function parseValue(path: string, text: string): unknown {
  const field = `--vary ${path}`;
  const value = parseScalar(text);
  if (value !== undefined) return value;
  if (isSchedule(path)) return parseSchedule(field, text);
  if (!/^[\w-]+$/.test(text))
    throw new ConfigError(
      `${field}: expected numbers, words or JSON between commas, got ${JSON.stringify(text)}`,
    );
  return text;
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
