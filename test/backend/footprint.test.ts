/** What a change of the kernel may cost without being noticed by any other test: its size, and the memory of a run. */
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { createTrainer } from "../../src/index.js";

test.each([
  ["kernel", 33_000],
  ["kernel-threads", 33_000],
  ["kernel-relaxed", 33_000],
  ["kernel-relaxed-threads", 33_000],
])("%s.wasm has at most %i bytes", async (name, most) => {
  const bytes = await readFile(new URL(`../../build/${name}.wasm`, import.meta.url));
  expect(bytes.length).toBeLessThanOrEqual(most);
});

describe("memory of a run: 12 bytes a parameter, a block of probabilities, and little beside them", () => {
  test.each([
    // V, D, tied, B, MiB allowed beyond weights, moments and probabilities
    [10, 1, true, 128, 0.2],
    [100, 100, true, 128, 0.7],
    [1000, 100, true, 128, 1.2],
    // an exact evaluation by halves keeps 12 bytes a token and block of 128 tokens
    [10000, 100, true, 128, 7],
    [50304, 100, true, 128, 6],
    [100, 10000, true, 128, 12],
    [10000, 100, false, 128, 3],
    [131072, 64, true, 128, 10],
    // more than 128 distinct inputs: a gradient of V × D
    [10000, 100, true, 4096, 18],
  ])(
    "V %i, D %i, tied %s, B %i: at most %f MiB more",
    async (vocabSize, embeddingDim, tied, batchSize, more) => {
      const trainer = await createTrainer({ vocabSize, embeddingDim, tied, batchSize, spectrum: false });
      const parameters = vocabSize * embeddingDim * (tied ? 1 : 2);
      const needed = 12 * parameters + 4 * vocabSize * Math.min(vocabSize, batchSize, 128);
      expect((trainer.bytes - needed) / 2 ** 20).toBeLessThan(more);
      trainer.dispose();
    },
  );
});
