import { describe, expect, test } from "vitest";
import { createTrainer, restoreTrainer, train } from "../../src/index.js";
import { architectures } from "../backend/modelCases.js";

const sizes = { vocabSize: 57, embeddingDim: 22, batchSize: 40, learningRate: 0.01 };

describe("the same bits", () => {
  test("step() a hundred times and advance(100)", async () => {
    const a = await createTrainer(sizes);
    const b = await createTrainer(sizes);
    for (let i = 0; i < 100; i++) await a.step();
    const last = await b.advance(100);
    expect(last.step).toBe(100);
    expect(await a.weights()).toEqual(await b.weights());
    expect(await a.evaluate()).toEqual(await b.evaluate());
  });

  test.each(architectures)("across snapshot and restore: $tied $norm", async (architecture) => {
    const config = { ...sizes, ...architecture, steps: 60, evaluateEvery: 20 };
    const whole = await createTrainer(config);
    await whole.advance(60);
    const first = await createTrainer(config);
    await first.advance(37);
    const second = await restoreTrainer(await first.snapshot());
    expect(second.stepCount).toBe(37);
    await second.advance(23);
    expect(await second.snapshot()).toEqual(await whole.snapshot());
  });

  test("records do not depend on how a run is cut", async () => {
    const config = { ...sizes, steps: 90, evaluateEvery: 40 };
    const records = [];
    for await (const record of train(config)) records.push(record);
    expect(records.map(({ step }) => step)).toEqual([0, 40, 80, 90]);
    const trainer = await createTrainer(config);
    await trainer.advance(80);
    expect((await trainer.evaluate()).loss).toBe(records[2].loss);
  });
});

describe("weights in and out", () => {
  test("load starts the optimiser afresh, and what is left out stays", async () => {
    const a = await createTrainer({ ...sizes, tied: false });
    await a.advance(5);
    const { embedding, unembedding } = await a.weights();
    await a.load({ embedding: embedding.map((x) => 2 * x) });
    const now = await a.weights();
    expect(now.unembedding).toEqual(unembedding);
    expect(now.embedding[3]).toBe(2 * embedding[3]);
    expect(a.stepCount).toBe(0);
  });

  test.each([
    [
      { embedding: new Float32Array(3) },
      "embedding: expected a Float32Array of 1254 values, got Float32Array of 3",
    ],
    [{ gain: new Float32Array(22) }, "gain: expected nothing, this model has none"],
  ])("refuses %#", async (weights, message) => {
    const trainer = await createTrainer(sizes);
    await expect(trainer.load(weights)).rejects.toThrow(message);
  });
});

test("a caller's batch is checked", async () => {
  const trainer = await createTrainer({ vocabSize: 5, embeddingDim: 3, batchSize: 2 });
  const targets = Uint32Array.of(0, 1);
  await expect(trainer.step({ inputs: Uint32Array.of(0, 5), targets })).rejects.toThrow(
    "inputs[1]: expected a token below 5 (vocabSize), got 5",
  );
  await expect(trainer.step({ inputs: Uint32Array.of(0), targets })).rejects.toThrow(
    "inputs: expected a Uint32Array of 2 tokens (batchSize), got Uint32Array of 1",
  );
  expect((await trainer.step({ inputs: Uint32Array.of(4, 0), targets })).step).toBe(1);
});

test("a diverging run ends with a record of it", async () => {
  const records = [];
  for await (const record of train({
    vocabSize: 20,
    embeddingDim: 8,
    learningRate: 1e30,
    steps: 50,
    evaluateEvery: 10,
  }))
    records.push(record);
  const last = records.at(-1);
  expect(last).toMatchObject({ diverged: true, loss: null });
  expect(last?.step).toBeGreaterThan(0);
  expect(last?.step).toBeLessThan(50);
});

test("damaged snapshots are refused", async () => {
  const trainer = await createTrainer({ vocabSize: 5, embeddingDim: 3 });
  const bytes = await trainer.snapshot();
  await expect(restoreTrainer(bytes.slice(0, 30))).rejects.toThrow("snapshot: expected at least");
  await expect(restoreTrainer(bytes.slice(0, -1))).rejects.toThrow(
    `snapshot: expected ${bytes.length} bytes`,
  );
  const flipped = bytes.slice();
  flipped[bytes.length >> 1] ^= 1;
  await expect(restoreTrainer(flipped)).rejects.toThrow("snapshot: damaged");
});
