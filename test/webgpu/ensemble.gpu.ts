/** Many models at once on a GPU: each with the bits that it has alone. */
import { describe, expect, test } from "vitest";
import { webgpu } from "../../src/backend/webgpu/index.js";
import { createTrainer, type RunConfigInput, type TrainingRecord } from "../../src/index.js";
import { createEnsemble, type EnsembleRecord, restoreEnsemble } from "../../src/training/ensemble.js";
import { testGpu } from "./devices.js";

const gpu = await testGpu();
const backend = webgpu({ gpu, allowFallbackAdapter: true });
const small: RunConfigInput = {
  vocabSize: 30,
  embeddingDim: 5,
  batchSize: 24,
  learningRate: 0.01,
  steps: 12,
  evaluateEvery: 6,
  arithmetic: "relaxed",
};

/** Members of one shape that differ in all that they may. */
function members(base: RunConfigInput): RunConfigInput[] {
  return [
    base,
    { ...base, seed: 5 },
    { ...base, seed: 6, steps: 17, evaluateEvery: 4 },
    {
      ...base,
      learningRate: {
        kind: "piecewise-linear",
        points: [
          [0, 0.02],
          [12, 0],
        ],
      },
    },
    { ...base, distribution: { kind: "zipf", exponent: 1.6 }, init: { kind: "normal", std: 0.7 } },
    { ...base, evaluation: { kind: "sampled", size: 200 }, spectrum: false },
    { ...base, learningRate: 1e30 },
  ];
}

const shapes: [string, RunConfigInput][] = [
  ["small", {}],
  [
    "untied, layernorm, AdamW",
    { tied: false, norm: "layernorm", optimizer: { kind: "adam", weightDecay: 0.1 } },
  ],
  ["coupled Adam", { optimizer: { kind: "adam", coupled: true } }],
  [
    "topics, SGD",
    { targets: { kind: "topics", count: 4, strength: 0.4 }, optimizer: { kind: "sgd", momentum: 0.9 } },
  ],
  ["low-rank targets", { targets: { kind: "low-rank", rank: 2 }, tied: false }],
  ["exact gradients", { gradient: "exact", batchSize: undefined, optimizer: { kind: "sgd" } }],
  ["one token, one dimension, one pair", { vocabSize: 1, embeddingDim: 1, batchSize: 1 }],
  ["more than one block of inputs", { vocabSize: 140, batchSize: 150 }],
];

async function alone(config: RunConfigInput) {
  const trainer = await createTrainer(config, { backend });
  const records: TrainingRecord[] = [];
  for await (const record of trainer.run()) records.push(record);
  const snapshot = await trainer.snapshot();
  trainer.dispose();
  return { records, snapshot };
}

describe.skipIf(!gpu)("an ensemble on a GPU", () => {
  test.each(shapes)("every member as it is alone: %s", async (_, shape) => {
    const configs = members({ ...small, ...shape });
    const ensemble = await createEnsemble(configs, { backend });
    const records: EnsembleRecord[] = [];
    for await (const one of ensemble.run()) records.push(one);
    const snapshots = await ensemble.snapshot();
    ensemble.dispose();
    for (const [member, config] of configs.entries()) {
      const expected = await alone(config);
      const own = records.filter((one) => one.member === member).map(({ record }) => record);
      expect(own).toEqual(expected.records);
      expect(snapshots[member]).toEqual(expected.snapshot);
    }
  });

  test("a member's place changes nothing, nor who else is there, nor that some have left", async () => {
    const seeds = (list: number[]) => list.map((seed) => ({ ...small, seed }));
    const many = await createEnsemble(seeds([3, 1, 4, 15, 9, 2, 6]), { backend });
    const few = await createEnsemble(seeds([9, 3]), { backend });
    await many.advance(5);
    many.members[0].dispose();
    many.members[5].dispose();
    await few.advance(5);
    await Promise.all([1, 2, 3, 4, 6].map((member) => many.members[member].advance(7)));
    await few.advance(7);
    expect(await many.members[4].snapshot()).toEqual(await few.members[0].snapshot());
    expect(await many.members[4].evaluate()).toEqual(await few.members[0].evaluate());
    for (const ensemble of [many, few]) ensemble.dispose();
  });

  test("members at different steps, and on the caller's own batches", async () => {
    const ensemble = await createEnsemble([small, { ...small, seed: 1 }], { backend });
    const trainer = await createTrainer({ ...small, seed: 1 }, { backend });
    const batch = { inputs: new Uint32Array(24).fill(2), targets: new Uint32Array(24).fill(7) };
    await Promise.all([ensemble.members[0].advance(3), ensemble.members[1].step(batch)]);
    await trainer.step(batch);
    await ensemble.advance(4);
    await trainer.advance(4);
    expect(await ensemble.members[1].weights()).toEqual(await trainer.weights());
    expect(ensemble.members.map(({ stepCount }) => stepCount)).toEqual([7, 5]);
    const again = await restoreEnsemble(await ensemble.snapshot(), { backend });
    expect(await again.advance(2)).toEqual(await ensemble.advance(2));
    for (const one of [ensemble, again, trainer]) one.dispose();
  });

  test("shapes are equal, or the first field that differs is named", async () => {
    await expect(
      createEnsemble([small, { ...small, seed: 2, embeddingDim: 6 }], { backend }),
    ).rejects.toThrow("configs[1].embeddingDim: expected 5 as configs[0], got 6");
  });

  test("strict arithmetic is refused", async () => {
    const strict = { ...small, arithmetic: "strict" } as const;
    await expect(createEnsemble([strict, strict], { backend })).rejects.toThrow(
      'arithmetic: expected "relaxed"',
    );
  });
});
