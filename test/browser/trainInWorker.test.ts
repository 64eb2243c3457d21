import { getEventListeners } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { trainInWorker, type WorkerOptions } from "../../src/browser/index.js";
import { PATIENCE } from "../../src/browser/lost.js";
import { type Order, PROTOCOL } from "../../src/browser/message.js";
import { HAND_OVER } from "../../src/browser/trainInWorker.js";
import { createTrainer, restoreTrainer, type TrainingRecord, train } from "../../src/index.js";
import { browserWorker, FakeWorker, Locks } from "./fakeWorker.js";

const config = { vocabSize: 20, embeddingDim: 3, steps: 60, evaluateEvery: 20 };
const record = { step: 0, diverged: false } as TrainingRecord;

let locks: Locks;
beforeEach(() => {
  locks = new Locks();
  vi.stubGlobal("navigator", { locks: locks.of("page") });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A run in a worker of this program, and all that came of it. */
function start(worker: FakeWorker, options: WorkerOptions = {}) {
  const run = trainInWorker(config, { worker: () => worker as unknown as Worker, ...options });
  const records: TrainingRecord[] = [];
  const loop = (async () => {
    for await (const each of run) records.push(each);
    return "done";
  })().catch((error: Error) => error.message);
  const snapshot = run.snapshot.catch((error: Error) => error.message);
  return { records, loop, snapshot };
}

/** A program that holds a lock as ours does, and then does this with the run that it is given. */
const afterLock =
  (then: (scope: FakeWorker["scope"], run: number) => void) => (scope: FakeWorker["scope"]) => {
    scope.navigator?.locks.request("of this worker", () => new Promise(() => {}));
    scope.postMessage({ kind: "begun", protocol: PROTOCOL, lock: "of this worker" });
    scope.onmessage = ({ data }) => {
      const order = data as Order;
      if (order.kind === "add") then(scope, order.added[0].run);
    };
  };
/** What it says of a run. */
const news = (run: number, more: object) => ({
  kind: "news",
  news: [{ run, step: 0, status: "running", seconds: { steps: 0, other: 0 }, records: [], ...more }],
});
/** Answers what the page asks of it with these bytes. */
const handOver = (scope: FakeWorker["scope"], bytes: Uint8Array) => {
  scope.onmessage = ({ data }) => {
    const order = data as Order;
    if (order.kind === "ask") scope.postMessage({ kind: "result", call: order.call, value: bytes });
  };
};
/** Nothing posted is on its way any more. */
const delivered = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe("a whole run", () => {
  test.each([
    ["with Web Locks", true],
    ["without", false],
  ])("%s: the records of train, and nothing left behind", async (_, withLocks) => {
    if (!withLocks) vi.stubGlobal("navigator", {});
    const worker = new FakeWorker(browserWorker, withLocks ? locks : undefined);
    const { records, loop, snapshot } = start(worker);
    expect(await loop).toBe("done");
    const expected = [];
    for await (const each of train(config)) expected.push(each);
    expect(records).toEqual(expected);
    expect((await restoreTrainer((await snapshot) as Uint8Array)).stepCount).toBe(60);
    expect(worker.terminated).toBe(1);
    await delivered();
    expect(locks.count).toBe(0);
  });

  test("from a snapshot that was taken after the record of step 0, which is not measured again", async () => {
    const trainer = await createTrainer(config);
    await trainer.run().next();
    const snapshot = await trainer.snapshot();
    const { records, loop } = start(new FakeWorker(browserWorker, locks), { snapshot });
    expect(await loop).toBe("done");
    expect(records.map(({ step }) => step)).toEqual([20, 40, 60]);
  });

  test("a bad config and an unknown option are ConfigErrors of one line", async () => {
    const worker = () => new FakeWorker(browserWorker, locks) as unknown as Worker;
    const first = (...input: Parameters<typeof trainInWorker>) =>
      trainInWorker(...input)
        [Symbol.asyncIterator]()
        .next();
    await expect(first({ vocabSize: 0 }, { worker })).rejects.toMatchObject({
      name: "ConfigError",
      message: "vocabSize: expected a whole number from 1 to 16777216, got 0",
    });
    await expect(first(config, { worker, threads: 2 } as WorkerOptions)).rejects.toMatchObject({
      name: "ConfigError",
      message: expect.stringMatching(
        /^threads: unknown option, expected one of signal, snapshot, worker, corpus, /,
      ),
    });
    await expect(first(config, { worker, snapshot: "" as never })).rejects.toMatchObject({
      name: "ConfigError",
      message: expect.stringMatching(/^snapshot: expected a Uint8Array, got /),
    });
    for (const [options, message] of [
      [5, "options: expected an object, got 5"],
      [{ signal: "abort" }, 'signal: expected an AbortSignal, got "abort"'],
      [{ worker: () => undefined }, "worker: expected a function that makes a Worker, got one of undefined"],
    ] as const)
      await expect(first(config, options as never)).rejects.toMatchObject({ name: "ConfigError", message });
  });

  test("keeps no record that was taken, also with a signal", async () => {
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const { signal } = new AbortController();
    const worker = () => new FakeWorker(browserWorker, locks) as unknown as Worker;
    const taken: WeakRef<TrainingRecord>[] = [];
    for await (const each of trainInWorker({ ...config, steps: 60, evaluateEvery: 1 }, { worker, signal })) {
      taken.push(new WeakRef(each));
      if (each.step < 50) continue;
      await delivered();
      collect();
      expect(taken.filter((one) => one.deref()).length).toBeLessThan(10);
      expect(getEventListeners(signal, "abort").length).toBeLessThan(2);
      break;
    }
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("a run that is left", () => {
  const long = {
    ...config,
    steps: 1_000_000,
    evaluateAt: { kind: "log" } as const,
    evaluateEvery: undefined,
  };

  test.each(["abort", "break"])(
    "%s: its snapshot is the run where it stood, with its records",
    async (how) => {
      const worker = new FakeWorker(browserWorker, locks);
      const controller = new AbortController();
      const options = { worker: () => worker as unknown as Worker, signal: controller.signal };
      const run = trainInWorker(long, options);
      const records: TrainingRecord[] = [];
      const loop = (async () => {
        for await (const each of run) {
          records.push(each);
          if (each.step < 10) continue;
          if (how === "break") break;
          controller.abort(new Error("stopped"));
        }
        return "done";
      })().catch((error: Error) => error.message);
      expect(await loop).toBe(how === "break" ? "done" : "stopped");
      const trainer = await restoreTrainer(await run.snapshot);
      expect(trainer.stepCount).toBeGreaterThanOrEqual(10);
      expect(trainer.stepCount).toBeLessThan(1_000_000);
      expect(trainer.earlierRecords?.slice(0, records.length)).toEqual(records);
      await vi.waitFor(() => expect(worker.terminated).toBe(1));
      const again = await createTrainer(long);
      await again.advance(trainer.stepCount);
      expect(await trainer.weights()).toEqual(await again.weights());
    },
  );

  test("aborted before it has begun: there is nothing of it", async () => {
    const { loop, snapshot } = start(new FakeWorker(browserWorker, locks), {
      signal: AbortSignal.abort(new Error("too early")),
    });
    expect(await loop).toBe("too early");
    expect(await snapshot).toBe("too early");
  });
});

describe("a worker that is lost", () => {
  const ended = "the worker has ended before its run";

  test("terminated by somebody else", async () => {
    const worker = new FakeWorker(
      afterLock((scope, run) => scope.postMessage(news(run, { records: [record] }))),
      locks,
    );
    const { records, loop, snapshot } = start(worker);
    await vi.waitFor(() => expect(records).toEqual([record]));
    worker.terminate();
    expect(await loop).toBe(ended);
    expect(await snapshot).toBe(ended);
    expect(locks.count).toBe(0);
  });

  test("closed by itself: what it posted before still counts", async () => {
    const worker: FakeWorker = new FakeWorker(
      afterLock((scope, run) => {
        for (const step of [0, 1, 2]) scope.postMessage(news(run, { records: [{ ...record, step }] }));
        worker.close();
      }),
      locks,
    );
    const { records, loop } = start(worker);
    expect(await loop).toBe(ended);
    expect(records.map(({ step }) => step)).toEqual([0, 1, 2]);
    expect(worker.terminated).toBe(1);
  });

  test("closed by itself right behind its end: a whole run", async () => {
    const worker: FakeWorker = new FakeWorker(
      afterLock((scope, run) => {
        scope.postMessage(news(run, { status: "ended" }));
        scope.onmessage = ({ data }) => {
          scope.postMessage({
            kind: "result",
            call: (data as { call: number }).call,
            value: Uint8Array.of(7),
          });
          worker.close();
        };
      }),
      locks,
    );
    const { loop, snapshot } = start(worker);
    expect(await loop).toBe("done");
    expect(await snapshot).toEqual(Uint8Array.of(7));
  });

  test.each([
    ["a text", "hello"],
    ["nothing", null],
    ["a number", 3],
    ["an empty object", {}],
    ["a record that is none", news(1, { records: [{ loss: 3 }] })],
    ["a record that is null", news(1, { records: [null] })],
    ["no list of records", news(1, { records: "none" })],
    ["a run without a number", news("a" as never, {})],
    ["an error without a message", { kind: "refusal", call: 1, error: { name: "Error" } }],
    ["a failure without a name", news(1, { failure: { message: "no" } })],
    ["a second beginning", { kind: "begun", protocol: PROTOCOL, lock: "another" }],
    ["another kind", { kind: "record", record }],
  ])("posts nonsense: %s", async (_, nonsense) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const worker = new FakeWorker(
      afterLock((scope, run) => {
        scope.postMessage(news(run, { records: [record] }));
        scope.postMessage(nonsense);
        scope.postMessage(news(run, { records: [record] }));
      }),
      locks,
    );
    const { records, loop, snapshot } = start(worker);
    const message = "the worker posted something else than unigram-lab/browser-worker of this version does";
    expect(await loop).toBe(message);
    expect(await snapshot).toBe(message);
    expect(records).toEqual([record]);
    expect(worker.terminated).toBe(1);
    await delivered();
    expect(locks.count).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([
    ["0.1, which answers with records alone", { record }],
    ["0.2, which begins with its lock", { lock: "of this worker" }],
    ["a later protocol", { kind: "begun", protocol: PROTOCOL + 1, lock: null }],
  ])("one of version %s", async (_, first) => {
    const worker = new FakeWorker((scope) => {
      scope.onmessage = () => scope.postMessage(first);
    });
    const { records, loop } = start(worker);
    expect(await loop).toContain("of this version");
    expect(records).toEqual([]);
  });

  test("posts what cannot be read, throws, or is not there", async () => {
    const worker = () =>
      new FakeWorker(
        afterLock(() => {}),
        locks,
      );
    const [unread, failed, missing] = [worker(), worker(), worker()];
    const runs = [unread, failed, missing].map((each) => start(each));
    await delivered();
    unread.onmessageerror?.();
    failed.onerror?.({ message: "SyntaxError: nonsense" });
    missing.onerror?.({});
    expect(await Promise.all(runs.map(({ loop }) => loop))).toEqual([
      "the worker posted something that cannot be read",
      "SyntaxError: nonsense",
      "the worker did not start",
    ]);
    for (const each of [unread, failed, missing]) expect(each.terminated).toBe(1);
  });
});

describe("a worker that is silent", () => {
  const silent = `the worker did not answer within ${PATIENCE} seconds`;
  /** Seconds pass: on the timers, and on every clock. */
  const seconds = (count: number) => vi.advanceTimersByTimeAsync(1000 * count);
  const asPage = { toFake: ["setTimeout", "clearTimeout", "setInterval", "Date", "performance"] } as const;

  test("from the start is given up after a minute in view", async () => {
    vi.useFakeTimers({ toFake: [...asPage.toFake] });
    const page = { visibilityState: "visible" };
    vi.stubGlobal("document", page);
    const worker = new FakeWorker(() => {}, locks);
    let lost = "";
    const { loop, snapshot } = start(worker);
    void loop.then((message) => {
      lost = message;
    });
    await seconds(PATIENCE - 1);
    // a tab in the background, for a day
    page.visibilityState = "hidden";
    await seconds(86_400);
    expect(lost).toBe("");
    // a machine that was asleep for a week: clocks jump, timers do not
    vi.setSystemTime(Date.now() + 7 * 86_400_000);
    page.visibilityState = "visible";
    expect(lost).toBe("");
    await seconds(1);
    expect(await loop).toBe(silent);
    expect(await snapshot).toBe(silent);
    expect(worker.terminated).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("in the middle of its work is waited for", async () => {
    vi.useFakeTimers({ toFake: [...asPage.toFake] });
    let post: FakeWorker["scope"] | undefined;
    let number = 0;
    const worker = new FakeWorker(
      afterLock((scope, run) => {
        post = scope;
        number = run;
      }),
      locks,
    );
    const { records, loop, snapshot } = start(worker);
    await seconds(1);
    await delivered();
    await seconds(7 * 86_400);
    expect(worker.terminated).toBe(0);
    handOver(post!, Uint8Array.of(1));
    post?.postMessage(news(number, { records: [record] }));
    post?.postMessage(news(number, { status: "ended" }));
    expect(await loop).toBe("done");
    expect(records).toEqual([record]);
    expect(await snapshot).toEqual(Uint8Array.of(1));
  });

  test("is left at once when the run is aborted, and ended when it does not hand the run over", async () => {
    vi.useFakeTimers({ toFake: [...asPage.toFake] });
    for (const program of [() => {}, afterLock(() => {})]) {
      const controller = new AbortController();
      const worker = new FakeWorker(program, locks);
      const { loop, snapshot } = start(worker, { signal: controller.signal });
      await delivered();
      controller.abort(new Error("stopped"));
      expect(await loop).toBe("stopped");
      await seconds(HAND_OVER);
      expect(await snapshot).toBe(`the worker did not hand its run over within ${HAND_OVER} seconds`);
      expect(worker.terminated).toBe(1);
      await delivered();
      expect(locks.count).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    }
  });
});
