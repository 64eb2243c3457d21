/** Statistics over seeds: few values, so intervals come from Student's t. */
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

// Student's t for 1 to 10 degrees of freedom.
const oneSided95 = [6.3138, 2.92, 2.3534, 2.1318, 2.015, 1.9432, 1.8946, 1.8595, 1.8331, 1.8125];
const twoSided95 = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];

/** The Cornish–Fisher expansion of t around the normal quantile z: within 0.002 beyond 10 degrees of freedom. */
const expansion = (z: number, df: number): number =>
  z + (z * (z * z + 1)) / (4 * df) + (z * ((5 * z * z + 16) * z * z + 3)) / (96 * df * df);

/** The 95 % quantile of Student's t, for a one-sided test. */
export const oneSidedT = (df: number): number => oneSided95[df - 1] ?? expansion(1.644854, df);

/** The 97.5 % quantile of Student's t, for a 95 % interval. */
export const twoSidedT = (df: number): number => twoSided95[df - 1] ?? expansion(1.959964, df);

/** A 95 % interval for the mean over seeds, or null when there are fewer than two. */
export function meanInterval(values: readonly number[]): [number, number] | null {
  if (values.length < 2) return null;
  const half = twoSidedT(values.length - 1) * standardError(values);
  return [mean(values) - half, mean(values) + half];
}

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
