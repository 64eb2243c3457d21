/** Another size of the weights: the same function, and moments as a run at that size would have had them. */
import { describe, expect, test } from "vitest";
import { createReferenceBackend } from "../../src/backend/reference/backend.js";
import { inputLoss, populationLossAndGradients, toParameters } from "../../src/backend/reference/model.js";
import { parseConfig, type RunConfig, type RunConfigInput } from "../../src/config.js";
import { createSource } from "../../src/data/createSource.js";
import type { TokenSource } from "../../src/data/source.js";
import { type InterventionInput, intervene } from "../../src/intervention/index.js";
import type { Weights } from "../../src/model/parameters.js";
import { architectures } from "../backend/modelCases.js";

type Rescale = Extract<InterventionInput, { kind: "rescale" }>;

const rms = (array: Float32Array): number =>
  Math.sqrt(array.reduce((sum, x) => sum + x * x, 0) / array.length);
const named = (weights: Weights) => Object.entries(weights) as [keyof Weights, Float32Array][];

/** A run of some steps: its state before and after being rescaled. */
async function rescaled(given: RunConfigInput, sizes: Omit<Rescale, "step" | "kind">) {
  const config = parseConfig({
    vocabSize: 30,
    embeddingDim: 6,
    targets: { kind: "low-rank", rank: 3 },
    learningRate: 0.01,
    steps: 20,
    ...given,
    interventions: [{ step: 20, kind: "rescale", ...sizes }],
  });
  const source = await createSource(config);
  const backend = createReferenceBackend(config, { source });
  backend.advance(new Float64Array(20).fill(0.01));
  const before = backend.state();
  const after = structuredClone(before);
  intervene(config.interventions ?? [], after, config);
  return { config, source, before, after };
}

/** Loss of each input, in f64. */
const losses = (config: RunConfig, source: TokenSource, weights: Weights): number[] =>
  Array.from({ length: config.vocabSize }, (_, a) =>
    inputLoss(config, toParameters(weights), source.targets(a), a),
  );

const largestDifference = (a: number[], b: number[]): number =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);

/** All that there is to ask of each architecture. */
const cases = architectures.flatMap(
  ({ tied, norm }): [string, RunConfigInput, Omit<Rescale, "step" | "kind">][] => {
    const name = `${tied ? "tied" : "untied"}, ${norm}`;
    if (tied && norm === "none") return [];
    const embedding = { embeddingRms: 7 };
    const unembedding = { unembeddingRms: 0.3 };
    const asked = tied ? [embedding] : [embedding, unembedding];
    if (!tied && norm !== "none") asked.push({ ...embedding, ...unembedding } as never);
    return asked.map((sizes) => [`${name}: ${JSON.stringify(sizes)}`, { tied, norm }, sizes]);
  },
);

// large rows, for which the norm's 1e-5 is nothing
const init = { kind: "normal", std: 5 } as const;

