import { expect } from "vitest";
import type { TokenSource } from "../../src/data/source.js";

/** Chi-square's quantile by Wilson and Hilferty; z = ±3.719 leaves 1e-4 outside. */
function chiSquareQuantile(degrees: number, z: number): number {
  const a = 2 / (9 * degrees);
  return degrees * (1 - a + z * Math.sqrt(a)) ** 3;
}

/** The statistic lies between the quantiles 1e-4 and 1 - 1e-4: too good a fit is no random one. */
export function expectChiSquare(statistic: number, degrees: number) {
  expect(statistic).toBeLessThan(chiSquareQuantile(degrees, 3.719));
  expect(statistic).toBeGreaterThan(chiSquareQuantile(degrees, -3.719));
}

/**
 * Counts against what is expected of each; those expected fewer than 10 times share one bin, since the statistic is
 * chi-square's only for larger ones, and what is expected never must not be there.
 */
export function expectCounts(counts: ArrayLike<number>, expected: ArrayLike<number>) {
  let statistic = 0;
  let bins = 0;
  const rare = { expected: 0, count: 0 };
  const add = (count: number, mean: number) => {
    statistic += (count - mean) ** 2 / mean;
    bins += 1;
  };
  for (let i = 0; i < counts.length; i++) {
    if (expected[i] === 0) expect(counts[i]).toBe(0);
    else if (expected[i] < 10) {
      rare.expected += expected[i];
      rare.count += counts[i];
    } else add(counts[i], expected[i]);
  }
  if (rare.expected > 0) add(rare.count, rare.expected);
  expectChiSquare(statistic, bins - 1);
}

/** `count` pairs of a stream against the joint distribution p_a P(b|a) that the source claims. */
export function expectJoint(source: TokenSource, key: bigint, count: number) {
  const V = source.probabilities.length;
  const counts = new Float64Array(V * V);
  const { inputs, targets } = source.draw(key, count);
  for (let i = 0; i < count; i++) counts[inputs[i] * V + targets[i]] += 1;
  const expected = new Float64Array(V * V);
  for (let a = 0; a < V; a++)
    source.targets(a).forEach((p, b) => {
      expected[a * V + b] = count * source.probabilities[a] * p;
    });
  expectCounts(counts, expected);
}
