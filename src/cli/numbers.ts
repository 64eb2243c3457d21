import { ConfigError } from "../config.js";

/** A number as typed: all of it must be one. */
export function parseNumber(field: string, text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isNaN(value)) throw new ConfigError(`${field}: expected a number, got ${JSON.stringify(text)}`);
  return value;
}

export function parseWholeNumber(field: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < min || value > max)
    throw new ConfigError(
      `${field}: expected a whole number from ${min} to ${max}, got ${JSON.stringify(text)}`,
    );
  return value;
}
