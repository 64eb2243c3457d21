/** Numbers and values as typed on a command line: one way to read them for every flag. */
import { ConfigError } from "../config.js";
import { parseJson } from "./json.js";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** `12`, `-0.5`, `.01`, `1e-3`: a decimal number, or undefined for any other text. */
export const numberOf = (text: string): number | undefined =>
  NUMBER.test(text.trim()) ? Number(text) : undefined;

/**
 * A number as typed: all of it must be one.
 * @throws ConfigError that names `field`
 */
export function parseNumber(field: string, text: string): number {
  const value = numberOf(text);
  if (value === undefined) throw new ConfigError(`${field}: expected a number, got ${JSON.stringify(text)}`);
  return value;
}

/** @throws ConfigError that names `field` and the range */
export function parseWholeNumber(field: string, text: string, min: number, max: number): number {
  const value = numberOf(text);
  if (value === undefined || !Number.isInteger(value) || value < min || value > max)
    throw new ConfigError(
      `${field}: expected a whole number from ${min} to ${max}, got ${JSON.stringify(text)}`,
    );
  return value;
}

/** A number, or else JSON (a schedule, a list, true, null, a string in quotes); undefined for text that is neither. */
export function parseScalar(text: string): unknown {
  const value = numberOf(text);
  if (value !== undefined) return value;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
