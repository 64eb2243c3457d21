import { describe, expect, test } from "vitest";
import {
  forEachArray,
  groupByInput,
  inputLoss,
  logSumExp,
  lossAndGradients,
  type ModelConfig,
  type Parameters,
  populationLossAndGradients,
  targetLosses,
  toParameters,
  toWeights,
  zerosLike,
} from "../../src/backend/reference/model.js";
import { parseConfig } from "../../src/config.js";
import type { Batch } from "../../src/data/batch.js";
import { tokenProbabilities } from "../../src/data/distribution.js";
import { entropy } from "../../src/data/entropy.js";
import { PURPOSE, streamKey, uniform } from "../../src/data/random.js";
import { aliasTable, drawBatch } from "../../src/data/sampling.js";
import { stratify } from "../../src/data/stratification.js";
import { SCALARS } from "../../src/kernel/constants.js";
import { normalQuantile } from "../../src/math/normal.js";
import { effectiveDimension } from "../../src/observables/effectiveDimension.js";
import { type Adam, adam } from "../../src/optimizer/adam.js";
import { runningAfter } from "../../src/optimizer/optimizer.js";
import { createReference } from "./backends.js";
import { architectures } from "./modelCases.js";

type Architecture = (typeof architectures)[number];
const zipf = (V: number, exponent = 1) => tokenProbabilities({ kind: "zipf", exponent }, V);
const sum = (values: Iterable<number>) => Array.from(values).reduce((total, x) => total + x, 0);

/** Gaussian parameters; gain about 1 and bias about 0, so that neither drops out of a gradient. */
function gaussianParameters(
  { tied, norm }: Architecture,
  V: number,
  D: number,
  std: number,
  seed = 1,
): Parameters {
  const gaussian = (purpose: number, length: number, mean = 0) =>
    Float64Array.from({ length }, (_, i) => {
      const u = uniform(streamKey(seed, purpose, 0), i) + 2 ** -54;
      return mean + std * normalQuantile(u);
    });
  return {
    embedding: gaussian(0, V * D),
    ...(!tied && { unembedding: gaussian(1, V * D) }),
    ...(norm !== "none" && { gain: gaussian(2, D, 1) }),
    ...(norm === "layernorm" && { bias: gaussian(3, D) }),
  };
}

/** logits_ab straight from the definition, by Math's functions. */
function plainLogits({ embeddingDim: D, norm }: ModelConfig, weights: Parameters, a: number): number[] {
  const U = weights.unembedding ?? weights.embedding;
  const row = Array.from(weights.embedding.slice(a * D, (a + 1) * D));
  const mean = norm === "layernorm" ? sum(row) / D : 0;
  const deviation = Math.sqrt(sum(row.map((e) => (e - mean) ** 2)) / D + 1e-5);
  const x =
    norm === "none"
      ? row
      : row.map((e, d) => ((e - mean) / deviation) * weights.gain![d] + (weights.bias?.[d] ?? 0));
  return Array.from({ length: U.length / D }, (_, b) => sum(x.map((xd, d) => xd * U[b * D + d])));
}

/** q(·|a) the plain way, for logits that do not overflow. */
function plainSoftmax(logits: number[]): number[] {
  const weights = logits.map(Math.exp);
  const total = sum(weights);
  return weights.map((w) => w / total);
}

const populationLoss = (config: ModelConfig, weights: Parameters, p: ArrayLike<number>): number =>
  populationLossAndGradients(config, weights, p, () => p).loss;

