import { describe, expect, test, vi } from "vitest";
import { RESERVED } from "../../src/backend/wasm/kernel.js";
import { planLayout, wordIndex } from "../../src/backend/wasm/layout.js";
import { Threads } from "../../src/backend/wasm/threads.js";
import { parseConfig } from "../../src/config.js";
import { createTrainer, restoreTrainer } from "../../src/index.js";

/** A chunk of the vocabulary has 96 rows and a block of columns 192 floats: sizes with several of either. */
const cases = [
  { vocabSize: 1500, embeddingDim: 21 },
  { vocabSize: 1500, embeddingDim: 21, tied: false, norm: "layernorm" },
  { vocabSize: 700, embeddingDim: 9, norm: "rmsnorm", batchSize: 600 },
  { vocabSize: 40, embeddingDim: 1800 },
  {
    vocabSize: 5000,
    embeddingDim: 8,
    evaluation: { kind: "stratified", exactInputs: 300, sampledInputs: 300 },
  },
] as const;

describe("any number of threads gives the same bits", () => {
  test.each(cases)("%j", async (config) => {
    const alone = await createTrainer({ ...config, learningRate: 0.01 });
    await alone.advance(40);
    const expected = [await alone.snapshot(), await alone.evaluate(), await alone.spectrum()];
    for (const threads of [2, 3, 8]) {
      const trainer = await createTrainer({ ...config, learningRate: 0.01 }, { threads });
      await trainer.advance(40);
      expect([await trainer.snapshot(), await trainer.evaluate(), await trainer.spectrum()]).toEqual(
        expected,
      );
      trainer.dispose();
    }
    alone.dispose();
  });

  test("threads that come and go between steps", async () => {
    const config = { vocabSize: 1500, embeddingDim: 21 };
    const alone = await createTrainer(config);
    await alone.advance(60);
    const trainer = await createTrainer(config, { maxThreads: 4 });
    for (const threads of [1, 3, 2, 4, 1, 2]) {
      await trainer.setThreads(threads);
      await trainer.advance(10);
      // long enough for a member to fall asleep
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await trainer.snapshot()).toEqual(await alone.snapshot());
    const restored = await restoreTrainer(await trainer.snapshot(), { threads: 3 });
    await restored.advance(5);
    await alone.advance(5);
    expect(await restored.snapshot()).toEqual(await alone.snapshot());
    for (const each of [trainer, restored, alone]) each.dispose();
  });

  test("many short jobs", async () => {
    const config = { vocabSize: 600, embeddingDim: 2, batchSize: 8 };
    const [alone, crew] = [await createTrainer(config), await createTrainer(config, { threads: 3 })];
    await alone.advance(5000);
    await crew.advance(5000);
    expect(await crew.snapshot()).toEqual(await alone.snapshot());
    crew.dispose();
  });
});

test("a thread that fails does not leave the caller waiting", async () => {
  const memories: WebAssembly.Memory[] = [];
  vi.stubGlobal("WebAssembly", {
    ...Object.fromEntries(
      Object.getOwnPropertyNames(WebAssembly).map((name) => [name, Reflect.get(WebAssembly, name)]),
    ),
    Memory: class extends WebAssembly.Memory {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        super(descriptor);
        memories.push(this);
      }
    },
  });
  const config = { vocabSize: 1500, embeddingDim: 21 };
  const trainer = await createTrainer(config, { threads: 2 });
  vi.unstubAllGlobals();
  await trainer.advance(3);

  // the working space of all but the caller, beyond the end of the memory
  const { run } = planLayout(parseConfig(config), RESERVED, 2);
  const struct = new Uint32Array(memories[0].buffer, run);
  expect(struct[wordIndex.vocabSize]).toBe(1500);
  struct[wordIndex.scratchBytes] = 0xf000_0000;
  const lost = "threads: one of this run's has failed, and the state of the run is lost";
  await expect(trainer.advance(200)).rejects.toThrow(lost);
  struct[wordIndex.scratchBytes] = 0;
  for (const use of ["step", "evaluate", "spectrum", "weights", "snapshot"] as const)
    await expect((async () => (use === "step" ? trainer.advance(1) : trainer[use]()))()).rejects.toThrow(
      lost,
    );
  await expect((async () => trainer.setThreads(2))()).rejects.toThrow(lost);
  trainer.dispose();
});

