/** What a pool does with its threads and its machine, both of which do here as they are told. */
import { access, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConfigError, configHash, parseConfig, type RunConfig } from "../../src/config.js";
import { estimateCost } from "../../src/sweep/cost.js";
import {
  FailedRuns,
  finishedRuns,
  Journal,
  type PoolEvent,
  type PoolOptions,
  type PoolProgress,
  type RunFailure,
  type RunResult,
  runPool,
  sweep,
} from "../../src/sweep/index.js";
import { CONTROL_WORDS, NOT_BEGUN, type Outcome, type Task, Word } from "../../src/sweep/task.js";
import { StartFailure } from "../../src/sweep/thread.js";
import { runOf } from "../experiments/syntheticRuns.js";

const none = Number.POSITIVE_INFINITY;
const machine = vi.hoisted(() => ({
  run: (_: unknown): Promise<unknown> => Promise.reject(new Error("not said")),
  tasks: [] as unknown[],
  made: 0,
  ended: 0,
  memory: 0,
  most: 0,
  addresses: 0,
}));
vi.mock("../../src/sweep/thread.js", () => ({
  StartFailure: class extends Error {},
  Thread: class {
    constructor() {
      machine.made++;
    }
    run(task: unknown) {
      machine.tasks.push(task);
      return machine.run(task);
    }
    async end() {
      machine.ended++;
    }
  },
}));
vi.mock("../../src/sweep/memory.js", () => ({
  freeMemory: () => machine.memory,
  atMost: () => machine.most,
  freeAddresses: () => machine.addresses,
}));

const outcomeOf = ({ config }: Task, more: Partial<Outcome> = {}): Outcome => ({
  result: { ...runOf(config as never, { excess: () => 1 }), config },
  trouble: null,
  resumedFrom: 0,
  checkpointed: false,
  warnings: [],
  ...more,
});
const inTrouble = (cause: "run" | "memory" | "machine", message: string) => ({
  result: null,
  trouble: { cause, message },
});
/** What each run comes to, by its steps; the others are done at once. */
const does = (answer: (task: Task) => Partial<Outcome> | Promise<Partial<Outcome>> = () => ({})) => {
  machine.run = async (task) => outcomeOf(task as Task, await answer(task as Task));
};
const tasks = () => machine.tasks as Task[];
const stepsOf = ({ config }: { config: RunConfig }) => config.steps;
const base = { vocabSize: 5, embeddingDim: 2, spectrum: false };
const configsOf = (...steps: number[]) =>
  steps.map((steps) => parseConfig({ ...base, steps, evaluateEvery: 1000 }));

beforeEach(() => {
  Object.assign(machine, { tasks: [], made: 0, ended: 0, memory: none, most: none, addresses: none });
  does();
});
let dir = "";
let journal: Journal | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await journal?.close().catch(() => {});
  journal = undefined;
});
const openJournal = async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  journal = await Journal.open(dir);
  return journal;
};

/** Everything that comes of a pool. */
async function all(configs: RunConfig[], options: PoolOptions = {}) {
  const events: PoolEvent[] = [];
  const progress: PoolProgress[] = [];
  const results: RunResult[] = [];
  let error: unknown;
  try {
    for await (const result of runPool(configs, {
      threads: 1,
      ...options,
      onEvent: (event) => events.push(event),
      onProgress: (now) => progress.push(now),
    }))
      results.push(result);
  } catch (thrown) {
    error = thrown;
  }
  const told = events.map((event) => {
    const steps = configs.find((config) => configHash(config) === event.run)?.steps;
    return `${event.event} ${steps}`;
  });
  return { events, told, progress, steps: results.map(stepsOf), error };
}

