/** The compiled kernel and its instances. */
import { instantiate } from "@assemblyscript/loader";
import bytes from "../../../build/kernel.wasm";

/** What assembly/index.ts exports, as far as TypeScript calls it. Addresses and sizes are whole numbers below 2^32. */
export interface KernelExports {
  heapBase(): number;
  zipfProbabilities(out: number, size: number, exponent: number): void;
  buildAliasTable(out: number, probabilities: number, size: number, scratch: number): void;
  gaussianWeights(out: number, rows: number, cols: number, stride: number, std: number, key: bigint): void;
  streamKey(seed: bigint, purpose: bigint, step: bigint): bigint;
  advance(run: number, count: number, rates: number): number;
  step(run: number, rate: number): number;
  inputLosses(run: number, out: number, inputs: number, count: number): void;
  sampledLoss(run: number, out: number, size: number): void;
  spectrum(run: number, out: number, scratch: number): void;
  eigenvalues(out: number, matrix: number, stride: number, n: number, work: number): void;
  [name: string]: unknown;
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** An instance with a memory of its own. `module` is for runtimes that refuse to compile from bytes. */
export async function instantiateKernel(
  module?: WebAssembly.Module,
): Promise<{ kernel: KernelExports; memory: WebAssembly.Memory }> {
  if (!module) compiled ??= WebAssembly.compile(bytes as BufferSource);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = await instantiate(module ?? (await compiled!), { env: { memory } });
  return { kernel: instance.exports as unknown as KernelExports, memory };
}
