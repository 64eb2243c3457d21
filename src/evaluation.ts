/** How the population loss is measured. */
import * as v from "valibot";
import { expected, wholeNumber } from "./schema.js";

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

/** @internal */
export const evaluationSchema = (): v.GenericSchema<EvaluationInput, Evaluation> =>
  v.variant(
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

/** Exact up to V = 10000, stratified with 512 and 512 inputs beyond. */
export const defaultEvaluation = (vocabSize: number): Evaluation =>
  vocabSize <= 10000 ? { kind: "exact" } : { kind: "stratified", exactInputs: 512, sampledInputs: 512 };
