/** The floor of a curve: F of the excess loss A·t^−β + F, by least squares of relative errors. */
import { pow } from "../math/elementary.js";
import type { RunResult } from "../sweep/result.js";

export interface PowerLawFloor {
  amplitude: number;
  exponent: number;
  floor: number;
}

/** Exponents among which the best is looked for. */
const range = [0.05, 4] as const;

interface Point {
  step: number;
  excess: number;
}

/** A and F for a given exponent: relative errors are linear in both, 1 ≈ A·(t^−β / L) + F·(1 / L). */
function givenExponent(points: readonly Point[], exponent: number): PowerLawFloor & { error: number } {
  let [xx, xy, yy, x, y] = [0, 0, 0, 0, 0];
  const rows = points.map(({ step, excess }) => [pow(step, -exponent) / excess, 1 / excess]);
  for (const [a, b] of rows) {
    xx += a * a;
    xy += a * b;
    yy += b * b;
    x += a;
    y += b;
  }
  const determinant = xx * yy - xy * xy;
  const amplitude = (x * yy - y * xy) / determinant;
  const floor = (y * xx - x * xy) / determinant;
  const error = rows.reduce((sum, [a, b]) => {
    const miss = amplitude * a + floor * b - 1;
    return sum + miss * miss;
  }, 0);
  return { amplitude, exponent, floor, error };
}

/**
 * The fit to a run's evaluations from step `from` on; null with fewer than four above 0, or where A or F comes out below 0.
 * The floor is what the window makes it: a curve that still falls by another law has a lower one later.
 */
export function powerLawFloor(run: RunResult, from: number): PowerLawFloor | null {
  const points = run.records.flatMap(({ step, excessLoss }) =>
    step >= from && step > 0 && excessLoss !== null && excessLoss > 0 && Number.isFinite(excessLoss)
      ? [{ step, excess: excessLoss }]
      : [],
  );
  if (points.length < 4) return null;
  const errorAt = (exponent: number): number => givenExponent(points, exponent).error;
  // golden section: the error has one minimum over the exponent in all curves that were looked at
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = range;
  while (high - low > 1e-6) {
    const step = golden * (high - low);
    if (errorAt(high - step) < errorAt(low + step)) high = low + step;
    else low = high - step;
  }
  const { amplitude, exponent, floor } = givenExponent(points, (low + high) / 2);
  return amplitude > 0 && floor > 0 ? { amplitude, exponent, floor } : null;
}
