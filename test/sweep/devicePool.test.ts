/** Runs on a device: groups by shape, journaled as they end, lost devices, memory, interruptions. */
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  ConfigError,
  configHash,
  parseConfig,
  type RunConfig,
  type RunConfigInput,
} from "../../src/config.js";
import { createTrainer } from "../../src/index.js";
import { readCheckpoint } from "../../src/sweep/checkpoint.js";
import {
  FailedRuns,
  Journal,
  type PoolEvent,
  type PoolOptions,
  type PoolProgress,
  type RunResult,
  runPool,
  sweep,
} from "../../src/sweep/index.js";
import { decodeSnapshot } from "../../src/training/snapshot.js";
import { FakeDevice } from "./fakeDevice.js";

const base: RunConfigInput = {
  vocabSize: 8,
  embeddingDim: 3,
  batchSize: 16,
  steps: 20,
  evaluateEvery: 10,
  arithmetic: "relaxed",
};
const configOf = (more: RunConfigInput = {}) => parseConfig({ ...base, ...more });
const seeds = (count: number, more: RunConfigInput = {}) =>
  Array.from({ length: count }, (_, seed) => configOf({ ...more, seed }));

let device = new FakeDevice();
let dir = "";
let journal: Journal | undefined;
beforeEach(async () => {
  device = new FakeDevice();
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
});
afterEach(async () => {
  await journal?.close();
  journal = undefined;
});
const openJournal = async () => {
  journal = await Journal.open(dir);
  return journal;
};

async function all(configs: RunConfig[], options: PoolOptions = {}) {
  const events: PoolEvent[] = [];
  const progress: PoolProgress[] = [];
  const results: RunResult[] = [];
  let error: unknown;
  try {
    for await (const result of runPool(configs, {
      backend: device.kind,
      ...options,
      onEvent: (event) => events.push(event),
      onProgress: (now) => progress.push(now),
    }))
      results.push(result);
  } catch (thrown) {
    error = thrown;
  }
  const told = events.map(({ event }) => event).filter((event) => event !== "started");
  return { events, told, progress, results, error };
}

/** What defines a result. */
const essence = (results: RunResult[]) =>
  results
    .map(({ seconds: _, stepSeconds: __, bytes: ___, ...rest }) => rest)
    .sort((a, b) => (a.run < b.run ? -1 : 1));
const sizes = () => device.groups.map(({ length }) => length);

test("runs of one shape are made together, as many as the device holds, and come out as by themselves", async () => {
  const configs = [...seeds(6), ...seeds(3, { vocabSize: 9 }), configOf({ learningRate: 0.01 })];
  const { results, error, progress } = await all(configs);
  expect(error).toBeUndefined();
  expect(results).toHaveLength(10);
  for (const group of device.groups)
    expect(new Set(group.map((config) => device.kind.device.shapeOf(config))).size).toBe(1);
  expect(sizes().reduce((a, b) => a + b)).toBe(10);
  expect(device.mostAlive).toBe(4);
  expect(device.alive).toBe(0);
  for (const { config, records, computedBy, finalEmbedding } of results) {
    expect(computedBy).toEqual({ backend: "fake", adapter: "fake", driver: "1" });
    const trainer = await createTrainer({ ...config, arithmetic: "strict" });
    const own = [];
    for await (const record of trainer.run()) own.push(record);
    expect(records).toEqual(own);
    expect(finalEmbedding).toEqual(Array.from((await trainer.weights()).embedding));
    trainer.dispose();
  }
  expect(progress.at(-1)).toMatchObject({ share: 1, finished: 10, total: 10, failed: 0 });
});

test("a run that ends leaves, and when half of the device is idle the next join", async () => {
  device.most = 4;
  const long = seeds(2, { steps: 2000, evaluateEvery: 2000 });
  const short = seeds(6, { learningRate: 0.01 });
  let all8 = () => {};
  const taken = new Promise<void>((resolve) => {
    all8 = resolve;
  });
  let count = 0;
  device.onCreate = (configs) => {
    count += configs.length;
    if (count === 8) all8();
  };
  // the long ones are still at it when the last of the others begin
  device.onAdvance = ({ steps }) => (steps === 2000 ? taken : undefined);
  const { results } = await all([...long, ...short]);
  expect(results).toHaveLength(8);
  expect(sizes()).toEqual([4, 2, 2]);
  expect(results.slice(-2).map(({ config }) => config.steps)).toEqual([2000, 2000]);
  expect(device.mostAlive).toBe(4);
});

