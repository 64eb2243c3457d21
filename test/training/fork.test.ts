/** Runs that branch: a fork is the run of its own config, and the one that it came from does not notice. */
import { describe, expect, test } from "vitest";
import { corpusDigest } from "../../src/data/digest.js";
import {
  ConfigError,
  createTrainer,
  type RunConfigInput,
  restoreTrainer,
  type ScheduleInput,
  type Trainer,
  type TrainingRecord,
} from "../../src/index.js";
import { createEnsemble } from "../../src/training/ensemble.js";
import { LossyDevice } from "./lossyDevice.js";

const base: RunConfigInput = {
  vocabSize: 20,
  embeddingDim: 4,
  batchSize: 8,
  learningRate: 0.01,
  steps: 60,
  evaluateEvery: 20,
};
const corpus = Uint32Array.from({ length: 900 }, (_, i) => (i * i + ((i >> 4) % 11)) % 20);
const decay: ScheduleInput = { kind: "cosine", from: 0.1, to: 0, start: 10, end: 50 };

async function recordsOf(trainer: Trainer): Promise<TrainingRecord[]> {
  const records = [];
  for await (const record of trainer.run()) records.push(record);
  return records;
}

const kinds: [string, RunConfigInput, object?][] = [
  ["a constant rate", {}],
  ["a schedule", { learningRate: decay }],
  [
    "exact gradients of topics",
    { gradient: "exact", batchSize: undefined, targets: { kind: "topics", count: 3, strength: 0.5 } },
  ],
  ["a corpus", { distribution: { kind: "corpus", digest: corpusDigest(corpus) } }, { corpus }],
  [
    "an intervention between",
    {
      interventions: [
        { step: 30, kind: "reset-moments" },
        { step: 40, kind: "gradient", gradient: "exact" },
      ],
    },
  ],
  ["untied with a norm", { tied: false, norm: "layernorm", optimizer: { kind: "sgd", momentum: 0.9 } }],
];

describe.each(kinds)("a fork of a run with %s", (_, kind, options = {}) => {
  const config = { ...base, ...kind };

  test("goes on as its snapshot restored; the run that it came from stays as it is", async () => {
    const trainer = await createTrainer(config, options);
    await trainer.advance(25);
    const before = await trainer.snapshot();
    const fork = await trainer.fork();
    expect(await fork.snapshot()).toEqual(before);
    const restored = await restoreTrainer(before, options);
    expect(await recordsOf(fork)).toEqual(await recordsOf(restored));
    expect(await fork.snapshot()).toEqual(await restored.snapshot());
    expect(await trainer.snapshot()).toEqual(before);
    await trainer.advance(35);
    expect(await trainer.weights()).toEqual(await fork.weights());
    for (const one of [trainer, fork, restored]) one.dispose();
  });

  test("with another rate and end it is the run of its config from step 0; forks of forks too", async () => {
    const trainer = await createTrainer(config, options);
    await trainer.advance(25);
    const fork = await trainer.fork({ learningRate: 0.05 });
    await fork.advance(10);
    const second = await fork.fork({ learningRate: decay, steps: 45 });
    expect(second.config.steps).toBe(45);
    expect(second.config.learningRate).toMatchObject({ kind: "sequence" });
    for (const one of [fork, second]) {
      const ahead = await recordsOf(one);
      const whole = await createTrainer(one.config, options);
      const all = await recordsOf(whole);
      expect(ahead).toEqual(all.slice(-ahead.length));
      expect(ahead.at(-1)?.step).toBe(one.config.steps);
      expect(await one.snapshot()).toEqual(await whole.snapshot());
      whole.dispose();
    }
    // it was the rate that made the difference
    await trainer.advance(35);
    expect(await trainer.weights()).not.toEqual(await fork.weights());
    for (const one of [trainer, fork, second]) one.dispose();
  });
});

test("a rate that is changed at every step is replayed from its config", async () => {
  let trainer = await createTrainer({ ...base, steps: 300 });
  for (let i = 0; i < 200; i++) {
    await trainer.advance(1);
    const next = await trainer.fork({ learningRate: 0.01 + (i % 7) / 1000 });
    trainer.dispose();
    trainer = next;
  }
  expect((trainer.config.learningRate as { parts: unknown[] }).parts).toHaveLength(200);
  const whole = await createTrainer(trainer.config);
  await whole.advance(trainer.stepCount);
  expect(await whole.snapshot()).toEqual(await trainer.snapshot());
});

test("a rate that is changed back at its step leaves no trace in the config", async () => {
  const trainer = await createTrainer(base);
  await trainer.advance(5);
  const there = await trainer.fork({ learningRate: 0.5 });
  const back = await there.fork({ learningRate: 0.01 });
  expect(back.config).toEqual(trainer.config);
  await there.advance(1);
  const later = await there.fork({ learningRate: 0.01 });
  expect(later.config.learningRate).toEqual({
    kind: "sequence",
    parts: [
      [0, 0.01],
      [5, 0.5],
      [6, 0.01],
    ],
  });
});

