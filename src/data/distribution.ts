import { ConfigError, type DistributionInput, parseConfig } from "../config.js";
import { pow } from "../math/elementary.js";

/**
 * Probabilities of the tokens, length V, summing to 1 up to rounding. Zipf: p_i ∝ i^-exponent, i = 1 … V (index 0 is
 * the first token). Given: divided by their sum. Sums run in index order, so that the bits are fixed.
 * @throws ConfigError for a bad vocabSize or distribution
 */
export function tokenProbabilities(distribution: DistributionInput, vocabSize: number): Float64Array {
  const config = parseConfig({ vocabSize, distribution });
  const { distribution: law } = config;
  const weights =
    law.kind === "given"
      ? Float64Array.from(law.probabilities)
      : Float64Array.from({ length: config.vocabSize }, (_, i) => pow(i + 1, -law.exponent));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // only a very negative exponent gets here: V^-exponent is beyond f64
  if (!Number.isFinite(total) && law.kind === "zipf")
    throw new ConfigError(
      `distribution.exponent: expected an exponent whose weights i^-exponent are finite, got ${law.exponent}`,
    );
  return weights.map((weight) => weight / total);
}
