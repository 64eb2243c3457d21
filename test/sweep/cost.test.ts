import { expect, test } from "vitest";
import { planLayout } from "../../src/backend/wasm/layout.js";
import { parseConfig } from "../../src/config.js";
import { estimateCost } from "../../src/sweep/cost.js";

const sampled = (size: number, vocabSize = 100) =>
  estimateCost(parseConfig({ vocabSize, steps: 0, spectrum: false, evaluation: { kind: "sampled", size } }));

test("a sampled evaluation costs what its pairs cost", () => {
  // measured on one core: 36 ms for two million pairs, 1.9 s for a hundred million
  expect(sampled(2_000_000).seconds).toBeGreaterThan(0.02);
  expect(sampled(2_000_000).seconds).toBeLessThan(0.08);
  expect(sampled(100_000_000).seconds).toBeGreaterThan(1);
  expect(sampled(100_000_000).seconds).toBeLessThan(4);
  // of a large vocabulary few samples meet few inputs: 0.15 s for ten thousand pairs, 0.62 s for two million
  expect(sampled(10_000, 10_000).seconds).toBeLessThan(0.4);
  expect(sampled(2_000_000, 10_000).seconds).toBeGreaterThan(0.3);
});

test("the memory of a run counts every thread that may come to share it", () => {
  const config = parseConfig({ vocabSize: 2000, embeddingDim: 2000 });
  const [alone, shared] = [estimateCost(config), estimateCost(config, 255)];
  expect(alone.held).toBe(planLayout(config, 65536).bytes);
  expect(shared.held).toBe(planLayout(config, 65536, 255).bytes);
  expect(shared.bytes - alone.bytes).toBe(shared.held - alone.held);
  expect(shared.held).toBeGreaterThan(2 * alone.held);
  // a trainer takes no more, however many the pool has
  expect(estimateCost(config, 1024)).toEqual(shared);
  expect(shared.maxThreads).toBe(255);
  const small = parseConfig({ vocabSize: 50, embeddingDim: 50 });
  expect(estimateCost(small, 255)).toEqual(estimateCost(small));
});

test("a run that WebAssembly cannot hold holds nothing: it fails by itself", () => {
  const { held, bytes } = estimateCost(parseConfig({ vocabSize: 1_000_000, embeddingDim: 2000 }));
  expect(held).toBe(0);
  expect(bytes).toBeGreaterThan(2 ** 32);
});
