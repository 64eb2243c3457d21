import { describe, expect, test } from "vitest";
import { excessAtRateTime, overRateTime } from "../../src/analysis/rateTime.js";
import { linearDecay } from "../../src/schedule/constructors.js";
import { runOf } from "../experiments/syntheticRuns.js";

const curve = (learningRate: number, excess: (rateTime: number) => number, perDecade = 50) =>
  runOf(
    { vocabSize: 10, steps: 10_000, learningRate, evaluateAt: { kind: "log", perDecade } },
    { excess: (step) => (step ? excess(learningRate * step) : null) },
  );

describe("rate × time", () => {
  test("runs whose curves are one of rate × time agree, on whatever steps they are evaluated", () => {
    const law = (s: number) => 0.2 * s ** -0.77;
    for (const rate of [0.0001, 0.0003, 0.001, 0.003])
      expect(excessAtRateTime(curve(rate, law, 7), 0.3)).toBeCloseTo(law(0.3), 12);
  });

  test("a planted difference is found", () => {
    const slow = excessAtRateTime(
      curve(0.0001, (s) => 0.2 / s),
      0.3,
    ) as number;
    const fast = excessAtRateTime(
      curve(0.003, (s) => 0.2 / s + 0.05),
      0.3,
    ) as number;
    expect(fast - slow).toBeCloseTo(0.05, 3);
  });

  test("an evaluation at the very place is taken as it is", () => {
    // 0.001 × 300 is a little more than 0.3, 0.003 × 100 as well
    const run = runOf(
      { vocabSize: 10, steps: 400, learningRate: 0.001, evaluateEvery: 100 },
      { excess: (step) => (step === 300 ? 7 : 1) },
    );
    expect(excessAtRateTime(run, 0.3)).toBe(7);
  });

  test("beyond the evaluations there is none, and none of a schedule", () => {
    const run = curve(0.001, (s) => 1 / s);
    expect(excessAtRateTime(run, 10)).toBeCloseTo(0.1, 10);
    expect(excessAtRateTime(run, 10.1)).toBeNull();
    expect(excessAtRateTime(run, 0.0009)).toBeNull();
    const decayed = runOf(
      { vocabSize: 10, steps: 100, learningRate: linearDecay(0.01, 0.001, 50, 100) },
      { excess: () => 1 },
    );
    expect(overRateTime(decayed)).toEqual([]);
    expect(excessAtRateTime(decayed, 0.3)).toBeNull();
  });
});
