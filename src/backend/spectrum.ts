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
 * The summary of a covariance's eigenvalues, in any order and scale; rounding below zero counts as zero. A matrix
 * without variance (V = 1, equal rows) has dimension 1 by convention, and NaN eigenvalues give NaN.
 */
export function summarize(eigenvalues: ArrayLike<number>, meanEnergyShare: number): Spectrum {
  // sorted, so that the sums do not depend on the order in which a solver finds them
  const values = Array.from(eigenvalues, (x) => Math.max(0, x)).sort((a, b) => b - a);
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
