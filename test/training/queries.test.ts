/** What a trainer tells about its model: predicted probabilities, eigenvalues, some of its weights. */
import { describe, expect, test } from "vitest";
import { createReferenceBackend } from "../../src/backend/reference/backend.js";
import { createSource } from "../../src/data/createSource.js";
import { corpusDigest } from "../../src/data/digest.js";
import {
  ConfigError,
  createTrainer,
  type RunConfigInput,
  type Trainer,
  tokenProbabilities,
} from "../../src/index.js";
import { architectures } from "../backend/modelCases.js";
import { LossyDevice } from "./lossyDevice.js";

const V = 23;
const corpus = Uint32Array.from({ length: 900 }, (_, i) => (i * i + ((i >> 4) % 11)) % V);
const base: RunConfigInput = { vocabSize: V, embeddingDim: 5, batchSize: 16, learningRate: 0.05 };

const kinds: [string, RunConfigInput, { corpus?: Uint32Array }?][] = [
  ...architectures.map((one): [string, RunConfigInput] => [
    `${one.tied ? "tied" : "untied"} ${one.norm}`,
    one,
  ]),
  [
    "given",
    {
      distribution: {
        kind: "given",
        probabilities: Array.from({ length: V }, (_, i) => (i === 3 ? 0 : 1 / (V - 1))),
      },
    },
  ],
  ["topics", { targets: { kind: "topics", count: 4, strength: 0.5 } }],
  ["low-rank", { targets: { kind: "low-rank", rank: 3 } }],
  ["corpus", { distribution: { kind: "corpus", digest: corpusDigest(corpus) } }, { corpus }],
];

describe.each(kinds)("probabilities: %s", (_, kind, options = {}) => {
  test("rows and their mean are the reference backend's, the same bits whoever trains", async () => {
    const trainer = await createTrainer({ ...base, ...kind }, options);
    await trainer.advance(40);
    const source = await createSource(trainer.config, options);
    const reference = createReferenceBackend(trainer.config, { source });
    reference.setState({ step: 40, weights: await trainer.weights(), arrays: {}, scalars: {} });

    const inputs = [4, 0, V - 1, 4];
    const rows = await trainer.probabilities(inputs);
    expect(rows).toHaveLength(inputs.length * V);
    for (const [i, input] of inputs.entries()) {
      const row = rows.subarray(i * V, (i + 1) * V);
      expect(row.reduce((sum, q) => sum + q, 0)).toBeCloseTo(1, 12);
      const { mean } = reference.predictions(Uint32Array.of(input), Float64Array.of(1));
      for (let b = 0; b < V; b++) expect(Math.abs(row[b] - mean[b])).toBeLessThan(1e-13);
    }
    expect(rows.subarray(0, V)).toEqual(rows.subarray(3 * V));
    expect(rows.subarray(0, V)).not.toEqual(rows.subarray(V, 2 * V));

    const mean = await trainer.probabilities();
    const every = Uint32Array.from({ length: V }, (_, i) => i);
    const expected = reference.predictions(every, source.probabilities).mean;
    expect(mean).toHaveLength(V);
    for (let b = 0; b < V; b++) expect(Math.abs(mean[b] - expected[b])).toBeLessThan(1e-13);

    const other = await createTrainer(trainer.config, { ...options, backend: new LossyDevice().kind });
    await other.load(await trainer.weights());
    expect(await other.probabilities()).toEqual(mean);
    expect(await other.probabilities(Uint32Array.from(inputs))).toEqual(rows);
  });
});

test("probabilities learnt are those of the tokens", async () => {
  const trainer = await createTrainer({ ...base, batchSize: undefined, steps: 3000, gradient: "exact" });
  await trainer.advance(3000);
  const { loss } = await trainer.evaluate();
  expect(loss - trainer.entropy).toBeLessThan(0.01);
  const q = await trainer.probabilities();
  const p = tokenProbabilities(trainer.config.distribution, V);
  for (let b = 0; b < V; b++) expect(Math.abs(q[b] - p[b])).toBeLessThan(0.01);
});

test("probabilities do not overflow, and come as many as asked", async () => {
  const trainer = await createTrainer({ ...base, init: { kind: "normal", std: 300 }, tied: true });
  const q = await trainer.probabilities([0, 1]);
  expect(q.every((x) => x >= 0 && x <= 1)).toBe(true);
  expect(await trainer.probabilities([])).toHaveLength(0);
  const one = await createTrainer({ vocabSize: 1, embeddingDim: 1 });
  expect([...(await one.probabilities())]).toEqual([1]);
});

test("they are of the step at which they were asked, and of the list as it was", async () => {
  const trainer = await createTrainer(base);
  const inputs = [1, 2];
  const [asked, projected] = [trainer.probabilities(inputs), trainer.projection(2)];
  inputs.fill(0);
  const later = trainer.advance(50);
  const [q, p] = [await asked, await projected];
  await later;
  const fresh = await createTrainer(base);
  expect(q).toEqual(await fresh.probabilities([1, 2]));
  expect(p).toEqual(await fresh.projection(2));
  expect(q).not.toEqual(await trainer.probabilities([1, 2]));
});

