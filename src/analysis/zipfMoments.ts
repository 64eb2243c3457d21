/** Moments of ln p under a Zipf law: what the exact law at D = 1 and the post's sampling error need. */
import { tokenProbabilities } from "../data/distribution.js";
import { entropy as entropyOf } from "../data/entropy.js";
import { log } from "../math/elementary.js";

export interface ZipfMoments {
  probabilities: Float64Array;
  /** H = −Σ p ln p, in nats. */
  entropy: number;
  /** Var_p ln p. */
  variance: number;
}

/** p_i ∝ i^−exponent for i = 1…vocabSize. */
export function zipfMoments(vocabSize: number, exponent: number): ZipfMoments {
  const probabilities = tokenProbabilities({ kind: "zipf", exponent }, vocabSize);
  const entropy = entropyOf(probabilities);
  const variance = probabilities.reduce((sum, p) => {
    const deviation = log(p) + entropy;
    return sum + p * deviation * deviation;
  }, 0);
  return { probabilities, entropy, variance };
}
