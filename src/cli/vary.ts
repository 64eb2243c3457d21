import { ConfigError } from "../config.js";
import type { AxisValues } from "../sweep/description.js";
import { parseNumber, parseWholeNumber } from "./numbers.js";

/** `path=v1,v2,…`, `path=log:from:to:n` or `path=linear:from:to:n` → the path and its values. */
export function parseVary(text: string): [string, AxisValues] {
  const at = text.indexOf("=");
  if (at < 1) throw new ConfigError(`--vary: expected path=values, got ${JSON.stringify(text)}`);
  const path = text.slice(0, at);
  const values = text.slice(at + 1);
  const [kind, from, to, count, ...rest] = values.split(":");
  if (kind !== "log" && kind !== "linear") return [path, parseList(values)];
  if (count === undefined || rest.length > 0)
    throw new ConfigError(`--vary ${path}: expected ${kind}:from:to:n, got ${JSON.stringify(values)}`);
  const field = `--vary ${path}`;
  const ends = { from: parseNumber(field, from), to: parseNumber(field, to) };
  if (kind === "log" && !(ends.from > 0 && ends.to > 0))
    throw new ConfigError(`${field}: expected ends above 0 for a log axis, got ${from} and ${to}`);
  return [path, { kind, ...ends, count: parseWholeNumber(field, count, 1, 100_000) }];
}

/** A JSON list without its brackets (so that a schedule can be a value), or words between commas. */
function parseList(text: string): unknown[] {
  try {
    return JSON.parse(`[${text}]`);
  } catch {
    return text.split(",").map((word) => {
      try {
        return JSON.parse(word);
      } catch {
        return word;
      }
    });
  }
}
