import { ConfigError, type RunConfig } from "../config.js";
import { fieldAt } from "../fields/fieldAt.js";
import { sortKeys } from "../sortKeys.js";
import type { Condition, Operand } from "./description.js";
import type { RunResult } from "./result.js";

const comparisons: Record<Exclude<keyof Condition, "path">, (a: unknown, b: unknown) => boolean> = {
  below: (a, b) => typeof a === typeof b && (a as number) < (b as number),
  atMost: (a, b) => typeof a === typeof b && (a as number) <= (b as number),
  above: (a, b) => typeof a === typeof b && (a as number) > (b as number),
  atLeast: (a, b) => typeof a === typeof b && (a as number) >= (b as number),
  equals: (a, b) => plain(a) === plain(b),
  not: (a, b) => plain(a) !== plain(b),
};

/** A schedule or a list is compared by its JSON with sorted keys. */
const plain = (value: unknown): unknown =>
  typeof value === "object" && value !== null ? JSON.stringify(sortKeys(value)) : value;

/**
 * What a finished run has at a path: a field of its config, or else of its last evaluation ("excessLoss", "diverged");
 * undefined for one that it has not.
 */
export const valueAtEnd = ({ config, records }: RunResult, path: string): unknown =>
  fieldAt(config, path) ?? fieldAt(records.at(-1) ?? {}, path);

/**
 * Whether a run that is to come meets every condition. A field that it has not (the exponent of a given distribution) meets
 * none.
 * @param seen paths that some run had, for finding misspelt ones
 */
export const meets = (config: RunConfig, where: readonly Condition[], seen?: Set<string>): boolean =>
  holds(where, (path) => fieldAt(config, path), seen);

/** Whether a finished run does, with what it came to. */
export const meetsAtEnd = (result: RunResult, where: readonly Condition[], seen?: Set<string>): boolean =>
  holds(where, (path) => valueAtEnd(result, path), seen);

function holds(
  where: readonly Condition[],
  valueAt: (path: string) => unknown,
  seen: Set<string> | undefined,
): boolean {
  const look = (path: string): unknown => {
    const value = valueAt(path);
    if (value !== undefined) seen?.add(path);
    return value;
  };
  const operand = (value: Operand): unknown => (typeof value === "object" ? look(value.path) : value);
  // no early return: every path is looked up
  return where
    .map(({ path, ...rest }) => {
      const value = look(path);
      return Object.entries(rest)
        .filter(([, other]) => other !== undefined)
        .map(([name, other]) => {
          const compared = operand(other as Operand);
          return (
            value !== undefined &&
            compared !== undefined &&
            comparisons[name as keyof typeof comparisons](value, compared)
          );
        })
        .every(Boolean);
    })
    .every(Boolean);
}

/** @throws ConfigError for a condition without a comparison, or with a path that no run has */
export function checkWhere(where: readonly Condition[], seen: ReadonlySet<string>): void {
  for (const [i, { path, ...rest }] of where.entries()) {
    const operands = Object.values(rest).filter((value) => value !== undefined);
    if (operands.length === 0)
      throw new ConfigError(`where.${i}: expected one of ${Object.keys(comparisons).join(", ")}, got none`);
    for (const asked of [
      path,
      ...operands.flatMap((value) => (typeof value === "object" ? [value.path] : [])),
    ])
      if (!seen.has(asked)) throw new ConfigError(`where.${i}.path: no run has a field ${asked}`);
  }
}
