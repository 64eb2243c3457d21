/** The token distributions there are: to add one, a file and its lines here. */
import * as v from "valibot";
import { ConfigError, show } from "../configError.js";
import { expected, parseBy, wholeNumber } from "../schema.js";
import { type Corpus, type CorpusInput, corpusSchema } from "./corpusSchema.js";
import { type Given, type GivenList, givenProbabilities, givenSchema } from "./given.js";
import { type Zipf, type ZipfInput, zipfProbabilities, zipfSchema } from "./zipf.js";

/**
 * Token probabilities: p_i ∝ i^-exponent for i = 1 … V; a given list of V values that sum to 1 (zeros allowed), or its
 * digest; or those of a corpus, by its digest, which brings its own targets.
 */
export type Distribution = Zipf | Given | Corpus;
export type DistributionInput = ZipfInput | Given | CorpusInput;

/** @internal */
export const distributionSchema = v.variant(
  "kind",
  [zipfSchema, givenSchema, corpusSchema],
  expected(
    '{ kind: "zipf", exponent }, { kind: "given", probabilities or digest } or { kind: "corpus", digest, heldOut }',
  ),
) as v.GenericSchema<DistributionInput, Distribution>;

/** @internal */
export const vocabSizeSchema = wholeNumber(1, 1 << 24);

/** @throws ConfigError when the list has another length than the vocabulary */
export function checkLength(distribution: Distribution, vocabSize: number): void {
  if (distribution.kind !== "given" || distribution.digest !== undefined) return;
  if (distribution.probabilities.length !== vocabSize)
    throw new ConfigError(
      `distribution.probabilities: expected ${vocabSize} values (vocabSize), got ${distribution.probabilities.length}`,
    );
}

/** Distributions whose probabilities their config holds. */
export type SelfContained = Zipf | GivenList;

export const isSelfContained = (distribution: Distribution): distribution is SelfContained =>
  distribution.kind === "zipf" || (distribution.kind === "given" && distribution.digest === undefined);

/**
 * Probabilities of the tokens, length V, summing to 1 up to rounding. Zipf: p_i ∝ i^-exponent, i = 1 … V (index 0 is
 * the first token). Given: divided by their sum. Sums run in index order, so that the bits are fixed.
 * @throws ConfigError for a bad vocabSize or distribution, and for one that is named by a digest: tokenSource takes what
 *   that stands for
 */
export function tokenProbabilities(input: DistributionInput, vocabSize: number): Float64Array {
  const { distribution } = parseBy(
    v.strictObject({ vocabSize: vocabSizeSchema, distribution: distributionSchema }),
    { vocabSize, distribution: input },
    "distribution",
  );
  checkLength(distribution, vocabSize);
  if (!isSelfContained(distribution))
    throw new ConfigError(
      `distribution: expected one that is not named by a digest, got ${show(distribution)}`,
    );
  return distribution.kind === "zipf"
    ? zipfProbabilities(distribution, vocabSize)
    : givenProbabilities(distribution.probabilities);
}