describe("a thread that is ended from outside", () => {
  interface Worker {
    terminate(): void;
  }
  /** A trainer of three threads, and the threads. */
  async function watched(config: object) {
    const workers: Worker[] = [];
    const ends: Promise<unknown>[] = [];
    const threads = await import("node:worker_threads");
    class Watched extends threads.Worker {
      constructor(...given: ConstructorParameters<typeof threads.Worker>) {
        super(...given);
        workers.push(this);
        ends.push(new Promise((resolve) => this.once("exit", resolve)));
      }
    }
    const spy = vi
      .spyOn(process, "getBuiltinModule")
      .mockReturnValue({ ...threads, Worker: Watched } as never);
    const trainer = await createTrainer(config, { threads: 3 });
    spy.mockRestore();
    expect(workers).toHaveLength(3);
    return { trainer, workers, ends };
  }
  const lost = "threads: one of this run's has failed, and the state of the run is lost";
  const config = { vocabSize: 3000, embeddingDim: 50, learningRate: 0.01 };

  test.each([0, 1, 2])("while it works, number %i", async (which) => {
    const { trainer, workers, ends } = await watched(config);
    const advanced = trainer.advance(1e6);
    setTimeout(() => workers[which].terminate(), 200);
    await expect(advanced).rejects.toThrow(lost);
    await expect(trainer.evaluate()).rejects.toThrow(lost);
    await expect(trainer.snapshot()).rejects.toThrow(lost);
    // all the others are ended as well
    await Promise.all(ends);
    trainer.dispose();
  });

  test("while it waits", async () => {
    const { trainer, workers } = await watched(config);
    await trainer.advance(2);
    await (workers[2] as unknown as { terminate(): Promise<void> }).terminate();
    await expect(trainer.advance(1)).rejects.toThrow(lost);
    trainer.dispose();
  });

  test("the page's own thread is free while the others work", async () => {
    const { trainer } = await watched(config);
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 1);
    // a thread that waited in the call would have no timer fire between these, however often
    for (let i = 0; i < 100 && ticks === 0; i++) await trainer.advance(8);
    expect(ticks).toBeGreaterThan(0);
    clearInterval(ticking);
    trainer.dispose();
  });
});

describe("calls that come at once", () => {
  const config = { vocabSize: 1500, embeddingDim: 21, learningRate: 0.01 };

  test("two setThreads recruit no thread twice", async () => {
    const alone = await createTrainer(config);
    const trainer = await createTrainer(config, { maxThreads: 3 });
    await Promise.all([trainer.setThreads(2), trainer.setThreads(3), trainer.advance(30)]);
    await alone.advance(30);
    expect(await trainer.snapshot()).toEqual(await alone.snapshot());
    trainer.dispose();
  });

  test("dispose while setThreads is under way leaves no thread behind", async () => {
    const started: { threadId: number }[] = [];
    const threads = await import("node:worker_threads");
    class Watched extends threads.Worker {
      constructor(...given: ConstructorParameters<typeof threads.Worker>) {
        super(...given);
        started.push(this);
      }
    }
    const trainer = await createTrainer(config, { maxThreads: 3 });
    const spy = vi
      .spyOn(process, "getBuiltinModule")
      .mockReturnValue({ ...threads, Worker: Watched } as never);
    const recruiting = trainer.setThreads(3);
    // the call has begun
    while (started.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    trainer.dispose();
    await recruiting;
    spy.mockRestore();
    await Promise.all(started.map((worker) => (worker as unknown as { terminate(): unknown }).terminate()));
    expect(started.map(({ threadId }) => threadId)).toEqual([-1, -1, -1]);
    await expect(trainer.setThreads(1)).rejects.toThrow("this trainer was disposed of");
  });
});

test("a thread of a page that cannot start says so", async () => {
  // a page's Worker in this process: it runs the program of its blob, and what is thrown from a timer reaches onerror
  class PageWorker {
    onmessage?: (event: { data: unknown }) => void;
    onerror?: (event: { message: string }) => void;
    constructor(readonly url: string) {}
    async postMessage(data: unknown): Promise<void> {
      const program = await (await fetch(this.url)).text();
      const later = (throwing: () => void) => {
        try {
          throwing();
        } catch (error) {
          this.onerror?.({ message: String(error) });
        }
      };
      const start = new Function("setTimeout", "postMessage", `let onmessage; ${program}; return onmessage;`);
      await start(later, (here: unknown) => this.onmessage?.({ data: here }))({ data });
    }
    terminate(): void {}
  }
  vi.stubGlobal("Worker", PageWorker);
  const node = vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    // a module that imports what is not there
    const module = new WebAssembly.Module(
      Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 97, 1, 98, 0, 0),
    );
    await expect(new Threads({ module, memory, run: 0 }).start()).rejects.toThrow(
      /^threads: one of this run's could not be started \(.*(LinkError|TypeError)/,
    );
  } finally {
    node.mockRestore();
    vi.unstubAllGlobals();
  }
});

test.each([
  [{ threads: 0 }, "threads: expected a whole number from 1 to 255, got 0"],
  [{ threads: 1.5 }, "threads: expected a whole number from 1 to 255, got 1.5"],
  [{ threads: 300 }, "threads: expected a whole number from 1 to 255, got 300"],
  [{ threads: 3, maxThreads: 2 }, "maxThreads: expected a whole number from 3 to 255, got 2"],
  [{ vectorBits: 512 as 256 }, "vectorBits: expected 128 or 256, got 512"],
  [{ threads: 2, backend: "reference" }, "threads: expected 1 with the reference backend, got 2"],
] as const)("refuses %j", async (options, message) => {
  await expect(createTrainer({ vocabSize: 5 }, options)).rejects.toThrow(message);
});
