import { afterEach, describe, expect, test, vi } from "vitest";
import { ConfigError, createTrainer, restoreTrainer, train } from "../../src/index.js";

const config = { vocabSize: 200, embeddingDim: 40, steps: 100_000, evaluateEvery: 50 };
afterEach(() => vi.restoreAllMocks());

describe("advanceFor", () => {
  test("stops near its time, and the bits are those of as many steps", async () => {
    const trainer = await createTrainer(config);
    const from = performance.now();
    const { step } = await trainer.advanceFor(60);
    const took = performance.now() - from;
    expect(took).toBeGreaterThanOrEqual(60);
    expect(took).toBeLessThan(160);
    expect(step).toBeGreaterThan(1);
    expect(trainer.stepCount).toBe(step);
    const other = await createTrainer(config);
    await other.advance(step);
    expect(await trainer.weights()).toEqual(await other.weights());
  });

  test("does a step however short the time, and none past the config's last", async () => {
    const trainer = await createTrainer({ ...config, steps: 30 });
    expect((await trainer.advanceFor(1e-9)).step).toBe(1);
    expect((await trainer.advanceFor(10_000)).step).toBe(30);
    expect((await trainer.advanceFor(10_000)).step).toBe(30);
  });

  test("a clock that only timers move ends it, one that stands still is an error", async () => {
    const trainer = await createTrainer(config);
    let time = 0;
    vi.spyOn(performance, "now").mockImplementation(() => time);
    await expect(trainer.advanceFor(5)).rejects.toThrow("the clock of this runtime stands still");
    const ticking = setInterval(() => {
      time += 2;
    }, 1);
    expect((await trainer.advanceFor(5)).step).toBeGreaterThan(1);
    clearInterval(ticking);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("refuses %s", async (milliseconds) => {
    const trainer = await createTrainer(config);
    await expect(trainer.advanceFor(milliseconds)).rejects.toThrow(ConfigError);
  });
});

test("a run cut by time and snapshots gives the records and the end of a whole one", async () => {
  const sizes = { vocabSize: 120, embeddingDim: 30, steps: 900, evaluateEvery: 100 };
  const whole = [];
  for await (const record of train(sizes)) whole.push(record);
  const records = [];
  let trainer = await createTrainer(sizes);
  let slices = 0;
  while (trainer.stepCount < sizes.steps) {
    for await (const record of trainer.run({ milliseconds: 10 })) records.push(record);
    const bytes = await trainer.snapshot();
    trainer.dispose();
    trainer = await restoreTrainer(bytes);
    slices++;
  }
  expect(slices).toBeGreaterThan(1);
  expect(records).toEqual(whole);
});

test("memoryLimit refuses before anything is allocated, and lets through what fits", async () => {
  const trainer = await createTrainer({ vocabSize: 1000, embeddingDim: 100 }, { memoryLimit: 8e6 });
  const bytes = await trainer.snapshot();
  await expect(restoreTrainer(bytes, { memoryLimit: 1e6 })).rejects.toThrow(
    /^vocabSize × embeddingDim: this run takes \d{7} bytes of memory, more than the 1000000 allowed \(memoryLimit\)$/,
  );
  // memory comes by the page: a limit between what is needed and what is held refuses
  const small = { vocabSize: 30, embeddingDim: 20 };
  const { bytes: held } = await createTrainer(small);
  expect(held % 65536).toBe(0);
  await expect(createTrainer(small, { memoryLimit: held - 1 })).rejects.toThrow(
    `this run takes ${held} bytes`,
  );
  expect((await createTrainer(small, { memoryLimit: held })).bytes).toBe(held);
  // and every thread has its own part of it
  const threads = await createTrainer(small, { maxThreads: 255 });
  await expect(createTrainer(small, { maxThreads: 255, memoryLimit: threads.bytes - 1 })).rejects.toThrow(
    `this run takes ${threads.bytes} bytes`,
  );
  await expect(createTrainer({}, { memoryLimit: 0 })).rejects.toThrow("memoryLimit: expected a number");
  // 4 GiB would be there, and touching it would take seconds
  const from = performance.now();
  await expect(
    createTrainer({ vocabSize: 1_000_000, embeddingDim: 100 }, { memoryLimit: 128e6 }),
  ).rejects.toThrow(ConfigError);
  expect(performance.now() - from).toBeLessThan(500);
});

test("a module that is not the kernel is refused", async () => {
  const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  await expect(createTrainer({}, { module: empty })).rejects.toThrow(
    "module: expected the WebAssembly.Module",
  );
  await expect(createTrainer({}, { module: {} as WebAssembly.Module })).rejects.toThrow(ConfigError);
});
