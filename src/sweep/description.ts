/** A sweep as data: its schema, and one line for what is wrong with it. */
import * as v from "valibot";
import { ConfigError, type RunConfigInput, show } from "../config.js";
import { fields } from "../fields/fields.js";
import { expected, finite, wholeNumber } from "../schema.js";
import { sortKeys } from "../sortKeys.js";
import { type Space, spaceValues } from "./axis.js";

/** The values of an axis: a list of anything the field takes, or numbers between two ends. */
export type AxisValues = unknown[] | Space;

/** A condition that every run of the sweep meets; all comparisons that are given must hold. */
export interface Condition {
  /** Dotted path of a field of the complete config: `distribution.exponent`. */
  path: string;
  below?: Operand | undefined;
  atMost?: Operand | undefined;
  above?: Operand | undefined;
  atLeast?: Operand | undefined;
  equals?: Operand | undefined;
  not?: Operand | undefined;
}

/** What a field is compared with: a value, or another field of the same run. */
export type Operand = number | string | boolean | { path: string };

/** Every combination of the axes' values on top of `base`, for every seed, as far as `where` lets it in. */
export interface SweepDescription {
  base?: RunConfigInput | undefined;
  /** Values by dotted path: `{ learningRate: { kind: "log", from: 1e-4, to: 0.1, count: 7 }, "distribution.exponent": [0.5, 1] }`. */
  axes?: Record<string, AxisValues> | undefined;
  /** Axes whose fields change together, the first value of each with the first of the others: lists of one length. */
  zip?: Record<string, AxisValues>[] | undefined;
  /** A count (seeds 0 … n − 1) or a list. Default: the seed of `base`. */
  seeds?: number | number[] | undefined;
  /** Only runs that meet all of these. */
  where?: Condition[] | undefined;
  /** For editors: where the JSON Schema is. */
  $schema?: string | undefined;
}

const space = v.pipe(
  v.strictObject({
    kind: v.picklist(["linear", "log"], expected('"linear" or "log"')),
    from: finite(),
    to: finite(),
    count: wholeNumber(1, 100_000),
  }),
  v.check(
    ({ kind, from, to }) => kind === "linear" || (from > 0 && to > 0),
    ({ input }) => `expected ends above 0 for a log axis, got ${input.from} and ${input.to}`,
  ),
);
const LIST = "a list with at least one value or { kind, from, to, count }";
const list = v.pipe(v.array(v.unknown(), expected(LIST)), v.minLength(1, expected(LIST)));
const axes = v.record(
  v.string(),
  v.lazy((input) => (Array.isArray(input) || !isSpace(input) ? list : space)),
  expected("axes by dotted path"),
);
const isSpace = (input: unknown): boolean => typeof input === "object" && input !== null;

const operand = v.union(
  [v.number(), v.string(), v.boolean(), v.strictObject({ path: v.string() })],
  expected("a number, a string, true, false or { path }"),
);
const comparison = v.optional(operand);
const condition = v.strictObject(
  {
    path: v.string(expected("a dotted path")),
    below: comparison,
    atMost: comparison,
    above: comparison,
    atLeast: comparison,
    equals: comparison,
    not: comparison,
  },
  expected("{ path, below | atMost | above | atLeast | equals | not }"),
);

const seedsMessage = expected("a whole number from 1 to 1000000 or a list of seeds");
const seedList = v.pipe(
  v.array(wholeNumber(0, Number.MAX_SAFE_INTEGER), seedsMessage),
  v.minLength(1, seedsMessage),
);
const schemaOf = (axis: typeof axes) =>
  v.strictObject({
    $schema: v.optional(v.string()),
    base: v.optional(v.unknown()),
    axes: v.optional(axis),
    zip: v.optional(v.array(axis, expected("a list of { path: values, path: values }"))),
    seeds: v.optional(v.union([wholeNumber(1, 1e6, seedsMessage), seedList], seedsMessage)),
    where: v.optional(v.array(condition, expected("a list of conditions"))),
  });
const schema = schemaOf(axes);

/** The same without what JSON Schema has no words for: an axis is one of the two. */
export const publishedSchema = (): unknown =>
  v.strictObject({
    ...schema.entries,
    axes: v.optional(v.record(v.string(), v.union([list, space]))),
    zip: v.optional(v.array(v.record(v.string(), v.union([list, space])))),
  });

/** Levels of a description; a schedule's points are at the sixth. */
const MOST_LEVELS = 64;

/** Without recursion: what is nested too deep for the stack is found as well, and what contains itself. */
function checkDepth(input: unknown): void {
  let level: unknown[] = [input];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_LEVELS)
      throw new ConfigError(`sweep: expected at most ${MOST_LEVELS} levels of lists and objects, got more`);
    // each once, however often it is contained
    const nested = new Set(level.filter((value) => typeof value === "object" && value !== null));
    level = [...nested].flatMap((value) => Object.values(value as object));
  }
}

/**
 * A description that is sound in itself; its fields and values are checked when its runs are made.
 * @throws ConfigError with one line that names the field
 */
export function parseSweep(input: unknown): SweepDescription {
  if (input === null || typeof input !== "object" || Array.isArray(input))
    throw new ConfigError(`sweep: expected { base, axes, zip, seeds, where }, got ${show(input)}`);
  checkDepth(input);
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (result.success) return result.output as SweepDescription;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  if (issue.type === "strict_object" && issue.expected === "never")
    throw new ConfigError(`${path}: unknown field of a sweep`);
  if (issue.received === "undefined") throw new ConfigError(`${path}: missing`);
  throw new ConfigError(`${path}: ${issue.message}`);
}

/** The values of the axis of a field, one by one: between two ends whole numbers, where the field takes no others. */
export const axisValues = (path: string, values: AxisValues): unknown[] =>
  Array.isArray(values) ? values : spaceValues(values, fields.find((field) => field.path === path)?.whole);

/**
 * The fields of a description by their canonical form: two descriptions are of one sweep when all of these are equal.
 * How values are written does not matter (the order of keys, a space or its list, a count of seeds or their list); other
 * values do, also where they only extend the sweep.
 */
export function canonicalSweep(description: SweepDescription): Record<string, string> {
  const { base = {}, axes = {}, zip = [], seeds, where = [] } = description;
  const listed = (together: Record<string, AxisValues>) =>
    Object.fromEntries(Object.entries(together).map(([path, values]) => [path, axisValues(path, values)]));
  const canonical = {
    base,
    axes: listed(axes),
    zip: zip.map(listed),
    seeds: typeof seeds === "number" ? Array.from({ length: seeds }, (_, i) => i) : (seeds ?? null),
    where,
  };
  return Object.fromEntries(
    Object.entries(canonical).map(([field, value]) => [field, JSON.stringify(sortKeys(value))]),
  );
}
