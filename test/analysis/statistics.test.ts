import { expect, test } from "vitest";
import { meanInterval, standardDeviation, standardError } from "../../src/analysis/statistics.js";

test("the standard deviation divides by n − 1", () => {
  expect(standardDeviation([1, 2, 3, 4])).toBeCloseTo(Math.sqrt(5 / 3), 14);
  expect(standardDeviation([7])).toBe(0);
});

test("t intervals over seeds", () => {
  const [low, high] = meanInterval([1, 2, 3]) as [number, number];
  expect(low).toBeCloseTo(2 - 4.30265273 / Math.sqrt(3), 7);
  expect(high).toBeCloseTo(2 + 4.30265273 / Math.sqrt(3), 7);
  expect(meanInterval([1])).toBeNull();
});

test("the standard error of a mean", () => {
  expect(standardError([1, 2, 3, 4])).toBeCloseTo(Math.sqrt(5 / 12), 14);
  expect(standardError([7])).toBe(0);
});

test("two values already have an interval", () => {
  expect(meanInterval([1, 3])).toEqual([
    expect.closeTo(2 - 12.7062047, 6),
    expect.closeTo(2 + 12.7062047, 6),
  ]);
});
