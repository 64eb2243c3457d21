/** What of a config the rest of it implies: a default of the schema, or one that follows from another field. */
import { isObject } from "../checks.js";
import { canonicalConfig, type RunConfig, type RunConfigInput } from "../config.js";
import { fieldAt } from "./fieldAt.js";

export type Fields = Record<string, unknown>;

/** A copy without the field at a dotted path. */
function without(config: Fields, path: string): Fields {
  const copy = structuredClone(config);
  const names = path.split(".");
  const last = names.pop() as string;
  const parent = names.length === 0 ? copy : fieldAt(copy, names.join("."));
  delete (parent as Fields)[last];
  return copy;
}

/**
 * A config without the field at a dotted path, or as it is where it is another run without it.
 * @param name its canonical form
 */
export function withoutImplied(config: Fields, path: string, name: string): Fields {
  const shorter = without(config, path);
  try {
    return canonicalConfig(shorter as RunConfigInput) === name ? shorter : config;
  } catch {
    // it must be given
    return config;
  }
}

/** Whether a complete config would be the same if the field at a path were not named; so too where it has no such field. */
export function isImplied(config: RunConfig, path: string): boolean {
  if (fieldAt(config, path) === undefined) return true;
  try {
    const input = config as unknown as Fields;
    return withoutImplied(input, path, canonicalConfig(config)) !== input;
  } catch {
    // of a version after this one
    return false;
  }
}

const childrenOf = (path: string, value: unknown): string[] =>
  isObject(value) ? Object.keys(value).flatMap((name) => (name === "kind" ? [] : `${path}.${name}`)) : [];

/** Paths of what a config may leave unsaid, an object's fields before the object itself. */
const pathsOf = (config: Fields): string[] =>
  Object.entries(config).flatMap(([name, value]) => [
    ...(Array.isArray(value)
      ? value.flatMap((one, i) => childrenOf(`${name}.${i}`, one))
      : childrenOf(name, value)),
    name,
  ]);

/** A complete config without all that the rest of it implies. */
export function shortest(config: RunConfig): Fields {
  const name = canonicalConfig(config);
  let input = structuredClone(config) as unknown as Fields;
  for (const path of pathsOf(input)) input = withoutImplied(input, path, name);
  return input;
}
