/**
 * Threads that share one run: each instantiates the kernel over the run's shared memory and serves (assembly/crew.ts)
 * until it is ended. Works on worker threads of Node and on Web Workers of a page that is cross-origin isolated.
 */
import source from "../../../build/kernel-threads.wasm";
import { ConfigError, type RunConfig } from "../../config.js";
import { allocate, checked, compileRelaxed, type KernelExports, load } from "./kernel.js";
import { PAGE } from "./layout.js";

/** The little of Node's worker threads that is used. */
interface NodeWorker {
  once(event: "message" | "error", listener: (value: unknown) => void): void;
  unref(): void;
  terminate(): void;
}
interface NodeThreads {
  Worker: new (program: string, options: { eval: true; workerData: unknown }) => NodeWorker;
}

/** What every thread runs. It says that it is there before it enters the kernel, which it leaves only by a trap. */
const program = `const join = ({ module, memory, run, member }, here) => {
  const words = new Int32Array(memory.buffer);
  const park = (address, expected) => void Atomics.wait(words, address >>> 2, expected);
  return WebAssembly.instantiate(module, { env: { memory, park, lost() {} } }).then(({ exports }) => {
    here();
    try {
      exports.serve(run, member);
    } finally {
      exports.leave(run);
    }
  });
};`;
const nodeProgram = `${program}
const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
join(workerData, () => parentPort.postMessage("here"));`;
const webProgram = `${program}
onmessage = ({ data }) =>
  join(data, () => postMessage("here")).catch((error) => setTimeout(() => { throw error; }));`;

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
  else
    compiled ??= ArrayBuffer.isView(source)
      ? WebAssembly.compile(source as Uint8Array<ArrayBuffer>)
      : Promise.resolve(source);
  const module = await (arithmetic === "relaxed" ? compiledRelaxed! : compiled!);
  const pages = bytes / PAGE;
  const memory = allocate(bytes, { initial: pages, maximum: pages, shared: true });
  const words = new Int32Array(memory.buffer);
  const park = (address: number, expected: number) => void Atomics.wait(words, address >>> 2, expected);
  const lost = () => {
    throw new Error("threads: one of this run's has failed, and the state of the run is lost");
  };
  const instance = await load(module, { memory, park, lost });
  return { kernel: checked(instance.exports as unknown as KernelExports), memory, module };
}

/** Whether the caller may block: everywhere but on the main thread of a page. */
export const mayWait = (): boolean => typeof document === "undefined";

export class Crew {
  readonly #start: { module: WebAssembly.Module; memory: WebAssembly.Memory; run: number };
  readonly #members: { terminate(): void }[] = [];

  constructor(start: { module: WebAssembly.Module; memory: WebAssembly.Memory; run: number }) {
    this.#start = start;
  }

  /** Threads that serve, the caller not counted. */
  get size(): number {
    return this.#members.length;
  }

  /** One more thread, once it is there. */
  async recruit(): Promise<void> {
    const data = { ...this.#start, member: this.#members.length + 1 };
    const threads = nodeThreads();
    if (threads) {
      const worker = new threads.Worker(nodeProgram, { eval: true, workerData: data });
      await new Promise((resolve, reject) => {
        worker.once("message", resolve);
        worker.once("error", reject);
      });
      // a crew that waits for work keeps no process alive
      worker.unref();
      this.#members.push(worker);
      return;
    }
    const url = URL.createObjectURL(new Blob([webProgram], { type: "text/javascript" }));
    const worker = new Worker(url);
    await new Promise((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(data);
    });
    URL.revokeObjectURL(url);
    this.#members.push(worker);
  }

  dismiss(): void {
    for (const member of this.#members) member.terminate();
    this.#members.length = 0;
  }
}
