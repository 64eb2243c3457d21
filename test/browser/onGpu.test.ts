/** Runs on a GPU, whose part a fake device has. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type LiveRun, openWorkers, type Workers } from "../../src/browser/index.js";
import { type RunConfigInput, type TrainingRecord, train } from "../../src/index.js";
import { FakeDevice } from "../sweep/fakeDevice.js";
import { browserWorker, FakeWorker, Locks } from "./fakeWorker.js";

const at = vi.hoisted(() => ({ device: undefined as FakeDevice | undefined, asked: [] as unknown[] }));
vi.mock("../../src/webgpu.js", async (original) => ({
  ...(await original<object>()),
  webgpu: (options: unknown) => {
    at.asked.push(options);
    return at.device?.kind;
  },
}));

const config: RunConfigInput = {
  vocabSize: 20,
  embeddingDim: 3,
  steps: 300,
  evaluateEvery: 20,
  arithmetic: "relaxed",
};
const endless: RunConfigInput = { ...config, steps: 1e8, evaluateEvery: 1e7 };
const seeds = (count: number, of = config) => Array.from({ length: count }, (_, seed) => ({ ...of, seed }));
const gpu = { backend: "webgpu" } as const;

let device: FakeDevice;
let made: FakeWorker[];
let locks: Locks;
let workers: Workers;
beforeEach(() => {
  at.asked = [];
  at.device = device = new FakeDevice();
  made = [];
  locks = new Locks();
  vi.stubGlobal("navigator", { locks: locks.of("page"), hardwareConcurrency: 4 });
  workers = openWorkers({
    count: 3,
    worker: () => {
      made.push(new FakeWorker(browserWorker, locks));
      return made.at(-1) as unknown as Worker;
    },
  });
});
afterEach(() => {
  workers.close();
  vi.unstubAllGlobals();
});

async function recordsOf(run: AsyncIterable<TrainingRecord>): Promise<TrainingRecord[]> {
  const records: TrainingRecord[] = [];
  for await (const record of run) records.push(record);
  return records;
}
const status = (run: LiveRun, expected: string) =>
  vi.waitFor(() => expect(run.status).toBe(expected), { timeout: 10_000 });
// the fake device computes as the kernel does
const expected = ({ arithmetic: _, ...of }: RunConfigInput) => recordsOf(train(of));

test("several begin together, in one worker, and each is a run of its own that says who computes it", async () => {
  const configs = seeds(4);
  const runs = workers.addTogether(configs, gpu);
  const all = await Promise.all(runs.map(recordsOf));
  expect(all).toEqual(await Promise.all(configs.map(expected)));
  expect(device.groups.map((group) => group.map(({ seed }) => seed))).toEqual([[0, 1, 2, 3]]);
  expect(made).toHaveLength(1);
  expect((await runs[2].opened).computedBy).toEqual({ backend: "fake", adapter: "fake", driver: "1" });
  expect((await runs[2].opened).config).toMatchObject({ seed: 2, arithmetic: "relaxed" });
  expect(runs.map((run) => run.status)).toEqual(Array(4).fill("ended"));
  expect(new Set(await Promise.all(runs.map((run) => run.weightsHash()))).size).toBe(4);
});

test("they are advanced side by side: all have asked, for as many steps, before any goes on", async () => {
  let waiting = 0;
  const counts: number[] = [];
  let release = () => {};
  device.onAdvance = (_, rates) =>
    new Promise((resolve) => {
      counts.push(rates);
      waiting++;
      const before = release;
      release = () => {
        before();
        resolve();
      };
      if (waiting < 4) return;
      waiting = 0;
      const all = release;
      release = () => {};
      all();
    });
  const runs = workers.addTogether(seeds(4, { ...config, steps: 20_000, evaluateEvery: 10_000 }), gpu);
  // in turns the first would wait for ever
  for (const run of runs) await status(run, "ended");
  expect(counts.length % 4).toBe(0);
  for (let i = 0; i < counts.length; i += 4) expect(counts.slice(i, i + 4)).toEqual(Array(4).fill(counts[i]));
});

test("a run on the GPU that waits for it leaves the thread to others of its worker", async () => {
  workers.close();
  workers = openWorkers({
    count: 1,
    worker: () => new FakeWorker(browserWorker, locks) as unknown as Worker,
  });
  let go = () => {};
  device.onAdvance = () =>
    new Promise((resolve) => {
      go = resolve;
    });
  const slow = workers.add({ ...config, steps: 1, evaluateEvery: 1 }, gpu);
  await status(slow, "running");
  const other = workers.add({ ...config, arithmetic: "strict" });
  await status(other, "ended");
  expect(slow.step).toBe(0);
  go();
  await status(slow, "ended");
});

test("runs on the GPU share one worker and one device; software alone by its option", async () => {
  const first = workers.add(endless, gpu);
  await first.opened;
  await Promise.all(workers.addTogether(seeds(2), gpu).map((run) => run.opened));
  expect(at.asked).toEqual([{ allowFallbackAdapter: false }]);
  expect(made).toHaveLength(1);
  await workers.add(endless, { ...gpu, allowFallbackAdapter: true }).opened;
  expect(at.asked.at(-1)).toEqual({ allowFallbackAdapter: true });
});

test("pause, rates and forks are each one's own", async () => {
  const runs = workers.addTogether(seeds(3, endless), { ...gpu, paused: true });
  await Promise.all(runs.map((run) => run.opened));
  await Promise.all(runs.map((run) => run.advance(10)));
  const changed = await runs[1].setLearningRate(0.5);
  expect(changed).toMatchObject({ seed: 1, learningRate: { kind: "sequence" } });
  const fork = await runs[2].fork({ steps: 40 });
  await status(fork, "ended");
  expect((await fork.opened).computedBy?.backend).toBe("fake");
  await runs[1].advance(5);
  expect(runs.map(({ step }) => step)).toEqual([10, 15, 10]);
  const frames = runs[0].frames({ axes: 2 })[Symbol.asyncIterator]();
  expect((await frames.next()).value).toMatchObject({ step: 10 });
});

test("a lost device fails its runs in one line, and a later one begins on another", async () => {
  const runs = workers.addTogether(seeds(3, endless), gpu);
  for (const run of runs) await vi.waitFor(() => expect(run.step).toBeGreaterThan(0), { timeout: 10_000 });
  device.lose();
  for (const run of runs) await status(run, "failed");
  expect(runs.map(({ failure }) => failure?.message)).toEqual(Array(3).fill("the fake device was lost"));
  const later = workers.add({ ...config, steps: 20 }, gpu);
  await status(later, "ended");
});

test("a device that is lost at a run's end: it stays at its end, and every later call on it rejects", async () => {
  const run = workers.add(config, gpu);
  await status(run, "ended");
  const frames = run.frames()[Symbol.asyncIterator]();
  await frames.next();
  device.lose();
  const gone = "the fake device was lost";
  await expect(run.snapshot()).rejects.toThrow(gone);
  await expect(run.snapshot()).rejects.toThrow(gone);
  await expect(run.weightsHash()).rejects.toThrow(gone);
  await expect(frames.next()).rejects.toThrow(gone);
  expect([run.status, run.failure]).toEqual(["ended", undefined]);
});

test("what is asked of a run that its worker has not any more is refused", async () => {
  const answers: { kind: string; call?: number; error?: Error }[] = [];
  const worker = new FakeWorker(browserWorker, locks);
  worker.onmessage = ({ data }) => answers.push(data as never);
  worker.postMessage({ kind: "ask", run: 99, call: 1, ask: { kind: "snapshot" } });
  worker.postMessage({ kind: "frame", run: 99, call: 2, wanted: {} });
  worker.postMessage({ kind: "close", run: 99 });
  await vi.waitFor(() => expect(answers).toHaveLength(3));
  const error = { name: "Error", message: "the run is closed" };
  expect(answers.slice(1)).toEqual([1, 2].map((call) => ({ kind: "refusal", call, error })));
});

test("an advance that is paused within a slice answers with the step that the run then stands at", async () => {
  const run = workers.add(endless, { ...gpu, paused: true });
  await run.opened;
  let go: (() => void) | undefined;
  device.onAdvance = () =>
    new Promise((resolve) => {
      go = resolve;
    });
  const advance = run.advance(100_000);
  await vi.waitFor(() => expect(go).toBeDefined());
  run.pause();
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
  device.onAdvance = () => {};
  go?.();
  const { step } = await advance;
  expect(step).toBeGreaterThan(0);
  expect(step).toBeLessThan(100_000);
  await run.weightsHash();
  expect([run.step, run.status]).toEqual([step, "paused"]);
});

test.each([
  ["fork", (run: LiveRun) => run.fork()],
  ["setLearningRate", (run: LiveRun) => run.setLearningRate(0.1)],
])("a run that is closed while it is in %s leaves nothing behind", async (_, ask) => {
  const run = workers.add(endless, { ...gpu, paused: true });
  await run.opened;
  expect(device.alive).toBe(1);
  const { create } = device.kind;
  let isMaking = false;
  Object.assign(device.kind, {
    create: async (...args: Parameters<typeof create>) => {
      const backend = await create(...args);
      isMaking = true;
      run.close();
      return backend;
    },
  });
  await expect(ask(run)).rejects.toThrow("the run is closed");
  expect(isMaking).toBe(true);
  await vi.waitFor(() => expect(device.alive).toBe(0));
});

test("nor does a fork whose answer was on its way when its run was closed", async () => {
  const run = workers.add(endless, { ...gpu, paused: true });
  await run.opened;
  const { scope } = made[0];
  const post = scope.postMessage;
  scope.postMessage = (data) => {
    if ((data as { kind: string }).kind === "result") run.close();
    post(data);
  };
  await expect(run.fork()).rejects.toThrow("the run is closed");
  await vi.waitFor(() => expect(device.alive).toBe(0));
});

test("who is closed gives its memory back, also before it was made", async () => {
  const runs = workers.addTogether(seeds(3, endless), gpu);
  runs[1].close();
  await runs[0].opened;
  await vi.waitFor(() => expect(device.alive).toBe(2));
  runs[0].close();
  runs[2].close();
  await vi.waitFor(() => expect(device.alive).toBe(0));
  // of what a slider asked for meanwhile only the last is made
  const groups = device.groups.length;
  const sliding = Array.from({ length: 20 }, () => {
    const now = workers.addTogether(seeds(2, endless), gpu);
    return now;
  });
  for (const pair of sliding.slice(0, -1)) for (const run of pair) run.close();
  await sliding[19][0].opened;
  expect(device.groups.length - groups).toBeLessThan(4);
});

test.each([
  [[{ ...config }, { ...config, vocabSize: 0 }], gpu, "configs[1].vocabSize: expected a whole number from 1"],
  [[{ ...config }, 5], gpu, "configs[1]: expected an object"],
  [
    [{ ...config }, { ...config, vocabSize: 21 }],
    gpu,
    "configs[1].vocabSize: expected 20 as configs[0], got 21",
  ],
  [[{ ...config }], {}, 'backend: expected "webgpu", and no snapshot, for runs that begin together'],
  [[{ ...config }], { ...gpu, snapshot: new Uint8Array() }, "and no snapshot"],
  [[{ ...config }], { ...gpu, pace: -1 }, "pace: expected a number of steps a second above 0, got -1"],
])("what is wrong with one fails all: %#", async (configs, options, message) => {
  const runs = workers.addTogether(configs, options);
  expect(runs).toHaveLength(configs.length);
  for (const run of runs) await expect(run.opened).rejects.toThrow(message);
  expect(runs[0].status).toBe("failed");
});

test("what is no list is refused", () => {
  expect(() => workers.addTogether([])).toThrow("configs: expected a list of at least one, got []");
  expect(() => workers.addTogether(config as never)).toThrow("configs: expected a list of at least one");
});

test("a strict config, and no GPU at all: one line each", async () => {
  const { webgpu } = await vi.importActual<typeof import("../../src/webgpu.js")>("../../src/webgpu.js");
  at.device = { kind: webgpu({ gpu: { requestAdapter: async () => null } }) } as unknown as FakeDevice;
  const none = workers.addTogether(seeds(2), gpu);
  for (const run of none)
    await expect(run.opened).rejects.toThrow("backend: expected a WebGPU adapter, got none");
  const strict = workers.addTogether(seeds(2, { ...config, arithmetic: "strict" }), gpu);
  for (const run of strict)
    await expect(run.opened).rejects.toThrow('arithmetic: expected "relaxed" with WebGPU');
});