describe("gradients: central differences within a relative 1e-7", () => {
  // inputs 0 to 3 occur several times with equal and different targets; 5 and 6 are targets only, V - 1 is neither
  const batch: Batch = {
    inputs: Uint32Array.of(0, 1, 0, 3, 0, 1, 2, 0, 4, 1, 3, 0),
    targets: Uint32Array.of(1, 0, 1, 3, 5, 2, 6, 0, 0, 1, 3, 2),
  };

  describe.each(architectures)("tied $tied, norm $norm", (architecture) => {
    test.each([
      [8, 1, 0.5],
      [8, 2, 0.5],
      [8, 5, 0.3],
      [8, 5, 1.2],
    ])("V %i, D %i, std %d", (V, D, std) => {
      const config: ModelConfig = { vocabSize: V, embeddingDim: D, norm: architecture.norm };
      const weights = gaussianParameters(architecture, V, D, std);
      // a row near 0 stands in rmsnorm's bend, sqrt(1e-5) wide and too sharp for differences
      if (D === 1) for (let i = 0; i < V; i++) weights.embedding[i] += Math.sign(weights.embedding[i]) * 0.3;
      const { gradients } = lossAndGradients(config, weights, batch);
      const loss = () => lossAndGradients(config, weights, batch).loss;
      let arrays = 0;
      forEachArray([weights, gradients], (theta, gradient) => {
        arrays += 1;
        expect(gradient).toHaveLength(theta.length);
        for (let i = 0; i < theta.length; i++) {
          const before = theta[i];
          const at = (offset: number) => {
            theta[i] = before + offset;
            const value = loss();
            theta[i] = before;
            return value;
          };
          // five points: truncation h⁴·f⁽⁵⁾/30, so that h can be large enough for rounding to be 1e-12
          const h = 1e-3;
          const difference = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
          const size = Math.max(Math.abs(difference), Math.abs(gradient[i]));
          expect(Math.abs(difference - gradient[i])).toBeLessThan(1e-7 * size + 2e-12);
        }
      });
      expect(arrays).toBe(
        1 + (architecture.tied ? 0 : 1) + { none: 0, rmsnorm: 1, layernorm: 2 }[architecture.norm],
      );
    });
  });

  test("an untied embedding row that is no input has the gradient 0", () => {
    const config: ModelConfig = { vocabSize: 8, embeddingDim: 3, norm: "layernorm" };
    const weights = gaussianParameters({ tied: false, norm: "layernorm" }, 8, 3, 1);
    const { embedding } = lossAndGradients(config, weights, batch).gradients;
    expect(Array.from(embedding.slice(15))).toEqual(Array(9).fill(0));
    expect(embedding.slice(0, 15).every((g) => g !== 0)).toBe(true);
  });

  test("tied, the one gradient is the sum of both uses", () => {
    const tied = gaussianParameters({ tied: true, norm: "rmsnorm" }, 8, 4, 0.6);
    const config: ModelConfig = { vocabSize: 8, embeddingDim: 4, norm: "rmsnorm" };
    const untied = { ...tied, unembedding: tied.embedding };
    const both = lossAndGradients(config, untied, batch).gradients;
    const one = lossAndGradients(config, tied, batch);
    expect(one.loss).toBe(lossAndGradients(config, untied, batch).loss);
    one.gradients.embedding.forEach((g, i) => {
      expect(Math.abs(g - both.embedding[i] - both.unembedding![i])).toBeLessThan(1e-15);
    });
  });
});

