import { describe, expect, test } from "vitest";
import { crossingStep } from "../../src/analysis/crossing.js";
import type { RunResult } from "../../src/sweep/result.js";
import { runOf } from "../experiments/syntheticRuns.js";

type Records = RunResult["records"];

/** Evaluations every 10 of 200 steps of an excess loss. */
const recordsOf = (excess: (step: number) => number | null): Records =>
  runOf({ steps: 200, evaluateEvery: 10 }, { excess: (step) => excess(step) }).records;

const minus =
  (level: number) =>
  ({ excessLoss }: Records[number]): number | null =>
    excessLoss === null ? null : excessLoss - level;

describe("the first step at which a curve falls below a level", () => {
  const line = recordsOf((step) => 2 - step / 100);

  test.each([
    [1.5, 50],
    [1.234, 76.6],
    [0.001, 199.9],
  ])("a straight line crosses %f at step %f, between evaluations too", (level, step) => {
    expect(crossingStep(line, minus(level))).toBeCloseTo(step, 9);
  });

  test("where a curve is bent, on the chord between its neighbours", () => {
    const bent = recordsOf((step) => (step < 100 ? 3 : 1));
    expect(crossingStep(bent, minus(2.5))).toBeCloseTo(92.5, 9);
  });

  test("to touch the level is not to fall below it", () => {
    expect(crossingStep(line, minus(0))).toBeNull();
    const resting = recordsOf((step) => Math.max(0, 100 - step) + (step > 150 ? 150 - step : 0));
    expect(crossingStep(resting, minus(0))).toBe(150);
  });

  test("never", () => expect(crossingStep(line, minus(-1))).toBeNull());
  test("from the start", () => expect(crossingStep(line, minus(3))).toBe(0));

  test("the first of several", () => {
    const wave = recordsOf((step) => Math.cos((step * Math.PI) / 60));
    expect(crossingStep(wave, minus(0))).toBeCloseTo(30, 9);
  });

  test("evaluations that lack it, and one of a divergence, are passed over", () => {
    const gaps = recordsOf((step) => (step % 50 === 0 ? 2 - step / 100 : null));
    expect(crossingStep(gaps, minus(1.234))).toBeCloseTo(76.6, 9);
    const [first, ...later] = line;
    const diverged = [first, { ...later[0], excessLoss: -5, diverged: true }];
    expect(crossingStep(diverged, minus(0))).toBeNull();
    expect(crossingStep([{ ...first, excessLoss: Number.NaN }, ...later], minus(1.5))).toBeCloseTo(50, 9);
  });
});
