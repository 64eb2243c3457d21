/** Checks of what callers hand in: options, signals, values of JSON. */
import { ConfigError, show } from "./configError.js";

/** Whether a value has fields by name. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @throws ConfigError for what is no object */
export function checkObject(options: unknown): asserts options is object {
  if (typeof options !== "object" || options === null)
    throw new ConfigError(`options: expected an object, got ${show(options)}`);
}

/**
 * @param more names that are options as well
 * @throws ConfigError for what is no object, or for an option that does not exist
 */
export function checkNames(options: unknown, names: readonly string[], more: readonly string[] = []): void {
  checkObject(options);
  for (const name of Object.keys(options))
    if (!names.includes(name) && !more.includes(name))
      throw new ConfigError(`${name}: unknown option, expected one of ${[...names, ...more].join(", ")}`);
}

/** @throws ConfigError for what is neither left out nor an AbortSignal; not by instanceof, which another realm fails */
export function checkSignal(signal: unknown): void {
  if (signal === undefined) return;
  if (typeof (signal as AbortSignal | null)?.throwIfAborted !== "function")
    throw new ConfigError(`signal: expected an AbortSignal, got ${show(signal)}`);
}
