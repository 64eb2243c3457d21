/** One run as a thread of the pool computes it, here in the test's own. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { configHash, parseConfig } from "../../src/config.js";
import { createTrainer } from "../../src/index.js";
import { bitsRevision } from "../../src/kernel/bitsRevision.js";
import { readCheckpoint, writeCheckpoint } from "../../src/sweep/checkpoint.js";
import { CONTROL_WORDS, NOT_BEGUN, type Task, Word } from "../../src/sweep/task.js";
import runTask from "../../src/sweep/worker.js";
import { decodeSnapshot } from "../../src/training/snapshot.js";
import { Trainer } from "../../src/training/trainer.js";

const config = parseConfig({ vocabSize: 16, embeddingDim: 3, steps: 40, evaluateEvery: 10, tied: false });
let path = "";
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), "unigram-lab-")), "checkpoints", "run.checkpoint");
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A task in the last of three slots. */
const taskOf = (changes: Partial<Task> = {}): Task => ({
  run: configHash(changes.config ?? config),
  config,
  control: new Int32Array(new SharedArrayBuffer(4 * 3 * CONTROL_WORDS)).fill(NOT_BEGUN),
  slot: 2,
  maxThreads: 1,
  runtime: {},
  checkpoint: null,
  base: null,
  keep: null,
  checkpointEvery: 1e9,
  ...changes,
});
const wordAt = (name: keyof typeof Word) => 2 * CONTROL_WORDS + Word[name];
/** Runs the task, with its stop word as given. */
async function run(changes: Partial<Task> = {}, stop = 0) {
  const task = taskOf(changes);
  task.control[wordAt("stop")] = stop;
  const outcome = await runTask(task);
  return { task, outcome, word: (name: keyof typeof Word) => task.control[wordAt(name)] };
}
/** A clock on which a second passes with every look at it. */
const hurry = (milliseconds = 1000) => {
  let now = 1e9;
  vi.spyOn(performance, "now").mockImplementation(() => {
    now += milliseconds;
    return now;
  });
};
const essence = <T extends { seconds: number; stepSeconds: number }>(result: T | null) => {
  const { seconds: _, stepSeconds: __, ...rest } = result as T;
  return rest;
};

test("a run is what a trainer by itself gives, its words those of its slot", async () => {
  const trainer = await createTrainer(config);
  const records = [];
  for await (const record of trainer.run()) records.push(record);
  const { embedding, unembedding } = await trainer.weights();
  const { task, outcome, word } = await run();
  const { result, ...rest } = outcome;
  expect(rest).toEqual({ trouble: null, resumedFrom: 0, checkpointed: false, warnings: [] });
  expect(essence(result)).toEqual({
    run: configHash(config),
    bitsRevision,
    config,
    records,
    finalEmbedding: Array.from(embedding),
    finalUnembedding: Array.from(unembedding as Float32Array),
    divergedAt: null,
    bytes: trainer.bytes,
  });
  trainer.dispose();
  expect(result?.seconds).toBeGreaterThanOrEqual(result?.stepSeconds ?? Number.NaN);
  expect(result?.stepSeconds).toBeGreaterThan(0);
  expect([word("step"), word("resumedFrom")]).toEqual([40, 0]);
  const others = [...task.control.keys()].filter((i) => i < 2 * CONTROL_WORDS);
  expect(others.map((i) => task.control[i])).toEqual(others.map(() => NOT_BEGUN));
});

test("weights travel up to 1024 values, and not of a run that diverged", async () => {
  const weightsOf = async (vocabSize: number, embeddingDim: number, rest = {}) => {
    const small = parseConfig({ vocabSize, embeddingDim, steps: 2, spectrum: false, ...rest });
    const { result } = (await run({ config: small })).outcome;
    return [result?.finalEmbedding?.length, result?.finalUnembedding?.length, result?.divergedAt];
  };
  expect(await weightsOf(128, 8)).toEqual([1024, undefined, null]);
  expect(await weightsOf(128, 8, { tied: false })).toEqual([1024, 1024, null]);
  expect(await weightsOf(41, 25)).toEqual([undefined, undefined, null]);
  const [embedding, , divergedAt] = await weightsOf(20, 4, { learningRate: 1e30, steps: 50 });
  expect(embedding).toBeUndefined();
  expect(divergedAt).toBeGreaterThan(0);
});

