/** What a run begins with: weights that are drawn, or the unigram solution with noise on it. */
import * as v from "valibot";
import { ConfigError } from "../configError.js";
import { expected, nonNegative } from "../schema.js";
import type { ModelShape } from "./parameters.js";

/**
 * "normal": embedding and unembedding N(0, std²). "unigram": the solution of rank 1, whose predictions are the targets'
 * frequencies whatever the input, and N(0, noise²) on every entry of embedding and unembedding (unigramSolution.ts).
 */
export type Init = { kind: "normal"; std: number } | { kind: "unigram"; noise: number };
export type InitInput =
  | { kind: "normal"; std?: number | undefined }
  | { kind: "unigram"; noise?: number | undefined };

/** @internal */
export const initSchema = (): v.GenericSchema<InitInput, InitInput> =>
  v.variant(
    "kind",
    [
      v.strictObject({ kind: v.literal("normal"), std: v.optional(nonNegative()) }),
      v.strictObject({ kind: v.literal("unigram"), noise: v.optional(nonNegative(), 0) }),
    ],
    expected('{ kind: "normal", std } or { kind: "unigram", noise }'),
  );

/**
 * Complete: std is D^-1/2 where it is left out.
 * @throws ConfigError for a unigram solution that such a model has not
 */
export function completeInit(init: InitInput, { embeddingDim, tied, norm }: ModelShape): Init {
  if (init.kind === "normal") return { kind: "normal", std: init.std ?? 1 / Math.sqrt(embeddingDim) };
  if (tied && norm !== "layernorm")
    throw new ConfigError(
      `init: expected untied weights or a layernorm for the unigram solution, got tied ones with norm ${norm}`,
    );
  return { kind: "unigram", noise: init.noise ?? 0 };
}

/** Standard deviation of what is drawn. */
export const spreadOf = (init: Init): number => (init.kind === "normal" ? init.std : init.noise);
