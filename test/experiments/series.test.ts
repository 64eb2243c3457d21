import { expect, test } from "vitest";
import {
  leastSquaresExponent,
  twoPointExponent,
  withoutLogarithm,
} from "../../src/experiments/lossExponent.js";
import { lastStep, paired, perSeed, series, valueAt } from "../../src/experiments/series.js";
import type { RunResult } from "../../src/sweep/result.js";
import type { TrainingRecord } from "../../src/training/record.js";
import { runOf } from "./syntheticRuns.js";

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
  expect(lastStep([{ ...run, records: run.records.slice(0, 1) }])).toBe(200);
  expect(lastStep([])).toBe(0);
});

test("pairs are by seed, whatever their order; a seed that any condition misses is left out", () => {
  const a = [runAt(0, 10), runAt(1, 11), runAt(2, 12), runAt(3, 13)];
  const b = [runAt(3, 23), runAt(2, null), runAt(0, 20), runAt(7, 27)];
  const measure = (run: RunResult) => valueAt(run, "excessLoss", 0);
  expect(paired([a, b], measure)).toEqual([
    [10, 13],
    [20, 23],
  ]);
  expect(paired([b, a], measure)).toEqual([
    [23, 20],
    [13, 10],
  ]);
  // 0 is a value
  expect(paired([[runAt(0, 0)], [runAt(0, 1)]], measure)).toEqual([[0], [1]]);
  expect(paired([a, b], (run, condition) => run.config.seed + 100 * condition)).toEqual([
    [0, 2, 3],
    [100, 102, 103],
  ]);
});

test("no seed that has them all: null", () => {
  const a = [runAt(0, 10)];
  const measure = (run: RunResult) => valueAt(run, "excessLoss", 0);
  expect(paired([a, [runAt(1, 20)]], measure)).toBeNull();
  expect(paired([a, undefined], measure)).toBeNull();
  expect(paired([undefined, a], measure)).toBeNull();
  expect(paired([a, []], measure)).toBeNull();
  expect(paired([], measure)).toBeNull();
});

test("one number a seed of one condition", () => {
  const runs = [runAt(2, 5), runAt(0, null), runAt(1, 7)];
  const measure = (run: RunResult) => valueAt(run, "excessLoss", 0);
  expect(perSeed(runs, measure)).toEqual([5, 7]);
  expect(perSeed([runAt(0, null)], measure)).toBeNull();
  expect(perSeed([], measure)).toBeNull();
  expect(perSeed(undefined, measure)).toBeNull();
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
});

test("what has no logarithm within the window is counted, among what was measured", () => {
  const run = runAt(0, -1, 1, 0, -2, null, 3, -4);
  expect(withoutLogarithm(run, 100, 500)).toEqual({ count: 2, of: 4 });
  expect(withoutLogarithm(run, 0, 600)).toEqual({ count: 4, of: 6 });
  expect(withoutLogarithm(run, 400, 400)).toEqual({ count: 0, of: 0 });
});
