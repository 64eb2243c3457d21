import { performance as nodePerformance } from "node:perf_hooks";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type AddOptions, type LiveRun, openWorkers, type Workers } from "../../src/browser/index.js";
import { IDLE_PATIENCE } from "../../src/browser/lost.js";
import { PROTOCOL } from "../../src/browser/message.js";
import { MOST_UNTAKEN } from "../../src/browser/servedRun.js";
import {
  ConfigError,
  createTrainer,
  type RunConfigInput,
  restoreTrainer,
  type TrainingRecord,
  train,
  weightsHash,
} from "../../src/index.js";
import { browserWorker, FakeWorker, Locks } from "./fakeWorker.js";

const config: RunConfigInput = { vocabSize: 20, embeddingDim: 3, steps: 300, evaluateEvery: 20 };
/** One that does not end while a test looks at it. */
const endless: RunConfigInput = { vocabSize: 20, embeddingDim: 3, steps: 1e9, evaluateAt: { kind: "log" } };

let locks: Locks;
let made: FakeWorker[];
let pool: Workers | undefined;
beforeEach(() => {
  locks = new Locks();
  made = [];
  vi.stubGlobal("navigator", { locks: locks.of("page"), hardwareConcurrency: 3 });
});
afterEach(() => {
  pool?.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Workers of this program. */
function open(count = 1, program = browserWorker, withLocks = true): Workers {
  const worker = () => {
    made.push(new FakeWorker(program, withLocks ? locks : undefined));
    return made.at(-1) as unknown as Worker;
  };
  pool = openWorkers({ count, worker });
  return pool;
}

async function recordsOf(run: AsyncIterable<TrainingRecord>): Promise<TrainingRecord[]> {
  const records: TrainingRecord[] = [];
  for await (const record of run) records.push(record);
  return records;
}
const status = (run: LiveRun, expected: string) =>
  vi.waitFor(() => expect(run.status).toBe(expected), { timeout: 10_000 });
/** Of a config that is trained up to a step, in this thread. */
async function hashAt(of: RunConfigInput, step: number): Promise<string> {
  const trainer = await createTrainer(of);
  await trainer.advance(step);
  return weightsHash(await trainer.weights());
}

describe("a worker", () => {
  test("that begins late answers nothing before, and then what it was asked meanwhile", async () => {
    // as in a browser, where a lock takes longer than orders do
    const slow = {
      request: (name: string, hold: () => never) =>
        new Promise((resolve) => setTimeout(resolve, 50)).then(() => locks.of(slow).request(name, hold)),
    };
    const run = open(1, (scope) => browserWorker(Object.assign(scope, { navigator: { locks: slow } }))).add(
      config,
    );
    const frames = run.frames()[Symbol.asyncIterator]();
    const first = frames.next();
    await frames.return?.();
    expect(await first).toEqual({ done: true, value: undefined });
    await status(run, "ended");
  });
});

describe("a run", () => {
  test("has the records, the weights and the snapshot of train", async () => {
    const run = open().add(config);
    expect(run.status).toBe("opening");
    const opened = await run.opened;
    const trainer = await createTrainer(config);
    expect(opened).toEqual({
      config: trainer.config,
      entropy: trainer.entropy,
      conditionalEntropy: trainer.conditionalEntropy,
      bytes: trainer.bytes,
      computedBy: undefined,
    });
    expect(await recordsOf(run)).toEqual(await recordsOf(train(config)));
    expect([run.status, run.step]).toEqual(["ended", 300]);
    expect(await run.weightsHash()).toBe(await hashAt(config, 300));
    const restored = await restoreTrainer(await run.snapshot());
    expect(restored.earlierRecords).toEqual(await recordsOf(train(config)));
    expect(run.seconds.steps).toBeGreaterThan(0);
    expect(run.seconds.other).toBeGreaterThan(0);
  });

  test("goes on from a snapshot, without its records, which stay in its own", async () => {
    const workers = open();
    const first = workers.add(config, { until: 100 });
    await status(first, "paused");
    expect(first.step).toBe(100);
    const snapshot = await first.snapshot();
    const run = workers.add(config, { snapshot });
    expect((await recordsOf(run)).map(({ step }) => step)).toEqual([
      120, 140, 160, 180, 200, 220, 240, 260, 280, 300,
    ]);
    expect((await restoreTrainer(await run.snapshot())).earlierRecords).toEqual(
      await recordsOf(train(config)),
    );
    expect(await run.weightsHash()).toBe(await hashAt(config, 300));
    // its record is known to be there
    const standing = workers.add(config, { snapshot, paused: true });
    await standing.opened;
    await new Promise((resolve) => setTimeout(resolve, 50));
    await standing.weightsHash();
    expect([standing.step, standing.status]).toEqual([100, "paused"]);
    const other = workers.add({ ...config, seed: 1 }, { snapshot });
    await expect(other.opened).rejects.toThrow(
      "snapshot: expected one of a run of this config, got another's",
    );
  });

  test("that diverges says so in a record, and is no error", async () => {
    const wild = { ...config, optimizer: { kind: "sgd" }, learningRate: 1e30 } as RunConfigInput;
    const run = open().add(wild);
    const records = await recordsOf(run);
    expect(records).toEqual(await recordsOf(train(wild)));
    expect(records.at(-1)?.diverged).toBe(true);
    expect([run.status, run.failure]).toEqual(["diverged", undefined]);
    expect(await run.weightsHash()).toHaveLength(64);
    await expect(run.setLearningRate(1)).rejects.toThrow(
      "learningRate: expected a run that goes on, this one has diverged",
    );
  });

  test.each([
    [{ vocabSize: 0 }, {}, "vocabSize: expected a whole number from 1 to 16777216, got 0"],
    [config, { until: -1 }, "until: expected a whole number of at least 0, got -1"],
    [config, { pace: 0 }, "pace: expected a number of steps a second above 0, got 0"],
    [config, { paused: 1 }, "paused: expected true or false, got 1"],
    [config, { threads: 2 }, /^threads: unknown option, expected one of snapshot, /],
    [config, 5, "options: expected an object, got 5"],
    [
      config,
      { backend: "webgpu", allowFallbackAdapter: 1 },
      "allowFallbackAdapter: expected true or false, got 1",
    ],
    [config, { snapshot: () => {} }, "snapshot: expected a Uint8Array, got function"],
    [config, { memoryLimit: () => 5 }, "memoryLimit: expected what can be handed to a worker, got function"],
    [config, { backend: "cuda" }, 'backend: expected "webgpu" or nothing, got "cuda"'],
    [config, { snapshot: new Uint8Array(3) }, "snapshot: expected at least 52 bytes, got 3"],
    [config, { memoryLimit: 1000 }, /^vocabSize × embeddingDim: this run takes \d+ bytes of memory/],
  ])("%o with %o is refused in a line, by its promise and its loop", async (input, options, message) => {
    const run = open().add(input, options as AddOptions);
    await expect(recordsOf(run)).rejects.toThrow(message);
    await expect(run.opened).rejects.toBeInstanceOf(ConfigError);
    expect(run.failure?.message).toMatch(message);
    expect(run.status).toBe("failed");
    await expect(run.snapshot()).rejects.toThrow(message);
    await expect(run.advance(1)).rejects.toThrow(message);
    run.close();
  });

  test("that is closed lets everybody go", async () => {
    const run = open().add(endless);
    const loop = recordsOf(run);
    const frames = run.frames()[Symbol.asyncIterator]();
    await frames.next();
    run.pause();
    await status(run, "paused");
    await frames.next();
    const waiting = frames.next();
    run.close();
    expect(run.status).toBe("closed");
    await loop;
    expect(await waiting).toEqual({ done: true, value: undefined });
    await expect(run.snapshot()).rejects.toThrow("the run is closed");
    await expect(run.setLearningRate(0.1)).rejects.toThrow("the run is closed");
    run.pause();
    run.close();
  });
});

describe("steering", () => {
  test("pause, resume until a step, advance", async () => {
    const run = open().add(endless, { paused: true });
    await run.opened;
    await status(run, "paused");
    expect(run.step).toBe(0);
    const { step, loss } = await run.advance(7);
    expect(step).toBe(7);
    const trainer = await createTrainer(endless);
    expect(loss).toBe((await trainer.advance(7)).loss);
    run.resume(50);
    await vi.waitFor(() => expect([run.status, run.step]).toEqual(["paused", 50]));
    run.resume();
    await expect(run.advance(1)).rejects.toThrow("advance: expected a paused run, this one is running");
    run.pause();
    await status(run, "paused");
    expect(await run.weightsHash()).toBe(await hashAt(endless, run.step));
    // what a page says is heard in its order
    const [before, hash, after] = await Promise.all([run.advance(3), run.weightsHash(), run.advance(2)]);
    expect(after.step).toBe(before.step + 2);
    expect(hash).toBe(await hashAt(endless, before.step));
    expect(() => run.resume(1.5)).toThrow("until: expected a whole number of at least 0, got 1.5");
    await expect(run.advance(0)).rejects.toThrow("advance: expected a whole number of at least 1, got 0");
  });

  test("an advance is stopped by a pause, and by the end of its run", async () => {
    const workers = open();
    const long = workers.add(endless, { paused: true });
    await long.opened;
    const advance = long.advance(1e8);
    await vi.waitFor(() => expect(long.step).toBeGreaterThan(0));
    long.pause();
    expect((await advance).step).toBe(long.step);
    const short = workers.add(config, { paused: true });
    expect((await short.advance(1000)).step).toBe(300);
    expect(short.status).toBe("ended");
    await expect(short.advance(1)).rejects.toThrow(
      "advance: expected a run that goes on, this one has ended at step 300",
    );
  });

  test("a paused run has the record of the step it stands at", async () => {
    const run = open().add(config, { paused: true });
    const loop = run[Symbol.asyncIterator]();
    expect((await loop.next()).value.step).toBe(0);
    await run.advance(20);
    expect((await loop.next()).value.step).toBe(20);
  });

  test("a pace is kept, and let go", async () => {
    const run = open().add(endless, { pace: 100 });
    await run.opened;
    const from = performance.now();
    const first = run.step;
    await vi.waitFor(() => expect(run.step).toBeGreaterThanOrEqual(first + 30), { timeout: 20_000 });
    expect(performance.now() - from).toBeGreaterThan(150);
    run.setPace();
    await vi.waitFor(() => expect(run.step).toBeGreaterThan(2000), { timeout: 20_000 });
    expect(() => run.setPace(-1)).toThrow("pace: expected a number of steps a second above 0, got -1");
  });

  test("another rate is part of the config, which trained afresh gives the same weights", async () => {
    const run = open().add(config, { until: 40 });
    const loop = recordsOf(run);
    await status(run, "paused");
    const changed = await run.setLearningRate(0.003);
    expect(run.config).toEqual(changed);
    expect(changed.learningRate).toMatchObject({ kind: "sequence" });
    await run.advance(30);
    // many at one time: the last one holds
    const configs = await Promise.all([0.1, 0.2, 0.0005].map((rate) => run.setLearningRate(rate)));
    expect(configs[0]).toEqual(configs[2]);
    expect(configs[2].learningRate).toMatchObject({
      parts: [
        [0, 0.001],
        [40, 0.003],
        [70, 0.0005],
      ],
    });
    await expect(run.setLearningRate(-1)).rejects.toThrow(/^learningRate: expected a number of at least 0/);
    run.resume();
    const records = await loop;
    expect(records).toEqual(await recordsOf(train(run.config)));
    expect(await run.weightsHash()).toBe(await hashAt(run.config, 300));
    expect(await run.weightsHash()).not.toBe(await hashAt(config, 300));
    expect((await restoreTrainer(await run.snapshot())).earlierRecords).toEqual(records);
  });

  test("rates change while it runs", async () => {
    const run = open().add(config, { pace: 100 });
    const loop = recordsOf(run);
    await vi.waitFor(() => expect(run.step).toBeGreaterThan(0));
    for (let i = 1; i <= 20; i++) {
      await run.setLearningRate(0.01 / i);
      const { step } = run;
      if (i % 4 === 0) await vi.waitFor(() => expect(run.step).toBeGreaterThan(step));
    }
    run.setPace();
    expect(await loop).toEqual(await recordsOf(train(run.config)));
    expect((run.config.learningRate as { parts: unknown[] }).parts.length).toBeGreaterThan(4);
    expect(await run.weightsHash()).toBe(await hashAt(run.config, 300));
  });

  test("a fork goes on by itself, and so does the run it is of", async () => {
    const run = open().add(config, { until: 150 });
    await status(run, "paused");
    const fork = await run.fork({ learningRate: 0.0001, steps: 200 });
    expect(fork.config).toMatchObject({ steps: 200, learningRate: { kind: "sequence" } });
    expect((await fork.opened).config).toEqual(fork.config);
    const records = await recordsOf(fork);
    expect(records.map(({ step }) => step)).toEqual([160, 180, 200]);
    expect(await fork.weightsHash()).toBe(await hashAt(fork.config, 200));
    expect((await restoreTrainer(await fork.snapshot())).earlierRecords).toEqual(
      await recordsOf(train(fork.config)),
    );
    run.resume();
    await status(run, "ended");
    expect(await run.weightsHash()).toBe(await hashAt(config, 300));
    // beyond its end, and not to where it was
    await expect(run.fork()).rejects.toThrow(
      "fork: expected a run that goes on, this one has ended at step 300",
    );
    const longer = await run.fork({ steps: 310, paused: true });
    expect(longer.status).toBe("paused");
    await longer.advance(10);
    expect((await restoreTrainer(await longer.snapshot())).earlierRecords).toEqual(
      await recordsOf(train({ ...config, steps: 310 })),
    );
    await expect(run.fork({ seed: 1 } as never)).rejects.toThrow("seed: unknown option");
  });
});

test.each([
  ["fork", [null], "options: expected an object, got null"],
  ["fork", [{ paused: "no" }], 'paused: expected true or false, got "no"'],
  ["fork", [{ steps: "900" }], 'steps: expected a whole number of at least 0, got "900"'],
  ["fork", [{ learningRate: () => 1 }], /^learningRate: expected a number of at least 0/],
  ["setLearningRate", [], "learningRate: expected a number of at least 0 or a schedule, got undefined"],
  ["setLearningRate", [null], /^learningRate: expected .*, got null$/],
  ["advance", ["1"], 'advance: expected a whole number of at least 1, got "1"'],
] as const)("%s with %j is refused in a line, and changes nothing", async (name, given, message) => {
  const run = open().add(config, { paused: true });
  const before = (await run.opened).config;
  const asked = (run[name] as (...given: unknown[]) => Promise<unknown>)(...given);
  await expect(asked).rejects.toThrow(message);
  await expect(asked).rejects.toBeInstanceOf(ConfigError);
  expect([run.config, run.step]).toEqual([before, 0]);
});

describe("turns", () => {
  test("four runs of one worker get even shares, and a fifth that comes later one from then on", async () => {
    const workers = open();
    const runs = Array.from({ length: 4 }, (_, seed) => workers.add({ ...endless, seed }));
    const share = ({ seconds }: LiveRun) => seconds.steps + seconds.other;
    // a slice may take long where others have the processor: what it took too much is given back
    await vi.waitFor(
      () => {
        const shares = runs.map(share);
        expect(Math.min(...shares)).toBeGreaterThan(0.25);
        expect(Math.max(...shares) / Math.min(...shares)).toBeLessThan(1.3);
      },
      { timeout: 30_000 },
    );
    const late = workers.add({ ...endless, seed: 4 });
    const before = runs.map(share);
    await vi.waitFor(
      () => {
        for (const [i, run] of runs.entries()) expect(share(run) - before[i]).toBeGreaterThan(0.05);
        expect(share(late)).toBeGreaterThan(0.05);
      },
      { timeout: 20_000 },
    );
  });

  test("who is looked at does as many steps as the others", async () => {
    const workers = open();
    const large = { ...endless, vocabSize: 100, embeddingDim: 100 };
    const runs = [0, 1].map((seed) => workers.add({ ...large, seed }));
    (async () => {
      for await (const _ of runs[0].frames({ hertz: 1000 }));
    })();
    await vi.waitFor(
      () => {
        const [seen, unseen] = runs.map(({ seconds }) => seconds);
        expect(unseen.steps).toBeGreaterThan(1);
        expect(seen.other).toBeGreaterThan(2 * unseen.other);
        expect(seen.steps).toBeGreaterThan(0.9 * unseen.steps);
        expect(seen.other).toBeLessThan(0.33 * (seen.steps + unseen.steps));
      },
      { timeout: 120_000 },
    );
  });

  test("who was paused has no claim to the time since", async () => {
    const workers = open();
    const paused = workers.add(endless, { paused: true });
    const other = workers.add(endless);
    const time = ({ seconds }: LiveRun) => seconds.steps + seconds.other;
    await paused.opened;
    await vi.waitFor(() => expect(time(other)).toBeGreaterThan(1), { timeout: 20_000 });
    paused.resume();
    const before = [time(paused), time(other)];
    await vi.waitFor(() => expect(time(other) - before[1]).toBeGreaterThan(0.05), { timeout: 20_000 });
    expect(time(paused) - before[0]).toBeLessThan(0.7);
  });

  test("nothing to do is no work", async () => {
    const workers = open();
    const runs = [
      workers.add(config),
      workers.add(endless, { paused: true }),
      workers.add(endless, { pace: 1 }),
      workers.add({ ...endless, evaluateAt: undefined, evaluateEvery: 1, vocabSize: 2, embeddingDim: 1 }),
    ];
    await status(runs[0], "ended");
    await vi.waitFor(() => expect(runs[3].step).toBe(MOST_UNTAKEN - 1), { timeout: 60_000 });
    const { eventLoopUtilization } = nodePerformance;
    const before = eventLoopUtilization();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(eventLoopUtilization(before).utilization).toBeLessThan(0.5);
  });

  test("runs go to the worker with the fewest, which is started when it is needed", () => {
    const workers = open(2);
    expect(made.length).toBe(1);
    const runs = [workers.add(endless), workers.add(endless), workers.add(endless)];
    expect(made.length).toBe(2);
    runs[0].close();
    runs[2].close();
    workers.add(endless);
    expect(made.length).toBe(2);
    expect(openWorkers({ worker: () => new FakeWorker(() => {}) as unknown as Worker }).count).toBe(2);
    expect(() => openWorkers({ count: 0 })).toThrow("count: expected a whole number of at least 1, got 0");
  });

  test("a worker waits where records are not taken", async () => {
    const run = open().add({
      ...endless,
      evaluateAt: undefined,
      evaluateEvery: 1,
      vocabSize: 2,
      embeddingDim: 1,
    });
    await vi.waitFor(() => expect(run.step).toBe(MOST_UNTAKEN - 1), { timeout: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(run.step).toBe(MOST_UNTAKEN - 1);
    expect(run.status).toBe("running");
    let taken = 0;
    for await (const { step } of run) {
      expect(step).toBe(taken++);
      if (taken > MOST_UNTAKEN + 10) break;
    }
    // who comes back goes on behind it
    for await (const { step } of run) {
      expect(step).toBe(taken);
      break;
    }
    const loop = run[Symbol.asyncIterator]();
    await loop.next();
    await expect(run[Symbol.asyncIterator]().next()).rejects.toThrow("one loop at a time");
  });

  test("records come many at a time, not a message each", async () => {
    const run = open().add({ ...config, steps: 2000, evaluateEvery: 1 });
    let messages = 0;
    run.onChange = () => {
      messages++;
    };
    expect((await recordsOf(run)).length).toBe(2001);
    expect(messages).toBeLessThan(400);
    // many short turns make no more of them
    const workers = open();
    const paced = [0, 1, 2, 3].map((seed) => workers.add({ ...endless, seed }, { pace: 1000 }));
    await vi.waitFor(() => expect(paced[3].step).toBeGreaterThan(10));
    const from = performance.now();
    messages = 0;
    paced[0].onChange = () => {
      messages++;
    };
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(messages).toBeGreaterThan(0);
    expect(messages).toBeLessThan(1.5 * ((performance.now() - from) / 16) + 3);
  });
});

describe("frames", () => {
  test("show the model as it is, again when it has changed, and end with the run", async () => {
    const run = open().add(config, { paused: true });
    const frames = run.frames({ inputs: [0, 5], axes: 3, hertz: 1000 })[Symbol.asyncIterator]();
    const { value: first } = await frames.next();
    const trainer = await createTrainer(config);
    const expected = async () => ({
      step: trainer.stepCount,
      projection: await trainer.projection(3),
      probabilities: await trainer.probabilities([0, 5]),
      inputs: [0, 5],
      eigenvalues: (await trainer.spectrum({ eigenvalues: true })).eigenvalues,
    });
    expect(first).toEqual(await expected());
    const second = frames.next();
    let came = false;
    void second.then(() => {
      came = true;
    });
    await run.weightsHash();
    expect(came).toBe(false);
    await run.advance(10);
    await trainer.advance(10);
    expect((await second).value).toEqual(await expected());
    run.resume();
    let last: unknown;
    for (let next = await frames.next(); !next.done; next = await frames.next()) last = next.value;
    await trainer.advance(290);
    expect(last).toEqual(await expected());
  });

  test("two that are asked for at once come one after the other", async () => {
    const run = open().add(endless, { paused: true });
    const frames = run.frames()[Symbol.asyncIterator]();
    const [first, second, third] = [frames.next(), frames.next(), frames.next()];
    expect((await first).value.step).toBe(0);
    await run.advance(10);
    expect((await second).value.step).toBe(10);
    await frames.return?.();
    expect(await third).toEqual({ done: true, value: undefined });
    expect(await frames.next()).toEqual({ done: true, value: undefined });
  });

  test("only what is asked for, at most so often, the latest one", async () => {
    const run = open().add(endless);
    const steps: number[] = [];
    const from = performance.now();
    for await (const frame of run.frames({ fields: ["eigenvalues"], hertz: 10 })) {
      expect(Object.keys(frame)).toEqual(["step", "eigenvalues"]);
      steps.push(frame.step);
      if (steps.length === 5) break;
    }
    expect(performance.now() - from).toBeGreaterThan(390);
    expect(new Set(steps).size).toBe(5);
    // who leaves while it waits is let go
    const waiting = run.frames({ hertz: 1e-6 })[Symbol.asyncIterator]();
    await waiting.next();
    const second = waiting.next();
    await waiting.return?.();
    expect(await second).toEqual({ done: true, value: undefined });
    // nobody has taken one for a while: the next is of now
    await vi.waitFor(() => expect(run.step).toBeGreaterThan(steps[4] + 1000), { timeout: 20_000 });
    const before = run.step;
    for await (const { step } of run.frames({ fields: [] })) {
      expect(step).toBeGreaterThanOrEqual(before);
      break;
    }
  });

  test.each([
    [{ hertz: 0 }, "hertz: expected a number above 0, got 0"],
    [{ fields: ["loss"] }, 'fields: expected a list of projection, probabilities, eigenvalues, got ["loss"]'],
    [{ axes: 4 }, "axes: expected a whole number from 1 to 3, got 4"],
    [{ inputs: [20] }, "inputs[0]: expected a token below 20 (vocabSize), got 20"],
    [{ colour: 1 }, "colour: unknown option, expected one of hertz, fields, axes, inputs"],
    [5, "options: expected an object, got 5"],
    [{ inputs: 5 }, "inputs: expected a list of tokens, got 5"],
    [{ inputs: "05" }, 'inputs: expected a list of tokens, got "05"'],
    [{ inputs: [() => {}] }, "inputs: expected a list of tokens, got [null]"],
    [{ axes: null }, "axes: expected a whole number of at least 1, got null"],
    [{ axes: () => {} }, "axes: expected a whole number of at least 1, got function"],
    [
      { fields: Object.create(null) },
      "fields: expected a list of projection, probabilities, eigenvalues, got {}",
    ],
  ])("%o is refused, and the run goes on", async (options, message) => {
    const run = open().add(config);
    const next = run
      .frames(options as never)
      [Symbol.asyncIterator]()
      .next();
    await expect(next).rejects.toThrow(message);
    await expect(next).rejects.toBeInstanceOf(ConfigError);
    expect((await recordsOf(run)).at(-1)?.step).toBe(300);
  });
});

describe("a worker that has not begun yet", () => {
  test.each([1, 5, 20])("answers nobody who leaves its frames after %i ms, and then begins", async (wait) => {
    locks.delay = 40;
    const run = open().add(config);
    const frames = run.frames()[Symbol.asyncIterator]();
    const first = frames.next();
    await new Promise((resolve) => setTimeout(resolve, wait));
    await frames.return?.();
    expect(await first).toEqual({ done: true, value: undefined });
    expect((await recordsOf(run)).at(-1)?.step).toBe(300);
    expect([run.status, run.failure]).toEqual(["ended", undefined]);
  });

  test("does what it was told meanwhile in its order", async () => {
    locks.delay = 40;
    const run = open().add(endless, { paused: true });
    const [early, hash] = await Promise.all([run.advance(7), run.weightsHash()]);
    expect([early.step, hash]).toEqual([7, await hashAt(endless, 7)]);
    const other = pool?.add(endless);
    other?.close();
    await status(run, "paused");
  });
});

describe("a worker that dies", () => {
  test("fails its runs within a second, and no others; the next run gets a new one", async () => {
    const workers = open(2);
    const [one, two] = [workers.add(endless), workers.add(endless)];
    const done = workers.add(config);
    await Promise.all([one.opened, two.opened, status(done, "ended")]);
    const call = one.snapshot();
    made[0].close();
    await expect(recordsOf(one)).rejects.toThrow("the worker has ended before its run");
    await expect(call.then(() => one.snapshot())).rejects.toThrow("the worker has ended");
    expect([one.status, two.status]).toEqual(["failed", "running"]);
    // it had come to its end: it is still so, but there is nobody to ask any more
    const seconds = two.step;
    await vi.waitFor(() => expect(two.step).toBeGreaterThan(seconds));
    const next = workers.add(config);
    expect((await recordsOf(next)).length).toBe(16);
    expect(made.length).toBe(3);
  });

  test("one that cannot be made is one that is lost", async () => {
    const workers = openWorkers({
      worker: () => {
        throw new Error("Refused to create a worker");
      },
    });
    await expect(recordsOf(workers.add(config))).rejects.toThrow("Refused to create a worker");
  });

  test.each([[undefined], [{}], ["worker.js"]])("%j is no worker", async (made) => {
    const run = openWorkers({ worker: () => made as never }).add(config);
    await expect(run.opened).rejects.toThrow(/^worker: expected a function that makes a Worker, got one of /);
    await expect(run.opened).rejects.toBeInstanceOf(ConfigError);
    expect(() => openWorkers({ worker: "worker.js" as never })).toThrow('a Worker, got "worker.js"');
  });

  test("without locks: one that has nothing to do is missed after some seconds, one in a step never", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    vi.stubGlobal("navigator", {});
    const scopes: FakeWorker["scope"][] = [];
    const program = (scope: FakeWorker["scope"]) => {
      scopes.push(scope);
      scope.postMessage({ kind: "begun", protocol: PROTOCOL, lock: null });
      scope.postMessage({ kind: "idle", idle: scopes.length === 1 });
    };
    const workers = open(2, program, false);
    const [idle, busy] = [workers.add(config), workers.add(config)];
    for (const _ of [1, 2, 3]) await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(1000 * IDLE_PATIENCE);
    expect(idle.status).toBe("opening");
    await vi.advanceTimersByTimeAsync(1000);
    expect(idle.failure?.message).toBe("the worker has ended before its run");
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(busy.status).toBe("opening");
  });

  test("without locks: a worker of ours answers, whatever it does", async () => {
    vi.stubGlobal("navigator", {});
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const workers = open(1, browserWorker, false);
    const run = workers.add(config);
    await recordsOf(run);
    for (let second = 0; second < 3 * IDLE_PATIENCE; second++) {
      await vi.advanceTimersByTimeAsync(1000);
      for (const _ of [1, 2, 3]) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await run.weightsHash()).toHaveLength(64);
  });
});

test("workers that are closed take no more, and leave nothing behind", async () => {
  const workers = open(2);
  const run = workers.add(endless);
  workers.add(endless);
  await run.opened;
  workers.close();
  expect(run.status).toBe("closed");
  expect(made.map(({ terminated }) => terminated)).toEqual([1, 1]);
  await expect(recordsOf(workers.add(config))).rejects.toThrow("the workers are closed");
  await vi.waitFor(() => expect(locks.count).toBe(0));
});
