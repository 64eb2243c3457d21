/** Each kernel by itself, and the products as a share of the roof. */

import { median } from "./paired.mjs";
import { at, besideRoof, kernel, memory, roof, wide } from "./roof.mjs";

const TURNS = 15;
const floats = new Float32Array(memory.buffer);

/** Milliseconds of one call, over about 10 ms. */
function millisecondsOf(call) {
  let calls = 1;
  for (;;) {
    const from = performance.now();
    for (let i = 0; i < calls; i++) call();
    if (performance.now() - from > 10) break;
    calls *= 2;
  }
  return () => {
    const from = performance.now();
    for (let i = 0; i < calls; i++) call();
    return (performance.now() - from) / calls;
  };
}

/** The product against a plain one, so that nothing wrong is timed. */
function check() {
  const [M, N, K] = [7, 28, 9];
  kernel.multiply(at(2), 4 * N, at(0), 4 * K, 4, at(1), 4 * N, M, N, K, false, wide);
  for (let m = 0; m < M; m++)
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += floats[at(0) / 4 + m * K + k] * floats[at(1) / 4 + k * N + n];
      if (!(Math.abs(sum - floats[at(2) / 4 + m * N + n]) < 1e-5)) throw new Error("multiply is wrong");
    }
}

export async function benchKernels() {
  check();
  const product = (call) => besideRoof(2 * 96 * 96 * 100, millisecondsOf(call), TURNS);
  const nanoseconds = async (count, call) =>
    (1e6 * (await besideRoof(0, millisecondsOf(call), TURNS)).milliseconds) / count;
  // a chunk of 96 rows, 96 distinct inputs, 100 dimensions, as the step multiplies them
  const [whole, row, x, out] = [384, 400, at(1), at(2)];
  const products = {
    logits: await product(() => {
      for (let j = 0; j < 96; j += 16)
        kernel.multiply(out + 4 * j, whole, at(0), row, 4, x + j * row, 64, 96, 16, 100, false, wide);
    }),
    dx: await product(() => kernel.multiply(out, row, x, 4, whole, at(0), row, 96, 100, 96, false, wide)),
    dU: await product(() => kernel.multiply(out, row, x, whole, 4, at(0), row, 96, 100, 96, false, wide)),
  };
  const [count, tokens] = [96 * 96, 4096];
  floats.fill(-3.7, at(2) / 4, at(2) / 4 + count);
  floats.fill(0.01, at(6) / 4, at(6) / 4 + count);
  kernel.zipfProbabilities(at(8), 10000, 1);
  kernel.buildAliasTable(at(9), at(8), 10000, at(10));
  return {
    roofGigaflops: median(Array.from({ length: TURNS }, roof)),
    ...products,
    nanoseconds: {
      exp: await nanoseconds(count, () => {
        floats.fill(0, at(4) / 4, at(4) / 4 + 96);
        floats.fill(0, at(5) / 4, at(5) / 4 + 96);
        kernel.sumOfExponentials(at(2), at(4), at(5), 96, 96);
      }),
      adam: await nanoseconds(count, () =>
        kernel.adamUpdate(at(4), at(5), at(6), at(7), count, 0.9, 0.999, 0.1, 0.001, 1e-6, 1, 1e-8),
      ),
      draw: await nanoseconds(tokens, () => kernel.drawTokens(at(11), tokens, at(9), 10000, 12345n, 0n, 1n)),
    },
  };
}
