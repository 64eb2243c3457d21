/**
 * The roof: the rate of the product's tile on data that stay in the L1 cache. Whatever is held against it measures it
 * again beside every turn of its own, since a shared machine changes its speed within seconds.
 */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { instantiate } from "@assemblyscript/loader";
import { median } from "./paired.mjs";

/** As the command line does it where V8's revectorizer is on. */
export const wide = process.execArgv.includes("--experimental-wasm-revectorize");

export const memory = new WebAssembly.Memory({ initial: 400 });
const bytes = await readFile(new URL("../build/kernel.wasm", import.meta.url));
export const { exports: kernel } = await instantiate(bytes, { env: { memory } });
/** Addresses a megabyte apart, and not by a multiple of 4096, where they would look alike to the processor. */
export const at = (place) => 4096 + place * ((1 << 20) + 1088);

const floats = new Float32Array(memory.buffer);
for (let i = 1024; i < floats.length; i++) floats[i] = ((i * 7919) % 1000) / 1000 - 0.5;

// deep enough that the call from outside does not count
const K = 384;
const [tile, rows] = wide ? [kernel.panel4x16, 4] : [kernel.panel2x16, 2];
const call = () => tile(at(12), 64, at(13), 4 * K, 4, at(14), 64, rows, K, false);

let best = 0;
/** GFLOP/s now, over about 5 ms. */
export function roof() {
  const from = performance.now();
  let calls = 0;
  for (; performance.now() - from < 5; calls += 100) for (let i = 0; i < 100; i++) call();
  const rate = (2 * rows * 16 * K * calls) / (performance.now() - from) / 1e6;
  best = Math.max(best, rate);
  return rate;
}
// the optimising compiler comes later
for (let i = 0; i < 40; i++) roof();

/** For paired.mjs: the rate now, and the best one seen so far, which is the machine's without neighbours. */
export const oneCore = {
  rate: async () => roof(),
  best: () => best,
  /** Known from before. */
  isAtLeast(rate) {
    best = Math.max(best, rate);
  },
};

/** The lower of the rates on two cores at the same time, for what runs on two threads. */
export function twoCores() {
  const worker = new Worker(new URL("roofWorker.mjs", import.meta.url));
  return {
    async rate() {
      worker.postMessage("now");
      const theirs = once(worker, "message");
      const ours = roof();
      const [rate] = await theirs;
      return Math.min(ours, rate);
    },
    best: () => best,
    stop: () => worker.terminate(),
  };
}

/**
 * Turns of `milliseconds()`, each between two looks at the roof. `flops` of a turn; without them no rate.
 * @returns medians: milliseconds, gigaflops, and the share of the roof in the same turn
 */
export async function besideRoof(flops, milliseconds, turns) {
  const times = [];
  const shares = [];
  for (let turn = 0; turn < turns; turn++) {
    const before = roof();
    const took = await milliseconds();
    times.push(took);
    shares.push(flops / took / 1e6 / ((before + roof()) / 2));
  }
  const middle = median(times);
  return flops
    ? { milliseconds: middle, gigaflops: flops / middle / 1e6, ofRoof: median(shares) }
    : { milliseconds: middle };
}
