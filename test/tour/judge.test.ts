import { expect, test } from "vitest";
import { mean, standardDeviation, twoSidedT } from "../../src/analysis/statistics.js";
import { above, below, inWords, overSeeds, quantiles, rounded, within } from "../../src/lab/tour/judge.js";

const statement = (values: number[]) => ({ claim: "c", whose: "ours" as const, quantity: "q", values });

test("quantiles are Student's", () => {
  quantiles.forEach((own, i) => {
    expect(own).toBeCloseTo(twoSidedT(i + 1), 3);
  });
});

test("values over seeds have their mean and 95 % interval; of a single one none is known", () => {
  const values = [1, 2, 4];
  const { half, ...own } = overSeeds(values);
  expect(own).toEqual({ mean: mean(values), standardDeviation: standardDeviation(values), seeds: 3 });
  expect(half).toBeCloseTo((twoSidedT(2) * standardDeviation(values)) / Math.sqrt(3), 3);
  expect(overSeeds([1]).half).toBe(Infinity);
});

test("a verdict is where the interval lies: beyond the bound, before it, or about it", () => {
  const close = [1, 1.1, 0.9, 1];
  expect(above(statement(close), 0.5).verdict).toBe("holds");
  expect(above(statement(close), 1.5).verdict).toBe("fails");
  // the mean lies above, the interval does not
  expect(above(statement(close), 0.99).verdict).toBe("open");
  expect(below(statement(close), 1.5).verdict).toBe("holds");
  expect(below(statement(close), 0.5).verdict).toBe("fails");
  expect(below(statement(close), 1.01).verdict).toBe("open");
  const none = [0.01, -0.01, 0.02, -0.02];
  expect(within(statement(none), 0.1).verdict).toBe("holds");
  expect(within(statement(none), 0.01).verdict).toBe("open");
  expect(within(statement(close), 0.1).verdict).toBe("fails");
  expect(within(statement(close.map((x) => -x)), 0.1).verdict).toBe("fails");
});

test("where the mean must lie is said with its unit", () => {
  const nats = { ...statement([1, 2]), unit: "nats" };
  const needed = [above(nats), above(nats, 1), below(nats, 0.02), within(statement([1, 2]), 0.01)];
  expect(needed.map((finding) => finding.needed)).toEqual([
    "above 0",
    "above 1 nat",
    "below 0.02 nats",
    "within ±0.01",
  ]);
});

test("one seed settles nothing, nor do values that are none", () => {
  expect(above(statement([5])).verdict).toBe("open");
  expect(above(statement([])).verdict).toBe("open");
  expect(above(statement([5, 5.1, Number.NaN])).verdict).toBe("open");
});

test("numbers are told to the digit that their uncertainty begins with", () => {
  expect(rounded(1.99382, 0.0002)).toBe("1.9938");
  expect(rounded(-0.04, 0.012)).toBe("−0.04");
  expect(rounded(22.24, 0.5)).toBe("22.2");
  expect(rounded(0.2973)).toBe("0.297");
  expect(inWords([1, 2, 4], "nats")).toBe("2 ± 4 nats");
  expect(inWords([2], "nats")).toBe("2 nats");
});