test("the longest run first, each once, as many at once as there are threads", async () => {
  let running = 0;
  let most = 0;
  does(async () => {
    most = Math.max(most, ++running);
    await sleep(1);
    running--;
    return {};
  });
  const { steps, told, progress, error } = await all(configsOf(10, 4000, 100, 100, 1000));
  expect(error).toBeUndefined();
  expect([steps, most, machine.made, machine.ended]).toEqual([[4000, 1000, 100, 10], 1, 1, 1]);
  expect(told).toEqual([
    "started 4000",
    "started 1000",
    "finished 4000",
    "started 100",
    "finished 1000",
    "started 10",
    "finished 100",
    "finished 10",
  ]);
  expect(progress.at(-1)).toEqual({
    share: 1,
    resumedShare: 0,
    finished: 4,
    total: 4,
    failed: 0,
    skipped: 0,
    running: [null],
  });
  most = 0;
  expect((await all(configsOf(10, 4000, 100, 1000), { threads: 3 })).steps.sort()).toEqual([
    10, 100, 1000, 4000,
  ]);
  expect([most, machine.made, machine.ended]).toEqual([3, 4, 4]);
  // no more threads than runs; of one length the first by name comes first
  const alike = [1, 2, 3, 4].map((seed) => parseConfig({ ...base, seed, steps: 9 }));
  machine.tasks = [];
  await all(alike, { threads: 9 });
  expect(machine.made).toBe(8);
  expect(tasks().map(({ run }) => run)).toEqual(alike.map(configHash).sort());
  const empty = await all([]);
  expect([empty.steps, empty.error, machine.made]).toEqual([[], undefined, 8]);
  expect(empty.progress).toMatchObject([{ share: 1, resumedShare: 0, finished: 0, total: 0 }]);
});

test("a task has its run's own words and paths", async () => {
  const [config] = configsOf(7);
  const run = configHash(config);
  await all([config]);
  expect(tasks()).toMatchObject([
    { run, config, slot: 0, maxThreads: 1, runtime: {}, checkpoint: null, checkpointEvery: 30_000 },
  ]);
  const journal = await openJournal();
  machine.tasks = [];
  await all(configsOf(7, 8), { threads: 2, journal, vectorBits: 256, checkpointEvery: 9 });
  const [first, second] = tasks();
  expect(second).toMatchObject({
    run,
    slot: 1,
    runtime: { vectorBits: 256 },
    checkpoint: join(dir, "checkpoints", `${run}.checkpoint`),
    checkpointEvery: 9,
  });
  expect(second.control).toBe(first.control);
  expect(second.control).toHaveLength(2 * CONTROL_WORDS);
  expect(second.control.buffer).toBeInstanceOf(SharedArrayBuffer);
});

test.each([0, -1, 1.5, 1025, Number.NaN])("%s threads are refused", async (threads) => {
  await expect(runPool(configsOf(1), { threads }).next()).rejects.toThrow(
    new ConfigError(`threads: expected a whole number from 1 to 1024, got ${threads}`),
  );
  await expect(runPool([], { threads: 1024 }).next()).resolves.toMatchObject({ done: true });
  await expect(runPool([], { vectorBits: 100 as never }).next()).rejects.toThrow("vectorBits");
  await expect(runPool([], { signal: AbortSignal.abort(new Error("no")) }).next()).rejects.toThrow("no");
});

test("what the journal has comes first and is not run again", async () => {
  const journal = await openJournal();
  await all(configsOf(10, 30), { journal });
  machine.tasks = [];
  const more = await all(configsOf(10, 20, 30), { journal });
  expect(more.steps.slice(0, 2).sort()).toEqual([10, 30]);
  expect([more.steps[2], tasks().map(stepsOf)]).toEqual([20, [20]]);
  expect(more.progress.at(-1)).toMatchObject({ finished: 3, total: 3, share: 1 });
  const again = await all(configsOf(10, 20, 40), { journal, onlyNew: true });
  expect(again.steps).toEqual([40]);
  const nothing = await all(configsOf(10, 20), { journal });
  expect(nothing.steps.sort()).toEqual([10, 20]);
  expect(nothing.progress).toMatchObject([{ share: 1, finished: 2, total: 2 }]);
  expect(journal.runs).toHaveLength(4);
});

test("names that are known already are not made again", async () => {
  const [config] = configsOf(3);
  const at = vi.fn(() => config);
  const runs = ["0123456789abcdef", "0123456789abcdef"];
  for await (const _ of runPool({ length: 2, at, runs }, { threads: 1 }));
  expect(tasks().map(({ run }) => run)).toEqual(["0123456789abcdef"]);
});

