/** What a record says of its moment. */
import { expect, test, vi } from "vitest";
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

test("a record is what the trainer measures at its step: its loss, its excess over the entropy, its spectrum", async () => {
  const config: RunConfigInput = { vocabSize: 30, embeddingDim: 5, steps: 20, evaluateEvery: 20 };
  const trainer = await createTrainer(config);
  const records = await recordsOf(config);
  const { loss: trainLoss } = await trainer.advance(20);
  const { loss, standardError, excessLoss } = await trainer.evaluate();
  expect(excessLoss).toBe(loss - trainer.entropy);
  expect(trainer.entropy).toBeGreaterThan(1);
  expect(records[1]).toEqual({
    step: 20,
    trainLoss,
    loss,
    excessLoss,
    standardError,
    learningRate: 1e-3,
    ...(await trainer.spectrum()),
    diverged: false,
  });
  // and nothing where nothing is measured
  const [bare] = await recordsOf({ ...config, spectrum: false });
  for (const name of [
    "effectiveDimension",
    "participationRatio",
    "stableRank",
    "effectiveRank",
    "meanEnergyShare",
  ] as const) {
    expect(records[0][name]).toBeGreaterThan(0);
    expect(bare[name]).toBeNull();
  }
});

test("weights that are put in start the optimizer afresh", async () => {
  const config: RunConfigInput = { vocabSize: 12, embeddingDim: 4, tied: false, norm: "layernorm" };
  const trained = await createTrainer(config);
  await trained.advance(30);
  const { embedding, gain } = await trained.weights();
  await trained.load({ embedding, unembedding: undefined, gain });
  expect(trained.stepCount).toBe(0);
  const fresh = await createTrainer(config);
  await fresh.load(await trained.weights());
  await trained.advance(10);
  await fresh.advance(10);
  expect(await trained.snapshot()).toEqual(await fresh.snapshot());
});

test("seconds spent in steps are those of the clock while it steps", async () => {
  const trainer = await createTrainer({ vocabSize: 9, embeddingDim: 3 });
  let now = 5e6;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => {
    now += 250;
    return now;
  });
  try {
    await trainer.step();
    await trainer.step();
  } finally {
    clock.mockRestore();
  }
  // two looks at the clock a step at least, and no more than a handful
  expect(trainer.stepSeconds).toBeGreaterThanOrEqual(0.5);
  expect(trainer.stepSeconds).toBeLessThan(5);
});

test("a token that there is not is named by its place, the first one too", async () => {
  const trainer = await createTrainer({ vocabSize: 4, embeddingDim: 2, batchSize: 2 });
  for (const [inputs, targets, message] of [
    [[4, 0], [0, 0], "inputs[0]: expected a token below 4 (vocabSize), got 4"],
    [[0, 9], [0, 0], "inputs[1]: expected a token below 4 (vocabSize), got 9"],
    [[0, 3], [7, 0], "targets[0]: expected a token below 4 (vocabSize), got 7"],
    [[0, 3], [0], "targets: expected a Uint32Array of 2 tokens (batchSize), got "],
  ] as const)
    await expect(
      trainer.step({ inputs: Uint32Array.from(inputs), targets: Uint32Array.from(targets) }),
    ).rejects.toThrow(message);
});