describe.each(architectures)("losses, tied $tied, norm $norm", (architecture) => {
  const [V, D] = [9, 4];
  const config: ModelConfig = { vocabSize: V, embeddingDim: D, norm: architecture.norm };
  const weights = gaussianParameters(architecture, V, D, 0.8, 5);
  const q = Array.from({ length: V }, (_, a) => plainSoftmax(plainLogits(config, weights, a)));

  test("of a pair: -ln q(b|a)", () => {
    for (let a = 0; a < V; a++) {
      targetLosses(config, weights, a).forEach((loss, b) => {
        expect(Math.abs(loss + Math.log(q[a][b]))).toBeLessThan(1e-13);
      });
    }
  });

  test("of a batch: the mean over its pairs, in any order", () => {
    const batch = drawBatch(aliasTable(zipf(V)), 1, 0, 200);
    const expected = -sum(Array.from(batch.inputs, (a, i) => Math.log(q[a][batch.targets[i]]))) / 200;
    expect(Math.abs(lossAndGradients(config, weights, batch).loss - expected)).toBeLessThan(1e-13);
    const reversed = { inputs: batch.inputs.toReversed(), targets: batch.targets.toReversed() };
    expect(Math.abs(lossAndGradients(config, weights, reversed).loss - expected)).toBeLessThan(1e-13);
  });

  test.each([
    ["Zipf", Array.from(zipf(V))],
    ["with zeros", [0, 0.5, 0, 0.2, 0, 0, 0.3, 0, 0]],
  ])("of the population, p %s: over all pairs, and its excess is Σ p_a KL(p ‖ q(·|a))", (_, p) => {
    const loss = populationLoss(config, weights, p);
    const overPairs = sum(p.map((pa, a) => pa * sum(p.map((pb, b) => -pb * Math.log(q[a][b])))));
    expect(Math.abs(loss - overPairs)).toBeLessThan(1e-13);
    const divergence = (a: number) => sum(p.map((pb, b) => (pb === 0 ? 0 : pb * Math.log(pb / q[a][b]))));
    expect(Math.abs(loss - entropy(p) - sum(p.map((pa, a) => pa * divergence(a))))).toBeLessThan(1e-13);
    for (let a = 0; a < V; a++)
      expect(Math.abs(inputLoss(config, weights, p, a) - entropy(p) - divergence(a))).toBeLessThan(1e-13);
  });

  test("all logits equal: ln V, whatever the tokens", () => {
    const equal = gaussianParameters(architecture, V, D, 0.8, 6);
    // equal rows of U give equal logits; tied, they are E's
    const U = equal.unembedding ?? equal.embedding;
    for (let i = D; i < U.length; i++) U[i] = U[i % D];
    const batch = drawBatch(aliasTable(zipf(V)), 1, 0, 64);
    expect(Math.abs(lossAndGradients(config, equal, batch).loss - Math.log(V))).toBeLessThan(1e-14);
    expect(Math.abs(populationLoss(config, equal, zipf(V)) - Math.log(V))).toBeLessThan(1e-14);
    for (const loss of targetLosses(config, equal, 3))
      expect(Math.abs(loss - Math.log(V))).toBeLessThan(1e-14);
  });
});

describe("exact laws of one dimension", () => {
  const config = (V: number, norm: ModelConfig["norm"]): ModelConfig => ({
    vocabSize: V,
    embeddingDim: 1,
    norm,
  });
  const excess = (model: ModelConfig, weights: Parameters, p: Float64Array) =>
    populationLoss(model, weights, p) - entropy(p);
  const p10 = zipf(10);
  const variance = sum(p10.map((p) => p * (Math.log(p) + entropy(p10)) ** 2));
  /** E_i = c + (ln p_i + H)/c */
  const law = (c: number) => ({ embedding: p10.map((p) => c + (Math.log(p) + entropy(p10)) / c) });

  test("Var_p ln p of Zipf, V = 10: 0.6315", () => {
    expect(variance.toFixed(4)).toBe("0.6315");
  });

  test("a tied scalar's excess loss at V = 10: 7.790e-4 at c = 4 and 4.8686e-5 at c = 8", () => {
    expect(excess(config(10, "none"), law(4), p10).toExponential(3)).toBe("7.790e-4");
    expect(excess(config(10, "none"), law(8), p10).toExponential(4)).toBe("4.8686e-5");
    // the sign of c is not to be told
    expect(excess(config(10, "none"), law(-4), p10)).toBeCloseTo(excess(config(10, "none"), law(4), p10), 14);
  });

  test("it tends to (Var_p ln p)²/2c⁴", () => {
    const left = [8, 16].map((c) => {
      const limit = variance ** 2 / (2 * c ** 4);
      return Math.abs(excess(config(10, "none"), law(c), p10) / limit - 1);
    });
    // what is left falls about as 1/c²; beyond c = 16 rounding of logits of c² hides it
    expect(left[0]).toBeLessThan(1e-4);
    expect(left[1]).toBeLessThan(left[0] / 3);
  });

  test.each([true, false])("a layernorm (tied: %s) reaches the entropy, by its bias alone", (tied) => {
    const p = zipf(100);
    const bias = Float64Array.of(2.5);
    const U = p.map((x) => Math.log(x) / bias[0]);
    const weights: Parameters = {
      embedding: tied ? U : gaussianParameters({ tied: true, norm: "none" }, 100, 1, 3).embedding,
      ...(!tied && { unembedding: U }),
      gain: Float64Array.of(7),
      bias,
    };
    expect(Math.abs(excess(config(100, "layernorm"), weights, p))).toBeLessThan(1e-14);
    // no embedding and no gain can matter
    const other = { ...weights, gain: Float64Array.of(-1), unembedding: U, embedding: U.toReversed() };
    expect(populationLoss(config(100, "layernorm"), other, p)).toBe(
      populationLoss(config(100, "layernorm"), { ...weights, unembedding: U }, p),
    );
  });
});