test("a run that throws is tried once more, and then recorded as failed; the others finish", async () => {
  const journal = await openJournal();
  let left = 1;
  does(({ config }) => {
    if (config.steps === 30 && left-- > 0) return inTrouble("run", "at first");
    return config.steps === 20 || config.steps === 10 ? inTrouble("run", `at ${config.steps}`) : {};
  });
  const { told, steps, error, events, progress } = await all(configsOf(10, 20, 30, 40), { journal });
  expect(steps).toEqual([40, 30]);
  const toldOf = (steps: number) => told.filter((line) => line.endsWith(` ${steps}`));
  expect(toldOf(40)).toEqual(["started 40", "finished 40"]);
  expect(toldOf(30)).toEqual(["started 30", "retried 30", "started 30", "finished 30"]);
  expect(toldOf(20)).toEqual(["started 20", "retried 20", "started 20", "failed 20"]);
  const [, twenty] = configsOf(10, 20);
  expect(events.filter(({ event }) => event === "failed")[0]).toEqual({
    event: "failed",
    run: configHash(twenty),
    config: twenty,
    error: "at 20",
  });
  expect(error).toBeInstanceOf(FailedRuns);
  expect(error).toMatchObject({ name: "FailedRuns", count: 2, skippedCount: 0, skipped: [] });
  expect((error as Error).message).toBe(`run ${configHash(twenty)}: at 20 (and 1 more failed)`);
  expect(progress.at(-1)).toMatchObject({ finished: 2, failed: expect.any(Number), total: 4 });
  expect(await journal.failure(configHash(twenty))).toMatchObject({ error: "at 20", attempts: 2 });

  // not again by themselves, only when asked
  machine.tasks = [];
  does();
  const later = await all(configsOf(10, 20, 40), { journal });
  expect(tasks()).toEqual([]);
  expect(later.error).toMatchObject({ count: 2 });
  expect(later.progress).toMatchObject([{ share: 1, failed: 2, finished: 1, total: 3 }]);
  const retried = await all(configsOf(10, 20, 40), { journal, retryFailed: true, onlyNew: true });
  expect([retried.error, retried.steps]).toEqual([undefined, [20, 10]]);
});

test("the error at the end names the first of each kind and holds twenty", async () => {
  const skipped = (run: string) => ({ run, config: configsOf(1)[0], bytes: 7, error: "small" });
  const failure = (run: string): RunFailure => ({ run, config: configsOf(1)[0], error: "bad", attempts: 2 });
  expect(new FailedRuns(1, [failure("a")]).message).toBe("run a: bad");
  expect(new FailedRuns(0, [], 1, [skipped("b")]).message).toBe(
    "run b was skipped, it takes 7 bytes of memory with its thread: small",
  );
  expect(new FailedRuns(3, [failure("a")], 2, [skipped("b")]).message).toBe(
    "run a: bad (and 2 more failed); run b was skipped, it takes 7 bytes of memory with its thread: small (and 1 more skipped)",
  );
  does(() => inTrouble("run", "bad"));
  const { error } = await all(configsOf(...Array.from({ length: 25 }, (_, i) => i + 1)));
  expect(error).toMatchObject({ count: 25 });
  expect((error as FailedRuns).failures).toHaveLength(20);
});

const held = () => {
  const open = new Map<number, (more?: Partial<Outcome>) => void>();
  does(({ config }) => new Promise((resolve) => open.set(config.steps, (more = {}) => resolve(more))));
  return open;
};
/** Lets everything that can happen happen. */
const settled = () => sleep(5);

test("as many at once as memory allows, smaller ones first where a larger one does not fit", async () => {
  const open = held();
  const configs = [
    parseConfig({ ...base, vocabSize: 3000, steps: 40 }),
    parseConfig({ ...base, vocabSize: 2000, steps: 30 }),
    ...configsOf(20, 10),
  ];
  const [large, , small] = configs.map((config) => estimateCost(config).bytes);
  const done = all(configs, { threads: 4, memory: large + small });
  await settled();
  expect([...open.keys()]).toEqual([40, 20]);
  open.get(40)?.();
  await settled();
  expect([...open.keys()]).toEqual([40, 20, 30]);
  open.get(20)?.();
  await settled();
  expect([...open.keys()]).toEqual([40, 20, 30, 10]);
  for (const end of open.values()) end();
  expect((await done).steps).toHaveLength(4);
  // one that is larger than all memory runs by itself, nine tenths of what is free are there by default
  open.clear();
  machine.memory = (2 * small) / 0.9 + 1;
  const next = all(configsOf(1, 2, 3), { threads: 3 });
  await settled();
  expect([...open.keys()]).toEqual([3, 2]);
  for (const steps of [3, 2]) open.get(steps)?.();
  await settled();
  open.get(1)?.();
  expect((await next).steps).toEqual([3, 2, 1]);
  open.clear();
  const tight = all(configsOf(1, 2), { threads: 2, memory: 1 });
  await settled();
  expect([...open.keys()]).toEqual([2]);
  open.get(2)?.();
  await settled();
  open.get(1)?.();
  expect((await tight).error).toBeUndefined();
});

