/** What of a config the rest of it implies: a default of the schema, or one that follows from another field. */
import { isObject } from "../checks.js";
import { canonicalConfig, parseConfig, type RunConfig, type RunConfigInput } from "../config.js";
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

/** Whether a config, which may be none at all, has this canonical form. */
function hasName(config: Fields, name: string): boolean {
  try {
    return canonicalConfig(config as RunConfigInput) === name;
  } catch {
    // something of it must be given
    return false;
  }
}

/**
 * A config without the field at a dotted path, or as it is where it is another run without it.
 * @param name its canonical form
 */
function withoutImplied(config: Fields, path: string, name: string): Fields {
  const shorter = without(config, path);
  return hasName(shorter, name) ? shorter : config;
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

/** A config's sizes, and what is not as it is where they alone are given: most of what is implied goes at once. */
function unusual(config: RunConfig): Fields {
  const { vocabSize, embeddingDim } = config;
  const sizes: Fields = { vocabSize, embeddingDim };
  const byDefault = parseConfig(sizes) as unknown as Fields;
  const isUsual = ([name, value]: [string, unknown]) =>
    JSON.stringify(value) === JSON.stringify(byDefault[name]);
  return { ...sizes, ...Object.fromEntries(Object.entries(config).filter((field) => !isUsual(field))) };
}

/** A complete config without all that the rest of it implies: a copy. */
export function shortest(config: RunConfig): Fields {
  const name = canonicalConfig(config);
  const fewer = unusual(config);
  let input = structuredClone(hasName(fewer, name) ? fewer : { ...config });
  for (const path of pathsOf(input)) input = withoutImplied(input, path, name);
  return input;
}
