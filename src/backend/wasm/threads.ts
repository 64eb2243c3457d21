/**
 * Threads that share one run, each with an instance of the kernel over the run's memory. The first calls the kernel's
 * functions on request, and waits for the others where it must; the others serve (assembly/parallel.ts) until they are
 * ended. So the caller itself is never blocked, is told when a thread ends, and can end them all. Works on worker threads
 * of Node and on Web Workers of a page that is cross-origin isolated.
 */
import source from "../../../build/kernel-threads.wasm";
import { ConfigError, type RunConfig } from "../../config.js";
import { PAGE } from "../../kernel/constants.js";
import {
  allocate,
  checked,
  compileRelaxed,
  compileSource,
  type KernelCall,
  type KernelExports,
  load,
} from "./kernel.js";

/** The part of Node's worker threads that is used here. */
interface NodeWorker {
  on(event: "message" | "messageerror" | "error" | "exit", listener: (value: unknown) => void): void;
  ref(): void;
  unref(): void;
  postMessage(value: unknown): void;
  terminate(): void;
}
interface NodeThreads {
  Worker: new (program: string, options: { eval: true; workerData: unknown }) => NodeWorker;
}

/** What every thread runs. It reports that it has started; the first then waits for calls, the others stay in `serve`. */
const program = `const join = async ({ module, memory, run, number }, post) => {
  const words = new Int32Array(memory.buffer);
  const park = (address, expected) => void Atomics.wait(words, address >>> 2, expected);
  const { exports } = await WebAssembly.instantiate(module, { env: { memory, park } });
  post({ number });
  if (number > 0) exports.serve(run, number);
  return ({ name, args }) => {
    try {
      post({ result: exports[name](...args) });
    } catch (error) {
      post({ error: String(error && error.message) });
    }
  };
};`;
const nodeProgram = `${program}
const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
join(workerData, (value) => parentPort.postMessage(value)).then((call) => parentPort.on("message", call));`;
/** A page learns of a worker's end only through a lock that the worker held. */
const webProgram = `${program}
onmessage = async ({ data }) => {
  try {
    const locks = globalThis.navigator?.locks;
    if (locks) await new Promise((held) => locks.request(data.lock, () => (held(), new Promise(() => {}))));
    const call = await join(data, (value) => postMessage(value));
    onmessage = ({ data }) => call(data);
  } catch (error) {
    setTimeout(() => { throw error; });
  }
};`;

