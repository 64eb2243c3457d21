/** What a trainer on a GPU promises: repeats, snapshots in both directions, ends that are told, refusals in one line. */
import { describe, expect, test } from "vitest";
import { webgpu } from "../../src/backend/webgpu/index.js";
import { createTrainer, type RunConfigInput, restoreTrainer, type TrainingRecord } from "../../src/index.js";
import { testGpu } from "./devices.js";
import { WatchedGpu } from "./watchedGpu.js";

const gpu = await testGpu();
const backend = webgpu({ gpu, allowFallbackAdapter: true });
const small: RunConfigInput = {
  vocabSize: 60,
  embeddingDim: 12,
  batchSize: 50,
  learningRate: 0.01,
  steps: 30,
  evaluateEvery: 10,
  arithmetic: "relaxed",
};

async function records(config: RunConfigInput): Promise<{ records: TrainingRecord[]; snapshot: Uint8Array }> {
  const trainer = await createTrainer(config, { backend });
  const found: TrainingRecord[] = [];
  for await (const record of trainer.run()) found.push(record);
  const snapshot = await trainer.snapshot();
  trainer.dispose();
  return { records: found, snapshot };
}

describe.skipIf(!gpu)("a trainer on a GPU", () => {
  const kinds: RunConfigInput[] = [
    {},
    { tied: false, norm: "layernorm", optimizer: { kind: "adam", coupled: true } },
    { batchSize: 300, vocabSize: 200, optimizer: { kind: "sign", momentum: 0.9 }, learningRate: 1e-3 },
    { targets: { kind: "topics", count: 5, strength: 0.5 }, tied: false },
    { gradient: "exact", batchSize: undefined, optimizer: { kind: "sgd", momentum: 0.5 }, learningRate: 0.5 },
  ];
  test.each(kinds)("the same bits when repeated, and near the CPU's: %j", async (kind) => {
    const config = { ...small, ...kind };
    const [first, second] = [await records(config), await records(config)];
    expect(second).toEqual(first);
    // in f64: the kernel with relaxed SIMD is not to be had everywhere
    const cpu = await createTrainer(config, { backend: "reference" });
    const expected: TrainingRecord[] = [];
    for await (const record of cpu.run()) expected.push(record);
    for (const [i, record] of first.records.entries()) {
      expect(Object.keys(record)).toEqual(Object.keys(expected[i]));
      for (const name of ["loss", "trainLoss", "effectiveDimension", "capturedInformation"] as const) {
        const [a, b] = [record[name], expected[i][name]];
        if (typeof b === "number")
          expect(Math.abs((a as number) - b), name).toBeLessThan(2e-4 * (1 + Math.abs(b)));
      }
    }
  });

  test("a fork goes on with the bits of the run, and with another rate with those of its config", async () => {
    const trainer = await createTrainer(small, { backend });
    await trainer.advance(13);
    const [fork, changed] = [await trainer.fork(), await trainer.fork({ learningRate: 0.03, steps: 20 })];
    const whole = await createTrainer(changed.config, { backend });
    for (const [one, step] of [
      [trainer, 30],
      [fork, 30],
      [changed, 20],
      [whole, 20],
    ] as const)
      expect((await one.advanceFor(600_000, { until: step })).step).toBe(step);
    expect(await fork.snapshot()).toEqual(await trainer.snapshot());
    expect(await changed.snapshot()).toEqual(await whole.snapshot());
    const cpu = await createTrainer(small, { backend: "reference" });
    await cpu.load(await fork.weights());
    expect(await fork.probabilities([1, 59])).toEqual(await cpu.probabilities([1, 59]));
    expect(await fork.probabilities()).toEqual(await cpu.probabilities());
    const { eigenvalues } = await fork.spectrum({ eigenvalues: true });
    const expected = (await cpu.spectrum({ eigenvalues: true })).eigenvalues;
    for (const [i, value] of expected.entries())
      expect(Math.abs(eigenvalues[i] - value)).toBeLessThan(1e-4 * expected[0]);
    for (const one of [trainer, fork, changed, whole, cpu]) one.dispose();
  });

  test("weights after 200 steps at (100, 100): as near to f64 as the CPU's", async () => {
    const config: RunConfigInput = { arithmetic: "relaxed", steps: 200, evaluateEvery: 200, seed: 1 };
    const ends = [];
    for (const on of [backend, "wasm", "reference"] as const) {
      const arithmetic = on === "wasm" ? "strict" : "relaxed";
      const trainer = await createTrainer({ ...config, arithmetic }, { backend: on });
      await trainer.advance(200);
      ends.push((await trainer.weights()).embedding);
      trainer.dispose();
    }
    const [onGpu, onCpu, truth] = ends;
    const distance = (a: Float32Array) => {
      let squares = 0;
      let all = 0;
      a.forEach((x, i) => {
        squares += (x - truth[i]) ** 2;
        all += truth[i] ** 2;
      });
      return Math.sqrt(squares / all);
    };
    console.log(
      `relative distance of the weights from f64: ${distance(onGpu).toExponential(1)} (CPU ${distance(onCpu).toExponential(1)})`,
    );
    expect(distance(onGpu)).toBeLessThan(2e-6);
  });

  test.each([{ kind: "adam" }, { kind: "sgd", momentum: 0.9 }, { kind: "adam", coupled: true }] as const)(
    "snapshots move to the CPU and back: %j",
    async (optimizer) => {
      const config = { ...small, tied: false, norm: "rmsnorm", optimizer } as const;
      const there = await createTrainer(config, { backend });
      await there.advance(9);
      const bytes = await there.snapshot();
      const here = await restoreTrainer(bytes, { backend: "reference" });
      expect(await here.snapshot()).toEqual(bytes);
      await here.advance(5);
      const later = await here.snapshot();
      const back = await restoreTrainer(later, { backend });
      expect(await back.snapshot()).toEqual(later);
      await there.advance(5);
      await back.advance(3);
      const [a, b] = [await there.weights(), await here.weights()];
      a.embedding.forEach((x, i) => {
        expect(Math.abs(x - b.embedding[i])).toBeLessThan(1e-4);
      });
      for (const trainer of [there, here, back]) trainer.dispose();
    },
  );

  test("the caller's batches, loaded weights, tokens of probability 0, huge logits", async () => {
    const probabilities = [0.5, 0, 0.25, 0.125, 0.125];
    const config: RunConfigInput = {
      vocabSize: 5,
      embeddingDim: 4,
      batchSize: 3,
      distribution: { kind: "given", probabilities },
      init: { kind: "normal", std: 30 },
      arithmetic: "relaxed",
    };
    const [a, b] = [
      await createTrainer(config, { backend }),
      await createTrainer(config, { backend: "reference" }),
    ];
    const batch = { inputs: Uint32Array.of(0, 3, 0), targets: Uint32Array.of(2, 2, 4) };
    for (let i = 0; i < 3; i++) {
      const [x, y] = [await a.step(batch), await b.step(batch)];
      expect(Math.abs(x.loss - y.loss)).toBeLessThan(1e-5 * (1 + y.loss));
    }
    expect(Math.abs((await a.evaluate()).loss - (await b.evaluate()).loss)).toBeLessThan(1e-2);
    await a.load({ embedding: new Float32Array(20).fill(0.5) });
    expect(Math.abs((await a.evaluate()).loss - Math.log(5))).toBeLessThan(1e-5);
    expect(a.stepCount).toBe(0);
    for (const trainer of [a, b]) trainer.dispose();
  });

  test("a loss that is not finite stops at its step, with the state before it", async () => {
    const config = { ...small, learningRate: 1e30, steps: 50 };
    const ends = [];
    for (const trainer of [
      await createTrainer(config, { backend }),
      await createTrainer({ ...config, arithmetic: "strict" }),
    ]) {
      for await (const record of trainer.run()) if (record.diverged) ends.push(record.step);
      expect((await trainer.step()).loss).not.toBeLessThan(Number.POSITIVE_INFINITY);
      expect(trainer.stepCount).toBe(ends.at(-1));
      trainer.dispose();
    }
    expect(ends).toHaveLength(2);
    // where f32 overflows, a step may be finite on one of them still
    expect(Math.abs(ends[0] - ends[1])).toBeLessThanOrEqual(1);
  });

  test("a device that is lost in the middle fails the call in hand, and later ones; another run finds another", async () => {
    const watched = new WatchedGpu(gpu!);
    const kind = webgpu({ gpu: watched.gpu, allowFallbackAdapter: true });
    const trainer = await createTrainer({ ...small, vocabSize: 2000, steps: 1e6 }, { backend: kind });
    await trainer.advance(2);
    const advanced = trainer.advance(100_000);
    setTimeout(() => watched.lose(), 50);
    await expect(advanced).rejects.toThrow("backend: the GPU's device was lost");
    await expect(trainer.evaluate()).rejects.toThrow("backend: the GPU's device was lost");
    trainer.dispose();
    const other = await createTrainer(small, { backend: kind });
    expect((await other.advance(3)).step).toBe(3);
    other.dispose();
  });

  test("says who computes", async () => {
    const { backend: name, adapter, driver } = await backend.device.computedBy();
    expect(name).toBe("webgpu");
    expect(`${adapter} ${driver}`).toMatch(/\w/);
  });

  test.each([
    [{ ...small, arithmetic: "strict" }, {}, 'arithmetic: expected "relaxed" with WebGPU'],
    [small, { threads: 2 }, "threads: expected 1 with WebGPU, got 2"],
    [
      { ...small, vocabSize: 1 << 24, embeddingDim: 4096 },
      {},
      "vocabSize × embeddingDim: this run takes a buffer of",
    ],
  ] as const)("refuses in one line: %#", async (config, options, message) => {
    await expect(createTrainer(config, { backend, ...options })).rejects.toThrow(message);
  });

  test("a software adapter is taken only when it is asked for", async () => {
    const { adapter } = await backend.device.computedBy();
    if (!/swiftshader|llvmpipe/i.test(adapter)) return;
    await expect(createTrainer(small, { backend: webgpu({ gpu }) })).rejects.toThrow(
      "backend: expected a GPU, got",
    );
  });
});

test("without an adapter it says so", async () => {
  const none = { requestAdapter: async () => null } as unknown as GPU;
  await expect(createTrainer(small, { backend: webgpu({ gpu: none }) })).rejects.toThrow(
    "backend: expected a WebGPU adapter, got none",
  );
});
