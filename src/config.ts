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
}

const show = (value: unknown): string => {
  if (typeof value === "number" || value === undefined || value === null) return String(value);
  if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint")
    return typeof value;
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

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
      start: v.optional(wholeNumber(0, 1e9), 0),
      end: wholeNumber(1, 1e9),
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

const schema = v.strictObject({
  /** V, tokens in the vocabulary. */
  vocabSize: v.optional(wholeNumber(1, 1 << 24), 100),
  /** D, dimensions of an embedding. */
  embeddingDim: v.optional(wholeNumber(1, 65536), 100),
  distribution: v.optional(distribution, { kind: "zipf" }),
  /** One matrix for embedding and unembedding, with one gradient and one pair of Adam moments. */
  tied: v.optional(trueOrFalse, true),
  norm: v.optional(oneOf(["none", "layernorm", "rmsnorm"]), "none"),
  /** Gaussian initial weights; `std` is D^-1/2 when left out. */
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
  /** A number, or a schedule over steps (the update from step k to k + 1 uses the value at k). */
  learningRate: v.optional(schedule, 1e-3),
  batchSize: v.optional(wholeNumber(1, 1 << 20), 128),
  steps: v.optional(wholeNumber(0, 1e9), 3000),
  evaluateEvery: v.optional(wholeNumber(1, 1e9), 100),
  /** Exact up to V = 10000, stratified beyond, when left out. */
  evaluation: v.optional(evaluation),
  /** Measure the spectrum of the embedding at every evaluation. */
  spectrum: v.optional(trueOrFalse, true),
  seed: v.optional(wholeNumber(0, Number.MAX_SAFE_INTEGER), 0),
});

/** A config as a user writes it: every field may be left out. */
export type RunConfigInput = v.InferInput<typeof schema>;
type Parsed = v.InferOutput<typeof schema>;

/** A complete config: every default filled in. */
export type RunConfig = Omit<Parsed, "init" | "evaluation"> & {
  init: { kind: "normal"; std: number };
  evaluation: v.InferOutput<typeof evaluation>;
};
export type Distribution = RunConfig["distribution"];
export type DistributionInput = v.InferInput<typeof distribution>;
export type Schedule = v.InferOutput<typeof schedule>;
export type ScheduleInput = v.InferInput<typeof schedule>;
export type Evaluation = RunConfig["evaluation"];
export type Norm = RunConfig["norm"];

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

const sortKeys = (value: unknown): unknown => {
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
