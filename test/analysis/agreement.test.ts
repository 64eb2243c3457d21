import { expect, test } from "vitest";
import { agreements, agrees, explained, isComparable } from "../../src/analysis/agreement.js";
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

test("what rounding hides is not averaged over seeds", () => {
  const value = at("a", "excessLoss", 100);
  const of = (rounding: number) =>
    agreements([{ ...theirs, mean: 2.3, standardDeviation: 0, seeds: 3, rounding, value }], runs)[0];
  expect(of(0).standardErrors).toBeCloseTo(-0.3 * Math.sqrt(3), 12);
  expect(of(0.5).standardErrors).toBeCloseTo(-0.3 / Math.sqrt((1 + 0.25) / 3), 12);
});

test("one seed of ours says neither that they agree nor that they differ", () => {
  const value = at("a", "excessLoss", 100);
  const one = new Map([["a", (runs.get("a") ?? []).slice(0, 1)]]);
  const [row] = agreements([{ ...theirs, mean: 9, standardDeviation: 1, seeds: 3, value }], one);
  expect(row.standardErrors).toBeNull();
  expect(isComparable(row)).toBe(false);
});

test("runs without a value say what that means", () => {
  const value = at("a", "excessLoss", 50);
  const one = { ...theirs, mean: 5, standardDeviation: 2, seeds: 4, value };
  const listed = agreements([{ ...one, without: { label: "a", text: "not reached" } }], runs);
  expect(listed).toMatchObject([{ ours: "not reached", standardErrors: null }]);
  expect(listed.map(agrees)).toEqual([false]);
  expect(agreements([{ ...one, without: { label: "b", text: "not reached" } }], runs)).toEqual([]);
});

test("reasons are found by the quantity", () => {
  const value = at("a", "excessLoss", 100);
  const all = ["p", "q"].map((quantity) => ({
    ...{ quantity, by: "another program", mean: 0, standardDeviation: 1, seeds: 3, value },
  }));
  expect(agreements(explained(all, { q: "the grid" }), runs).map(({ why }) => why)).toEqual([
    undefined,
    "the grid",
  ]);
});
