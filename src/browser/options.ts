/** Checks of what a page hands in. */
import { ConfigError, show } from "../index.js";

/** @throws ConfigError for what is neither left out nor true or false */
export function checkBoolean(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "boolean")
    throw new ConfigError(`${name}: expected true or false, got ${show(value)}`);
}

/** @throws ConfigError for what is neither left out nor a number above 0 */
export function checkNumber(name: string, which: string, value: unknown): void {
  if (value !== undefined && !(typeof value === "number" && value > 0 && Number.isFinite(value)))
    throw new ConfigError(`${name}: expected a number ${which}, got ${show(value)}`);
}

/** @throws ConfigError for what is neither left out nor a whole number of at least `least` */
export function checkStep(name: string, value: unknown, least = 0): void {
  if (value !== undefined && !(Number.isInteger(value) && (value as number) >= least))
    throw new ConfigError(`${name}: expected a whole number of at least ${least}, got ${show(value)}`);
}