test("a run that is to stop stops without a result; one that took no time leaves no checkpoint", async () => {
  hurry(1);
  const { outcome, word } = await run({ checkpoint: path }, 1);
  expect(outcome).toEqual({ result: null, trouble: null, resumedFrom: 0, checkpointed: false, warnings: [] });
  expect(word("step")).toBe(0);
  await expect(readFile(path)).rejects.toThrow("ENOENT");
  hurry();
  expect((await run({}, 1)).outcome).toMatchObject({ result: null, trouble: null, checkpointed: false });
});

test("a run that took its time is kept where it stops, and goes on from there with the same bits", async () => {
  const whole = (await run()).outcome.result;
  hurry();
  const stopped = await run({ checkpoint: path }, 1);
  expect(stopped.outcome).toMatchObject({ result: null, checkpointed: true, warnings: [] });
  vi.restoreAllMocks();
  const kept = await readCheckpoint(path);
  expect(kept?.header.records).toEqual(whole?.records.slice(0, 1));
  expect(kept?.header.seconds).toBeGreaterThan(0);
  const again = await run({ checkpoint: path });
  // at step 0, where it had been measured
  expect(again.outcome).toMatchObject({ resumedFrom: 0, trouble: null });
  expect(essence(again.outcome.result)).toEqual(essence(whole));
});

/** Sets the stop word as soon as the run says that it has done so many steps. */
const stopAt = (steps: number) => {
  const store = Atomics.store;
  vi.spyOn(Atomics, "store").mockImplementation(((words: Int32Array, index: number, value: number) => {
    if (index === wordAt("step") && value >= steps) words[wordAt("stop")] = 1;
    return store(words, index, value);
  }) as typeof Atomics.store);
};

test("a run stops between two evaluations too, but not once it is at its end", async () => {
  const long = parseConfig({ ...config, steps: 1_000_000, evaluateEvery: 1_000_000 });
  hurry();
  stopAt(1);
  const { outcome, word } = await run({ config: long, checkpoint: path });
  expect(outcome).toMatchObject({ result: null, trouble: null, checkpointed: true });
  expect(word("step")).toBeGreaterThan(0);
  expect(word("step")).toBeLessThan(1_000_000);
  const kept = await readCheckpoint(path);
  expect(kept && decodeSnapshot(kept.snapshot).state.step).toBe(word("step"));
  vi.restoreAllMocks();
  stopAt(config.steps);
  expect((await run()).outcome.result?.records.at(-1)?.step).toBe(config.steps);
  // at an evaluation its record comes first
  vi.restoreAllMocks();
  hurry();
  stopAt(10);
  await run({ checkpoint: path });
  const header = (await readCheckpoint(path))?.header;
  expect(header?.records.map(({ step }) => step)).toEqual([0, 10]);
});

test("room is made for the threads that may come", async () => {
  const [one, forty] = [await run(), await run({ maxThreads: 40 })];
  const bytes = ({ outcome }: typeof one) => outcome.result?.bytes ?? Number.NaN;
  expect(bytes(forty)).toBeGreaterThan(bytes(one));
});

test("a checkpoint in the middle of an interval goes on there, its time counts", async () => {
  const whole = (await run()).outcome.result;
  const trainer = await createTrainer(config);
  const records = [];
  for await (const record of trainer.run()) {
    records.push(record);
    if (record.step === 20) break;
  }
  await trainer.advance(7);
  await writeCheckpoint(path, { records, seconds: 1000, stepSeconds: 500 }, await trainer.snapshot());
  trainer.dispose();
  const { outcome, word } = await run({ checkpoint: path });
  expect(outcome).toMatchObject({ resumedFrom: 27, checkpointed: true, trouble: null });
  expect([word("resumedFrom"), word("step")]).toEqual([27, 40]);
  expect(essence(outcome.result)).toEqual(essence(whole));
  expect(outcome.result?.seconds).toBeGreaterThan(1000);
  expect(outcome.result?.seconds).toBeLessThan(1400);
  expect(outcome.result?.stepSeconds).toBeGreaterThan(500);
  expect(outcome.result?.stepSeconds).toBeLessThan(900);
  // of another run it is passed over
  const other = parseConfig({ ...config, seed: 7 });
  expect((await run({ checkpoint: path, config: other })).outcome).toMatchObject({
    resumedFrom: 0,
    checkpointed: false,
    result: essence((await run({ config: other })).outcome.result),
  });
});

