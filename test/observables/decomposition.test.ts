/** What the records of conditional data say, held to a brute-force computation from the weights and the joint. */
import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/backend/backend.js";
import { type ModelConfig, targetLosses, toParameters } from "../../src/backend/reference/model.js";
import { parseConfig, type RunConfigInput } from "../../src/config.js";
import { createSource } from "../../src/data/createSource.js";
import { createTrainer, train } from "../../src/index.js";
import { decomposition } from "../../src/observables/decomposition.js";
import { architectures } from "../backend/modelCases.js";

/** Everything from the joint, in f64 and the plainest way. */
async function bruteForce(input: RunConfigInput, weights: Parameters<typeof toParameters>[0]) {
  const config = parseConfig(input);
  const source = await createSource(config);
  const { vocabSize: V } = config;
  const parameters = toParameters(weights);
  const q = Array.from({ length: V }, (_, a) =>
    targetLosses(config as ModelConfig, parameters, a).map((loss) => Math.exp(-loss)),
  );
  const p = source.probabilities;
  const joint = Array.from({ length: V }, (_, a) => source.targets(a).map((share) => share * p[a]));
  const marginal = Array.from({ length: V }, (_, b) => joint.reduce((sum, row) => sum + row[b], 0));
  const mean = Array.from({ length: V }, (_, b) => q.reduce((sum, row, a) => sum + p[a] * row[b], 0));
  let loss = 0;
  let captured = 0;
  let dependence = 0;
  let H = 0;
  let conditional = 0;
  let marginalError = 0;
  for (let a = 0; a < V; a++)
    for (let b = 0; b < V; b++) {
      const J = joint[a][b];
      if (J > 0) {
        loss -= J * Math.log(q[a][b]);
        captured += J * Math.log(q[a][b] / mean[b]);
        conditional -= J * Math.log(J / p[a]);
      }
      dependence += p[a] * q[a][b] * Math.log(q[a][b] / mean[b]);
    }
  for (let b = 0; b < V; b++) {
    if (marginal[b] === 0) continue;
    H -= marginal[b] * Math.log(marginal[b]);
    marginalError += marginal[b] * Math.log(marginal[b] / mean[b]);
  }
  return {
    loss,
    excessLoss: loss - conditional,
    unigramExcess: loss - H,
    marginalError,
    capturedInformation: captured,
    inputDependence: dependence,
  };
}

const sources: Pick<RunConfigInput, "targets" | "distribution" | "vocabSize">[] = [
  { vocabSize: 41, targets: { kind: "topics", count: 6, strength: 0.7 } },
  { vocabSize: 150, targets: { kind: "topics", count: 150, strength: 0.3 } },
  { vocabSize: 130, targets: { kind: "low-rank", rank: 4, scale: 1.5 } },
  {
    vocabSize: 5,
    distribution: { kind: "given", probabilities: [0.5, 0, 0.25, 0.125, 0.125] },
    targets: { kind: "low-rank", rank: 2 },
  },
];

describe.each(["wasm", "reference"] as const)("%s", (backend) => {
  describe.each(sources)("V $vocabSize, $targets", (source) => {
    test.each(architectures)("tied $tied, norm $norm", async (architecture) => {
      const config = {
        ...source,
        ...architecture,
        embeddingDim: 9,
        learningRate: 0.03,
        steps: 40,
        evaluateEvery: 40,
      };
      const trainer = await createTrainer(config, { backend });
      let last: Record<string, unknown> = {};
      for await (const record of trainer.run()) last = { ...record };
      const expected = await bruteForce(config, await trainer.weights());
      for (const [name, value] of Object.entries(expected))
        expect(Math.abs((last[name] as number) - value), name).toBeLessThan(1e-6 * (1 + Math.abs(value)));
      const { loss, marginalError, capturedInformation } = last as Record<string, number>;
      expect(Math.abs(loss - (trainer.entropy + marginalError - capturedInformation))).toBeLessThan(1e-6);
      expect((await trainer.evaluate()).excessLoss).toBe(last.excessLoss);
      expect(trainer.conditionalEntropy).toBeLessThan(trainer.entropy);
      trainer.dispose();
    });
  });
});

const topics = {
  vocabSize: 400,
  embeddingDim: 8,
  tied: false,
  targets: { kind: "topics", count: 5, strength: 0.6 },
} as const;

