/** Runs that begin at the unigram solution of rank 1. */
import { describe, expect, test } from "vitest";
import { corpusDigest } from "../../src/data/digest.js";
import { createTrainer, type RunConfigInput, type TrainerOptions } from "../../src/index.js";

const corpus = Uint32Array.from({ length: 4000 }, (_, i) => ((i * i) % 37) + ((i >> 4) % 11));
const sources: [string, RunConfigInput, TrainerOptions][] = [
  ["independent", {}, {}],
  ["independent, steep", { distribution: { kind: "zipf", exponent: 4 } }, {}],
  ["topics", { targets: { kind: "topics", count: 7, strength: 0.6 } }, {}],
  ["low-rank", { targets: { kind: "low-rank", rank: 5 } }, {}],
  [
    "probabilities of 0",
    {
      distribution: {
        kind: "given",
        probabilities: Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 0 : 1 / 40)),
      },
    },
    {},
  ],
  ["all tokens alike", { distribution: { kind: "zipf", exponent: 0 } }, {}],
  ["a corpus", { distribution: { kind: "corpus", digest: corpusDigest(corpus) } }, { corpus }],
];
const models: [string, RunConfigInput][] = [
  ["untied, none", { tied: false, norm: "none" }],
  ["untied, layernorm", { tied: false, norm: "layernorm" }],
  ["untied, rmsnorm", { tied: false, norm: "rmsnorm" }],
  ["tied, layernorm", { tied: true, norm: "layernorm" }],
];
const begun = (init: { kind: "unigram"; noise?: number }, config: RunConfigInput): RunConfigInput => ({
  vocabSize: 60,
  embeddingDim: 9,
  init,
  ...config,
});

describe.each(models)("%s", (_, model) => {
  test.each(sources)(
    "%s: the loss is the entropy within 1e-6, whatever the input",
    async (_, data, options) => {
      for (const backend of ["wasm", "reference"] as const) {
        const config = begun({ kind: "unigram" }, { ...model, ...data });
        const trainer = await createTrainer(config, { ...options, backend });
        const { loss } = await trainer.evaluate();
        expect(Math.abs(loss - trainer.entropy)).toBeLessThan(1e-6);
        const { value } = await trainer.run().next();
        if (value.inputDependence !== undefined && value.inputDependence !== null)
          expect(value.inputDependence).toBeLessThan(1e-6);
        trainer.dispose();
      }
    },
  );

  test("a width of 1, and a vocabulary of 1", async () => {
    for (const size of [{ embeddingDim: 1 }, { vocabSize: 1 }, { vocabSize: 2, embeddingDim: 200 }]) {
      const trainer = await createTrainer(begun({ kind: "unigram" }, { ...model, ...size }));
      expect(Math.abs((await trainer.evaluate()).loss - trainer.entropy)).toBeLessThan(1e-6);
      trainer.dispose();
    }
  });

  test("noise is that of the initial weights, on the matrices alone; backends begin with the same bits", async () => {
    const weightsOf = async (init: RunConfigInput["init"], backend: "wasm" | "reference") => {
      const trainer = await createTrainer(begun(init as never, { ...model, seed: 3 }), { backend });
      const weights = await trainer.weights();
      trainer.dispose();
      return weights;
    };
    const noisy = await weightsOf({ kind: "unigram", noise: 0.25 }, "wasm");
    expect(await weightsOf({ kind: "unigram", noise: 0.25 }, "reference")).toEqual(noisy);
    const point = await weightsOf({ kind: "unigram", noise: 0 }, "wasm");
    const drawn = await weightsOf({ kind: "normal", std: 0.25 }, "wasm");
    for (const name of ["embedding", "unembedding"] as const)
      noisy[name]?.forEach((x, i) => {
        expect(x - (point[name] as Float32Array)[i]).toBeCloseTo((drawn[name] as Float32Array)[i], 6);
      });
    expect(noisy.gain).toEqual(point.gain);
    expect(noisy.bias).toEqual(point.bias);
  });

  test("with noise a run learns what depends on the input; without any it stays of rank 1", async () => {
    const trained = async (noise: number, steps: number) => {
      const config = begun(
        { kind: "unigram", noise },
        {
          ...model,
          targets: { kind: "topics", count: 5, strength: 0.9 },
          gradient: "exact",
          optimizer: { kind: "sgd" },
          learningRate: 0.5,
        },
      );
      const trainer = await createTrainer(config, { backend: "reference" });
      await trainer.advance(steps);
      const { loss } = await trainer.evaluate();
      const { embedding, unembedding = embedding } = await trainer.weights();
      trainer.dispose();
      return { excess: loss - trainer.entropy, embedding, unembedding };
    };
    expect((await trained(0.1, 150)).excess).toBeLessThan(-0.05);
    const { embedding, unembedding } = await trained(0, 10);
    // each row's entries are alike
    for (const matrix of [embedding, unembedding])
      for (const [i, x] of matrix.entries()) expect(Math.abs(x - matrix[i - (i % 9)])).toBeLessThan(1e-6);
  });
});

test("E and U have the same sum of squares without a norm, and the mean row of U is 0", async () => {
  const trainer = await createTrainer(begun({ kind: "unigram" }, models[0][1]));
  const { embedding, unembedding } = await trainer.weights();
  const squares = (array: Float32Array) => array.reduce((sum, x) => sum + x * x, 0);
  expect(squares(embedding) / squares(unembedding as Float32Array)).toBeCloseTo(1, 5);
  expect((unembedding as Float32Array).reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 4);
});

test.each([
  [{ tied: true, norm: "none" }, "none"],
  [{ tied: true, norm: "rmsnorm" }, "rmsnorm"],
] as [RunConfigInput, string][])("%j has no such solution", async (model, norm) => {
  await expect(createTrainer(begun({ kind: "unigram" }, model))).rejects.toThrow(
    `init: expected untied weights or a layernorm for the unigram solution, got tied ones with norm ${norm}`,
  );
});