test("checkpoints come as often as they are asked for, and take a tenth of the time at most", async () => {
  const often = parseConfig({ ...config, steps: 100, evaluateEvery: 3 });
  const whole = essence((await run({ config: often })).outcome.result);
  const snapshot = Trainer.prototype.snapshot;
  let count = 0;
  vi.spyOn(Trainer.prototype, "snapshot").mockImplementation(function (this: Trainer, ...args) {
    count++;
    return snapshot.apply(this, args);
  });
  // every look at the clock is a millisecond, of which a checkpoint takes two or more
  const asked = async (checkpointEvery: number) => {
    hurry(1);
    count = 0;
    await rm(path, { force: true });
    const { outcome } = await run({ config: often, checkpoint: path, checkpointEvery });
    expect(outcome).toMatchObject({ checkpointed: count > 0, warnings: [], trouble: null });
    expect(essence(outcome.result)).toEqual(whole);
    expect(outcome.result?.seconds).toBeLessThan(1000);
    return count;
  };
  const [all, some, none] = [await asked(0), await asked(50), await asked(1e9)];
  expect(none).toBe(0);
  expect(some).toBeGreaterThan(0);
  expect(all).toBeGreaterThan(some);
  // at every third of its 34 evaluations or less
  expect(all).toBeLessThan(15);
});

test("what cannot be used is passed over: a torn checkpoint, a snapshot that is none", async () => {
  const whole = essence((await run()).outcome.result);
  await mkdir(join(path, ".."));
  await writeFile(path, "x".repeat(500));
  expect(essence((await run({ checkpoint: path })).outcome.result)).toEqual(whole);
  const none = join(path, "..", "none");
  await writeCheckpoint(none, { records: [], seconds: 1e6, stepSeconds: 1e6 }, new Uint8Array(100));
  const { outcome } = await run({ checkpoint: none });
  expect(outcome).toMatchObject({ resumedFrom: 0, trouble: null });
  expect(essence(outcome.result)).toEqual(whole);
  expect(outcome.result?.seconds).toBeLessThan(1e6);
});

test("a checkpoint that finds no memory is kept for the next time", async () => {
  const trainer = await createTrainer(config);
  await writeCheckpoint(path, { records: [], seconds: 0, stepSeconds: 0 }, await trainer.snapshot());
  trainer.dispose();
  vi.spyOn(WebAssembly, "Memory").mockImplementation(() => {
    throw new RangeError("WebAssembly.Memory(): could not allocate memory");
  });
  const { outcome } = await run({ checkpoint: path });
  expect(outcome).toMatchObject({ result: null, trouble: { cause: "memory" }, resumedFrom: 0 });
  expect(await readdir(join(path, ".."))).toEqual(["run.checkpoint"]);
});

test("one of another bits revision is not gone on from, and that is said", async () => {
  const whole = essence((await run({})).outcome.result);
  const trainer = await createTrainer(config);
  const snapshot = await trainer.snapshot();
  trainer.dispose();
  const header = { records: [], seconds: 1e6, stepSeconds: 0 };
  for (const [revision, used] of [
    [bitsRevision, true],
    [bitsRevision + 1, false],
    // as version 0.1 has it
    [undefined, false],
  ] as const) {
    await writeCheckpoint(path, { ...header, bitsRevision: revision }, snapshot);
    const { outcome } = await run({ checkpoint: path });
    expect(essence(outcome.result)).toEqual(whole);
    expect((outcome.result?.seconds ?? 0) >= 1e6).toBe(used);
    expect(outcome.warnings).toEqual(
      used
        ? []
        : [
            `its checkpoint is of bits revision ${revision ?? 1}, this version computes ${bitsRevision}: it begins anew`,
          ],
    );
  }
});

