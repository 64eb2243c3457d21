import { expect, test } from "vitest";
import { agreements, agrees } from "../../src/analysis/agreement.js";
import { at } from "../../src/analysis/claims.js";
import { runOf } from "../experiments/syntheticRuns.js";

const excess = [1, 2, 3];
const runs = new Map([
  ["a", excess.map((value, seed) => runOf({ steps: 100, seed }, { excess: () => value }))],
]);
const theirs = { quantity: "q", by: "another program" };

test("the difference is in standard errors of both sides", () => {
  // ours 2 ± 1 over 3, theirs 5 ± 2 over 4: 3/√(1/3 + 1)
  const value = at("a", "excessLoss", 100);
  const [one] = agreements([{ ...theirs, mean: 5, standardDeviation: 2, seeds: 4, value }], runs);
  expect(one.ours).toEqual({ mean: 2, standardDeviation: 1, seeds: 3 });
  expect(one.theirs).toEqual({ mean: 5, standardDeviation: 2, seeds: 4 });
  expect(one.standardErrors).toBeCloseTo(-3 / Math.sqrt(1 / 3 + 1), 12);
  expect(agrees(one)).toBe(true);
  const [far] = agreements([{ ...theirs, mean: 5.5, standardDeviation: 2, seeds: 4, value }], runs);
  expect(agrees(far)).toBe(false);
});

test("what no run has a value of is left out", () => {
  const value = at("a", "excessLoss", 50);
  expect(agreements([{ ...theirs, mean: 5, standardDeviation: 2, seeds: 4, value }], runs)).toEqual([]);
});
