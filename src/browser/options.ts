/** Checks of what a page hands in. */
import { ConfigError } from "../index.js";

/** @throws ConfigError for what is no object, or for an option that there is not */
export function checkNames(options: unknown, names: readonly string[], of: string): void {
  if (typeof options !== "object" || options === null)
    throw new ConfigError(`options: expected an object, got ${String(options)}`);
  for (const name of Object.keys(options))
    if (!names.includes(name)) throw new ConfigError(`${name}: unknown option of ${of}`);
}

/** @throws ConfigError for what is neither left out nor a number above 0 */
export function checkNumber(name: string, which: string, value: unknown): void {
  if (value !== undefined && !(typeof value === "number" && value > 0 && Number.isFinite(value)))
    throw new ConfigError(`${name}: expected a number ${which}, got ${String(value)}`);
}

/** @throws ConfigError for what is neither left out nor a whole number of at least `least` */
export function checkStep(name: string, value: unknown, least = 0): void {
  if (value !== undefined && !(Number.isInteger(value) && (value as number) >= least))
    throw new ConfigError(`${name}: expected a whole number of at least ${least}, got ${String(value)}`);
}