test("a checkpoint that cannot be written is a warning, said once", async () => {
  const often = parseConfig({ ...config, steps: 100, evaluateEvery: 3 });
  const whole = essence((await run({ config: often })).outcome.result);
  await mkdir(join(path, ".."));
  await writeFile(path, "mine");
  hurry(1);
  const { outcome } = await run({ config: often, checkpoint: path, checkpointEvery: 0 });
  expect(essence(outcome.result)).toEqual(whole);
  expect(outcome.checkpointed).toBe(false);
  expect(outcome.warnings).toHaveLength(1);
  expect(outcome.warnings[0]).toMatch(/^a checkpoint could not be written \(.*another one/);
  vi.spyOn(Trainer.prototype, "snapshot").mockRejectedValue(
    Object.assign(new Error("no space"), { code: "ENOSPC" }),
  );
  const full = await run({ checkpoint: join(path, "..", "x"), checkpointEvery: 0 });
  expect(full.outcome.warnings).toEqual(["a checkpoint could not be written (ENOSPC)"]);
});

test("a run takes the threads that it is given, as many as it may have", async () => {
  const set = vi.spyOn(Trainer.prototype, "setThreads").mockResolvedValue(undefined as never);
  const taken = async (threads: number, maxThreads: number) => {
    set.mockClear();
    const task = taskOf({ maxThreads });
    task.control[wordAt("stop")] = 0;
    task.control[wordAt("threads")] = threads;
    expect((await runTask(task)).trouble).toBeNull();
    return set.mock.calls.map(([count]) => count);
  };
  expect(await taken(1, 4)).toEqual([]);
  expect(await taken(3, 4)).toEqual([3]);
  expect(await taken(5, 4)).toEqual([4]);
  expect(await taken(5, 1)).toEqual([]);
});

test("threads that cannot be started are a warning, anything else is the run's trouble", async () => {
  const set = vi.spyOn(Trainer.prototype, "setThreads");
  const given = async (code: object) => {
    set.mockRejectedValue(Object.assign(new Error("threads: no"), code));
    const task = taskOf({ maxThreads: 4 });
    task.control[wordAt("stop")] = 0;
    task.control[wordAt("threads")] = 3;
    return runTask(task);
  };
  const weak = await given({ errno: -11, code: "EAGAIN" });
  expect(weak.result?.records).toHaveLength(5);
  expect(weak.warnings).toEqual(["no more than 1 thread could be started for it (threads: no)"]);
  expect(set).toHaveBeenCalledTimes(1);
  const wrong = await given({});
  expect(wrong).toMatchObject({ result: null, trouble: { cause: "run", message: "threads: no" } });
  set.mockReset();
  // some at first, no more behind
  const task = taskOf({ maxThreads: 4 });
  task.control[wordAt("stop")] = 0;
  task.control[wordAt("threads")] = 2;
  set.mockImplementationOnce(async () => {
    task.control[wordAt("threads")] = 4;
  });
  set.mockRejectedValue(Object.assign(new Error("threads: no"), { errno: -11 }));
  const { warnings } = await runTask(task);
  expect(warnings).toEqual(["no more than 2 threads could be started for it (threads: no)"]);
});

test("a run that cannot begin is in trouble, and what a trainer holds is given back", async () => {
  const { outcome, word } = await run({ config: parseConfig({ vocabSize: 1_000_000, embeddingDim: 2000 }) });
  expect(outcome.trouble).toMatchObject({ cause: "run", message: expect.stringMatching(/this run takes/) });
  expect([word("step"), outcome.checkpointed]).toEqual([NOT_BEGUN, false]);
  const dispose = vi.spyOn(Trainer.prototype, "dispose");
  await run();
  expect(dispose).toHaveBeenCalledTimes(1);
  await run({}, 1);
  expect(dispose).toHaveBeenCalledTimes(2);
});