test("a run beyond all memory that is free is skipped, with what it takes", async () => {
  machine.memory = 2 ** 20;
  machine.most = 2 ** 20 + 0.5;
  const big = parseConfig({ ...base, vocabSize: 50_000, embeddingDim: 50, steps: 1 });
  const { error, told, events, progress } = await all([big, ...configsOf(5)]);
  expect(tasks().map(stepsOf)).toEqual([5]);
  expect(told.at(-1)).toBe("finished 5");
  const { bytes } = estimateCost(big);
  const skip = { run: configHash(big), config: big, bytes, error: "1048576 bytes are free" };
  expect(events.find(({ event }) => event === "skipped")).toEqual({ event: "skipped", ...skip });
  expect(error).toMatchObject({ count: 0, failures: [], skippedCount: 1, skipped: [skip] });
  expect(progress.at(-1)).toMatchObject({ share: 1, finished: 1, skipped: 1, total: 2 });
  // with a budget of the caller's it is tried; so is one that holds no more than is free
  machine.tasks = [];
  expect((await all([big], { memory: 1 })).error).toBeUndefined();
  machine.most = estimateCost(big).held;
  expect((await all([big])).error).toBeUndefined();
  expect(tasks()).toHaveLength(2);
  machine.most = 1;
  machine.addresses = 1000;
  const mapped = await all([big]);
  expect((mapped.error as Error).message).toMatch(
    /1 bytes are free; ulimit -v leaves 1000 bytes of addresses, and WebAssembly maps 10 GiB of them for a run$/,
  );
});

test("short of memory: fewer at once, then alone with new threads, then skipped, and the others as before", async () => {
  const open = held();
  const done = all(configsOf(10, 20, 30, 40), { threads: 3 });
  await settled();
  expect([...open.keys()]).toEqual([40, 30, 20]);
  open.get(20)?.(inTrouble("memory", "none left"));
  await settled();
  // it waits, and of the two others one has to end first
  expect([...open.keys()]).toEqual([40, 30, 20]);
  open.delete(20);
  open.get(40)?.();
  await settled();
  expect(open.has(20)).toBe(true);
  const { made, ended } = machine;
  open.get(30)?.();
  await settled();
  open.get(20)?.(inTrouble("memory", "none left"));
  open.delete(20);
  await settled();
  for (let i = 0; i < 4; i++) {
    open.get(20)?.(inTrouble("memory", "still none"));
    open.get(10)?.();
    await settled();
  }
  const { error, told, steps, events } = await done;
  expect(steps).toEqual([40, 30, 10]);
  expect(error).toMatchObject({ count: 0, skippedCount: 1, skipped: [{ error: "still none" }] });
  const slowed = events.filter(({ event }) => event === "slowed");
  expect(slowed[0]).toEqual({
    event: "slowed",
    run: configHash(configsOf(20)[0]),
    atOnce: 2,
    error: "none left",
  });
  expect(told.filter((line) => line === "skipped 20")).toHaveLength(1);
  expect(told).not.toContain("retried 20");
  // all three threads ended and were made anew before the last try
  expect([machine.made - made, machine.ended - ended]).toEqual([3, 6]);
});

test("short of anything else, even alone: all ends, nothing is recorded", async () => {
  const journal = await openJournal();
  does(({ config }) => (config.steps === 20 ? inTrouble("machine", "EMFILE") : {}));
  const configs = configsOf(10, 20, 30);
  const { error, told } = await all(configs, { journal });
  expect((error as Error).message).toBe(
    "the machine cannot go on (EMFILE); what is finished is kept, the same command goes on once it can",
  );
  expect(configs.map((config) => journal.has(configHash(config)))).toEqual([false, false, true]);
  expect(told).not.toContain("failed 20");
  expect(journal.failedRuns).toEqual([]);
  expect(machine.ended).toBe(machine.made);
});