describe("logSumExp", () => {
  test.each([
    [[0], 0],
    [[1000, 1000], 1000 + Math.LN2],
    [[-1e5, -1e5, -1e5], Math.log(3) - 1e5],
    [[0, -2000], 0],
    [[1, 2, 3], Math.log(Math.E + Math.E ** 2 + Math.E ** 3)],
  ])("of %j", (logits, expected) => {
    const got = logSumExp(Float64Array.from(logits));
    expect(Math.abs(got - expected)).toBeLessThanOrEqual(2 ** -51 * Math.max(1, Math.abs(expected)));
  });

  test("NaN shows", () => {
    expect(logSumExp(Float64Array.of(1, Number.NaN, 2))).toBeNaN();
  });
});

/** One update of Adam's file, number `step`. */
function adamUpdate(
  theta: Float64Array,
  gradient: Float64Array,
  firstMoment: Float64Array,
  secondMoment: Float64Array,
  step: number,
  learningRate: number,
  settings: Pick<Adam, "beta1" | "beta2" | "eps">,
): void {
  const config: Adam = { kind: "adam", weightDecay: 0, coupled: false, ...settings };
  const scalars = new Float64Array(SCALARS);
  adam.scalars(config, learningRate, runningAfter(adam.factors(config), step), scalars, 0);
  adam.update(scalars, { theta, gradient, state: { firstMoment, secondMoment }, columns: theta.length });
}

