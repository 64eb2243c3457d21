/**
 * RunConfig: everything that defines a run, and nothing else. Two equal canonical configs give the same bits.
 * Schema, defaults, validation, the canonical form and its hash.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import * as v from "valibot";

/** A user's mistake in a config or on the command line: one line that names the field, what it got and what it takes. */
export class ConfigError extends Error {
  override name = "ConfigError";

  /** By name: the entries of the package are bundled apart, and each has a copy of this class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "ConfigError";
  }
}

/** Token probabilities: p_i ∝ i^-exponent for i = 1 … V, or a given list of V values that sum to 1 (zeros allowed). */
export type Distribution = { kind: "zipf"; exponent: number } | { kind: "given"; probabilities: number[] };
export type DistributionInput =
  | { kind: "zipf"; exponent?: number | undefined }
  | { kind: "given"; probabilities: number[] };

/**
 * Learning rate over steps; the update from step k to k + 1 uses the value at k. A number; or corner points [step, value],
 * linear between them and constant beyond the ends, two points at one step being a jump whose later value holds from that
 * step on; or half a cosine from `from` at step `start` to `to` at step `end`.
 */
export type Schedule =
  | number
  | { kind: "piecewise-linear"; points: [number, number][] }
  | { kind: "cosine"; from: number; to: number; start: number; end: number };
export type ScheduleInput =
  | number
  | { kind: "piecewise-linear"; points: [number, number][] }
  | { kind: "cosine"; from: number; to?: number | undefined; start?: number | undefined; end: number };

/**
 * How the population loss is measured: over all V inputs (V²D multiply-adds), on `size` sampled pairs as in the post, or
 * the `exactInputs` most frequent inputs exactly and the tail by `sampledInputs` draws, with its standard error.
 */
export type Evaluation =
  | { kind: "exact" }
  | { kind: "sampled"; size: number }
  | { kind: "stratified"; exactInputs: number; sampledInputs: number };
export type EvaluationInput =
  | { kind: "exact" }
  | { kind: "sampled"; size?: number | undefined }
  | { kind: "stratified"; exactInputs?: number | undefined; sampledInputs?: number | undefined };

/** What an embedding passes through on its way to the logits: nothing, or a norm with eps 1e-5 and trained gain (and bias). */
export type Norm = "none" | "layernorm" | "rmsnorm";

/** A complete config: every default filled in. */
export interface RunConfig {
  /** V, tokens in the vocabulary: 1 to 16777216. */
  vocabSize: number;
  /** D, dimensions of an embedding: 1 to 65536. */
  embeddingDim: number;
  distribution: Distribution;
  /** One matrix for embedding and unembedding, with one gradient and one pair of Adam moments. */
  tied: boolean;
  norm: Norm;
  /** Initial weights N(0, std²). */
  init: { kind: "normal"; std: number };
  /** Adam as PyTorch's. */
  optimizer: { kind: "adam"; beta1: number; beta2: number; eps: number };
  learningRate: Schedule;
  /** B, pairs of a step. */
  batchSize: number;
  /** Updates in all. */
  steps: number;
  /** Updates between two evaluations. */
  evaluateEvery: number;
  evaluation: Evaluation;
  /** Whether every evaluation measures the spectrum of the embedding. */
  spectrum: boolean;
  /** "relaxed" lets products fuse multiply and add, faster where the machine does so: no longer the same bits everywhere. */
  arithmetic: "strict" | "relaxed";
  seed: number;
}

/** A config as a user writes it: every field may be left out. */
export interface RunConfigInput {
  /** V, tokens in the vocabulary: 1 to 16777216. Default 100. */
  vocabSize?: number | undefined;
  /** D, dimensions of an embedding: 1 to 65536. Default 100. */
  embeddingDim?: number | undefined;
  /** Default Zipf with exponent 1. */
  distribution?: DistributionInput | undefined;
  /** One matrix for embedding and unembedding, with one gradient and one pair of Adam moments. Default true. */
  tied?: boolean | undefined;
  /** Default "none". */
  norm?: Norm | undefined;
  /** Initial weights N(0, std²); std is D^-1/2 when left out. */
  init?: { kind: "normal"; std?: number | undefined } | undefined;
  /** Adam as PyTorch's: β₁ 0.9, β₂ 0.999, eps 1e-8 when left out. */
  optimizer?:
    | {
        kind: "adam";
        beta1?: number | undefined;
        beta2?: number | undefined;
        eps?: number | undefined;
      }
    | undefined;
  /** Default 0.001. */
  learningRate?: ScheduleInput | undefined;
  /** B, pairs of a step: 1 to 1048576. Default 128. */
  batchSize?: number | undefined;
  /** Updates in all. Default 3000. */
  steps?: number | undefined;
  /** Updates between two evaluations. Default 100. */
  evaluateEvery?: number | undefined;
  /** Default exact up to V = 10000 and stratified (512 and 512 inputs) beyond. */
  evaluation?: EvaluationInput | undefined;
  /** Whether every evaluation measures the spectrum of the embedding. Default true. */
  spectrum?: boolean | undefined;
  /**
   * "relaxed" lets products fuse multiply and add, where the runtime has relaxed SIMD and the machine fuses: faster, but no
   * longer the same bits everywhere. Default "strict".
   */
  arithmetic?: "strict" | "relaxed" | undefined;
  /** A whole number from 0 to 2^53 - 1. Default 0. */
  seed?: number | undefined;
}

/** Steps that a run can have at most. */
export const MOST_STEPS = 1e9;

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

const expected = (what: string) => (issue: { input: unknown }) =>
  `expected ${what}, got ${show(issue.input)}`;

const wholeNumber = (min: number, max: number) => {
  const message = expected(`a whole number from ${min} to ${max}`);
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
};

const numberWhere = (what: string, holds: (x: number) => boolean) => {
  const message = expected(what);
  return v.pipe(
    v.number(message),
    v.check((x) => Number.isFinite(x) && holds(x), message),
  );
};

const positive = numberWhere("a number above 0", (x) => x > 0);
const nonNegative = numberWhere("a number of at least 0", (x) => x >= 0);
const fractionBelowOne = numberWhere("a number from 0 to below 1", (x) => x >= 0 && x < 1);
const finite = numberWhere("a finite number", () => true);
const trueOrFalse = v.boolean(expected("true or false"));

const oneOf = <const T extends readonly string[]>(values: T) =>
  v.picklist(values, expected(values.map((value) => JSON.stringify(value)).join(" or ")));

/** An object chosen by its `kind`; unknown keys are refused, so that a misspelt field is never ignored. */
const zipf = v.strictObject({ kind: v.literal("zipf"), exponent: v.optional(finite, 1) });
const given = v.strictObject({
  kind: v.literal("given"),
  probabilities: v.pipe(
    v.array(nonNegative, expected("a list of probabilities")),
    v.check(
      (p) => Math.abs(p.reduce((sum, x) => sum + x, 0) - 1) <= 1e-6,
      (issue) =>
        `expected probabilities that sum to 1 within 1e-6, got a sum of ${(issue.input as number[]).reduce((sum, x) => sum + x, 0)}`,
    ),
  ),
});
const distribution = v.variant(
  "kind",
  [zipf, given],
  expected('{ kind: "zipf", exponent } or { kind: "given", probabilities }'),
);

const point = v.tuple([nonNegative, nonNegative], expected("a [step, value] pair"));
const schedule = v.union(
  [
    nonNegative,
    v.strictObject({
      kind: v.literal("piecewise-linear"),
      points: v.pipe(
        v.array(point, expected("a list of [step, value] pairs")),
        v.minLength(1, "expected at least one [step, value] pair, got none"),
        v.check(
          (points) => points.every((p, i) => i === 0 || points[i - 1][0] <= p[0]),
          "expected steps in ascending order",
        ),
      ),
    }),
    v.strictObject({
      kind: v.literal("cosine"),
      from: nonNegative,
      to: v.optional(nonNegative, 0),
      start: v.optional(wholeNumber(0, MOST_STEPS), 0),
      end: wholeNumber(1, MOST_STEPS),
    }),
  ],
  expected(
    'a number of at least 0, { kind: "piecewise-linear", points: [[step, value], ...] } or { kind: "cosine", from, to, start, end }',
  ),
);

const evaluation = v.variant(
  "kind",
  [
    v.strictObject({ kind: v.literal("exact") }),
    v.strictObject({ kind: v.literal("sampled"), size: v.optional(wholeNumber(2, 1e8), 2_000_000) }),
    v.strictObject({
      kind: v.literal("stratified"),
      exactInputs: v.optional(wholeNumber(0, 1 << 24), 512),
      sampledInputs: v.optional(wholeNumber(2, 1 << 24), 512),
    }),
  ],
  expected(
    '{ kind: "exact" }, { kind: "sampled", size } or { kind: "stratified", exactInputs, sampledInputs }',
  ),
);

const schema: v.GenericSchema<
  RunConfigInput,
  Omit<RunConfig, "init" | "evaluation"> & {
    init: { kind: "normal"; std?: number | undefined };
    evaluation?: Evaluation | undefined;
  }
> = v.strictObject({
  vocabSize: v.optional(wholeNumber(1, 1 << 24), 100),
  embeddingDim: v.optional(wholeNumber(1, 65536), 100),
  distribution: v.optional(distribution, { kind: "zipf" }),
  tied: v.optional(trueOrFalse, true),
  norm: v.optional(oneOf(["none", "layernorm", "rmsnorm"]), "none"),
  init: v.optional(
    v.strictObject({ kind: v.literal("normal", expected('"normal"')), std: v.optional(nonNegative) }),
    {
      kind: "normal",
    },
  ),
  optimizer: v.optional(
    v.strictObject({
      kind: v.literal("adam", expected('"adam"')),
      beta1: v.optional(fractionBelowOne, 0.9),
      beta2: v.optional(fractionBelowOne, 0.999),
      eps: v.optional(positive, 1e-8),
    }),
    { kind: "adam" },
  ),
  learningRate: v.optional(schedule, 1e-3),
  batchSize: v.optional(wholeNumber(1, 1 << 20), 128),
  steps: v.optional(wholeNumber(0, MOST_STEPS), 3000),
  evaluateEvery: v.optional(wholeNumber(1, MOST_STEPS), 100),
  evaluation: v.optional(evaluation),
  spectrum: v.optional(trueOrFalse, true),
  arithmetic: v.optional(oneOf(["strict", "relaxed"]), "strict"),
  seed: v.optional(wholeNumber(0, Number.MAX_SAFE_INTEGER), 0),
});

/** The schema itself (valibot's), for publishing it as JSON Schema. */
export const runConfigSchema = (): unknown => schema;

/**
 * A schedule that is one.
 * @throws ConfigError that begins with `name`
 */
export function checkSchedule<S extends ScheduleInput>(name: string, value: S): S {
  const result = v.safeParse(schedule, value, { abortEarly: true });
  if (!result.success) throw new ConfigError(`${name}: ${result.issues[0].message}`);
  return value;
}

const describe = (issue: v.BaseIssue<unknown>): string => {
  const path = v.getDotPath(issue);
  if (issue.type === "strict_object") {
    if (issue.expected === "never") return `${path}: unknown field`;
    return `${path ?? "config"}: ${issue.received === "undefined" ? "missing" : `expected an object, got ${show(issue.input)}`}`;
  }
  return `${path ?? "config"}: ${issue.message}`;
};

/**
 * The complete, validated form of a config, keys in a fixed order.
 * @throws ConfigError with one line that names the field, what it got and what it takes
 */
export function parseConfig(input: RunConfigInput = {}): RunConfig {
  // an array passes as an object without fields
  if (Array.isArray(input)) throw new ConfigError(`config: expected an object, got ${show(input)}`);
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (!result.success) throw new ConfigError(describe(result.issues[0]));
  const parsed = result.output;
  if (parsed.distribution.kind === "given" && parsed.distribution.probabilities.length !== parsed.vocabSize)
    throw new ConfigError(
      `distribution.probabilities: expected ${parsed.vocabSize} values (vocabSize), got ${parsed.distribution.probabilities.length}`,
    );
  return {
    ...parsed,
    init: { kind: "normal", std: parsed.init.std ?? 1 / Math.sqrt(parsed.embeddingDim) },
    evaluation:
      parsed.evaluation ??
      (parsed.vocabSize <= 10000
        ? { kind: "exact" }
        : { kind: "stratified", exactInputs: 512, sampledInputs: 512 }),
  };
}

/** A value with the keys of all its objects in order, as a canonical form has them. */
export const sortKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => [key, sortKeys(field)]),
  );
};

/** The canonical form: JSON of the complete config with sorted keys. Equal runs have equal canonical forms. */
export const canonicalConfig = (config: RunConfigInput): string =>
  JSON.stringify(sortKeys(parseConfig(config)));

/** The name of a run: the first 16 hexadecimal digits of the SHA-256 of its canonical config. */
export const configHash = (config: RunConfigInput): string =>
  bytesToHex(sha256(utf8ToBytes(canonicalConfig(config)))).slice(0, 16);
