/** The token distributions there are: to add one, a file and its lines here. */
import * as v from "valibot";
import { ConfigError } from "../configError.js";
import { expected, parseBy, wholeNumber } from "../schema.js";
import { type Given, givenProbabilities, givenSchema } from "./given.js";
import { type Zipf, type ZipfInput, zipfProbabilities, zipfSchema } from "./zipf.js";

/** Token probabilities: p_i ∝ i^-exponent for i = 1 … V, or a given list of V values that sum to 1 (zeros allowed). */
export type Distribution = Zipf | Given;
export type DistributionInput = ZipfInput | Given;

export const distributionSchema: v.GenericSchema<DistributionInput, Distribution> = v.variant(
  "kind",
  [zipfSchema, givenSchema],
  expected('{ kind: "zipf", exponent } or { kind: "given", probabilities }'),
);

export const vocabSizeSchema = wholeNumber(1, 1 << 24);

/** @throws ConfigError when the list has another length than the vocabulary */
export function checkLength(distribution: Distribution, vocabSize: number): void {
  if (distribution.kind === "given" && distribution.probabilities.length !== vocabSize)
    throw new ConfigError(
      `distribution.probabilities: expected ${vocabSize} values (vocabSize), got ${distribution.probabilities.length}`,
    );
}

/**
 * Probabilities of the tokens, length V, summing to 1 up to rounding. Zipf: p_i ∝ i^-exponent, i = 1 … V (index 0 is
 * the first token). Given: divided by their sum. Sums run in index order, so that the bits are fixed.
 * @throws ConfigError for a bad vocabSize or distribution
 */
export function tokenProbabilities(input: DistributionInput, vocabSize: number): Float64Array {
  const { distribution } = parseBy(
    v.strictObject({ vocabSize: vocabSizeSchema, distribution: distributionSchema }),
    { vocabSize, distribution: input },
    "distribution",
  );
  checkLength(distribution, vocabSize);
  return distribution.kind === "given"
    ? givenProbabilities(distribution)
    : zipfProbabilities(distribution, vocabSize);
}
