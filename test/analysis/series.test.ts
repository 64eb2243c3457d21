import { expect, test } from "vitest";
import {
  leastSquaresExponent,
  leastSquaresFit,
  twoPointExponent,
  withoutLogarithm,
} from "../../src/analysis/lossExponent.js";
import { curves, lastStep, lastStepOf, series, valueAt } from "../../src/analysis/series.js";
import type { RunResult } from "../../src/sweep/result.js";
import type { TrainingRecord } from "../../src/training/record.js";
import { runOf } from "../experiments/syntheticRuns.js";

/** A run of these excess losses at steps 0, 100, …; NaN stays, null was not measured. */
const runAt = (seed: number, ...excess: (number | null)[]): RunResult =>
  runOf(
    { vocabSize: 4, embeddingDim: 2, steps: (excess.length - 1) * 100, evaluateEvery: 100, seed },
    { excess: (step) => excess[step / 100] },
  );
const end = (run: RunResult, step: number, change: Partial<TrainingRecord>): RunResult => ({
  ...run,
  records: run.records.map((record) => (record.step === step ? { ...record, ...change } : record)),
});

test("one value at one step; null where it was not measured, is not finite, or the run had diverged", () => {
  const run = runAt(0, 3, null, Number.NaN, Infinity, 5, 0);
  expect([0, 100, 200, 300, 400, 500].map((step) => valueAt(run, "excessLoss", step))).toEqual([
    3,
    null,
    null,
    null,
    5,
    0,
  ]);
  expect(valueAt(run, "excessLoss", 150)).toBeNull();
  expect(valueAt(run, "excessLoss", 600)).toBeNull();
  expect(valueAt(run, "effectiveDimension", 0)).toBeNull();
  expect(valueAt(run, "loss", 0)).toBeGreaterThan(4);
  expect(valueAt(end(run, 400, { diverged: true }), "excessLoss", 400)).toBeNull();
});

test("the last step is the one asked for, though a run ended before; without runs it is 0", () => {
  const run = runAt(0, 3, 2, 1);
  const cut = { ...run, records: run.records.slice(0, 1) };
  expect(lastStepOf([cut])).toBe(200);
  expect(lastStepOf([])).toBe(0);
  expect(
    lastStep(
      new Map([
        ["a", []],
        ["b", [cut]],
      ]),
    ),
  ).toBe(200);
  expect(lastStep(new Map())).toBe(0);
});

test("a series: mean and one deviation either way over the seeds that have a value, by step", () => {
  const runs = [
    end(runAt(0, 1, 10, null, Number.NaN), 0, { step: 500 }),
    runAt(1, 3, 14, null, Infinity),
    end(runAt(2, 8, 18, null, 4), 300, { diverged: true }),
  ];
  expect(series("label", runs, "excessLoss")).toEqual([
    { condition: "label", step: 0, mean: 5.5, low: 5.5 - Math.sqrt(12.5), high: 5.5 + Math.sqrt(12.5) },
    { condition: "label", step: 100, mean: 14, low: 10, high: 18 },
    { condition: "label", step: 500, mean: 1, low: 1, high: 1 },
  ]);
  expect(series("label", runs, "effectiveDimension")).toEqual([]);
  expect(series("label", undefined, "loss")).toEqual([]);
});

test("curves: the series of each condition, in the order asked for; of one without runs nothing", () => {
  const [a, b] = [[runAt(0, 1, 2)], [runAt(0, 5)]];
  const runs = new Map([
    ["a", a],
    ["b", b],
  ]);
  expect(curves(["b", "c", "a"], runs, "excessLoss")).toEqual([
    ...series("b", b, "excessLoss"),
    ...series("a", a, "excessLoss"),
  ]);
});

test("an exponent between two points takes two values above 0", () => {
  const run = runAt(0, 9, 8, 2, 0, -1, null, 1);
  expect(twoPointExponent(run, 100, 200)).toBeCloseTo(2, 12);
  expect(twoPointExponent(run, 200, 100)).toBeCloseTo(2, 12);
  for (const [from, to] of [
    [100, 300],
    [300, 100],
    [100, 400],
    [400, 100],
    [100, 500],
    [500, 100],
  ])
    expect(twoPointExponent(run, from, to), `${from} to ${to}`).toBeNull();
});

test("least squares fit what is above 0 within the window, ends included", () => {
  // slopes −1 and −3 about step 200 in log2: the line through three equally spaced ones has slope −2
  const run = runAt(0, 100, 16, 8, -5, 1, 1000);
  expect(leastSquaresExponent(run, 100, 400)).toBeCloseTo(2, 12);
  expect(leastSquaresExponent(run, 100, 200)).toBeCloseTo(1, 12);
  expect(leastSquaresExponent(run, 200, 400)).toBeCloseTo(3, 12);
  expect(leastSquaresExponent(run, 101, 399)).toBeNull();
  expect(leastSquaresExponent(run, 300, 300)).toBeNull();
  expect(leastSquaresExponent(runAt(0, 1, 4, 0, null, 1), 100, 400)).toBeCloseTo(1, 12);
  // neither step 0 nor what is not finite has a place on the line
  expect(leastSquaresExponent(runAt(0, 100, 16, Infinity, Number.NaN, 4), 0, 400)).toBeCloseTo(1, 12);
});

test("a fit says how much of the variance its line explains", () => {
  const power = runAt(0, 9, 8, 4, 8 / 3, 2);
  expect(leastSquaresFit(power, 100, 400)?.rSquared).toBeCloseTo(1, 12);
  // log2 of the loss is 4, 0, 4 and 4, 3, 0 at 0, 1, 2, the log2 of step/100
  const tent = runAt(0, 9, 16, 1, 99, 16);
  const without3 = { ...tent, records: tent.records.filter(({ step }) => step !== 300) };
  expect(leastSquaresFit(without3, 100, 400)?.rSquared).toBeCloseTo(0, 12);
  const bent = runAt(0, 9, 16, 8, 99, 1);
  const bentWithout3 = { ...bent, records: bent.records.filter(({ step }) => step !== 300) };
  const fit = leastSquaresFit(bentWithout3, 100, 400);
  expect(fit?.exponent).toBeCloseTo(2, 12);
  // explained 2 · 2² = 8 of the total 26/3
  expect(fit?.rSquared).toBeCloseTo(8 / (26 / 3), 12);
  expect(leastSquaresFit(power, 100, 200)).toEqual({ exponent: expect.closeTo(1, 12), rSquared: null });
});

test("what has no logarithm within the window is counted, among what was measured", () => {
  const run = runAt(0, -1, 1, 0, -2, null, 3, -4);
  expect(withoutLogarithm(run, 100, 500)).toEqual({ count: 2, of: 4 });
  expect(withoutLogarithm(run, 0, 600)).toEqual({ count: 4, of: 6 });
  expect(withoutLogarithm(run, 400, 400)).toEqual({ count: 0, of: 0 });
});
