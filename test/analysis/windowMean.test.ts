import { expect, test } from "vitest";
import { windowMean } from "../../src/analysis/windowMean.js";
import { runOf } from "../experiments/syntheticRuns.js";

const run = runOf(
  { vocabSize: 10, steps: 1000, evaluateEvery: 100 },
  { excess: (step) => (step === 700 ? null : step) },
);

test("the mean behind one step up to another, of what was measured", () => {
  expect(windowMean(run, "excessLoss", 800, 1000)).toBe(950);
  expect(windowMean(run, "excessLoss", 600, 800)).toBe(800);
  expect(windowMean(run, "excessLoss", 600, 700)).toBeNull();
  expect(windowMean(run, "effectiveDimension", 800, 1000)).toBeNull();
});

test("a run that diverged has no level", () => {
  expect(windowMean({ ...run, divergedAt: 990 }, "excessLoss", 800, 1000)).toBeNull();
});
