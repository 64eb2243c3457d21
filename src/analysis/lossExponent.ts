/** β of an excess loss ∝ t^−β: between two evaluations as in the post, and by least squares over all between them. */
import { lossDecayExponent } from "../observables/lossDecayExponent.js";
import type { RunResult } from "../sweep/result.js";
import { valueAt } from "./series.js";

/** β between the evaluations at two steps; null when one is missing or not above 0. */
export function twoPointExponent(run: RunResult, one: number, other: number): number | null {
  const ends = [one, other].map((step) => ({ step, excessLoss: valueAt(run, "excessLoss", step) }));
  if (!ends.every(({ excessLoss }) => excessLoss !== null && excessLoss > 0)) return null;
  const [from, to] = [Math.min(one, other), Math.max(one, other)];
  return lossDecayExponent(ends, { from, to, method: "two-point" }).exponent;
}

const measuredBetween = (run: RunResult, from: number, to: number) =>
  run.records.filter(({ step, excessLoss }) => step >= from && step <= to && excessLoss !== null);

/** Evaluations in a window, and how many of them are at or below 0, which have no logarithm. */
export function withoutLogarithm(run: RunResult, from: number, to: number): { count: number; of: number } {
  const measured = measuredBetween(run, from, to);
  return { count: measured.filter(({ excessLoss }) => Number(excessLoss) <= 0).length, of: measured.length };
}

/** β of one run by least squares, and how well the line fits. */
export interface LossFit {
  exponent: number;
  /** R²: the share of the variance of ln(excess loss) that the line explains; null where two points leave nothing to explain. */
  rSquared: number | null;
}

/**
 * The line of ln(excess loss) over ln(step), every evaluation in the window weighing the same; null when fewer than two are
 * above 0. Those at or below 0 are left out, which makes the exponent smaller than it is: `withoutLogarithm` says how many
 * they are.
 */
export function leastSquaresFit(run: RunResult, from: number, to: number): LossFit | null {
  const evaluations = measuredBetween(run, from, to).filter(
    ({ step, excessLoss }) => step > 0 && Number(excessLoss) > 0 && Number.isFinite(excessLoss),
  );
  if (evaluations.length < 2) return null;
  const { exponent, standardError, points } = lossDecayExponent(evaluations, { from, to });
  if (standardError === null) return { exponent, rSquared: null };
  // both in units of the scatter of ln(step)
  const explained = exponent * exponent;
  const residual = (points - 2) * standardError * standardError;
  return { exponent, rSquared: explained === 0 ? 0 : explained / (explained + residual) };
}

/** β of that line alone. */
export const leastSquaresExponent = (run: RunResult, from: number, to: number): number | null =>
  leastSquaresFit(run, from, to)?.exponent ?? null;
