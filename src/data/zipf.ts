/** Zipf's law: p_i ∝ i^-exponent for i = 1 … V. */
import * as v from "valibot";
import { ConfigError } from "../configError.js";
import { pow } from "../math/elementary.js";
import { finite } from "../schema.js";

export interface Zipf {
  kind: "zipf";
  /** α. Default 1. */
  exponent: number;
}

export interface ZipfInput {
  kind: "zipf";
  exponent?: number | undefined;
}

/** @internal */
export const zipfSchema = v.strictObject({ kind: v.literal("zipf"), exponent: v.optional(finite, 1) });

/** @throws ConfigError for an exponent so negative that V^-exponent is beyond f64 */
export function zipfProbabilities({ exponent }: Zipf, vocabSize: number): Float64Array {
  const weights = Float64Array.from({ length: vocabSize }, (_, i) => pow(i + 1, -exponent));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!Number.isFinite(total))
    throw new ConfigError(
      `distribution.exponent: expected an exponent whose weights i^-exponent are finite, got ${exponent}`,
    );
  return weights.map((weight) => weight / total);
}
