/** Moments of ln p under a Zipf law: what the exact law at D = 1 and the post's sampling error need. */

export interface ZipfMoments {
  probabilities: number[];
  /** H = −Σ p ln p, in nats. */
  entropy: number;
  /** Var_p ln p. */
  variance: number;
}

/** p_i ∝ i^−exponent for i = 1…vocabSize. */
export function zipfMoments(vocabSize: number, exponent: number): ZipfMoments {
  const weights = Array.from({ length: vocabSize }, (_, i) => (i + 1) ** -exponent);
  const total = weights.reduce((sum, w) => sum + w, 0);
  const probabilities = weights.map((w) => w / total);
  const entropy = probabilities.reduce((sum, p) => sum - p * Math.log(p), 0);
  const variance = probabilities.reduce((sum, p) => sum + p * (Math.log(p) + entropy) ** 2, 0);
  return { probabilities, entropy, variance };
}