describe("Adam", () => {
  const settings = { kind: "adam", beta1: 0.9, beta2: 0.999, eps: 1e-8 } as const;

  test("two steps by hand", () => {
    const [theta, m, v] = [Float64Array.of(1), Float64Array.of(0), Float64Array.of(0)];
    adamUpdate(theta, Float64Array.of(0.5), m, v, 1, 0.1, settings);
    // m = 0.05, v = 0.00025; corrected 0.5 and 0.25
    expect(m[0]).toBeCloseTo(0.05, 16);
    expect(v[0]).toBeCloseTo(0.00025, 18);
    const first = 1 - (0.1 * 0.5) / (0.5 + 1e-8);
    expect(Math.abs(theta[0] - first)).toBeLessThan(1e-15);
    adamUpdate(theta, Float64Array.of(-1), m, v, 2, 0.2, settings);
    // m = 0.045 - 0.1, v = 0.00024975 + 0.001; 1 - β₁² = 0.19, 1 - β₂² = 0.001999
    expect(m[0]).toBeCloseTo(-0.055, 16);
    expect(v[0]).toBeCloseTo(0.00124975, 17);
    const second = first + (0.2 * (0.055 / 0.19)) / (Math.sqrt(0.00124975 / 0.001999) + 1e-8);
    expect(Math.abs(theta[0] - second)).toBeLessThan(1e-14);
  });

  test.each([
    [settings, 1],
    [settings, 2],
    [settings, 37],
    [settings, 1000],
    [settings, 1_000_003],
    [{ ...settings, beta1: 0, beta2: 0 }, 5],
    [{ ...settings, eps: 0.5 }, 3],
  ] as const)("settings %j at step %i", ({ beta1, beta2, eps }, t) => {
    const length = 9;
    const random = (purpose: number) =>
      Float64Array.from({ length }, (_, i) => uniform(streamKey(2, purpose, t), i) - 0.5);
    const [theta, g, m] = [random(0), random(1), random(2)];
    const v = random(3).map((x) => x * x);
    const [theta0, g0, m0, v0] = [theta, g, m, v].map((a) => a.slice());
    adamUpdate(theta, g, m, v, t, 0.01, { beta1, beta2, eps });
    expect(g).toEqual(g0);
    for (let i = 0; i < length; i++) {
      const m1 = beta1 * m0[i] + (1 - beta1) * g0[i];
      const v1 = beta2 * v0[i] + (1 - beta2) * g0[i] ** 2;
      const [corrected, scale] = [m1 / (1 - beta1 ** t), Math.sqrt(v1 / (1 - beta2 ** t))];
      expect(Math.abs(m[i] - m1)).toBeLessThan(1e-15);
      expect(Math.abs(v[i] - v1)).toBeLessThan(1e-15);
      expect(Math.abs(theta[i] - theta0[i] + (0.01 * corrected) / (scale + eps))).toBeLessThan(1e-14);
    }
  });

  test("a parameter that never had a gradient stays", () => {
    const [theta, zero] = [Float64Array.of(3), Float64Array.of(0)];
    adamUpdate(theta, zero, Float64Array.of(0), Float64Array.of(0), 10, 0.1, settings);
    expect(theta[0]).toBe(3);
  });

  test("a parameter whose gradient has gone still moves", () => {
    const theta = Float64Array.of(3);
    adamUpdate(theta, Float64Array.of(0), Float64Array.of(0.1), Float64Array.of(0.01), 10, 0.1, settings);
    expect(theta[0]).toBeLessThan(3);
  });
});

