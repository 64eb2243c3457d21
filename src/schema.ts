/** What the rooms put their schemas together from (valibot's), and how a value is read by one. */
import * as v from "valibot";
import { ConfigError, show } from "./configError.js";

/** Steps that a run can have at most. */
export const MOST_STEPS = 1e9;

/** The message of a schema: what it takes, and what it got. @internal */
export const expected = (what: string) => (issue: { input: unknown }) =>
  `expected ${isKindAlone(what, issue.input) ? `{ "kind": ${show(issue.input)}, … }` : what}, got ${show(issue.input)}`;

/** Whether it is the kind of an object in the object's place. */
const isKindAlone = (what: string, input: unknown): boolean =>
  typeof input === "string" && what.includes("{ kind: ") && what.includes(JSON.stringify(input));

/** @internal */
export const wholeNumber = (
  min: number,
  max: number,
  message = expected(`a whole number from ${min} to ${max}`),
) => v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));

const numberWhere = (what: string, holds: (x: number) => boolean) => {
  const message = expected(what);
  return v.pipe(
    v.number(message),
    v.check((x) => Number.isFinite(x) && holds(x), message),
  );
};

/** @internal */
export const positive = () => numberWhere("a number above 0", (x) => x > 0);
/** @internal */
export const nonNegative = () => numberWhere("a number of at least 0", (x) => x >= 0);
/** @internal */
export const fraction = () => numberWhere("a number from 0 to 1", (x) => x >= 0 && x <= 1);
/** @internal */
export const fractionBelowOne = () => numberWhere("a number from 0 to below 1", (x) => x >= 0 && x < 1);
/** @internal */
export const finite = () => numberWhere("a finite number", () => true);
/** @internal */
export const trueOrFalse = () => v.boolean(expected("true or false"));

/** @internal */
export const oneOf = <const T extends readonly string[]>(values: T) =>
  v.picklist(values, expected(values.map((value) => JSON.stringify(value)).join(" or ")));

const describe = (issue: v.BaseIssue<unknown>, root: string): string => {
  const path = v.getDotPath(issue);
  if (issue.type === "strict_object") {
    if (issue.expected === "never") return `${path}: unknown field`;
    return `${path ?? root}: ${issue.received === "undefined" ? "missing" : `expected an object, got ${show(issue.input)}`}`;
  }
  return `${path ?? root}: ${issue.message}`;
};

/**
 * A value as its schema completes it.
 * @param root what an error names where it is about the value itself
 * @throws ConfigError with one line that names the field, what it got and what it takes
 * @internal
 */
export function parseBy<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  root: string,
): v.InferOutput<S> {
  // an array passes as an object without fields
  if (Array.isArray(value) && schema.type === "strict_object")
    throw new ConfigError(`${root}: expected an object, got ${show(value)}`);
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (!result.success) throw new ConfigError(describe(result.issues[0], root));
  return result.output;
}
