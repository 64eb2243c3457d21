import { expect, test } from "vitest";
import {
  meanInterval,
  oneSidedT,
  standardDeviation,
  standardError,
  twoSidedT,
} from "../../src/analysis/statistics.js";

test("the standard deviation divides by n − 1", () => {
  expect(standardDeviation([1, 2, 3, 4])).toBeCloseTo(Math.sqrt(5 / 3), 14);
  expect(standardDeviation([7])).toBe(0);
});

test("t intervals over seeds", () => {
  const [low, high] = meanInterval([1, 2, 3]) as [number, number];
  expect(low).toBeCloseTo(2 - 4.3027 / Math.sqrt(3), 10);
  expect(high).toBeCloseTo(2 + 4.3027 / Math.sqrt(3), 10);
  expect(meanInterval([1])).toBeNull();
});

test("beyond the table Student's t follows its expansion", () => {
  expect(twoSidedT(11)).toBeCloseTo(2.201, 2);
  expect(twoSidedT(30)).toBeCloseTo(2.0423, 3);
  expect(oneSidedT(20)).toBeCloseTo(1.7247, 3);
});

test("Student's quantiles for 1 to 10 degrees of freedom, as tables have them", () => {
  const one = [6.3138, 2.92, 2.3534, 2.1318, 2.015, 1.9432, 1.8946, 1.8595, 1.8331, 1.8125];
  const two = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];
  for (let df = 1; df <= 10; df++) {
    expect(oneSidedT(df)).toBe(one[df - 1]);
    expect(twoSidedT(df)).toBe(two[df - 1]);
  }
});

test.each([
  // the expansion's next term: (3z⁷ + 19z⁵ + 17z³ − 15z)/(384 df³)
  [11, 1.79588482, 2.20098516, 2.1e-3],
  [20, 1.72471824, 2.08596345, 4e-4],
  [60, 1.67064886, 2.00029782, 1.5e-5],
  [120, 1.65765089, 1.97993041, 2e-6],
])("Student's quantiles for %i degrees of freedom", (df, one, two, within) => {
  expect(Math.abs(oneSidedT(df) - one)).toBeLessThan(within);
  expect(Math.abs(twoSidedT(df) - two)).toBeLessThan(within);
});

test("the standard error of a mean", () => {
  expect(standardError([1, 2, 3, 4])).toBeCloseTo(Math.sqrt(5 / 12), 14);
  expect(standardError([7])).toBe(0);
});

test("two values already have an interval", () => {
  expect(meanInterval([1, 3])).toEqual([expect.closeTo(2 - 12.7062, 12), expect.closeTo(2 + 12.7062, 12)]);
});