test("a sweep goes on from its journal, and from the checkpoints of what was stopped", async () => {
  const configs = seeds(4, { steps: 3000, evaluateEvery: 500 });
  const whole = essence((await all(configs)).results);
  const controller = new AbortController();
  let advances = 0;
  device.onAdvance = async () => {
    if (++advances === 28) controller.abort(new Error("enough"));
    await new Promise((resolve) => setTimeout(resolve, 100));
  };
  const first = await all(configs, { journal: await openJournal(), signal: controller.signal });
  expect(first.error).toEqual(new Error("enough"));
  expect(first.results).toHaveLength(0);
  expect(device.alive).toBe(0);
  const kept = await readdir(join(dir, "checkpoints"));
  expect(kept).toHaveLength(4);
  const { header } = (await readCheckpoint(join(dir, "checkpoints", kept[0])))!;
  expect(header.computedBy).toEqual({ backend: "fake", adapter: "fake", driver: "1" });

  device.onAdvance = () => {};
  const second = await all(configs, { journal });
  expect(
    second.events.flatMap((event) => (event.event === "finished" ? [event.resumedFrom > 0] : [])),
  ).toEqual([true, true, true, true]);
  expect(essence(second.results)).toEqual(whole);
  expect(await readdir(dir)).toContain("checkpoints");
  expect(await readdir(join(dir, "checkpoints"))).toEqual([]);
  // all of it is there now
  device.groups.length = 0;
  expect(essence((await all(configs, { journal })).results)).toEqual(whole);
  expect(device.groups).toEqual([]);
});

test("a checkpoint of another device is begun anew, which is told", async () => {
  const config = configOf({ steps: 2000, evaluateEvery: 1000 });
  let advances = 0;
  device.onAdvance = async () => {
    // with its checkpoint behind it
    if (++advances === 3) device.lose("another");
  };
  const { results, events, told } = await all([config], { journal: await openJournal(), checkpointEvery: 0 });
  expect(results[0].computedBy).toMatchObject({ adapter: "another" });
  expect(told).toEqual(["lost", "warning", "finished"]);
  expect(events).toContainEqual({
    event: "warning",
    run: configHash(config),
    message:
      "its checkpoint was computed by fake on fake (1), it goes on with fake on another (1): it begins anew",
  });
  expect(events.at(-1)).toMatchObject({ event: "finished", resumedFrom: 0 });
});

test("what was in hand when the device was lost goes on from its checkpoints, and nothing else is computed again", async () => {
  const configs = [...seeds(3, { steps: 30_000, evaluateEvery: 30_000 }), configOf({ steps: 1, seed: 9 })];
  const whole = essence((await all(configs)).results);
  device.groups.length = 0;
  const isKept = async (config: RunConfig) => {
    const found = await readCheckpoint(join(dir, "checkpoints", `${configHash(config)}.checkpoint`));
    return found !== undefined && decodeSnapshot(found.snapshot).state.step > 0;
  };
  device.onAdvance = async ({ steps }) => {
    if (steps === 1 || sizes().length > 1) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
    const kept = await Promise.all(configs.slice(0, 3).map(isKept));
    if (kept.every(Boolean) && device.alive === 3 && sizes().length === 1) device.lose();
  };
  const { results, events, told, error } = await all(configs, {
    journal: await openJournal(),
    checkpointEvery: 0,
  });
  expect(error).toBeUndefined();
  expect(told.toSorted()).toEqual(["finished", "finished", "finished", "finished", "lost"]);
  const lost = events.find((event) => event.event === "lost");
  expect(lost).toMatchObject({ error: "the fake device was lost" });
  expect(lost?.event === "lost" && lost.runs.length).toBe(3);
  expect(sizes()).toEqual([4, 3]);
  expect(essence(results)).toEqual(whole);
  for (const event of events)
    if (event.event === "finished") expect(event.resumedFrom > 0).toBe(event.result.config.steps > 1);
});

test("without a journal they begin afresh; lost again and again ends the sweep, and nothing is recorded", async () => {
  let advances = 0;
  device.onAdvance = () => {
    if (++advances === 2) device.lose();
  };
  const once = await all(seeds(2));
  expect(once.told).toEqual(["lost", "finished", "finished"]);
  device.onAdvance = () => device.lose();
  const never = await all(seeds(2), { journal: await openJournal() });
  expect(never.told).toEqual(["lost", "lost", "lost"]);
  expect((never.error as Error).message).toBe(
    "the device was lost 4 times in a row (the fake device was lost); what is finished is kept, the same command goes on",
  );
  expect(journal?.runs).toEqual([]);
  expect(journal?.failedRuns).toEqual([]);
  expect(device.alive).toBe(0);
});

test("a device that does not come back ends the sweep with the reason", async () => {
  device.kind.device.computedBy = async () => {
    throw new ConfigError("backend: expected a WebGPU adapter, got none");
  };
  const { error, told } = await all(seeds(2), { journal: await openJournal() });
  expect(error).toEqual(new ConfigError("backend: expected a WebGPU adapter, got none"));
  expect(told).toEqual([]);
  expect(journal?.failedRuns).toEqual([]);
});

