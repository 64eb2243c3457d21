/** The compiled kernel and its instances. */

import { instantiate } from "@assemblyscript/loader";
// the kernel's bytes; in builds for runtimes that only compile ahead of time, its module (build.mjs)
import source from "../../../build/kernel.wasm";
import { ConfigError, type RunConfig } from "../../config.js";
import { PAGE } from "../../kernel/constants.js";
import type { Now } from "../backend.js";

/** What assembly/index.ts exports, as far as TypeScript calls it. Addresses and sizes are whole numbers below 2^32. */
export interface KernelExports {
  heapBase(): number;
  buildAliasTable(out: number, probabilities: number, size: number, scratch: number): void;
  gaussianWeights(out: number, rows: number, cols: number, stride: number, std: number, key: bigint): void;
  streamKey(seed: bigint, purpose: bigint, step: bigint): bigint;
  drawPairs(run: number, inputs: number, targets: number, count: number, key: bigint, first: bigint): void;
  advance(run: number, count: number, scalars: number): number;
  step(run: number, scalars: number): number;
  inputLosses(run: number, count: number): void;
  serve(run: number, thread: number): void;
  pairLosses(run: number, count: number): void;
  predictions(run: number, count: number): void;
  gradientNorm(run: number): number;
  spectrum(run: number, out: number, scratch: number): void;
  eigenvalues(out: number, matrix: number, stride: number, n: number, work: number): void;
  [name: string]: unknown;
}

/** Calls a function of the kernel by its name, on this thread or on another. */
export type KernelCall = (name: keyof KernelExports & string, ...args: number[]) => Now<number>;

/** Bytes reserved for the compiler at the start of the memory; `heapBase` says how many it used. */
export const RESERVED = 4096;

let compiled: Promise<WebAssembly.Module> | undefined;
let compiledRelaxed: Promise<WebAssembly.Module> | undefined;

type Source = typeof source;

/** A bundled kernel's module: compiled from its bytes, unless the runtime has made it. */
export const compileSource = async (source: Source): Promise<WebAssembly.Module> =>
  typeof source === "function" ? WebAssembly.compile(source()) : source;

/** @throws ConfigError where the runtime has no relaxed SIMD */
export async function compileRelaxed(source: Source): Promise<WebAssembly.Module> {
  try {
    return await compileSource(source);
  } catch {
    throw new ConfigError(`arithmetic: expected "strict", this runtime has no relaxed SIMD, got "relaxed"`);
  }
}

/**
 * An instance with a memory of its own, of `bytes`. `module` is for runtimes that refuse to compile from bytes.
 * @throws ConfigError when there is not so much memory, or no relaxed SIMD for relaxed arithmetic
 */
export async function instantiateKernel(
  bytes: number,
  module?: WebAssembly.Module,
  arithmetic: RunConfig["arithmetic"] = "strict",
): Promise<{ kernel: KernelExports; memory: WebAssembly.Memory }> {
  if (module !== undefined && !isKernel(module))
    throw new ConfigError(
      `module: expected the WebAssembly.Module of unigram-lab/kernel.wasm, got ${Object.prototype.toString.call(module)}`,
    );
  if (arithmetic === "relaxed")
    compiledRelaxed ??= import("./relaxed.js").then(({ alone }) => compileRelaxed(alone));
  else if (module === undefined) compiled ??= compile();
  const memory = allocate(bytes, { initial: bytes / PAGE });
  const instance = await load(
    (arithmetic === "relaxed" ? await compiledRelaxed : module) ?? (await compiled!),
    {
      memory,
    },
  );
  return { kernel: checked(instance.exports as unknown as KernelExports), memory };
}

/** Instantiates through AssemblyScript's loader, which knows only modules of its own realm, or by hand. */
export const load = (
  module: WebAssembly.Module,
  env: { memory: WebAssembly.Memory; park?: (address: number, expected: number) => void },
): Promise<{ exports: object }> =>
  module instanceof WebAssembly.Module
    ? instantiate(module, { env: env as { memory: WebAssembly.Memory } })
    : WebAssembly.instantiate(module as WebAssembly.Module, { env });

/** @throws ConfigError that says how many bytes could not be had */
export function allocate(bytes: number, descriptor: WebAssembly.MemoryDescriptor): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory(descriptor);
  } catch {
    throw new ConfigError(
      `vocabSize × embeddingDim: this run takes ${bytes} bytes of memory, more than is at hand`,
    );
  }
}

export function checked(kernel: KernelExports): KernelExports {
  if (kernel.heapBase() > RESERVED) throw new Error(`the kernel reserves ${kernel.heapBase()} bytes`);
  return kernel;
}

/** @throws ConfigError where WebAssembly is not compiled from bytes (workerd, a strict content security policy) */
async function compile(): Promise<WebAssembly.Module> {
  try {
    return await compileSource(source);
  } catch (error) {
    throw new ConfigError(
      `module: expected the compiled unigram-lab/kernel.wasm, since this runtime refuses to compile it (${(error as Error).message})`,
    );
  }
}

/** Not by instanceof, which fails for a module of another realm. */
function isKernel(module: WebAssembly.Module): boolean {
  try {
    return WebAssembly.Module.exports(module).some(({ name }) => name === "heapBase");
  } catch {
    return false;
  }
}