test("others get a turn while it takes long, and dispose ends it", async () => {
  const trainer = await createTrainer({ vocabSize: 3000, embeddingDim: 64 });
  let turns = 0;
  const ticking = setInterval(() => {
    turns++;
    if (turns === 3) trainer.dispose();
  }, 5);
  await expect(trainer.probabilities()).rejects.toThrow("this trainer was disposed of");
  clearInterval(ticking);
  expect(turns).toBeGreaterThanOrEqual(3);
});

describe("spectrum", () => {
  test.each([
    [V, 5],
    [4, 9],
    [1, 3],
  ])("of %d × %d has its eigenvalues, the largest first", async (vocabSize, embeddingDim) => {
    const trainer = await createTrainer({ ...base, vocabSize, embeddingDim });
    await trainer.advance(20);
    const { eigenvalues, ...summary } = await trainer.spectrum({ eigenvalues: true });
    expect(summary).toEqual(await trainer.spectrum());
    expect(await trainer.spectrum({ eigenvalues: false })).not.toHaveProperty("eigenvalues");
    expect(eigenvalues).toBeInstanceOf(Float64Array);
    expect(eigenvalues).toHaveLength(Math.min(vocabSize, embeddingDim));
    expect(Array.from(eigenvalues).sort((a, b) => b - a)).toEqual(Array.from(eigenvalues));
    expect(eigenvalues.at(-1)).toBeGreaterThanOrEqual(0);
    const { embedding } = await trainer.weights();
    let squares = 0;
    for (let d = 0; d < embeddingDim; d++) {
      const column = Array.from({ length: vocabSize }, (_, a) => embedding[a * embeddingDim + d]);
      const mean = column.reduce((sum, x) => sum + x, 0) / vocabSize;
      squares += column.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    }
    expect(eigenvalues.reduce((sum, x) => sum + x, 0)).toBeCloseTo(squares, 10);
  });
});

describe("weights", () => {
  test("only those that are named, copies", async () => {
    const trainer = await createTrainer({ ...base, tied: false, norm: "layernorm" });
    const all = await trainer.weights();
    expect(Object.keys(all)).toEqual(["embedding", "unembedding", "gain", "bias"]);
    const some = await trainer.weights({ only: ["bias", "embedding"] });
    expect(Object.keys(some).sort()).toEqual(["bias", "embedding"]);
    expect(some).toEqual({ bias: all.bias, embedding: all.embedding });
    some.embedding.fill(9);
    some.bias.fill(9);
    expect(await trainer.weights()).toEqual(all);
    expect(await trainer.weights({ only: [] })).toEqual({});
    expect(await trainer.weights({ only: undefined })).toEqual(all);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: nonsense
const calls: [string, (trainer: any) => Promise<unknown>, string][] = [
  [
    "weights({ only: ['unembedding'] })",
    (t) => t.weights({ only: ["embedding", "unembedding"] }),
    'only[1]: expected one of embedding, gain, got "unembedding"',
  ],
  [
    "weights({ only: ['toString'] })",
    (t) => t.weights({ only: ["toString"] }),
    "only[0]: expected one of embedding, gain",
  ],
  [
    "weights({ only: 'gain' })",
    (t) => t.weights({ only: "gain" }),
    'only: expected a list of names, got "gain"',
  ],
  ["weights({ names })", (t) => t.weights({ names: [] }), "names: unknown option, expected one of only"],
  [
    "spectrum({ eigenvalues: 1 })",
    (t) => t.spectrum({ eigenvalues: 1 }),
    "eigenvalues: expected true or false, got 1",
  ],
  [
    "spectrum({ values })",
    (t) => t.spectrum({ values: true }),
    "values: unknown option, expected one of eigenvalues",
  ],
  [
    "probabilities(3)",
    (t) => t.probabilities(3),
    "inputs: expected a list of tokens or a Uint32Array, got 3",
  ],
  [
    "probabilities(null)",
    (t) => t.probabilities(null),
    "inputs: expected a list of tokens or a Uint32Array, got null",
  ],
  [
    "probabilities([V])",
    (t) => t.probabilities([0, V]),
    `inputs[1]: expected a token below ${V} (vocabSize), got ${V}`,
  ],
  ["probabilities([-1])", (t) => t.probabilities([-1]), "inputs[0]: expected a token below"],
  [
    "probabilities(['1'])",
    (t) => t.probabilities(["1"]),
    'inputs[0]: expected a token below 23 (vocabSize), got "1"',
  ],
  [
    "probabilities(too many)",
    (t) => t.probabilities(new Uint32Array(2 ** 23)),
    `inputs: expected at most ${Math.floor(2 ** 27 / V)} tokens of ${V}, got ${2 ** 23}`,
  ],
];
test.each(calls)("refused: %s", async (_, call, message) => {
  const trainer = await createTrainer({ ...base, tied: true, norm: "rmsnorm" });
  const refused = expect(call(trainer)).rejects;
  await refused.toThrow(ConfigError);
  await refused.toThrow(message);
  expect((await trainer.step()).step).toBe(1);
});

test("after dispose all of them say so", async () => {
  const trainer = await createTrainer(base);
  trainer.dispose();
  const asks: ((trainer: Trainer) => Promise<unknown>)[] = [
    (t) => t.probabilities(),
    (t) => t.weights({ only: ["embedding"] }),
    (t) => t.spectrum({ eigenvalues: true }),
    (t) => t.projection(1),
    (t) => t.advanceFor(5, { until: 3 }),
  ];
  for (const ask of asks) await expect(ask(trainer)).rejects.toThrow("this trainer was disposed of");
});
