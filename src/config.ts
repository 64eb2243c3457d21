/**
 * RunConfig: everything that defines a run, and nothing else. Two equal canonical configs give the same bits.
 * The schema is put together from the rooms' own parts; defaults, the canonical form and its hash.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import * as v from "valibot";
import { ConfigError, show } from "./configError.js";
import {
  checkLength,
  type Distribution,
  type DistributionInput,
  distributionSchema,
  vocabSizeSchema,
} from "./data/distribution.js";
import {
  checkTargets,
  MOST_SQUARED,
  type Targets,
  type TargetsInput,
  targetsSchema,
} from "./data/targets.js";
import { defaultEvaluation, type Evaluation, type EvaluationInput, evaluationSchema } from "./evaluation.js";
import { type EvaluateAt, type EvaluateAtInput, evaluateAtSchema } from "./evaluationSteps.js";
import {
  checkInterventions,
  type Intervention,
  type InterventionInput,
  interventionsSchema,
  phasesOf,
} from "./intervention/index.js";
import { completeInit, type Init, type InitInput, initSchema } from "./model/init.js";
import { type Norm, normSchema } from "./model/norm.js";
import { type OptimizerConfig, type OptimizerInput, optimizerSchema } from "./optimizer/index.js";
import { type Schedule, type ScheduleInput, scheduleSchema } from "./schedule/schedule.js";
import { MOST_STEPS, oneOf, parseBy, trueOrFalse, wholeNumber } from "./schema.js";
import { sortKeys } from "./sortKeys.js";

export { ConfigError, show } from "./configError.js";
export type { Distribution, DistributionInput } from "./data/distribution.js";
export type { Evaluation, EvaluationInput } from "./evaluation.js";
export type { EvaluateAt, EvaluateAtInput } from "./evaluationSteps.js";
export type { Intervention, InterventionInput } from "./intervention/index.js";
export type { Init, InitInput } from "./model/init.js";
export type { Norm } from "./model/norm.js";
export { checkSchedule, type Schedule, type ScheduleInput } from "./schedule/schedule.js";
export { MOST_STEPS } from "./schema.js";

/** A complete config: every default filled in. */
export interface RunConfig {
  /** V, tokens in the vocabulary: 1 to 16777216. */
  vocabSize: number;
  /** D, dimensions of an embedding: 1 to 65536. */
  embeddingDim: number;
  distribution: Distribution;
  /** How the target of a pair depends on its input; a config of a corpus has none, since that brings its own. */
  targets?: Targets | undefined;
  /** One matrix for embedding and unembedding, with one gradient and one pair of Adam moments. */
  tied: boolean;
  norm: Norm;
  /** Initial weights: N(0, std²), or the unigram solution and N(0, noise²). */
  init: Init;
  optimizer: OptimizerConfig;
  /** "sampled": of a drawn batch. "exact": of the population loss, without noise (V up to 4096, 6V²D operations a step). */
  gradient: "sampled" | "exact";
  learningRate: Schedule;
  /** What is done to the run at some of its steps; a config without any has none. */
  interventions?: Intervention[] | undefined;
  /** B, pairs of a step; a config of exact gradients alone has none. */
  batchSize: number;
  /** Updates in all. */
  steps: number;
  /** Updates between two evaluations; a config with `evaluateAt` has none. */
  evaluateEvery?: number | undefined;
  /** Evaluations at steps that are evenly spaced on a logarithmic axis; a config with `evaluateEvery` has none. */
  evaluateAt?: EvaluateAt | undefined;
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
  /** How the target of a pair depends on its input. Default independent of it; refused beside a corpus. */
  targets?: TargetsInput | undefined;
  /** One matrix for embedding and unembedding, with one gradient and one pair of Adam moments. Default true. */
  tied?: boolean | undefined;
  /** Default "none". */
  norm?: Norm | undefined;
  /**
   * Initial weights: N(0, std²), std being D^-1/2 when left out, or from { kind: "unigram", noise } on the solution of rank 1
   * whose predictions are the targets' frequencies, with N(0, noise²) on it (untied weights, or a layernorm). Default normal.
   */
  init?: InitInput | undefined;
  /** Default Adam as PyTorch's: β₁ 0.9, β₂ 0.999, eps 1e-8. */
  optimizer?: OptimizerInput | undefined;
  /**
   * "exact" steps on the gradient of the population loss instead of a batch's (V up to 4096, 6V²D operations a step).
   * Default "sampled".
   */
  gradient?: "sampled" | "exact" | undefined;
  /** Default 0.001. */
  learningRate?: ScheduleInput | undefined;
  /**
   * What is done to the run at some of its steps, in ascending steps from 0 to `steps`: behind the evaluation at that step,
   * before the next update. Default nothing.
   */
  interventions?: readonly InterventionInput[] | undefined;
  /** B, pairs of a step: 1 to 1048576. Default 128. */
  batchSize?: number | undefined;
  /** Updates in all. Default 3000. */
  steps?: number | undefined;
  /** Updates between two evaluations. Default 100. */
  evaluateEvery?: number | undefined;
  /** In its place: evaluations at steps that are evenly spaced on a logarithmic axis, at step 0 and at the last. */
  evaluateAt?: EvaluateAtInput | undefined;
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

type Schema = { entries: Record<string, unknown> } & v.GenericSchema<
  RunConfigInput,
  Omit<RunConfig, "init" | "evaluation" | "batchSize"> & {
    init: InitInput;
    evaluation?: Evaluation | undefined;
    batchSize?: number | undefined;
  }
>;

let made: Schema | undefined;
/** Made when it is first asked for: what is made at once, a bundler cannot drop. */
function schema(): Schema {
  made ??= v.strictObject({
    vocabSize: v.optional(vocabSizeSchema(), 100),
    embeddingDim: v.optional(wholeNumber(1, 65536), 100),
    distribution: v.optional(distributionSchema(), { kind: "zipf" }),
    targets: v.optional(targetsSchema(), { kind: "independent" }),
    tied: v.optional(trueOrFalse(), true),
    norm: v.optional(normSchema(), "none"),
    init: v.optional(initSchema(), { kind: "normal" }),
    optimizer: v.optional(optimizerSchema(), { kind: "adam" }),
    gradient: v.optional(oneOf(["sampled", "exact"]), "sampled"),
    learningRate: v.optional(scheduleSchema(), 1e-3),
    interventions: v.optional(interventionsSchema()),
    batchSize: v.optional(wholeNumber(1, 1 << 20)),
    steps: v.optional(wholeNumber(0, MOST_STEPS), 3000),
    evaluateEvery: v.optional(wholeNumber(1, MOST_STEPS), 100),
    evaluateAt: v.optional(evaluateAtSchema()),
    evaluation: v.optional(evaluationSchema()),
    spectrum: v.optional(trueOrFalse(), true),
    arithmetic: v.optional(oneOf(["strict", "relaxed"]), "strict"),
    seed: v.optional(wholeNumber(0, Number.MAX_SAFE_INTEGER), 0),
  }) as unknown as Schema;
  return made;
}

/** The schema itself (valibot's), for publishing it as JSON Schema. */
export const runConfigSchema = (): unknown => schema();

/**
 * The complete, validated form of a config, keys in a fixed order.
 * @throws ConfigError with one line that names the field, what it got and what it takes
 */
export function parseConfig(input: RunConfigInput = {}): RunConfig {
  const { init, evaluation, batchSize, ...parsed } = parseBy(schema(), input, "config");
  const { vocabSize } = parsed;
  if (parsed.evaluateAt !== undefined) {
    if (input.evaluateEvery !== undefined)
      throw new ConfigError(`evaluateEvery: expected nothing with evaluateAt, got ${input.evaluateEvery}`);
    delete parsed.evaluateEvery;
  }
  checkLength(parsed.distribution, vocabSize);
  if (parsed.distribution.kind === "corpus") {
    if (input.targets !== undefined)
      throw new ConfigError(`targets: expected nothing beside a corpus, got ${show(input.targets)}`);
    delete parsed.targets;
  } else checkTargets(parsed.targets as Targets, vocabSize);
  if (parsed.interventions?.length === 0) delete parsed.interventions;
  checkInterventions(parsed);
  const gradients = phasesOf(parsed).map(({ phase: { gradient } }) => gradient);
  const isSampled = gradients.includes("sampled");
  if (!isSampled && batchSize !== undefined)
    throw new ConfigError(`batchSize: expected nothing with exact gradients, got ${batchSize}`);
  if (gradients.includes("exact") && vocabSize > MOST_SQUARED)
    throw new ConfigError(
      `vocabSize: expected at most ${MOST_SQUARED} with exact gradients, got ${vocabSize}`,
    );
  const complete: Record<string, unknown> = {
    ...parsed,
    init: completeInit(init, parsed),
    evaluation: evaluation ?? defaultEvaluation(vocabSize),
    batchSize: isSampled ? (batchSize ?? 128) : undefined,
  };
  // in the order of the schema, whatever was given
  const fields = Object.keys(schema().entries).filter((field) => complete[field] !== undefined);
  return Object.fromEntries(fields.map((field) => [field, complete[field]])) as unknown as RunConfig;
}

/** Fields that came after version 0.1, by dotted path, and what they are where nobody names them: left out of the canonical
 * form there, so that every earlier config keeps its name. */
const laterFields: [path: string, byDefault: unknown][] = [
  ["optimizer.weightDecay", 0],
  ["optimizer.coupled", false],
  ["gradient", "sampled"],
  ["targets", { kind: "independent" }],
];

function withoutLaterDefaults(config: RunConfig): unknown {
  const copy = structuredClone(config) as unknown as Record<string, unknown>;
  for (const [path, byDefault] of laterFields) {
    const names = path.split(".");
    const last = names.pop() as string;
    const parent = names.reduce<Record<string, unknown>>(
      (object, name) => object[name] as Record<string, unknown>,
      copy,
    );
    if (JSON.stringify(parent[last]) === JSON.stringify(byDefault)) delete parent[last];
  }
  return copy;
}

/**
 * The canonical form: JSON of the complete config with sorted keys, without fields that are younger than the format and
 * have their default. Equal runs have equal canonical forms.
 */
export const canonicalConfig = (config: RunConfigInput): string =>
  JSON.stringify(sortKeys(withoutLaterDefaults(parseConfig(config))));

/** The name of a run: the first 16 hexadecimal digits of the SHA-256 of its canonical config. */
export const configHash = (config: RunConfigInput): string =>
  bytesToHex(sha256(new TextEncoder().encode(canonicalConfig(config)))).slice(0, 16);
