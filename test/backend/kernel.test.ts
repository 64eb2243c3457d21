import { describe, expect, test } from "vitest";
import type { RunConfigInput } from "../../src/config.js";
import type { Weights } from "../../src/model/parameters.js";
import { createKernel, createReference, type Tested, untrained } from "./backends.js";
import { architectures, raggedSizes } from "./modelCases.js";

const pair = async (input: RunConfigInput): Promise<[Tested, Tested]> => [
  await createKernel(input),
  await createReference(input),
];

const entries = (weights: Weights) => Object.entries(weights).filter(([, array]) => array !== undefined);

const largestDifference = (a: Weights, b: Weights): number => {
  let largest = 0;
  for (const [name, array] of entries(a))
    array.forEach((x: number, i: number) => {
      largest = Math.max(largest, Math.abs(x - (b[name as keyof Weights] as Float32Array)[i]));
    });
  return largest;
};

describe("the kernel starts where the reference starts", () => {
  test.each(architectures)("initial weights are the same bits: $tied $norm", async (architecture) => {
    const [kernel, reference] = await pair({ vocabSize: 33, embeddingDim: 17, seed: 9, ...architecture });
    expect(kernel.state().weights).toEqual(reference.state().weights);
  });
});

describe("one gradient, seen through Adam's first moment after one step: (1 - β₁)·g", () => {
  describe.each(architectures)("tied $tied, norm $norm", (architecture) => {
    test.each(raggedSizes)("V $vocabSize, D $embeddingDim, B $batchSize", async (sizes) => {
      const [kernel, reference] = await pair({
        ...sizes,
        ...architecture,
        init: { kind: "normal", std: 0.7 },
        seed: 3,
      });
      const rates = Float64Array.of(1e-3);
      const a = kernel.advance(rates);
      const b = reference.advance(rates);
      expect(Math.abs(a.loss - b.loss)).toBeLessThan(2e-6 * (1 + Math.abs(b.loss)));
      const [first, oracle] = [kernel.state().arrays.firstMoment, reference.state().arrays.firstMoment];
      for (const [name, array] of entries(oracle)) {
        const got = first[name as keyof Weights] as Float32Array;
        // a gradient element is a sum of terms up to the largest one: rounding is relative to that
        const scale = Math.max(...Array.from(array as Float32Array, Math.abs));
        const worst = Math.max(...Array.from(array as Float32Array, (x, i) => Math.abs(x - got[i])));
        expect(worst, name).toBeLessThan(3e-6 * scale + 2e-8);
      }
    });
  });
});

describe.each([true, false])("population loss and spectrum, tied %s", (tied) => {
  test.each(raggedSizes)("V $vocabSize, D $embeddingDim", async (sizes) => {
    const [kernel, reference] = await pair({ ...sizes, init: { kind: "normal", std: 0.7 }, tied });
    const expected = reference.evaluate();
    expect(Math.abs(kernel.evaluate().loss - expected.loss)).toBeLessThan(2e-6 * (1 + expected.loss));
    const [a, b] = [kernel.spectrum(), reference.spectrum()];
    for (const name of Object.keys(b) as (keyof typeof b)[])
      expect(Math.abs(a[name] - b[name]), name).toBeLessThan(1e-9 * (1 + b[name]));
  });

  test.each([
    { kind: "sampled", size: 20_000 },
    { kind: "stratified", exactInputs: 20, sampledInputs: 200 },
  ] as const)("$kind evaluation", async (evaluation) => {
    const [kernel, reference] = await pair({ vocabSize: 300, embeddingDim: 10, evaluation });
    const [a, b] = [kernel.evaluate(), reference.evaluate()];
    expect(Math.abs(a.loss - b.loss)).toBeLessThan(5e-6);
    expect(Math.abs(a.standardError - b.standardError)).toBeLessThan(1e-6);
    expect(b.standardError).toBeGreaterThan(0);
  });
});

