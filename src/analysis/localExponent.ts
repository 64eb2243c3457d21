/**
 * The exponent that a curve has at a time: minus the slope of ln(excess loss) over ln(step) in a window that is narrow on a
 * logarithmic axis and slides along it. A power law has the same one everywhere; A·t^−β + F has one that falls from β to 0.
 */
import { log, pow } from "../math/elementary.js";
import type { RunResult } from "../sweep/result.js";
import { leastSquaresExponent } from "./lossExponent.js";
import type { CurvePoint } from "./series.js";

export interface Sliding {
  /** The last step of a window over its first. */
  factor: number;
  /** Windows a decade of steps. */
  perDecade: number;
  /** Windows begin at this step or later: a run's first steps are no decay yet. */
  from: number;
}

/** Exponents at the geometric middles of the windows that lie within the run; where a window has too few evaluations, none. */
export function localExponents(run: RunResult, { factor, perDecade, from }: Sliding): CurvePoint[] {
  const half = Math.sqrt(factor);
  const points: CurvePoint[] = [];
  // a hair of room, so that a window that ends at the run's last step counts
  const last = run.config.steps * (1 + 1e-9);
  for (let k = Math.ceil((log(from * half) / Math.LN10) * perDecade); ; k++) {
    const step = pow(10, k / perDecade);
    if (step * half > last) return points;
    const value = leastSquaresExponent(run, step / half, step * half);
    if (value !== null) points.push({ step, value });
  }
}

/** The exponent of y ∝ x^exponent through two points, `factor` being the second x over the first. */
export const exponentBetween = (first: number, second: number, factor: number): number | null =>
  first > 0 && second > 0 ? log(second / first) / log(factor) : null;
