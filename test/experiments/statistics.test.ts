import { expect, test } from "vitest";
import { meanInterval, oneSidedT, standardDeviation, twoSidedT } from "../../src/experiments/statistics.js";

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
