/** A user's mistake in a config or on the command line: one line that names the field, what it got and what it takes. */
export class ConfigError extends Error {
  override name = "ConfigError";

  /** By name: the entries of the package are bundled apart, and each has a copy of this class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "ConfigError";
  }
}

/** A value as an error names it, in at most 60 characters. */
export function show(value: unknown): string {
  if (typeof value === "number" || value === undefined || value === null) return String(value);
  if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint")
    return typeof value;
  // an array of numbers by the million is not written out to be cut
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  let text: string;
  try {
    text = JSON.stringify(value) ?? typeof value;
  } catch {
    // circular, or nested deeper than the stack
    return Array.isArray(value) ? "a list" : "an object";
  }
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
