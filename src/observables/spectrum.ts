import { after } from "../backend/backend.js";
import { exp, log } from "../math/elementary.js";
import type { Observable } from "./observable.js";

/** Eigenvalue spectrum of the centred embedding, summarised. All are at least 1 but `meanEnergyShare` (0 to 1). */
export interface Spectrum {
  /** exp(-Σ r ln r), r the explained-variance ratios (squared singular values, normalised). */
  effectiveDimension: number;
  /** (Σλ)²/Σλ² */
  participationRatio: number;
  /** Σλ/λ_max */
  stableRank: number;
  /** Roy and Vetterli: exp of the entropy of the normalised, unsquared singular values. */
  effectiveRank: number;
  /** Share of ‖E‖² in the mean row, which centring removes. */
  meanEnergyShare: number;
}

/** Measured where the config's `spectrum` asks for it. */
export const spectrum: Observable<keyof Spectrum> = {
  columns: ["effectiveDimension", "participationRatio", "stableRank", "effectiveRank", "meanEnergyShare"],
  applies: (config) => config.spectrum,
  measure: ({ backend }) =>
    after(backend.eigenvalues(), ({ values, meanEnergyShare }) => ({
      ...summarize(values, meanEnergyShare),
    })),
};

/** exp of the entropy of non-negative numbers divided by their sum. */
function entropyPower(values: number[]): number {
  const total = values.reduce((sum, x) => sum + x, 0);
  return exp(values.reduce((sum, x) => (x === 0 ? sum : sum - (x / total) * log(x / total)), 0));
}

/**
 * The summary of a spectrum. Eigenvalues within rounding of zero (n·ε·λ_max) count as zero: centring makes one of them zero,
 * and the square root of its rounding error would not be small. Where all are zero (V = 1, or equal rows) each dimension
 * figure is 1 by definition, its least value otherwise. NaN stays NaN.
 * @param eigenvalues squared singular values of the centred embedding, in any order and unit
 */
export function summarize(eigenvalues: ArrayLike<number>, meanEnergyShare: number): Spectrum {
  // sorted, so that the sums do not depend on the order in which a solver finds them
  const sorted = Array.from(eigenvalues).sort((a, b) => b - a);
  const largest = sorted[0];
  if (largest === 0)
    return { effectiveDimension: 1, participationRatio: 1, stableRank: 1, effectiveRank: 1, meanEnergyShare };
  // relative to the largest, so that no square under- or overflows
  const rounding = sorted.length * 2.220446049250313e-16;
  const lambda = sorted.map((x) => (x / largest <= rounding ? 0 : x / largest));
  const sum = lambda.reduce((total, x) => total + x, 0);
  const squares = lambda.reduce((total, x) => total + x * x, 0);
  // a single direction may round to just below 1
  return {
    effectiveDimension: Math.max(1, entropyPower(lambda)),
    participationRatio: Math.max(1, (sum * sum) / squares),
    stableRank: sum,
    effectiveRank: Math.max(1, entropyPower(lambda.map(Math.sqrt))),
    meanEnergyShare,
  };
}
