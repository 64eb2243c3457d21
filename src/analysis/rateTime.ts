/**
 * Curves over rate × time: Adam's step has the size of the rate whatever the gradient's, so that runs of small rates follow one
 * path, each at its own speed. Where their curves part, something other than the path decides: the noise of the steps.
 */
import { exp, log } from "../math/elementary.js";
import type { RunResult } from "../sweep/result.js";
import type { CurvePoint } from "./series.js";

/** The rate of a run that holds one throughout; null for a schedule. */
const constantRate = ({ config: { learningRate } }: RunResult): number | null =>
  typeof learningRate === "number" ? learningRate : null;

/** The run's excess loss with rate × step in place of the step, from the first step on; empty for a schedule. */
export function overRateTime(run: RunResult): CurvePoint[] {
  const rate = constantRate(run);
  if (rate === null) return [];
  return run.records.flatMap(({ step, excessLoss, diverged }) =>
    step > 0 && !diverged && excessLoss !== null && Number.isFinite(excessLoss)
      ? [{ step: rate * step, value: excessLoss }]
      : [],
  );
}

/** The excess loss where rate × step is `product`, on a straight line in logarithms; null beyond the evaluations. */
export function excessAtRateTime(run: RunResult, product: number): number | null {
  const curve = overRateTime(run);
  // 0.001 × 300 is not quite 0.3
  const after = curve.findIndex(({ step }) => step >= product * (1 - 1e-9));
  if (after < 0) return null;
  const high = curve[after];
  if (high.step <= product * (1 + 1e-9)) return high.value;
  const low = curve[after - 1];
  if (!low || low.value <= 0 || high.value <= 0) return null;
  const share = log(product / low.step) / log(high.step / low.step);
  return exp(log(low.value) + share * (log(high.value) - log(low.value)));
}
