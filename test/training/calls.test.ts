/** What callers may do to a trainer, at once, too early, too late or with nonsense. */
import { describe, expect, test } from "vitest";
import * as lab from "../../src/index.js";
import { ConfigError, createTrainer, restoreTrainer, type TrainerOptions, train } from "../../src/index.js";

const sizes = { vocabSize: 57, embeddingDim: 22, batchSize: 40, learningRate: 0.01 };

test("a trainer's config is frozen all the way down, and is not the caller's own", async () => {
  const config = {
    vocabSize: 3,
    embeddingDim: 2,
    distribution: { kind: "given" as const, probabilities: [0.5, 0.25, 0.25] },
    learningRate: { kind: "piecewise-linear" as const, points: [[0, 0.1]] as [number, number][] },
  };
  const trainer = await createTrainer(config);
  for (const { config } of [trainer, await restoreTrainer(await trainer.snapshot())]) {
    const change = (set: (config: Record<string, never>) => void) =>
      expect(() => set(config as unknown as Record<string, never>)).toThrow(TypeError);
    change((c) => Object.assign(c, { seed: 1 }));
    change((c) => Object.assign(c.optimizer, { beta1: 0 }));
    change((c) => Object.assign(c.init, { std: 0 }));
    change((c) => (c.distribution as { probabilities: number[] }).probabilities.fill(1));
    change((c) => (c.learningRate as { points: number[][] }).points[0].fill(1));
  }
  config.distribution.probabilities[0] = 9;
  config.learningRate.points[0][1] = 9;
  expect(trainer.config.distribution).toEqual({ kind: "given", probabilities: [0.5, 0.25, 0.25] });
  expect((await trainer.step()).learningRate).toBe(0.1);
});

describe("what the caller hands in is read once and copied", () => {
  const batch = () => ({
    inputs: Uint32Array.from({ length: 40 }, (_, i) => i % 57),
    targets: Uint32Array.from({ length: 40 }, (_, i) => (3 * i) % 57),
  });

  test("a batch that changes after the call", async () => {
    const [a, b] = [await createTrainer(sizes), await createTrainer(sizes)];
    await a.step(batch());
    const changed = batch();
    const stepped = b.step(changed);
    changed.inputs.fill(2 ** 32 - 1);
    changed.targets.fill(2 ** 32 - 1);
    await stepped;
    expect(await b.snapshot()).toEqual(await a.snapshot());
  });

  test("a batch whose getters give other arrays the second time", async () => {
    const trainer = await createTrainer(sizes);
    let reads = 0;
    const sly = {
      get inputs() {
        return reads++ === 0 ? batch().inputs : new Uint32Array(40).fill(2 ** 32 - 1);
      },
      targets: batch().targets,
    };
    await trainer.step(sly);
    expect(reads).toBe(1);
    const honest = await createTrainer(sizes);
    await honest.step(batch());
    expect(await trainer.snapshot()).toEqual(await honest.snapshot());
  });

  test("weights that change after load was called", async () => {
    const trainer = await createTrainer(sizes);
    const embedding = new Float32Array(57 * 22).fill(0.5);
    const loaded = trainer.load({ embedding });
    embedding.fill(7);
    await loaded;
    expect((await trainer.weights()).embedding.every((x) => x === 0.5)).toBe(true);
  });
});

describe("calls queue up", () => {
  test("as if one had been awaited after the other", async () => {
    const [a, b] = [await createTrainer(sizes), await createTrainer(sizes)];
    const [first, evaluated, loaded, second, snapshot] = await Promise.all([
      a.advance(5000),
      a.evaluate(),
      a.load({ embedding: new Float32Array(57 * 22).fill(0.25) }),
      a.step(),
      a.snapshot(),
    ]);
    expect(first).toEqual(await b.advance(5000));
    expect(evaluated).toEqual(await b.evaluate());
    expect(loaded).toEqual(await b.load({ embedding: new Float32Array(57 * 22).fill(0.25) }));
    expect(second).toEqual(await b.step());
    expect(snapshot).toEqual(await b.snapshot());
  });

  test("one that fails does not fail the next", async () => {
    const trainer = await createTrainer(sizes);
    const failing = trainer.load({ gain: new Float32Array(22) });
    const stepped = trainer.step();
    await expect(failing).rejects.toThrow(ConfigError);
    expect((await stepped).step).toBe(1);
  });

  test("in between the records of a run, and two runs at once are refused", async () => {
    const config = { ...sizes, steps: 60, evaluateEvery: 20 };
    const trainer = await createTrainer(config);
    const steps = [];
    for await (const { step } of trainer.run()) {
      steps.push(step);
      expect((await trainer.evaluate()).step).toBe(step);
      await expect(trainer.run().next()).rejects.toThrow("run: expected one run() at a time");
    }
    expect(steps).toEqual([0, 20, 40, 60]);
    // left early, it is at its end
    const other = await createTrainer(config);
    for await (const _ of other.run()) break;
    for await (const { step } of other.run()) steps.push(step);
    expect(steps).toEqual([0, 20, 40, 60, 20, 40, 60]);
  });

  test("dispose lets the call in hand end its slice, later ones say so", async () => {
    const trainer = await createTrainer(sizes);
    const long = trainer.advance(1e8);
    const waiting = trainer.evaluate();
    await new Promise((resolve) => setTimeout(resolve, 50));
    trainer.dispose();
    trainer.dispose();
    for (const call of [
      () => long,
      () => waiting,
      () => trainer.step(),
      () => trainer.weights(),
      () => trainer.run().next(),
    ])
      await expect(call()).rejects.toThrow("this trainer was disposed of");
    expect(() => trainer.bytes).toThrow("this trainer was disposed of");
  });
});

