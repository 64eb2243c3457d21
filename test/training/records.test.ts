/** What a record says of its moment. */
import { expect, test } from "vitest";
import {
  createTrainer,
  learningRateAt,
  type RunConfigInput,
  restoreTrainer,
  train,
} from "../../src/index.js";
import { decodeSnapshot, encodeSnapshot } from "../../src/training/snapshot.js";

const recordsOf = async (config: RunConfigInput) => {
  const records = [];
  for await (const record of train(config)) records.push(record);
  return records;
};

test("the learning rate of a record is that of the latest update, of the first one at step 0", async () => {
  const learningRate = { kind: "cosine", from: 0.02, to: 0.001, start: 0, end: 50 } as const;
  const records = await recordsOf({
    vocabSize: 9,
    embeddingDim: 3,
    steps: 50,
    evaluateEvery: 20,
    learningRate,
  });
  const rate = (step: number) => learningRateAt(learningRate, step);
  expect(records.map(({ step, learningRate }) => [step, learningRate])).toEqual([
    [0, rate(0)],
    [20, rate(19)],
    [40, rate(39)],
    [50, rate(49)],
  ]);
  expect(new Set([rate(0), rate(19), rate(20), rate(39), rate(40), rate(49), rate(50)]).size).toBe(7);
});

test("the learning rate of a diverged record is that of the update that could not be done", async () => {
  // every rate another
  const points = Array.from({ length: 50 }, (_, step) => [step, step < 7 ? 1e-3 : step * 1e30]);
  const learningRate = { kind: "piecewise-linear", points: points as [number, number][] } as const;
  const last = (await recordsOf({ vocabSize: 20, embeddingDim: 8, steps: 50, learningRate })).at(-1);
  expect(last).toMatchObject({ diverged: true });
  expect(last?.learningRate).toBe((last?.step ?? 0) * 1e30);
});

test("a loss that is finite in every batch and not finite in an evaluation is a divergence, and the end", async () => {
  // the last token is in no batch as an input: its row of the embedding meets nothing but the evaluation
  const config: RunConfigInput = {
    vocabSize: 12,
    embeddingDim: 4,
    tied: false,
    distribution: { kind: "zipf", exponent: 12 },
    steps: 40,
    evaluateEvery: 10,
  };
  const healthy = await createTrainer(config);
  await healthy.advance(5);
  const snapshot = decodeSnapshot(await healthy.snapshot());
  snapshot.state.weights.embedding.fill(Number.POSITIVE_INFINITY, 44);
  const trainer = await restoreTrainer(encodeSnapshot(snapshot));
  expect(Number.isFinite((await trainer.advance(1)).loss)).toBe(true);
  const records = [];
  for await (const record of trainer.run()) records.push(record);
  expect(records).toEqual([
    {
      step: 10,
      trainLoss: null,
      loss: null,
      excessLoss: null,
      standardError: null,
      learningRate: 1e-3,
      effectiveDimension: null,
      participationRatio: null,
      stableRank: null,
      effectiveRank: null,
      meanEnergyShare: null,
      diverged: true,
    },
  ]);
});
