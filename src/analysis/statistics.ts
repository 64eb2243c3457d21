/** Statistics over seeds: few values, so intervals come from Student's t. */
import { beyond } from "./studentT.js";

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, x) => sum + x, 0) / values.length;

/** Sample standard deviation (n − 1); 0 for a single value. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, x) => sum + (x - centre) * (x - centre), 0) / (values.length - 1));
}

export const standardError = (values: readonly number[]): number =>
  standardDeviation(values) / Math.sqrt(values.length);

/** The 95 % quantile of Student's t, for a one-sided test. */
export const oneSidedT = (df: number): number => beyond(0.05, df);

/** The 97.5 % quantile of Student's t, for a 95 % interval. */
export const twoSidedT = (df: number): number => beyond(0.025, df);

/** A number over seeds. */
export interface Measured {
  mean: number;
  standardDeviation: number;
  seeds: number;
}

export const measured = (values: readonly number[]): Measured => ({
  mean: mean(values),
  standardDeviation: standardDeviation(values),
  seeds: values.length,
});

/** A 95 % interval for the mean, or null when there are fewer than two seeds. */
export function intervalOf({
  mean: centre,
  standardDeviation: sd,
  seeds,
}: Measured): [number, number] | null {
  if (seeds < 2) return null;
  const half = (twoSidedT(seeds - 1) * sd) / Math.sqrt(seeds);
  return [centre - half, centre + half];
}

/** The same of the values themselves. */
export const meanInterval = (values: readonly number[]): [number, number] | null =>
  intervalOf(measured(values));
