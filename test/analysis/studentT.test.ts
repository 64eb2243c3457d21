import { expect, test } from "vitest";
import { oneSidedT, twoSidedT } from "../../src/analysis/statistics.js";
import { beyond, upperTail } from "../../src/analysis/studentT.js";

test("the quantiles for 1 to 10 degrees of freedom, as tables have them", () => {
  const one = [6.3138, 2.92, 2.3534, 2.1318, 2.015, 1.9432, 1.8946, 1.8595, 1.8331, 1.8125];
  const two = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281];
  for (let df = 1; df <= 10; df++) {
    expect(Math.abs(oneSidedT(df) - one[df - 1])).toBeLessThan(5.1e-5);
    expect(Math.abs(twoSidedT(df) - two[df - 1])).toBeLessThan(5.1e-5);
  }
});

test.each([
  [11, 1.79588482, 2.20098516],
  [20, 1.72471824, 2.08596345],
  [60, 1.67064886, 2.00029782],
  [120, 1.65765089, 1.97993041],
])("the quantiles for %i degrees of freedom", (df, one, two) => {
  expect(Math.abs(oneSidedT(df) - one)).toBeLessThan(1e-8);
  expect(Math.abs(twoSidedT(df) - two)).toBeLessThan(1e-8);
});

test("the tails of 1 and 2 degrees of freedom are known in closed form", () => {
  for (const t of [-30, -1, -0.2, 0, 0.3, 1, 7, 200]) {
    expect(upperTail(t, 1)).toBeCloseTo(0.5 - Math.atan(t) / Math.PI, 13);
    expect(upperTail(t, 2)).toBeCloseTo((1 - t / Math.sqrt(2 + t * t)) / 2, 13);
  }
  for (const df of [1, 2, 3, 8]) {
    expect(upperTail(Infinity, df)).toBe(0);
    expect(upperTail(-Infinity, df)).toBe(1);
    expect(upperTail(0, df)).toBe(0.5);
  }
});

test("a tail beyond its quantile is itself", () => {
  for (const df of [1, 2, 3, 4, 7, 12, 41])
    for (const tail of [0.4, 0.2, 0.05, 0.025, 0.001, 1e-5])
      expect(upperTail(beyond(tail, df), df)).toBeCloseTo(tail, 11);
});