test("forked between two records of a run, both go on to the same ones", async () => {
  const trainer = await createTrainer({ ...base, steps: 5000, evaluateEvery: 1000 });
  const records: TrainingRecord[] = [];
  const forks: Promise<Trainer>[] = [];
  for await (const record of trainer.run({
    onProgress: (step) => {
      // while a slice is on its way, not waited for
      if (step > 1500 && forks.length === 0) forks.push(trainer.fork());
    },
  }))
    records.push(record);
  const fork = await forks[0];
  const { stepCount } = fork;
  expect(stepCount).toBeGreaterThan(1500);
  expect(stepCount).toBeLessThan(2500);
  expect(await recordsOf(fork)).toEqual(records.filter(({ step }) => step > stepCount));
  expect(await fork.snapshot()).toEqual(await trainer.snapshot());
});

test("behind a record it goes on behind it; it brings no records along", async () => {
  const trainer = await createTrainer(base);
  for await (const { step } of trainer.run()) if (step === 20) break;
  const fork = await trainer.fork();
  expect(fork.earlierRecords).toBeUndefined();
  expect((await recordsOf(fork)).map(({ step }) => step)).toEqual([40, 60]);
});

test("what it is asked for is read at the call", async () => {
  const trainer = await createTrainer(base);
  await trainer.advance(3);
  const points: [number, number][] = [[0, 0.5]];
  const changes = { learningRate: { kind: "piecewise-linear" as const, points }, steps: 40 };
  const forked = trainer.fork(changes);
  points[0][1] = 0.25;
  changes.steps = 10;
  await trainer.advance(1);
  const fork = await forked;
  expect(fork.stepCount).toBe(3);
  expect(fork.config.steps).toBe(40);
  expect((await fork.step()).learningRate).toBe(0.5);
});

test("on as many threads", async () => {
  const trainer = await createTrainer(base, { threads: 1, maxThreads: 2 });
  await trainer.advance(5);
  await trainer.setThreads(2);
  const fork = await trainer.fork();
  await fork.setThreads(1);
  await expect(fork.setThreads(3)).rejects.toThrow("threads: expected a whole number from 1 to 2");
  await trainer.advance(5);
  await fork.advance(5);
  expect(await fork.snapshot()).toEqual(await trainer.snapshot());
  for (const one of [trainer, fork]) one.dispose();
});

test("in plain f64 it goes on from rounded numbers, as its snapshot does", async () => {
  const options = { backend: "reference" } as const;
  const trainer = await createTrainer(base, options);
  await trainer.advance(5);
  const [fork, restored] = [await trainer.fork(), await restoreTrainer(await trainer.snapshot(), options)];
  for (const one of [fork, restored]) await one.advance(5);
  expect(await fork.snapshot()).toEqual(await restored.snapshot());
});

describe("on a device", () => {
  test("a member of an ensemble gives a trainer by itself", async () => {
    const device = new LossyDevice();
    const ensemble = await createEnsemble([base, { ...base, seed: 7 }], { backend: device.kind });
    await ensemble.advance(9);
    device.made.length = 0;
    const fork = await ensemble.members[1].fork({ learningRate: 0.03 });
    expect(device.made).toEqual([1]);
    expect(fork.computedBy).toEqual(ensemble.computedBy);
    const ahead = await recordsOf(fork);
    expect(ahead).toEqual((await recordsOf(await createTrainer(fork.config))).slice(-ahead.length));
    await ensemble.advance(1);
    // lost, it is reopened by itself, where it was forked at the latest
    const second = await fork.fork({ steps: 90 });
    await second.advance(3);
    device.lose();
    expect(await second.reopen()).toEqual({ step: 60, afresh: false });
    expect(second.disposed).toBe(false);
    for (const one of [fork, second, ensemble]) one.dispose();
  });

  test("what cannot be made leaves nothing behind", async () => {
    const device = new LossyDevice();
    const trainer = await createTrainer(base, { backend: device.kind });
    device.onCall = (name) => {
      if (name === "setState") throw new Error("no room");
    };
    await expect(trainer.fork()).rejects.toThrow("no room");
    device.onCall = () => {};
    expect(device.alive).toBe(1);
    expect((await trainer.step()).step).toBe(1);
    trainer.dispose();
  });
});

describe("refused is", () => {
  test.each([
    [{ steps: 4 }, "steps: expected at least 5, the steps done, got 4"],
    [{ steps: 0.5 }, "steps: expected a whole number"],
    [{ learningRate: -1 }, "learningRate: expected a number of at least 0"],
    [{ learningRate: () => 1 }, "learningRate: expected"],
    [{ learningRate: null }, "learningRate: expected"],
    [{ steps: null }, "steps: expected a whole number"],
    [{ vocabSize: 9 }, "vocabSize: unknown option, expected one of learningRate, steps"],
    [null, "options: expected an object, got null"],
  ])("%o", async (changes, message) => {
    const trainer = await createTrainer(base);
    await trainer.advance(5);
    const forked = expect(trainer.fork(changes as never)).rejects;
    await forked.toThrow(ConfigError);
    await forked.toThrow(message);
    expect((await trainer.step()).step).toBe(6);
  });

  test("a trainer that was disposed of; a fork outlives the one that it came from", async () => {
    const trainer = await createTrainer(base);
    const fork = await trainer.fork();
    trainer.dispose();
    await expect(trainer.fork()).rejects.toThrow("this trainer was disposed of");
    expect((await fork.step()).step).toBe(1);
    expect((await (await fork.fork()).step()).step).toBe(2);
  });
});