test("a thread that cannot be started is the machine's trouble, what it throws is the run's", async () => {
  machine.run = () => Promise.reject(new StartFailure("no thread"));
  expect((await all(configsOf(1))).error).toMatchObject({
    message: expect.stringMatching(/^the machine cannot go on \(no thread\)/),
  });
  machine.run = () => Promise.reject(new StartFailure("out of memory"));
  expect((await all(configsOf(1))).error).toMatchObject({ skippedCount: 1 });
  machine.run = () => Promise.reject(new Error("thrown\nat a place"));
  expect((await all(configsOf(1))).error).toMatchObject({ failures: [{ error: "thrown", attempts: 2 }] });
});

test("threads that idle at the end join the runs that are worth it, the longest first", async () => {
  const open = held();
  const [a, b] = [9000, 8000].map((steps) => parseConfig({ vocabSize: 3000, embeddingDim: 64, steps }));
  const small = configsOf(5);
  const done = all([a, b, ...small], { threads: 6 });
  await settled();
  const threads = () => tasks().map(({ control, slot }) => control[CONTROL_WORDS * slot + Word.threads]);
  expect(tasks().map(stepsOf)).toEqual([9000, 8000, 5]);
  expect(tasks().map(({ maxThreads }) => maxThreads)).toEqual([6, 6, 1]);
  expect(threads()).toEqual([3, 2, 1]);
  open.get(5)?.();
  await settled();
  expect(threads()).toEqual([3, 3, 1]);
  open.get(8000)?.();
  await settled();
  expect(threads()[0]).toBe(6);
  open.get(9000)?.();
  await done;
});

test("the share of the work counts steps that are done, and tells what a checkpoint brought in", async () => {
  const open = held();
  const progress: PoolProgress[] = [];
  const configs = configsOf(100, 300);
  const done = (async () => {
    for await (const _ of runPool(configs, { threads: 2, onProgress: (now) => progress.push(now) }));
  })();
  await settled();
  const [long, short] = tasks();
  const at = ({ slot }: Task, name: keyof typeof Word) => CONTROL_WORDS * slot + Word[name];
  for (const task of [long, short]) {
    expect(task.control[at(task, "step")]).toBe(NOT_BEGUN);
    expect(task.control[at(task, "resumedFrom")]).toBe(0);
  }
  const seconds = configs.map((config) => estimateCost(config).seconds);
  const total = seconds[0] + seconds[1];
  long.control[at(long, "step")] = 150;
  long.control[at(long, "resumedFrom")] = 75;
  const before = progress.length;
  // ten times a second, or as the busy machine allows
  while (progress.length === before) await sleep(10);
  expect(progress.at(-1)).toEqual({
    share: expect.closeTo(seconds[1] / 2 / total, 9),
    resumedShare: expect.closeTo(seconds[1] / 4 / total, 9),
    finished: 0,
    total: 2,
    failed: 0,
    skipped: 0,
    running: [
      { run: long.run, config: configs[1], step: 150 },
      { run: short.run, config: configs[0], step: 0 },
    ],
  });
  open.get(300)?.({ resumedFrom: 75 });
  await settled();
  expect(progress.at(-1)).toMatchObject({
    share: expect.closeTo(seconds[1] / total, 9),
    resumedShare: expect.closeTo(seconds[1] / 4 / total, 9),
    finished: 1,
    running: [null, { run: short.run, step: 0 }],
  });
  open.get(100)?.();
  await done;
  expect(progress.at(-1)).toMatchObject({ share: 1, finished: 2, running: [null, null] });
});

test("a finished run is on disk before it is told, its checkpoint gone, its warnings said", async () => {
  const journal = await openJournal();
  await mkdir(join(dir, "checkpoints"));
  const path = (steps: number) => join(dir, "checkpoints", `${configHash(configsOf(steps)[0])}.checkpoint`);
  const there = (steps: number) =>
    access(path(steps)).then(
      () => true,
      () => false,
    );
  for (const steps of [10, 20]) await writeFile(path(steps), "");
  does(({ config }) => ({ checkpointed: config.steps === 20, resumedFrom: 3, warnings: ["one", "two"] }));
  const had: boolean[] = [];
  const { events } = await all(configsOf(10, 20), {
    journal,
    onEvent: undefined,
    get onProgress() {
      return undefined;
    },
  } as PoolOptions);
  had.push(await there(10), await there(20));
  expect(had).toEqual([true, false]);
  expect(events.filter(({ event }) => event === "warning").map((event) => Object.values(event)[2])).toEqual([
    "one",
    "two",
    "one",
    "two",
  ]);
  expect(events.find(({ event }) => event === "finished")).toMatchObject({ resumedFrom: 3 });
});

