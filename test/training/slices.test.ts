import { afterEach, describe, expect, test, vi } from "vitest";
import { ConfigError, createTrainer, restoreTrainer, train } from "../../src/index.js";

const config = { vocabSize: 200, embeddingDim: 40, steps: 100_000, evaluateEvery: 50 };
afterEach(() => vi.restoreAllMocks());

describe("advanceFor", () => {
  test("stops near its time, and the bits are those of as many steps", async () => {
    const trainer = await createTrainer(config);
    // a machine that takes half a millisecond a step, and five from step 70 on
    const clock = () => Math.min(trainer.stepCount, 70) / 2 + 5 * Math.max(trainer.stepCount - 70, 0);
    vi.spyOn(performance, "now").mockImplementation(clock);
    const { step } = await trainer.advanceFor(60);
    vi.restoreAllMocks();
    // slices grow and shrink with the time that is left: 60 ms are reached at step 75, and what is passed is a slice
    expect(step).toBeGreaterThanOrEqual(75);
    expect(step).toBeLessThan(95);
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

  test("stops at a step, or at the next evaluation", async () => {
    const trainer = await createTrainer({ ...config, steps: 130 });
    for (const [until, expected] of [
      [7, 7],
      ["evaluation", 50],
      ["evaluation", 100],
      // where it is already, and what lies behind it
      [100, 100],
      [3, 100],
      [0, 100],
      [103, 103],
      ["evaluation", 130],
      ["evaluation", 130],
      [1e9, 130],
      [undefined, 130],
    ] as const)
      expect((await trainer.advanceFor(60_000, { until })).step, `until ${until}`).toBe(expected);
    const logarithmic = await createTrainer({
      ...config,
      evaluateEvery: undefined,
      evaluateAt: { kind: "log", perDecade: 5 },
    });
    const steps = [];
    for (let i = 0; i < 8; i++)
      steps.push((await logarithmic.advanceFor(60_000, { until: "evaluation" })).step);
    expect(steps).toEqual([1, 2, 3, 4, 6, 10, 16, 25]);
    const other = await createTrainer(logarithmic.config);
    await other.advance(25);
    expect(await logarithmic.snapshot()).toEqual(await other.snapshot());
  });

  test("stops between two slices when its signal is aborted", async () => {
    const trainer = await createTrainer(config);
    const stop = new AbortController();
    const running = trainer.advanceFor(600_000, { signal: stop.signal });
    setTimeout(() => stop.abort(), 60);
    await expect(running).rejects.toThrow("aborted");
    const { stepCount } = trainer;
    expect(stepCount).toBeGreaterThan(0);
    await expect(trainer.advanceFor(5, { signal: stop.signal })).rejects.toBe(stop.signal.reason);
    expect(trainer.stepCount).toBe(stepCount);
  });

  test.each([
    [{ until: 1.5 }, 'until: expected a whole number of steps or "evaluation", got 1.5'],
    [{ until: -1 }, 'until: expected a whole number of steps or "evaluation", got -1'],
    [{ until: "record" }, 'until: expected a whole number of steps or "evaluation", got "record"'],
    [{ signal: 1 }, "signal: expected an AbortSignal, got 1"],
    [{ steps: 1 }, "steps: unknown option, expected one of until, signal"],
    [null, "options: expected an object, got null"],
  ])("refuses %o", async (options, message) => {
    const trainer = await createTrainer(config);
    await expect(trainer.advanceFor(5, options as never)).rejects.toThrow(message);
    expect(trainer.stepCount).toBe(0);
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
  const sizes = { vocabSize: 120, embeddingDim: 30, steps: 1500, evaluateEvery: 500 };
  const whole = [];
  for await (const record of train(sizes)) whole.push(record);
  const records = [];
  let trainer = await createTrainer(sizes);
  const ends = [];
  while (trainer.stepCount < sizes.steps) {
    // over at once: a slice of steps all the same
    for await (const record of trainer.run({ milliseconds: 1e-6 })) records.push(record);
    ends.push(trainer.stepCount);
    const bytes = await trainer.snapshot();
    trainer.dispose();
    trainer = await restoreTrainer(bytes);
  }
  // in the middle of every interval, and at its end
  expect(ends).toEqual([256, 500, 756, 1000, 1256, 1500]);
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
  // 4 GiB would be there
  const memory = vi.spyOn(WebAssembly, "Memory");
  await expect(
    createTrainer({ vocabSize: 1_000_000, embeddingDim: 100 }, { memoryLimit: 128e6 }),
  ).rejects.toThrow(ConfigError);
  expect(memory).not.toHaveBeenCalled();
});

test("a module that is not the kernel is refused", async () => {
  const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  await expect(createTrainer({}, { module: empty })).rejects.toThrow(
    "module: expected the WebAssembly.Module",
  );
  await expect(createTrainer({}, { module: {} as WebAssembly.Module })).rejects.toThrow(ConfigError);
});
