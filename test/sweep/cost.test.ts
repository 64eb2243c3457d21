import { expect, test } from "vitest";
import { planLayout } from "../../src/backend/wasm/layout.js";
import { parseConfig } from "../../src/config.js";
import { estimateCost, worthSharing } from "../../src/sweep/cost.js";

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

test("products, memory traffic and spectra, as the formulas have them", () => {
  const uniform = { kind: "given" as const, probabilities: [0.25, 0.25, 0.25, 0.25] };
  const base = { vocabSize: 4, embeddingDim: 3, batchSize: 2, steps: 10, evaluateEvery: 5 };
  const cost = (more: object = {}) => {
    const config = parseConfig({ ...base, distribution: uniform, spectrum: false, ...more });
    const { bytes, held, maxThreads, ...rest } = estimateCost(config, 8);
    expect(held).toBe(planLayout(config, 65536, 1).bytes);
    expect(maxThreads).toBe(1);
    return { ...rest, beside: bytes - held - 32 * 2 ** 20 };
  };
  // two draws meet 4 · (1 − (3/4)²) inputs
  const step = 6 * 1.75 * 12;
  const seconds = (parameters: number, evaluation: number) =>
    1.5e-3 + 10 * (4e-6 + step / 3e10 + (24 * parameters) / 1e10) + 3 * (1e-4 + evaluation);
  const near = (evaluation: number, parameters = 12, spectral = 0, pairs = 0) => ({
    operations: expect.closeTo(10 * step + 3 * (evaluation + spectral), 9),
    seconds: expect.closeTo(seconds(parameters, evaluation / 3e10 + spectral / 4e9 + pairs * 2e-8), 15),
    beside: 24 * parameters,
  });
  expect(cost()).toEqual(near(2 * 4 * 12));
  expect(cost({ tied: false })).toEqual(near(2 * 4 * 12, 24));
  expect(cost({ spectrum: true })).toEqual(near(2 * 4 * 12, 12, 2 * 12 * 3 + 3 * 27));
  const wide = {
    vocabSize: 3,
    embeddingDim: 4,
    distribution: { ...uniform, probabilities: [0.5, 0.25, 0.25] },
  };
  // the smaller side counts; two draws meet 3 − 0.25 − 2 · 0.5625 inputs
  expect(cost({ ...wide, spectrum: true }).operations).toBeCloseTo(
    10 * 6 * 1.625 * 12 + 3 * (2 * 3 * 12 + 2 * 12 * 3 + 3 * 27),
    9,
  );
  const stratified = { kind: "stratified", exactInputs: 1, sampledInputs: 2 };
  expect(cost({ evaluation: stratified })).toEqual(near(2 * 3 * 12));
  expect(cost({ evaluation: { kind: "sampled", size: 2 } })).toEqual(near(2 * 1.75 * 12, 12, 0, 2));
  // without steps there is one evaluation
  expect(cost({ steps: 0 }).operations).toBeCloseTo(2 * 4 * 12, 9);
});

test("an exact gradient takes all V inputs a step", () => {
  const sizes = { vocabSize: 40, embeddingDim: 5, steps: 10, spectrum: false };
  const { operations, seconds } = estimateCost(
    parseConfig({ ...sizes, gradient: "exact", evaluateEvery: 10 }),
  );
  expect(operations).toBe(10 * 6 * 40 * 40 * 5 + 2 * (2 * 40 * 40 * 5));
  expect(seconds).toBeGreaterThan(estimateCost(parseConfig({ ...sizes, evaluateEvery: 10 })).seconds);
});

test("threads share what takes more than a second, and a millisecond a step", () => {
  expect(worthSharing(1, 1)).toBe(false);
  expect(worthSharing(1.1, 1)).toBe(true);
  expect(worthSharing(1.1, 0)).toBe(true);
  expect(worthSharing(2, 2000)).toBe(false);
  expect(worthSharing(2, 1999)).toBe(true);
});