test("a journal that cannot be written ends the pool with its error", async () => {
  const journal = await openJournal();
  vi.spyOn(journal, "append").mockRejectedValue(new Error("the disk is full"));
  const { error, steps } = await all(configsOf(10, 20), { journal });
  expect([(error as Error).message, steps]).toEqual(["the disk is full", []]);
  expect(machine.ended).toBe(machine.made);
});

test("an abort stops what runs, starts nothing more and gives its reason", async () => {
  const controller = new AbortController();
  const stops: number[] = [];
  does(async ({ config, control, slot }) => {
    if (config.steps > 30) return {};
    const word = CONTROL_WORDS * slot + Word.stop;
    if (config.steps === 30) controller.abort(new Error("enough"));
    while (control[word] === 0) await sleep(1);
    stops.push(config.steps);
    return { result: null };
  });
  const { signal } = controller;
  const { error, steps, told } = await all(configsOf(10, 20, 30, 40), { threads: 2, signal });
  expect((error as Error).message).toBe("enough");
  expect(steps.length).toBeLessThanOrEqual(1);
  expect(stops).toEqual([30]);
  expect(told).not.toContain("started 20");
  expect(told).not.toContain("finished 30");
  expect(machine.ended).toBe(2);
});

test("a run that does not stop is left after its time of grace; a caller that leaves ends the threads", async () => {
  does(({ config }) => (config.steps === 20 ? {} : new Promise(() => {})));
  for await (const { config } of runPool(configsOf(10, 20), { threads: 2 })) {
    expect(config.steps).toBe(20);
    break;
  }
  expect(machine.ended).toBe(2);
});

test("a caller that does not take what is finished holds up the start of more", async () => {
  const pool = runPool(configsOf(...Array.from({ length: 400 }, (_, i) => i + 1)), { threads: 2 });
  let count = (await pool.next()).done ? 0 : 1;
  await settled();
  while (tasks().length < 250) await sleep(5);
  await settled();
  expect(tasks().length).toBeLessThan(262);
  for await (const _ of pool) count++;
  expect(count).toBe(400);
});

test("a sweep into a directory, or a shard of it, and what is finished there", async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  const description = { base: { ...base, steps: 9 }, axes: { learningRate: [0.1, 0.2] }, seeds: 20 };
  const namesOf = async (runs: AsyncIterable<RunResult>) => {
    const names: string[] = [];
    for await (const { run } of runs) names.push(run);
    return names;
  };
  const parts = [0, 1].map((index) => ({ index, count: 2 }));
  const first = await namesOf(sweep(description, { journal: dir, shard: parts[0], threads: 1 }));
  const second = await namesOf(sweep(description, { shard: parts[1], threads: 1 }));
  expect(new Set([...first, ...second]).size).toBe(40);
  expect(Math.min(first.length, second.length)).toBeGreaterThan(0);
  // given back, to be written by the next
  expect(await namesOf(finishedRuns(dir))).toEqual(first.toSorted());
  machine.tasks = [];
  const whole = await namesOf(sweep(description, { journal: dir, threads: 1, onlyNew: true }));
  expect(whole.toSorted()).toEqual(second.toSorted());
  expect(tasks()).toHaveLength(second.length);
  const some = finishedRuns(dir, { where: [{ path: "learningRate", below: 0.15 }] });
  expect(await namesOf(some)).toHaveLength(20);
  await expect(namesOf(finishedRuns(dir, { where: [{ path: "none", below: 1 }] }))).rejects.toThrow(
    "where.0.path: no run has a field none",
  );
  await (await Journal.open(join(dir, "new"))).close();
  expect(await namesOf(finishedRuns(join(dir, "new"), { where: [{ path: "none", below: 1 }] }))).toEqual([]);
  const bad = sweep(description, { shard: { index: 2, count: 2 } });
  await expect(bad.next()).rejects.toThrow("shard.index");
});
