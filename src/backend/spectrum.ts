import { exp, log } from "../math/elementary.js";
import type { Spectrum } from "./backend.js";

const entropyExponential = (values: number[]): number => {
  const total = values.reduce((sum, x) => sum + x, 0);
  if (!(total > 0)) return Number.isNaN(total) ? Number.NaN : 1;
  let entropy = 0;
  for (const x of values) if (x > 0) entropy -= (x / total) * log(x / total);
  return exp(entropy);
};

/**
 * The summary of a covariance's eigenvalues, in any order and scale. What is within rounding of zero (n·ε·λ_max) counts
 * as zero: centring takes one eigenvalue away, and the square root of its rounding error would not be small. A matrix
 * without variance (V = 1, equal rows) has dimension 1 by convention, and NaN eigenvalues give NaN.
 */
export function summarize(eigenvalues: ArrayLike<number>, meanEnergyShare: number): Spectrum {
  // sorted, so that the sums do not depend on the order in which a solver finds them
  const sorted = Array.from(eigenvalues).sort((a, b) => b - a);
  const rounding = sorted.length * 2.220446049250313e-16 * sorted[0];
  const values = sorted.map((x) => (x <= rounding ? 0 : x));
  const total = values.reduce((sum, x) => sum + x, 0);
  const squares = values.reduce((sum, x) => sum + x * x, 0);
  const flat = total === 0;
  return {
    effectiveDimension: entropyExponential(values),
    participationRatio: flat ? 1 : (total * total) / squares,
    stableRank: flat ? 1 : total / values[0],
    effectiveRank: entropyExponential(values.map(Math.sqrt)),
    meanEnergyShare,
  };
}
