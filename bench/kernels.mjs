/** Each kernel by itself, as a fraction of the roof: the rate of the tile's inner loop on data in the L1 cache. */
import { readFile } from "node:fs/promises";
import { instantiate } from "@assemblyscript/loader";
import { median } from "./paired.mjs";

const memory = new WebAssembly.Memory({ initial: 400 });
const bytes = await readFile(new URL("../build/kernel.wasm", import.meta.url));
const { exports: kernel } = await instantiate(bytes, { env: { memory } });
const floats = new Float32Array(memory.buffer);
for (let i = 1024; i < floats.length; i++) floats[i] = ((i * 7919) % 1000) / 1000 - 0.5;
const at = (place) => 4096 + place * (1 << 20);

/** Seconds of one call: the median of `turns` turns of about 30 ms each. */
function seconds(call, turns = 9) {
  let calls = 1;
  for (;;) {
    const from = performance.now();
    for (let i = 0; i < calls; i++) call();
    if (performance.now() - from > 15) break;
    calls *= 2;
  }
  const times = [];
  for (let turn = 0; turn < turns; turn++) {
    const from = performance.now();
    for (let i = 0; i < 2 * calls; i++) call();
    times.push((performance.now() - from) / 1000 / (2 * calls));
  }
  return median(times);
}

/** The product against a plain one, so that nothing wrong is timed. */
function check() {
  const [M, N, K] = [7, 24, 9];
  kernel.multiply(at(2), 4 * N, at(0), 4 * K, 4, at(1), 4 * N, M, N, K, false);
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += floats[at(0) / 4 + m * K + k] * floats[at(1) / 4 + k * N + n];
      if (!(Math.abs(sum - floats[at(2) / 4 + m * N + n]) < 1e-5)) throw new Error("multiply is wrong");
    }
}

export function benchKernels() {
  check();
  // deep enough that the call from outside does not count, and still within the L1 cache (24 kB)
  const K = 400;
  const roof =
    (2 * 36 * K) / seconds(() => kernel.tile3x12(at(2), 48, at(0), 4 * K, 4, at(1), 48, K, false)) / 1e9;
  const product = (M, N, depth, call) => {
    const rate = (2 * M * N * depth) / seconds(call) / 1e9;
    return { gigaflops: rate, ofRoof: rate / roof };
  };
  // a chunk of 192 rows, 96 distinct inputs, D = 100, as the step does them
  const panels = () => {
    for (let j = 0; j < 96; j += 12)
      kernel.multiply(at(2) + 4 * j, 384, at(0), 400, 4, at(1) + j * 400, 48, 192, 12, 100, false);
  };
  const count = 192 * 96;
  floats.fill(-3.7, at(2) / 4, at(2) / 4 + count);
  const exp = seconds(() => kernel.exp2Row(at(3), at(2), count)) / count;
  const adam =
    seconds(() =>
      kernel.adamUpdate(at(4), at(5), at(6), at(7), 19200, 0.9, 0.999, 0.1, 0.001, 1e-6, 1, 1e-8),
    ) / 19200;
  kernel.zipfProbabilities(at(8), 10000, 1);
  kernel.buildAliasTable(at(9), at(8), 10000, at(10));
  const draw = seconds(() => kernel.drawTokens(at(11), 4096, at(9), 10000, 12345n, 0n, 1n)) / 4096;
  return {
    roofGigaflops: roof,
    logits: product(192, 96, 100, panels),
    dx: product(96, 100, 192, () =>
      kernel.multiply(at(2), 400, at(1), 4, 384, at(0), 400, 96, 100, 192, false),
    ),
    dU: product(192, 100, 96, () =>
      kernel.multiply(at(2), 400, at(1), 384, 4, at(0), 400, 192, 100, 96, false),
    ),
    nanoseconds: { exp: 1e9 * exp, adam: 1e9 * adam, draw: 1e9 * draw },
  };
}