const nodeThreads = (): NodeThreads | undefined =>
  (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process?.getBuiltinModule?.(
    "node:worker_threads",
  ) as NodeThreads | undefined;

/** @throws ConfigError that says why threads cannot share a run here */
function requireThreads(): void {
  if (typeof SharedArrayBuffer === "undefined")
    throw new ConfigError(
      "threads: expected 1, there is no shared memory here (a page needs the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp)",
    );
  if (!nodeThreads() && typeof Worker === "undefined")
    throw new ConfigError("threads: expected 1, this runtime has no threads");
}

let compiled: Promise<WebAssembly.Module> | undefined;
let compiledRelaxed: Promise<WebAssembly.Module> | undefined;

/**
 * An instance over a shared memory of `bytes`.
 * @throws ConfigError when there is not so much memory, no threads, or no relaxed SIMD for relaxed arithmetic
 */
export async function instantiateSharedKernel(
  bytes: number,
  arithmetic: RunConfig["arithmetic"] = "strict",
): Promise<{
  kernel: KernelExports;
  memory: WebAssembly.Memory;
  module: WebAssembly.Module;
}> {
  requireThreads();
  if (arithmetic === "relaxed")
    compiledRelaxed ??= import("./relaxed.js").then(({ shared }) => compileRelaxed(shared));
  else compiled ??= compileSource(source);
  const module = await (arithmetic === "relaxed" ? compiledRelaxed! : compiled!);
  const pages = bytes / PAGE;
  const memory = allocate(bytes, { initial: pages, maximum: pages, shared: true });
  // this instance computes only while it is the run's single thread, so it never parks
  const instance = await load(module, { memory, park() {} });
  return { kernel: checked(instance.exports as unknown as KernelExports), memory, module };
}

/** The error once a thread has ended: it may have left its work half done. */
const LOST = "threads: one of this run's has failed, and the state of the run is lost";

interface Start {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  run: number;
}

/** A thread, in Node or in a page. */
interface Thread {
  post(value: unknown): void;
  /** Whether the thread keeps the process alive. */
  hold(on: boolean): void;
  terminate(): void;
}

/** What a thread tells its host. */
interface Hears {
  message(value: unknown): void;
  /** It has failed, or ended by itself or by somebody else. */
  end(reason: unknown): void;
}

export class Threads {
  readonly #start: Start;
  readonly #threads: Thread[] = [];
  #failure: Error | undefined;
  #pending: { resolve: (result: number) => void; reject: (error: unknown) => void } | undefined;

  constructor(start: Start) {
    this.#start = start;
  }

  /** Threads that have started. */
  get size(): number {
    return this.#threads.length;
  }

  /**
   * Starts one more thread; resolves once it has started.
   * @throws Error when it could not be started
   */
  async start(): Promise<void> {
    if (this.#failure) throw this.#failure;
    const data = { ...this.#start, number: this.#threads.length };
    const make = nodeThreads() ? nodeThread : webThread;
    let thread: Thread | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        let there = false;
        thread = make(data, {
          message: (value) => {
            if (there) return this.#answer(value as { result: number } | { error: string });
            there = true;
            resolve();
          },
          end: (reason) => (there ? this.#fail() : reject(reason)),
        });
      });
    } catch (error) {
      thread?.terminate();
      throw new Error(`threads: one of this run's could not be started (${messageOf(error)})`);
    }
    // a thread that waits for work does not keep the process alive
    thread!.hold(false);
    this.#threads.push(thread!);
  }

  /**
   * Calls a function of the kernel on the first thread; one call at a time.
   * @throws Error when a thread has ended, now or before: all are ended then
   */
  call: KernelCall = (name, ...args) => {
    if (this.#failure) return Promise.reject(this.#failure);
    const [first] = this.#threads;
    first.hold(true);
    return new Promise<number>((resolve, reject) => {
      this.#pending = { resolve, reject };
      first.post({ name, args });
    }).finally(() => first.hold(false));
  };

  #answer(answer: { result: number } | { error: string }): void {
    if ("error" in answer) this.#fail(new Error(answer.error));
    else this.#pending?.resolve(answer.result);
  }

  #fail(error = new Error(LOST)): void {
    if (this.#failure) return;
    this.#failure = error;
    this.#pending?.reject(error);
    this.end();
  }

  end(): void {
    this.#failure ??= new Error(LOST);
    for (const thread of this.#threads) thread.terminate();
    this.#threads.length = 0;
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String((error as { message?: string } | null)?.message ?? error);

function nodeThread(data: Start & { number: number }, { message, end }: Hears): Thread {
  const { Worker } = nodeThreads() as NodeThreads;
  const worker = new Worker(nodeProgram, { eval: true, workerData: data });
  worker.on("message", message);
  worker.on("messageerror", end);
  worker.on("error", end);
  worker.on("exit", (code) => end(new Error(`it ended with code ${code}`)));
  return {
    post: (value) => worker.postMessage(value),
    hold: (on) => (on ? worker.ref() : worker.unref()),
    terminate: () => worker.terminate(),
  };
}

function webThread(data: Start & { number: number }, { message, end }: Hears): Thread {
  const url = URL.createObjectURL(new Blob([webProgram], { type: "text/javascript" }));
  const worker = new Worker(url);
  const lock = `unigram-lab thread ${crypto.randomUUID()}`;
  worker.onmessage = ({ data: value }) => {
    // the first message: it holds its lock, and whoever gets it next learns of its end
    if ("number" in value) {
      URL.revokeObjectURL(url);
      globalThis.navigator?.locks?.request(lock, () => end(new Error("it ended"))).catch(() => {});
    }
    message(value);
  };
  worker.onerror = (event) => end(event);
  worker.onmessageerror = (event) => end(event);
  worker.postMessage({ ...data, lock });
  return { post: (value) => worker.postMessage(value), hold() {}, terminate: () => worker.terminate() };
}