describe.each(cases)("%s", (_, architecture, sizes) => {
  test("has the size that was asked for, and every input's loss within 1e-6", async () => {
    const { config, source, before, after } = await rescaled({ ...architecture, init }, sizes);
    if (sizes.embeddingRms) expect(rms(after.weights.embedding)).toBeCloseTo(sizes.embeddingRms, 6);
    if (sizes.unembeddingRms)
      expect(rms(after.weights.unembedding as Float32Array)).toBeCloseTo(sizes.unembeddingRms, 7);
    const [a, b] = [before, after].map(({ weights }) => losses(config, source, weights));
    expect(Math.max(...a)).toBeGreaterThan(1);
    expect(largestDifference(a, b)).toBeLessThan(1e-6 * Math.max(1, ...a));
  });

  test("a gradient there is smaller by what the weight is larger, and so the moments are scaled", async () => {
    const { config, source, before, after } = await rescaled({ ...architecture, init }, sizes);
    const gradients = (weights: Weights) =>
      populationLossAndGradients(config, toParameters(weights), source.probabilities, source.targets)
        .gradients;
    const [was, is] = [gradients(before.weights), gradients(after.weights)];
    for (const [name, weights] of named(after.weights)) {
      const at = weights.findIndex((x) => Math.abs(x) > 0.1);
      const k = weights[at] / (before.weights[name] as Float32Array)[at];
      const largest = Math.max(...(was[name] as Float64Array).map(Math.abs));
      for (const [i, g] of (was[name] as Float64Array).entries())
        expect(Math.abs((is[name] as Float64Array)[i] * k - g)).toBeLessThan(1e-5 * largest);
      for (const [array, degree] of [
        ["firstMoment", 1],
        ["secondMoment", 2],
      ] as const) {
        const old = before.arrays[array][name] as Float32Array;
        for (const [i, m] of (after.arrays[array][name] as Float32Array).entries())
          expect(Math.abs(m * k ** degree - old[i])).toBeLessThanOrEqual(4e-7 * Math.abs(old[i]));
      }
    }
    expect(after.scalars).toEqual(before.scalars);
    expect(after.step).toBe(before.step);
  });
});

test.each([
  ["layernorm", 0.1],
  ["rmsnorm", 0.1],
  ["layernorm", 0.03],
] as const)(
  "%s, rms %d made 1: logits change by 5e-6/s of themselves, s a row's mean square",
  async (norm, std) => {
    const { config, source, before, after } = await rescaled(
      { tied: false, norm, init: { kind: "normal", std }, learningRate: 0, embeddingDim: 64 },
      { embeddingRms: 1 },
    );
    const [a, b] = [before, after].map(({ weights }) => losses(config, source, weights));
    const change = largestDifference(a, b);
    // the largest that a row of half the mean square could come to, its logits being of size 1
    expect(change).toBeLessThan((5e-6 / (std * std)) * 2 * 4);
    expect(change).toBeGreaterThan((5e-6 / (std * std)) * 0.05);
  },
);

test("momentum goes along as a gradient; a coupled second moment as a square of it", async () => {
  const optimizers = [
    { kind: "sgd", momentum: 0.9 },
    { kind: "sign", momentum: 0.9 },
    { kind: "adam", coupled: true },
  ] as const;
  for (const optimizer of optimizers) {
    const { before, after } = await rescaled(
      { tied: false, norm: "rmsnorm", optimizer, init },
      { unembeddingRms: 0.5 },
    );
    const k =
      rms(after.weights.unembedding as Float32Array) / rms(before.weights.unembedding as Float32Array);
    for (const [name, of] of Object.entries(after.arrays)) {
      const factor =
        rms(of.unembedding as Float32Array) / rms(before.arrays[name].unembedding as Float32Array);
      expect(factor * (name === "secondMoment" ? k * k : k)).toBeCloseTo(1, 5);
      expect(of.embedding).toEqual(before.arrays[name].embedding);
    }
  }
});

test.each([
  ["layernorm", 0, { unembeddingRms: 1 }, "an unembedding of rms above 0 to rescale at step 3, got 0"],
  ["none", 0, { embeddingRms: 1 }, "an embedding of rms above 0 to rescale at step 3, got 0"],
  // what a norm's 1e-5 has the upper hand of
  [
    "layernorm",
    0.005,
    { embeddingRms: 1 },
    "an embedding of rms at least 0.01 to rescale at step 3, got 0.00",
  ],
] as const)("%s, initial std %d: %j is refused", async (norm, std, sizes, message) => {
  const config = parseConfig({
    tied: false,
    norm,
    init: { kind: "normal", std },
    interventions: [{ step: 3, kind: "rescale", ...sizes }],
  });
  const held = createReferenceBackend(config, { source: await createSource(config) }).state();
  expect(() => intervene(config.interventions ?? [], held, config)).toThrow(
    `interventions: expected ${message}`,
  );
});
