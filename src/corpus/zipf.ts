import { exp, log } from "../math/elementary.js";

/** Above the exponent of any corpus whose counts fit in 2^53. */
const STEEPEST = 128;

/**
 * The exponent s of a Zipf law over ranks 1 … T, the types that occur, by maximum likelihood: ranks are those of the counts,
 * P(r) = r^-s / Σ_k k^-s, and ln likelihood = -s Σ_r n_r ln r - N ln Σ_k k^-s. It is concave; at its top the law's mean of
 * ln r is the corpus's. Every token weighs the same, so that frequent types decide (a line through log counts over log ranks
 * weighs every type the same).
 * @param counts of the types; zeros are left out
 * @returns null for a single type, of which every exponent is as likely
 */
export function zipfExponent(counts: Uint32Array): number | null {
  const ranked = counts
    .filter((count) => count > 0)
    .sort()
    .reverse();
  if (ranked.length < 2) return null;
  const logRanks = Float64Array.from(ranked, (_, i) => log(i + 1));
  let tokens = 0;
  let sum = 0;
  for (let i = 0; i < ranked.length; i++) {
    tokens += ranked[i];
    sum += ranked[i] * logRanks[i];
  }
  const mean = sum / tokens;
  // Newton's method for the root of the falling function (law's mean of ln r) - mean, kept between bounds that close in
  let [low, high] = [0, STEEPEST];
  let exponent = 1;
  for (let i = 0; i < 200; i++) {
    const moments = momentsOf(logRanks, exponent);
    const excess = moments.mean - mean;
    if (excess > 0) low = exponent;
    else high = exponent;
    const newton = exponent + excess / moments.variance;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - exponent) <= 1e-12) return next;
    exponent = next;
  }
  return exponent;
}

/** Mean and variance of ln r under the law. */
function momentsOf(logRanks: Float64Array, exponent: number): { mean: number; variance: number } {
  let [norm, first, second] = [0, 0, 0];
  for (const logRank of logRanks) {
    const weight = exp(-exponent * logRank);
    norm += weight;
    first += weight * logRank;
    second += weight * logRank * logRank;
  }
  const mean = first / norm;
  return { mean, variance: second / norm - mean * mean };
}
