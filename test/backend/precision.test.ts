/** How near the kernel's f32 comes to f64: with the batch, with the dimension, with logits that are far apart. */
import { describe, expect, test } from "vitest";
import { tokenProbabilities } from "../../src/data/distribution.js";
import { entropy } from "../../src/data/entropy.js";
import { randomBits, streamKey } from "../../src/data/random.js";
import { aliasTable, drawBatch } from "../../src/data/sampling.js";
import type { Weights } from "../../src/model/parameters.js";
import { createKernel, createReference, untrained } from "./backends.js";
import { architectures } from "./modelCases.js";

const norm = (array: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < array.length; i++) sum += array[i] * array[i];
  return Math.sqrt(sum);
};
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  norm(Float64Array.from(a, (x, i) => x - b[i]));

/** (1 − β₁)·g: with β₁ = 0 Adam's first moment is the gradient itself. */
const optimizer = { kind: "adam", beta1: 0 } as const;

describe("the gradient's error does not grow with the batch", () => {
  describe.each(architectures)("tied $tied, norm $norm", (architecture) => {
    test.each([
      // V, D, B: one block of inputs, several, and combined products
      [100, 30, 128],
      [100, 30, 129],
      [100, 30, 4096],
      [100, 30, 65536],
      [700, 12, 65536],
      [60, 5, 2 ** 20],
    ])("V %i, D %i, B %i: ≤ 3e-6 of its norm", async (vocabSize, embeddingDim, batchSize) => {
      const config = { vocabSize, embeddingDim, batchSize, optimizer, seed: 4, ...architecture };
      const [kernel, reference] = [await createKernel(config), await createReference(config)];
      const rates = Float64Array.of(1e-3);
      const [a, b] = [kernel.advance(rates), reference.advance(rates)];
      expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-6);
      const [got, oracle] = [kernel.state().arrays.firstMoment, reference.state().arrays.firstMoment];
      for (const name of Object.keys(oracle) as (keyof Weights)[]) {
        const [g, h] = [got[name], oracle[name]];
        if (g && h) expect(distance(g, h) / norm(h), name).toBeLessThanOrEqual(3e-6);
      }
    });
  });

  test("where softmax and targets cancel: ≤ 3e-6 of the larger of the two", async () => {
    const sizes = { vocabSize: 80, embeddingDim: 16, tied: false, seed: 4 };
    const [V, D, B] = [80, 16, 65536];
    const trained = await createKernel({ ...sizes, learningRate: 0.01 });
    trained.advance(new Float64Array(2000).fill(0.01));
    const state = { ...trained.state(), ...untrained };
    const config = { ...sizes, batchSize: B, optimizer };
    const [kernel, reference] = [await createKernel(config), await createReference(config)];
    const batch = drawBatch(aliasTable(tokenProbabilities({ kind: "zipf" }, V)), 5, 7, B);
    for (const backend of [kernel, reference]) {
      backend.setState(state);
      backend.stepOn(batch, 1e-3);
    }
    const targets = new Float64Array(V * D);
    for (let i = 0; i < B; i++)
      for (let d = 0; d < D; d++)
        targets[D * batch.targets[i] + d] -= state.weights.embedding[D * batch.inputs[i] + d] / B;
    const [g, h] = [
      kernel.state().arrays.firstMoment.unembedding!,
      reference.state().arrays.firstMoment.unembedding!,
    ];
    // the two parts do cancel here
    expect(norm(h)).toBeLessThan(0.2 * norm(targets));
    expect(distance(g, h) / norm(targets)).toBeLessThanOrEqual(3e-6);
  });
});