test("of strata the loss is unbiased; the entropy of the mean prediction comes out too low", async () => {
  const exact = await createTrainer(topics);
  await exact.advance(300);
  const bytes = await exact.weights();
  const measured = async (config: RunConfigInput) => {
    const trainer = await createTrainer({ ...config, steps: 0 });
    await trainer.load(bytes);
    for await (const record of trainer.run()) return record;
    throw new Error("no record");
  };
  const truth = await measured(topics);
  const seeds = await Promise.all(
    Array.from({ length: 700 }, (_, seed) =>
      measured({ ...topics, seed, evaluation: { kind: "stratified", exactInputs: 5, sampledInputs: 4 } }),
    ),
  );
  const bias = (name: "loss" | "inputDependence" | "marginalError") => {
    const errors = seeds.map((record) => (record[name] as number) - (truth[name] as number));
    const mean = errors.reduce((sum, x) => sum + x, 0) / errors.length;
    const deviation = Math.sqrt(errors.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (errors.length - 1));
    return mean / (deviation / Math.sqrt(errors.length));
  };
  expect(Math.abs(bias("loss"))).toBeLessThan(4);
  // H(q̄) − Σ p H(q): the first term is too low
  expect(bias("inputDependence")).toBeLessThan(-4);
  expect(bias("marginalError")).toBeGreaterThan(4);
});

describe("columns", () => {
  const columnsOf = async (config: RunConfigInput, options = {}) => {
    const records = [];
    for await (const record of train(
      { steps: 4, evaluateEvery: 2, vocabSize: 12, embeddingDim: 3, ...config },
      options,
    ))
      records.push(record);
    const names = records.map((record) => Object.keys(record).join());
    expect(new Set(names).size).toBe(1);
    return {
      names: Object.keys(records[0]),
      last: records[records.length - 1] as unknown as Record<string, unknown>,
    };
  };
  const old =
    "step,trainLoss,loss,excessLoss,standardError,learningRate,effectiveDimension,participationRatio,stableRank,effectiveRank,meanEnergyShare,diverged";

  test("of independent runs are those of before", async () => {
    expect((await columnsOf({})).names.join()).toBe(old);
    const one = { targets: { kind: "topics", count: 1, strength: 0.5 } } as const;
    expect((await columnsOf(one)).names.join()).toBe(old);
  });

  test("of conditional runs have the decomposition behind them, also where a run diverges", async () => {
    const targets = { kind: "topics", count: 3, strength: 0.5 } as const;
    const names = `${old},${decomposition.columns.join()}`;
    expect((await columnsOf({ targets })).names.join()).toBe(names);
    const { names: diverged, last } = await columnsOf({ targets, learningRate: 1e30, steps: 50 });
    expect(diverged.join()).toBe(names);
    expect(last).toMatchObject({ diverged: true, unigramExcess: null, inputDependence: null });
  });

  test("of sampled evaluation: L − H alone", async () => {
    const { last } = await columnsOf({
      targets: { kind: "low-rank", rank: 2 },
      evaluation: { kind: "sampled", size: 100 },
    });
    expect(last.unigramExcess).toEqual(expect.any(Number));
    expect([last.marginalError, last.capturedInformation, last.inputDependence]).toEqual([null, null, null]);
  });

  test("of exact gradients: their norm, which is the slope of the loss", async () => {
    const config: RunConfigInput = {
      vocabSize: 12,
      embeddingDim: 3,
      gradient: "exact",
      optimizer: { kind: "sgd" },
      learningRate: 1e-3,
      steps: 1,
      evaluateEvery: 1,
    };
    const { names } = await columnsOf(config);
    expect(names.join()).toBe(`${old},gradientNorm`);
    // along the gradient by rate·norm: the loss falls by rate·norm²
    const records = [];
    for await (const record of train(config, { backend: "reference" })) records.push(record);
    const [before, after] = records;
    const norm = ((before.gradientNorm as number) + (after.gradientNorm as number)) / 2;
    const slope = ((before.loss as number) - (after.loss as number)) / 1e-3;
    expect(Math.abs(slope / (norm * norm) - 1)).toBeLessThan(1e-3);
  });
});

test("a backend of another's making is asked for nothing else than what the interface says", async () => {
  const { reference } = await import("../../src/backend/reference/backend.js");
  const asked = new Set<string>();
  const trainer = await createTrainer(
    { ...topics, vocabSize: 20, steps: 4, evaluateEvery: 2 },
    {
      backend: {
        ...reference,
        name: "watched",
        create: async (...given) =>
          new Proxy((await reference.create(...given)) as Backend, {
            get(target, name) {
              asked.add(String(name));
              const value = Reflect.get(target, name);
              // as a backend elsewhere answers: later
              return typeof value === "function" ? async (...args: unknown[]) => value(...args) : value;
            },
          }),
      },
    },
  );
  const records = [];
  for await (const record of trainer.run()) records.push(record);
  const plain = [];
  for await (const record of train(
    { ...topics, vocabSize: 20, steps: 4, evaluateEvery: 2 },
    { backend: "reference" },
  ))
    plain.push(record);
  expect(records).toEqual(plain);
  expect([...asked].sort()).toEqual(
    ["advance", "eigenvalues", "predictions", "stepsAtOnce", "then"].filter((name) => asked.has(name)),
  );
  trainer.dispose();
});