describe("the backend", () => {
  const input = { vocabSize: 12, embeddingDim: 5, batchSize: 20, seed: 4 };
  const table = aliasTable(zipf(12));

  test.each(architectures)(
    "steps are gradients on drawn batches and Adam: tied $tied, norm $norm",
    async (architecture) => {
      const config = parseConfig({ ...input, ...architecture });
      const backend = await createReference(config);
      const weights = toParameters(backend.state().weights);
      const [m, v] = [zerosLike(weights), zerosLike(weights)];
      const rates = Float64Array.of(0.01, 0.02, 0, 0.05);
      let last = Number.NaN;
      for (const [step, rate] of rates.entries()) {
        const { loss, gradients } = lossAndGradients(config, weights, drawBatch(table, 4, step, 20));
        last = loss;
        forEachArray([weights, gradients, m, v], (theta, g, first, second) => {
          adamUpdate(theta, g, first, second, step + 1, rate, config.optimizer as Adam);
        });
      }
      expect(backend.advance(rates)).toEqual({ done: 4, loss: last });
      expect(backend.state()).toEqual({
        step: 4,
        weights: toWeights(weights),
        arrays: { firstMoment: toWeights(m), secondMoment: toWeights(v) },
        scalars: {
          beta1Power: 0.9 * 0.9 * 0.9 * 0.9,
          beta2Power: 0.999 * 0.999 * 0.999 * 0.999,
        },
      });
    },
  );

  test("a caller's batch counts as a step like a drawn one", async () => {
    const config = parseConfig(input);
    const [a, b] = [await createReference(config), await createReference(config)];
    a.advance(Float64Array.of(0.01, 0.01));
    for (let step = 0; step < 2; step++) b.stepOn(drawBatch(table, 4, step, 20), 0.01);
    expect(b.state()).toEqual(a.state());
  });

  test("the exact evaluation is the population loss", async () => {
    const backend = await createReference(input);
    const config = parseConfig(input);
    const expected = populationLoss(config, toParameters(backend.state().weights), zipf(12));
    expect(backend.evaluate()).toEqual({ loss: expected, standardError: 0 });
  });

  test("the sampled evaluation is the mean over its pairs, with s/sqrt(n)", async () => {
    const config = parseConfig({ ...input, evaluation: { kind: "sampled", size: 3000 } });
    const backend = await createReference(config);
    backend.advance(Float64Array.of(0, 0));
    const weights = toParameters(backend.state().weights);
    // pairs of the step that the run stands at
    const { inputs, targets } = drawBatch(table, 4, 2, 3000, PURPOSE.sampledEvaluation);
    const losses = Array.from(inputs, (a, i) => targetLosses(config, weights, a)[targets[i]]);
    const mean = sum(losses) / 3000;
    const deviation = Math.sqrt(sum(losses.map((x) => (x - mean) ** 2)) / 2999);
    const { loss, standardError } = backend.evaluate();
    expect(Math.abs(loss - mean)).toBeLessThan(1e-13);
    expect(Math.abs(standardError - deviation / Math.sqrt(3000))).toBeLessThan(1e-14);
  });

  test("the stratified evaluation is its frequent inputs and the mean over its tail", async () => {
    const sizes = { exactInputs: 4, sampledInputs: 50 };
    const config = parseConfig({ ...input, evaluation: { kind: "stratified", ...sizes } });
    const backend = await createReference(config);
    const weights = toParameters(backend.state().weights);
    const of = (a: number) => inputLoss(config, weights, zipf(12), a);
    const { tail } = stratify(zipf(12), sizes, 4, 0);
    const losses = Array.from(tail.inputs, of);
    const mean = sum(losses) / 50;
    const deviation = Math.sqrt(sum(losses.map((x) => (x - mean) ** 2)) / 49);
    const head = sum([0, 1, 2, 3].map((a) => zipf(12)[a] * of(a)));
    const { loss, standardError } = backend.evaluate();
    expect(Math.abs(loss - head - tail.mass * mean)).toBeLessThan(1e-14);
    expect(Math.abs(standardError - (tail.mass * deviation) / Math.sqrt(50))).toBeLessThan(1e-15);
  });

  test("a stratified evaluation with every input is exact", async () => {
    const exact = (await createReference(input)).evaluate();
    const stratified = { ...input, evaluation: { kind: "stratified", exactInputs: 12 } } as const;
    const all = (await createReference(stratified)).evaluate();
    expect(all.standardError).toBe(0);
    expect(Math.abs(all.loss - exact.loss)).toBeLessThan(1e-14);
  });

  test("the spectrum is that of the embedding", async () => {
    const backend = await createReference(input);
    const expected = effectiveDimension(backend.state().weights.embedding, 12, 5);
    for (const [name, figure] of Object.entries(backend.spectrum()))
      expect(Math.abs(figure / expected[name as keyof typeof expected] - 1), name).toBeLessThan(1e-12);
  });

  test("a loss that is not finite stops before its update", async () => {
    const backend = await createReference({ ...input, init: { kind: "normal", std: 1e200 } });
    const before = backend.state();
    const { done, loss } = backend.advance(Float64Array.of(0.1, 0.1));
    expect(done).toBe(0);
    expect(Number.isFinite(loss)).toBe(false);
    expect(backend.state()).toEqual(before);
  });

  test("groups keep the order of their inputs and of their targets", async () => {
    const groups = groupByInput({
      inputs: Uint32Array.of(3, 1, 3, 0, 1),
      targets: Uint32Array.of(9, 8, 7, 6, 8),
    });
    expect([...groups]).toEqual([
      [3, [9, 7]],
      [1, [8, 8]],
      [0, [6]],
    ]);
  });
});
