import { mean, meanInterval } from "../analysis/statistics.js";
import type { IntervalPoint } from "../figures/intervalCurves.js";

/** The point of what seeds have: their mean and its 95 % interval, of a single seed its value; none without values. */
export function intervalPoint(series: string, x: number, values: readonly number[]): IntervalPoint[] {
  if (values.length === 0) return [];
  const centre = mean(values);
  const [low, high] = meanInterval(values) ?? [centre, centre];
  return [{ series, x, mean: centre, low, high }];
}