test("no memory for a group: a smaller one; none for a run by itself: skipped, and the others go on", async () => {
  const large = configOf({ vocabSize: 30 });
  device.most = 8;
  device.onCreate = (configs) => {
    if (configs.length > 3 || configs[0].vocabSize === 30)
      throw new Error("out of memory: the device has no more");
  };
  const { results, events, told, error } = await all([large, ...seeds(8)]);
  expect(results).toHaveLength(8);
  expect(told.filter((event) => event !== "finished")).toEqual(["slowed", "skipped"]);
  expect(events).toContainEqual(expect.objectContaining({ event: "slowed", atOnce: 3 }));
  expect(error).toBeInstanceOf(FailedRuns);
  expect((error as FailedRuns).skipped[0]).toMatchObject({
    run: configHash(large),
    error: "out of memory: the device has no more",
  });
});

test("one that cannot be made takes no other down; one that throws is tried again, and then recorded as failed", async () => {
  device.onCreate = (configs) => {
    if (configs.some(({ seed }) => seed === 1)) throw new ConfigError("seed: expected another");
  };
  device.onAdvance = ({ seed }) => {
    if (seed === 2) throw new Error("not this one");
  };
  const { results, told, error } = await all(seeds(4), { journal: await openJournal() });
  expect(results.map(({ config }) => config.seed).sort()).toEqual([0, 3]);
  expect(told.filter((event) => event !== "finished").sort()).toEqual([
    "failed",
    "failed",
    "retried",
    "retried",
  ]);
  expect((error as FailedRuns).count).toBe(2);
  expect(journal?.failedRuns).toHaveLength(2);
});

test("a run that diverges is a result with its step, and the others go on", async () => {
  const { results } = await all([configOf({ learningRate: 1e30, steps: 50 }), ...seeds(3)]);
  expect(results.filter(({ divergedAt }) => divergedAt !== null)).toHaveLength(1);
  expect(results).toHaveLength(4);
});

test("a corpus goes to the runs that name it", async () => {
  const corpus = Uint32Array.from({ length: 500 }, (_, i) => (i * i) % 8);
  const { corpusDigest } = await import("../../src/data/digest.js");
  const named = configOf({ distribution: { kind: "corpus", digest: corpusDigest(corpus) } });
  const { results, error } = await all([named, ...seeds(2)], { corpus });
  expect(error).toBeUndefined();
  expect(results).toHaveLength(3);
});

test("all that is in hand holds no more than the limit", async () => {
  const bytes = device.kind.bytes(configOf(), { maxThreads: 1 });
  const { results } = await all(seeds(4), { memoryLimit: 2.5 * bytes });
  expect(results).toHaveLength(4);
  expect(device.mostAlive).toBe(2);
});

test.each([
  [{ threads: 2 }, "threads: expected nothing with fake, got 2"],
  [{ memory: 1e9 }, "memory: expected nothing with fake, got 1000000000"],
  [{ backend: "wasm" }, 'backend: expected one that computes on a device, got "wasm"'],
] as const)("refuses in one line: %j", async (options, message) => {
  const runs = runPool(seeds(1), { backend: device.kind, ...(options as PoolOptions) });
  await expect(runs.next()).rejects.toThrow(new ConfigError(message));
});

test("strict runs are refused before anything is run, also of a sweep", async () => {
  const message =
    'arithmetic: expected "relaxed" with fake, whose rounding may differ from device to device, got "strict"';
  const strict = await all([...seeds(2), configOf({ arithmetic: "strict" })]);
  expect(strict.error).toEqual(new ConfigError(message));
  expect(device.groups).toEqual([]);
  const runs = sweep({ base: { steps: 1 } }, { backend: device.kind });
  await expect(runs.next()).rejects.toThrow(message);
});

test("a caller that leaves ends the runs in hand", async () => {
  for await (const _ of runPool([...seeds(2), ...seeds(2, { steps: 1e6 })], { backend: device.kind })) break;
  expect(device.alive).toBe(0);
});

test("longer runs go on from kept snapshots, together; on another device they begin anew", async () => {
  await all(seeds(3), { journal: await openJournal(), keepSnapshots: true });
  const longer = seeds(3, { steps: 50 });
  const { results, events } = await all([...longer, configOf({ steps: 30 })], { journal, onlyNew: true });
  const from = events.flatMap((event) => (event.event === "finished" ? [event.wentOnFrom?.step] : []));
  expect(from).toEqual([20, 20, 20, 20]);
  const fresh = await all([...longer, configOf({ steps: 30 })]);
  expect(essence(results)).toEqual(essence(fresh.results));

  device.lose("another");
  const { told, events: later } = await all([configOf({ steps: 25 })], { journal });
  expect(told).toEqual(["warning", "finished"]);
  expect(later.find(({ event }) => event === "warning")).toMatchObject({
    message: expect.stringMatching(
      /^the snapshot of run \w+ \(step 20\) was computed by fake on fake \(1\), it goes on with fake on another \(1\): it begins anew$/,
    ),
  });
});
