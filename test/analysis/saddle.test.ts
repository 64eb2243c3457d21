import { describe, expect, test } from "vitest";
import { mutualInformation } from "../../src/analysis/mutualInformation.js";
import {
  escapeTime,
  levels,
  passage,
  pauseOf,
  pauseRatio,
  pauseWidth,
  RELAXATION,
  rateSum,
  stepTo,
} from "../../src/analysis/saddle.js";
import type { RunConfigInput } from "../../src/config.js";
import { learningRateAt } from "../../src/schedule/schedule.js";
import type { RunResult } from "../../src/sweep/result.js";
import { piecewise } from "../experiments/plantedDescents.js";
import { runOf } from "../experiments/syntheticRuns.js";

/** A run that is at a level, a share of I about H, at each sum of rates τ. */
function descent(
  level: (time: number, step: number) => number,
  { information = 0.4, ...config }: RunConfigInput & { information?: number } = {},
): RunResult {
  const input = { learningRate: 1e-3, steps: 2000, evaluateEvery: 4, ...config };
  const at = (step: number) => level(rateSum(input.learningRate as never, step), step);
  return runOf(input, {
    excess: (step) => (at(step) + 1) * information,
    columns: (step) => ({ unigramExcess: at(step) * information }),
  });
}

describe("the sum of rates", () => {
  test("of a constant rate", () => expect(rateSum(0.003, 250.5)).toBeCloseTo(0.7515, 12));
  test("of a schedule, step by step, and of part of a step", () => {
    const warm = {
      kind: "piecewise-linear" as const,
      points: [
        [0, 0],
        [4, 0.4],
      ] as [number, number][],
    };
    expect(rateSum(warm, 4)).toBeCloseTo(0.6, 12);
    expect(rateSum(warm, 5)).toBeCloseTo(1, 12);
    expect(rateSum(warm, 2.5)).toBeCloseTo(0.1 + 0.5 * learningRateAt(warm, 2), 12);
    expect(rateSum(warm, 0)).toBe(0);
  });
});

describe("S and W", () => {
  test("a plain exponential relaxation has S = 0.46, whatever its rate, its start and I", () => {
    expect(RELAXATION).toBeCloseTo(0.465, 3);
    for (const [k, start, information] of [
      [4, 6, 0.4],
      [9, 3, 0.1],
    ])
      expect(
        pauseRatio(descent((time) => -1 + start * Math.exp(-k * time), { information, evaluateEvery: 1 })),
      ).toBeCloseTo(RELAXATION, 3);
  });

  const paused = piecewise([0, 3], [0.2, 0.25], [0.8, -0.25], [1, -0.75], [2, -1]);

  test("a planted pause has its own", () => {
    const run = descent(paused);
    expect(pauseWidth(run)).toBeCloseTo(0.6, 9);
    expect(pauseRatio(run)).toBeCloseTo(3, 9);
    expect(stepTo(run, 0)).toBeCloseTo(500, 6);
    expect(passage(run, 0, -0.25)).toBeCloseTo(0.3, 9);
  });

  test("times are sums of rates: the same descent at another rate, and under a schedule", () => {
    expect(pauseWidth(descent(paused, { learningRate: 1e-2, steps: 200, evaluateEvery: 1 }))).toBeCloseTo(
      0.6,
      9,
    );
    const learningRate = {
      kind: "piecewise-linear" as const,
      points: [
        [0, 0],
        [400, 2e-3],
      ] as [number, number][],
    };
    const run = descent(paused, { learningRate, evaluateEvery: 1 });
    // the corners lie between evaluations, which are 2e-3 apart
    expect(Math.abs(Number(pauseWidth(run)) - 0.6)).toBeLessThan(2e-3);
    expect(Math.abs(Number(pauseRatio(run)) - 3)).toBeLessThan(0.04);
  });

  test("only where the loss is monotone from first to last", () => {
    const bump = (from: number) => (time: number) =>
      paused(time) + (time > from && time <= from + 0.01 ? 0.1 : 0);
    expect(pauseRatio(descent(bump(0.5)))).toBeNull();
    expect(pauseWidth(descent(bump(0.5)))).toBeNull();
    // in the descent behind: W is not concerned
    expect(pauseRatio(descent(bump(0.9)))).toBeNull();
    expect(pauseWidth(descent(bump(0.9)))).toBeCloseTo(0.6, 9);
    // before and behind all of it
    expect(pauseRatio(descent(bump(0.1)))).toBeCloseTo(3, 9);
    expect(pauseRatio(descent(bump(1.5)))).toBeCloseTo(3, 9);
  });

  test("none where a run does not come down", () => {
    const run = descent((time) => paused(Math.min(time, 0.9)));
    expect(pauseWidth(run)).toBeCloseTo(0.6, 9);
    expect(pauseRatio(run)).toBeNull();
    const high = descent(() => 1);
    expect([pauseWidth(high), stepTo(high, 0), pauseOf(high)]).toEqual([null, null, null]);
  });

  test("none of data without mutual information, nor of runs without evaluations of it", () => {
    const independent = runOf({ steps: 2000 }, { excess: (step) => 1 / (1 + step) });
    expect(mutualInformation(independent)).toBeNull();
    expect(levels(independent)).toEqual([]);
    expect(pauseRatio(independent)).toBeNull();
    expect(pauseOf(independent)).toBeNull();
    expect(mutualInformation(descent(() => 0, { information: 0 }))).toBeNull();
    expect(mutualInformation(descent(paused, { information: 0.37 }))).toBeCloseTo(0.37, 12);
  });

  test("a record of a divergence is no evaluation", () => {
    const run = descent(paused);
    const records = run.records.map((it) => (it.step >= 600 ? { ...it, diverged: true } : it));
    expect(levels({ ...run, records }).at(-1)?.step).toBe(596);
    expect(pauseWidth({ ...run, records })).toBeNull();
  });
});