describe("what is common to a row of logits cancels", () => {
  test.each([100, 1000, 10000, 65536])(
    "equal rows give ln V at D %i, in a step and in every evaluation",
    async (embeddingDim) => {
      for (const tied of [true, false])
        for (const evaluation of [
          { kind: "exact" },
          { kind: "sampled", size: 500 },
          { kind: "stratified", exactInputs: 20, sampledInputs: 20 },
        ] as const) {
          // tied matrices of this size once
          if (embeddingDim > 10000 && (!tied || evaluation.kind !== "exact")) continue;
          const config = { vocabSize: 200, embeddingDim, tied, evaluation, batchSize: 8, spectrum: false };
          const kernel = await createKernel(config);
          const state = kernel.state();
          for (const array of Object.values(state.weights)) (array as Float32Array | undefined)?.fill(1.1);
          kernel.setState(state);
          const { loss, standardError } = kernel.evaluate();
          expect(Math.abs(loss / Math.log(200) - 1)).toBeLessThan(2e-6);
          expect(standardError).toBe(0);
          expect(Math.abs(kernel.advance(Float64Array.of(1e-3)).loss / Math.log(200) - 1)).toBeLessThan(2e-6);
        }
    },
  );

  test("no loss of training falls below 0", async () => {
    const kernel = await createKernel({
      vocabSize: 600,
      embeddingDim: 1000,
      batchSize: 1,
      distribution: { kind: "zipf", exponent: 3 },
      seed: 1,
    });
    for (let step = 0; step < 120; step++)
      expect(kernel.advance(Float64Array.of(0.3)).loss, `step ${step}`).toBeGreaterThanOrEqual(0);
  });

  test("2,000 random configs: no loss below 0, no excess below −1e-6, the f64 backend within 1e-5", async () => {
    const key = streamKey(13, 0, 0);
    let drawn = 0;
    const uniform = () => Number(randomBits(key, drawn++) >> 11n) * 2 ** -53;
    const pick = <T>(values: readonly T[]): T => values[Math.floor(uniform() * values.length)];
    let compared = 0;
    for (let i = 0; i < 2000; i++) {
      const config = {
        vocabSize: pick([1, 2, 3, 10, 57, 97, 130, 260]),
        embeddingDim: pick([1, 2, 5, 16, 40]),
        batchSize: pick([1, 2, 16, 128, 200]),
        distribution: { kind: "zipf", exponent: pick([0, 0.5, 1, 3, 20]) },
        init: { kind: "normal", std: pick([0.01, 0.3, 1, 3]) },
        ...pick(architectures),
        evaluation: pick([
          { kind: "exact" },
          { kind: "sampled", size: 300 },
          { kind: "stratified", exactInputs: 5, sampledInputs: 5 },
        ] as const),
        spectrum: false,
        seed: i,
      } as const;
      const kernel = await createKernel(config);
      const rate = pick([1e-3, 0.03, 0.3]);
      for (let turn = 0; turn < 3; turn++) {
        const { done, loss: trainLoss } = kernel.advance(new Float64Array(5).fill(rate));
        expect(done).toBe(5);
        const { loss } = kernel.evaluate();
        const what = JSON.stringify(config);
        expect(trainLoss, what).toBeGreaterThanOrEqual(0);
        expect(loss, what).toBeGreaterThanOrEqual(0);
        // sampled targets have an entropy of their own
        const lowest = entropy(tokenProbabilities(config.distribution, config.vocabSize));
        if (config.evaluation.kind === "exact") expect(loss - lowest, what).toBeGreaterThanOrEqual(-1e-6);
        if (i % 10 !== 0) continue;
        const reference = await createReference(config);
        reference.setState(kernel.state());
        const expected = reference.evaluate().loss;
        // logits of thousands have an error of their own in f32
        if (expected < 50) expect(Math.abs(loss - expected), what).toBeLessThan(1e-5);
        compared++;
      }
    }
    expect(compared).toBe(600);
  });
});

describe("no run diverges that f64 goes on with", () => {
  test.each([
    [1000, 200, 50, 12],
    [4000, 30, 50, 12],
  ])("D %i, rate %i: a dominant logit far below its shift", async (embeddingDim, rate, exponent, steps) => {
    const config = {
      vocabSize: 600,
      embeddingDim,
      batchSize: 8,
      distribution: { kind: "zipf" as const, exponent },
      spectrum: false,
    };
    const kernel = await createKernel(config);
    const { done, loss } = kernel.advance(new Float64Array(steps).fill(rate));
    expect(done).toBe(steps);
    expect(loss).toBeGreaterThanOrEqual(0);
    expect(kernel.evaluate().loss).toBeGreaterThanOrEqual(0);
    expect(Number.isFinite(kernel.evaluate().loss)).toBe(true);
  });

  test("all logits of an input 300 nats below what its targets' sum gave as shift", async () => {
    // every product of x with a row of U is −300 but for the rounding of a long sum
    const [V, D] = [200, 65536];
    const kernel = await createKernel({
      vocabSize: V,
      embeddingDim: D,
      tied: false,
      batchSize: 4,
      spectrum: false,
    });
    const state = kernel.state();
    state.weights.embedding.fill(3.3);
    state.weights.unembedding!.fill(3.3);
    kernel.setState(state);
    expect(Math.abs(kernel.advance(Float64Array.of(1e-3)).loss / Math.log(V) - 1)).toBeLessThan(2e-6);
  });
});

describe("tokens of probability 0", () => {
  const config = {
    vocabSize: 3,
    embeddingDim: 1,
    distribution: { kind: "given" as const, probabilities: [0.5, 0.5, 0] },
  };

  test("do not count, even where their loss is infinite", async () => {
    for (const tied of [true, false])
      for (const kind of ["exact", "stratified"] as const) {
        const evaluation =
          kind === "exact" ? ({ kind } as const) : ({ kind, exactInputs: 3, sampledInputs: 5 } as const);
        const given = { ...config, tied, evaluation };
        const backends = [await createKernel(given), await createReference(given)];
        for (const backend of backends) {
          const state = backend.state();
          for (const array of Object.values(state.weights))
            (array as Float32Array | undefined)?.set([1e-20, -1e-20, 1e20]);
          backend.setState(state);
          const { loss } = backend.evaluate();
          expect(Number.isFinite(loss)).toBe(true);
          // gradients of 1e20, whose squares f32 does not hold, move weights as f64's do
          if (tied && kind === "exact") {
            backend.advance(Float64Array.of(1e-3));
            expect(Math.abs(backend.evaluate().loss - Math.LN2)).toBeLessThan(1e-3);
          }
        }
        const [a, b] = backends.map((backend) => backend.evaluate().loss);
        expect(Math.abs(a - b)).toBeLessThan(1e-5);
      }
  });

  test("a weight that an infinite logit would need", async () => {
    const kernel = await createKernel({
      ...config,
      vocabSize: 200,
      distribution: {
        kind: "given",
        probabilities: Array.from({ length: 200 }, (_, i) => (i === 150 ? 0 : 1 / 199)),
      },
    });
    const state = kernel.state();
    state.weights.embedding.fill(0.5);
    state.weights.embedding[150] = -3e38;
    kernel.setState(state);
    // every input gives token 150 the logit −1.5e38 and the others 0.25
    expect(Math.abs(kernel.evaluate().loss - Math.log(199))).toBeLessThan(1e-5);
  });
});