test("logits in the thousands stay finite and right", async () => {
  const [kernel, reference] = await pair({
    vocabSize: 200,
    embeddingDim: 10,
    init: { kind: "normal", std: 30 },
  });
  const a = kernel.evaluate();
  const b = reference.evaluate();
  expect(b.loss).toBeGreaterThan(1000);
  expect(Math.abs(a.loss - b.loss) / b.loss).toBeLessThan(1e-6);
  const rates = new Float64Array(20).fill(0.1);
  expect(kernel.advance(rates).done).toBe(20);
  reference.advance(rates);
  expect(largestDifference(kernel.state().weights, reference.state().weights)).toBeLessThan(0.05);
});

describe.each([80, 100, 1000])("a logit %i nats above all others", (height) => {
  // token 250 is never drawn, stands beyond the first chunks, and every input prefers it by far
  const [V, D, B] = [300, 12, 16];
  const lifted = async () => {
    const backends = await pair({ vocabSize: V, embeddingDim: D, batchSize: B, tied: false, seed: 5 });
    const zeros = { embedding: new Float32Array(V * D), unembedding: new Float32Array(V * D) };
    const { embedding, unembedding } = backends[1].state().weights;
    for (let token = 0; token < V; token++) embedding[D * token] = 1;
    for (let token = 0; token < V; token++) unembedding![D * token] = token === 250 ? height : 0;
    for (const backend of backends)
      backend.setState({
        ...untrained,
        weights: { embedding, unembedding },
        arrays: { firstMoment: structuredClone(zeros), secondMoment: structuredClone(zeros) },
      });
    return backends;
  };
  const batch = {
    inputs: Uint32Array.from({ length: B }, (_, i) => (i * 7) % 20),
    targets: Uint32Array.from({ length: B }, (_, i) => (i * 11) % 30),
  };

  test("loss and gradient of a step", async () => {
    const [kernel, reference] = await lifted();
    const [a, b] = [kernel.stepOn(batch, 1e-3), reference.stepOn(batch, 1e-3)];
    expect(b.loss).toBeGreaterThan(0.9 * height);
    expect(Math.abs(a.loss - b.loss) / b.loss).toBeLessThan(1e-6);
    const [first, oracle] = [kernel.state().arrays.firstMoment, reference.state().arrays.firstMoment];
    const scale = Math.max(...oracle.embedding.map(Math.abs));
    expect(largestDifference(first, oracle)).toBeLessThan(3e-6 * scale);
  });

  test("population loss", async () => {
    const [kernel, reference] = await lifted();
    const [a, b] = [kernel.evaluate(), reference.evaluate()];
    expect(Math.abs(a.loss - b.loss) / b.loss).toBeLessThan(1e-6);
  });
});

test("a tied model's population loss with a logit far above what its token has with itself", async () => {
  const [V, D] = [300, 12];
  const [kernel, reference] = await pair({ vocabSize: V, embeddingDim: D, seed: 5 });
  const state = reference.state();
  for (let token = 0; token < V; token++) state.weights.embedding[D * token] = token === 250 ? 200 : 1;
  for (const backend of [kernel, reference]) backend.setState(state);
  const [a, b] = [kernel.evaluate(), reference.evaluate()];
  expect(b.loss).toBeGreaterThan(150);
  expect(Math.abs(a.loss - b.loss) / b.loss).toBeLessThan(1e-6);
});

test("a kernel cut for vectors of 256 bits gives the same bits", async () => {
  for (const sizes of [
    { vocabSize: 101, embeddingDim: 47 },
    { vocabSize: 300, embeddingDim: 29, tied: false, batchSize: 300 },
  ]) {
    const [narrow, wide] = [await createKernel(sizes), await createKernel(sizes, { vectorBits: 256 })];
    const rates = new Float64Array(20).fill(0.01);
    expect(wide.advance(rates)).toEqual(narrow.advance(rates));
    expect(wide.state()).toEqual(narrow.state());
    expect(wide.evaluate()).toEqual(narrow.evaluate());
  }
});

test("a loss that is not finite stops before its update", async () => {
  const [kernel] = await pair({ vocabSize: 10, embeddingDim: 4, init: { kind: "normal", std: 1e25 } });
  const before = kernel.state();
  const { done, loss } = kernel.advance(new Float64Array(5).fill(0.1));
  expect(done).toBe(0);
  expect(Number.isFinite(loss)).toBe(false);
  expect(kernel.state()).toEqual(before);
});