describe("however many steps are asked for", () => {
  test("memory does not grow with them, timers and the signal get their turn", async () => {
    const trainer = await createTrainer({ vocabSize: 10, embeddingDim: 1, batchSize: 4 });
    const before = process.memoryUsage();
    const stop = new AbortController();
    const long = trainer.advance(999_999_999, { signal: stop.signal });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    expect(heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(64e6);
    stop.abort();
    await expect(long).rejects.toBe(stop.signal.reason);
    expect(trainer.stepCount).toBeGreaterThan(0);
    // the trainer is as good as before
    const other = await createTrainer({ vocabSize: 10, embeddingDim: 1, batchSize: 4 });
    await other.advance(trainer.stepCount);
    expect(await other.snapshot()).toEqual(await trainer.snapshot());
  });

  test.each([1e9 + 1, 2 ** 40, Number.MAX_SAFE_INTEGER])("%d are too many", async (count) => {
    const trainer = await createTrainer(sizes);
    await expect(trainer.advance(count)).rejects.toThrow(
      `steps: expected at most 1000000000 in all, got ${count} more at step 0`,
    );
  });

  test("a step that cannot be done says its own rate", async () => {
    const learningRate = {
      kind: "piecewise-linear" as const,
      points: [
        [0, 0.5],
        [100, 0.1],
      ] as [number, number][],
    };
    const broken = {
      vocabSize: 10,
      embeddingDim: 4,
      init: { kind: "normal" as const, std: 1e25 },
      learningRate,
    };
    const result = await (await createTrainer(broken)).advance(50);
    expect(result).toMatchObject({ step: 0, learningRate: 0.5 });
    const sound = await (await createTrainer({ ...broken, init: { kind: "normal" } })).advance(50);
    expect(sound.step).toBe(50);
    expect(sound.learningRate).toBeCloseTo(0.5 - (0.4 * 49) / 100, 12);
  });
});

describe("a signal that is aborted already", () => {
  test("gives no record and does no step", async () => {
    const signal = AbortSignal.abort();
    const trainer = await createTrainer(sizes);
    await expect(trainer.run({ signal }).next()).rejects.toBe(signal.reason);
    await expect(trainer.advance(5, { signal })).rejects.toBe(signal.reason);
    await expect(train(sizes, { signal }).next()).rejects.toBe(signal.reason);
    expect(trainer.stepCount).toBe(0);
  });
});

describe("nonsense is one line that names the field", () => {
  // biome-ignore lint/suspicious/noExplicitAny: nonsense
  const calls: [string, (trainer: any) => Promise<unknown>, string][] = [
    ["step(null)", (t) => t.step(null), "batch: expected { inputs, targets }, got null"],
    ["step({})", (t) => t.step({}), "inputs: expected a Uint32Array of 40 tokens (batchSize), got nothing"],
    ["load(null)", (t) => t.load(null), "weights: expected { embedding, unembedding, gain, bias }, got null"],
    [
      "load({ embedding: null })",
      (t) => t.load({ embedding: null }),
      "embedding: expected a Float32Array, got object",
    ],
    [
      "load({ toString })",
      (t) => t.load({ toString: new Float32Array(1) }),
      "toString: expected nothing, this model has none",
    ],
    ["advance()", (t) => t.advance(), "advance: expected a whole number of at least 1, got undefined"],
    ["advance(1n)", (t) => t.advance(1n), "advance: expected a whole number of at least 1, got bigint"],
    ["advance(1, null)", (t) => t.advance(1, null), "options: expected an object, got null"],
    [
      "advance(1, { signals })",
      (t) => t.advance(1, { signals: 1 }),
      "signals: unknown option, expected one of signal",
    ],
    [
      "advance(1, { signal: 1 })",
      (t) => t.advance(1, { signal: 1 }),
      "signal: expected an AbortSignal, got 1",
    ],
    [
      "advanceFor('5')",
      (t) => t.advanceFor("5"),
      'advanceFor: expected a number of milliseconds above 0, got "5"',
    ],
    ["run(null)", (t) => t.run(null).next(), "options: expected an object, got null"],
    [
      "run({ milliseconds: 0 })",
      (t) => t.run({ milliseconds: 0 }).next(),
      "milliseconds: expected a number above 0, got 0",
    ],
    [
      "run({ onProgress: 1 })",
      (t) => t.run({ onProgress: 1 }).next(),
      "onProgress: expected a function, got 1",
    ],
    [
      "run({ step: 1 })",
      (t) => t.run({ step: 1 }).next(),
      "step: unknown option, expected one of signal, milliseconds, onProgress",
    ],
    ["snapshot(null)", (t) => t.snapshot(null), "options: expected an object, got null"],
    [
      "snapshot({ records: 1 })",
      (t) => t.snapshot({ records: 1 }),
      "records: expected a list of records, got 1",
    ],
    ["setThreads('2')", (t) => t.setThreads("2"), 'threads: expected a whole number from 1 to 1, got "2"'],
  ];
  test.each(calls)("%s", async (_, call, message) => {
    const trainer = await createTrainer(sizes);
    const refusal = expect(call(trainer)).rejects;
    await refusal.toThrow(ConfigError);
    await refusal.toThrow(message);
    expect((await trainer.step()).step).toBe(1);
  });

  test("options", async () => {
    const options = (value: unknown) => value as TrainerOptions;
    for (const [value, message] of [
      [null, "options: expected an object, got null"],
      [5, "options: expected an object, got 5"],
      [
        { thread: 2 },
        "thread: unknown option, expected one of backend, threads, maxThreads, corpus, probabilities, module, memoryLimit, vectorBits",
      ],
      [{ backend: "cuda" }, 'backend: expected "wasm", "reference" or a backend, got "cuda"'],
    ] as const) {
      await expect(createTrainer(sizes, options(value))).rejects.toThrow(message);
      await expect(createTrainer(sizes, options(value))).rejects.toThrow(ConfigError);
    }
    const bytes = await (await createTrainer(sizes)).snapshot();
    await expect(restoreTrainer(bytes, options(null))).rejects.toThrow(ConfigError);
    await expect(restoreTrainer(bytes, { step: 3 } as TrainerOptions)).rejects.toThrow(
      "step: unknown option",
    );
    await expect(restoreTrainer(null as never)).rejects.toThrow("snapshot: expected a Uint8Array, got null");
    // biome-ignore lint/suspicious/noExplicitAny: nonsense
    await expect(train(sizes, null as any).next()).rejects.toThrow(ConfigError);
    await expect(train(sizes, { signal: {} as AbortSignal }).next()).rejects.toThrow(
      "signal: expected an AbortSignal",
    );
  });

  test("what else the library takes", async () => {
    // biome-ignore lint/suspicious/noExplicitAny: nonsense
    const anything = lab as any;
    for (const [name, ...given] of [
      ["entropy", null],
      ["effectiveDimension", null, 1, 1],
      ["lossDecayExponent", null, {}],
      ["lossDecayExponent", [], null],
      ["learningRateAt", null, 0],
      ["warmup"],
      ["warmup", 0.1, -1],
      ["linearDecay", null],
      ["linearDecay", 0.1, 0, 20, 10],
      ["warmupStableDecay", 0.1, 10],
      ["join"],
      ["join", 0.1, { kind: "cosine", end: 5 }, 3],
      ["cosine", 0.1],
      ["sequence"],
      ["sequence", [1, 0.1]],
      ["join", 0.1, 0.2, "3"],
      ["encodeNpy", null, [1]],
      ["encodeSafetensors", null, {}],
    ] as [string, ...unknown[]][])
      expect(() => anything[name](...given), `${name} ${JSON.stringify(given)}`).toThrow(ConfigError);
  });

  test("records that no reader would take are refused before they are written", async () => {
    const trainer = await createTrainer(sizes);
    const records = [];
    for await (const record of (await createTrainer({ ...sizes, steps: 5 })).run()) records.push(record);
    for (const strange of [[null], [{ step: -1 }], [{ step: 0, loss: 1n }], records])
      await expect(trainer.snapshot({ records: strange as never })).rejects.toThrow("snapshot: records.");
    await trainer.advance(5);
    expect((await restoreTrainer(await trainer.snapshot({ records }))).earlierRecords).toEqual(records);
  });

  test("a config nested deeper than the stack, or circular", async () => {
    let deep: unknown = [];
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const circle: Record<string, unknown> = {};
    circle.circle = circle;
    for (const value of [deep, circle])
      for (const field of ["vocabSize", "learningRate", "distribution", "optimizer"])
        await expect(createTrainer({ [field]: value } as never)).rejects.toThrow(ConfigError);
  });
});
