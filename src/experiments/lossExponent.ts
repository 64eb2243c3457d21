/** β of an excess loss ∝ t^−β: between two evaluations as in the post, and by least squares over all between them. */
import type { RunResult } from "../sweep/result.js";
import { valueAt } from "./series.js";

/** Minus the log-log slope between two evaluations; null when one is missing or not above 0. */
export function twoPointExponent(run: RunResult, from: number, to: number): number | null {
  const first = valueAt(run, "excessLoss", from);
  const last = valueAt(run, "excessLoss", to);
  if (first === null || last === null || !(first > 0 && last > 0)) return null;
  return -Math.log(last / first) / Math.log(to / from);
}

/** Evaluations in a window, and how many of them are at or below 0, which have no logarithm. */
export function withoutLogarithm(run: RunResult, from: number, to: number): { count: number; of: number } {
  const measured = run.records.filter(
    ({ step, excessLoss }) => step >= from && step <= to && excessLoss !== null,
  );
  return { count: measured.filter(({ excessLoss }) => Number(excessLoss) <= 0).length, of: measured.length };
}

/**
 * Minus the least-squares slope of ln(excess loss) on ln(step), every evaluation in the window weighing the same. Those
 * at or below 0 are left out, which makes the exponent smaller than it is: `withoutLogarithm` says how many they are.
 */
export function leastSquaresExponent(run: RunResult, from: number, to: number): number | null {
  const points: [number, number][] = run.records
    .filter(({ step, excessLoss }) => step >= from && step <= to && excessLoss !== null && excessLoss > 0)
    .map(({ step, excessLoss }) => [Math.log(step), Math.log(excessLoss as number)]);
  if (points.length < 2) return null;
  const x = points.reduce((sum, [t]) => sum + t, 0) / points.length;
  const y = points.reduce((sum, [, l]) => sum + l, 0) / points.length;
  const covariance = points.reduce((sum, [t, l]) => sum + (t - x) * (l - y), 0);
  const variance = points.reduce((sum, [t]) => sum + (t - x) ** 2, 0);
  return -covariance / variance;
}