describe("the pause in the speed of the descent", () => {
  const inLog = (...points: [number, number][]) => {
    const line = piecewise(...points.map(([step, level]): [number, number] => [Math.log(step), level]));
    return (_: number, step: number) => line(Math.log(Math.max(step, 1)));
  };

  test("slopes over ln t that are planted", () => {
    // 4, 0.1 and 0.8 an e-fold; the first, past H, is faster than what is below H − I/4
    const top = -0.1 + 4 * Math.log(2);
    const pausedAt = -0.1 - 0.1 * Math.log(3);
    const level = inLog(
      [1, top],
      [100, top],
      [200, -0.1],
      [600, pausedAt],
      [1500, pausedAt - 0.8 * Math.log(2.5)],
    );
    const pause = pauseOf(descent(level, { evaluateEvery: 1 }));
    expect(pause?.dip).toBeCloseTo(0.1 / 0.8, 3);
    expect(pause?.atEntropy).toBe(pause?.dip);
    expect(pause?.step).toBeGreaterThan(200);
    expect(pause?.step).toBeLessThan(600);
    expect(pause?.level).toBeCloseTo(level(0, pause?.step ?? 0), 9);
  });

  test("a descent that only slows down has none", () => {
    const level = (_: number, step: number) => -1 + 4 / (1 + step / 30);
    expect(pauseOf(descent(level, { evaluateEvery: 1 }))?.dip).toBeCloseTo(1, 9);
  });
});

describe("the speed between its peaks", () => {
  const of = (...slopes: number[]) => {
    // slopes over ln t, down to H + 0.2 I, from there to H − 0.2 I, and below
    const x = [3, 5, 5 + 0.4 / slopes[1]];
    const line = piecewise(
      [x[0], 0.2 + 2 * slopes[0]],
      [x[1], 0.2],
      [x[2], -0.2],
      [x[2] + 0.7 / slopes[2], -0.9],
    );
    const steps = 20000;
    return pauseOf(descent((_, step) => line(Math.log(Math.max(step, 1))), { evaluateEvery: 1, steps }));
  };

  test("of a descent that gathers pace about H is no pause, though it is slower there than below", () => {
    const pause = of(0.05, 0.2, 0.6);
    expect(pause?.dip).toBeCloseTo(0.2 / 0.6, 2);
    expect(pause?.atEntropy).toBeCloseTo(1, 2);
  });

  test("is held against the lower peak, before or behind", () => {
    expect(of(0.3, 0.1, 0.6)?.atEntropy).toBeCloseTo(0.1 / 0.3, 2);
    expect(of(0.6, 0.1, 0.3)?.atEntropy).toBeCloseTo(0.1 / 0.3, 2);
  });
});

test("a slower place further from H does not hide one about it", () => {
  const corners: [number, number][] = [[3, 1.9]];
  for (const [down, slope] of [
    [0.5, 1],
    [0.35, 0.1],
    [0.2, 0.8],
    [0, 0.4],
    [-0.9, 1],
  ]) {
    const [x, from] = corners[corners.length - 1];
    corners.push([x + (from - down) / slope, down]);
  }
  const line = piecewise(...corners);
  const pause = pauseOf(
    descent((_, step) => line(Math.log(Math.max(step, 1))), { evaluateEvery: 1, steps: 20000 }),
  );
  expect(pause?.level).toBeGreaterThan(0.3);
  expect(pause?.atEntropy).toBeCloseTo(0.4, 2);
});

describe("the escape from a saddle", () => {
  const staying = descent((time) => -0.1 * (1 - Math.exp(-20 * time)));
  const leaving = (from: number) =>
    descent((time) => -0.1 * (1 - Math.exp(-20 * time)) - Math.max(0, time - from));

  test("the sum of rates at which it is a twentieth of I below a run that stays", () => {
    expect(escapeTime(leaving(0.7), staying)).toBeCloseTo(0.75, 6);
    expect(escapeTime(leaving(1.2), staying)).toBeCloseTo(1.25, 6);
  });

  test("never, and nothing to compare with", () => {
    expect(escapeTime(staying, staying)).toBeNull();
    expect(escapeTime(leaving(0.7), { ...staying, records: [] })).toBeNull();
  });
});
