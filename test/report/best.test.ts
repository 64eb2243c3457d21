/** Which settings win, among results that no trainer computed. */
import { expect, test } from "vitest";
import type { RunConfigInput } from "../../src/config.js";
import { type BestOptions, bestSettings } from "../../src/report/index.js";
import type { RunResult } from "../../src/sweep/index.js";
import { runOf } from "../experiments/syntheticRuns.js";

/** A run that falls from 1 to `end`. */
const resultOf = (config: RunConfigInput, end: number | null, more: Partial<RunResult> = {}): RunResult => ({
  ...runOf(
    { vocabSize: 5, embeddingDim: 4, steps: 100, evaluateEvery: 50, ...config },
    { excess: (step) => (step < 100 ? 1 : end), dimension: () => (end === null ? null : 10 * end) },
  ),
  ...more,
});

const best = (results: RunResult[], options?: BestOptions) =>
  bestSettings(
    {
      runs: results.map(({ run }) => run),
      failedRuns: [],
      revisions: new Map(),
      async *results() {
        yield* results;
      },
    },
    options,
  );

const ratesOf = (rankings: Awaited<ReturnType<typeof best>>) =>
  rankings.map((ranking) => ranking.best.map(({ config }) => config.learningRate));

test("seeds of a setting are averaged; one lucky seed does not win", async () => {
  const runs = [
    resultOf({ learningRate: 0.1, seed: 1 }, 0.1),
    resultOf({ learningRate: 0.1, seed: 0 }, 0.9),
    resultOf({ learningRate: 0.2, seed: 0 }, 0.4),
    resultOf({ learningRate: 0.2, seed: 1 }, 0.2),
  ];
  const [ranking, ...others] = await best(runs, { top: 5 });
  expect(others).toEqual([]);
  expect(ranking).toMatchObject({ vocabSize: 5, compared: 2, leftOut: { diverged: 0, exploded: 0 } });
  expect(ranking.best.map(({ config }) => [config.learningRate, config.seed])).toEqual([
    [0.2, 0],
    [0.1, 0],
  ]);
  const [first, second] = ranking.best;
  expect(first.numbers.excessLoss).toMatchObject({ mean: expect.closeTo(0.3, 12), seeds: 2 });
  expect(first.numbers.excessLoss?.standardDeviation).toBeCloseTo(Math.SQRT2 / 10, 12);
  expect(second.runs).toEqual([
    { run: runs[1].run, seed: 0, value: 0.9 },
    { run: runs[0].run, seed: 1, value: 0.1 },
  ]);
  expect(ratesOf(await best(runs))).toEqual([[0.2]]);
  expect(ratesOf(await best(runs.toReversed(), { highest: true }))).toEqual([[0.1]]);
});

test("by another number of the last evaluation", async () => {
  const runs = [resultOf({ learningRate: 0.1 }, 0.1), resultOf({ learningRate: 0.2 }, 0.2)];
  expect(ratesOf(await best(runs, { by: "effectiveDimension", highest: true }))).toEqual([[0.2]]);
  expect(ratesOf(await best(runs, { by: "loss" }))).toEqual([[0.1]]);
  // what nobody measured has no best
  const [ranking] = await best(runs, { by: "inputDependence" });
  expect(ranking).toMatchObject({ best: [], compared: 0, leftOut: { unmeasured: 2 } });
});

test("vocabularies and data are not compared", async () => {
  const rankings = await best([
    resultOf({ vocabSize: 20, learningRate: 0.3 }, 0.01),
    resultOf({ learningRate: 0.1 }, 0.5),
    resultOf({ learningRate: 0.2 }, 0.4),
    resultOf({ learningRate: 0.1, distribution: { kind: "zipf", exponent: 2 } }, 0.001),
    resultOf({ learningRate: 0.1, targets: { kind: "topics", count: 2, strength: 0.5 } }, 0.002),
  ]);
  expect(rankings.map(({ vocabSize }) => vocabSize)).toEqual([5, 5, 5, 20]);
  expect(ratesOf(rankings).flat()).toEqual([0.2, 0.1, 0.1, 0.3]);
});

test("runs of version 0.1, which had no targets, are ranked with those of today", async () => {
  const { config, ...then } = resultOf({ learningRate: 0.1 }, 0.5);
  const { targets: _, ...without } = config;
  const rankings = await best([{ ...then, config: without }, resultOf({ learningRate: 0.2 }, 0.4)]);
  expect(ratesOf(rankings)).toEqual([[0.2]]);
  expect(rankings[0]).toMatchObject({ compared: 2, targets: { kind: "independent" } });
});

test("a setting of which a seed diverged or exploded never wins", async () => {
  const [ranking] = await best(
    [
      resultOf({ learningRate: 0.1, seed: 0 }, 0.001),
      resultOf({ learningRate: 0.1, seed: 1 }, null, { divergedAt: 70 }),
      resultOf({ learningRate: 0.2, seed: 0 }, 0.002),
      resultOf({ learningRate: 0.2, seed: 1 }, 1e8),
      resultOf({ learningRate: 0.3, seed: 0 }, 0.5),
    ],
    { top: 9, highest: true },
  );
  expect(ratesOf([ranking])).toEqual([[0.3]]);
  expect(ranking.leftOut).toEqual({ diverged: 1, exploded: 1, unmeasured: 0 });
});

test("equal ones in an order of their own, whatever that of the runs", async () => {
  const runs = [0.1, 0.2, 0.3].map((learningRate) => resultOf({ learningRate }, 0.5));
  const ranked = ratesOf(await best(runs, { top: 3 }));
  expect(ratesOf(await best(runs.toReversed(), { top: 3 }))).toEqual(ranked);
});

test("a column or a count that cannot be is refused", async () => {
  for (const [options, line] of [
    [{ by: "diverged" }, /^by: expected a number of a record, one of trainLoss, loss, .*, got "diverged"$/],
    [{ by: "lr" }, /^by: .*, got "lr"$/],
    [{ top: 0 }, /^top: expected a whole number of at least 1, got 0$/],
    [{ last: 1 }, /^last: unknown option/],
  ] as const)
    await expect(best([], options as never)).rejects.toThrow(
      expect.objectContaining({ name: "ConfigError", message: expect.stringMatching(line) }),
    );
});
