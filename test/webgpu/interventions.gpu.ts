/** Interventions on a GPU: the same bits when repeated or resumed, and near the f64 reference's. */
import { describe, expect, test } from "vitest";
import { webgpu } from "../../src/backend/webgpu/index.js";
import {
  createTrainer,
  type InterventionInput,
  type RunConfigInput,
  restoreTrainer,
  type TrainingRecord,
} from "../../src/index.js";
import { createEnsemble } from "../../src/training/ensemble.js";
import { testGpu } from "./devices.js";

const gpu = await testGpu();
const backend = webgpu({ gpu, allowFallbackAdapter: true });
const interventions: InterventionInput[] = [
  { step: 6, kind: "rescale", embeddingRms: 0.9, unembeddingRms: 0.2 },
  { step: 10, kind: "gradient", gradient: "exact", freezeSecondMoment: true },
  { step: 15, kind: "gradient", gradient: "sampled" },
  { step: 15, kind: "reset-moments" },
];
const config: RunConfigInput = {
  vocabSize: 60,
  embeddingDim: 12,
  tied: false,
  norm: "layernorm",
  // so many that every token is an input before a second moment is frozen
  batchSize: 500,
  learningRate: 0.01,
  steps: 20,
  evaluateEvery: 5,
  arithmetic: "relaxed",
  interventions,
};

async function whole(on: typeof backend | "reference", given = config) {
  const trainer = await createTrainer(given, { backend: on });
  const records: TrainingRecord[] = [];
  for await (const record of trainer.run()) records.push(record);
  const snapshot = await trainer.snapshot();
  trainer.dispose();
  return { records, snapshot };
}

describe.skipIf(!gpu)("interventions on a GPU", () => {
  test("the losses of the f64 reference, the same bits when cut", async () => {
    const once = await whole(backend);
    const { records } = await whole("reference");
    expect(once.records.map(({ step }) => step)).toEqual([0, 5, 10, 15, 20]);
    for (const [i, { loss, gradientNorm }] of once.records.entries()) {
      expect(Math.abs((loss as number) - (records[i].loss as number))).toBeLessThan(2e-4);
      expect(typeof gradientNorm).toBe(typeof records[i].gradientNorm);
    }
    for (const cut of [10, 12]) {
      const first = await createTrainer(config, { backend });
      await first.advance(cut);
      const second = await restoreTrainer(await first.snapshot(), { backend });
      for await (const _ of second.run());
      expect(await second.snapshot()).toEqual(once.snapshot);
      for (const trainer of [first, second]) trainer.dispose();
    }
  });

  test("a member of an ensemble is what it is alone, beside others in another phase", async () => {
    const configs = [config, { ...config, seed: 1 }, { ...config, seed: 2, interventions: [] }];
    const ensemble = await createEnsemble(configs, { backend });
    for await (const _ of ensemble.run());
    const snapshots = await ensemble.snapshot();
    for (const [member, own] of configs.entries())
      expect(snapshots[member]).toEqual((await whole(backend, own)).snapshot);
    ensemble.dispose();
  });

  test("the unigram solution's loss is the entropy", async () => {
    const init = { kind: "unigram", noise: 0 } as const;
    const trainer = await createTrainer({ ...config, init, interventions: [] }, { backend });
    expect(Math.abs((await trainer.evaluate()).loss - trainer.entropy)).toBeLessThan(2e-6);
    trainer.dispose();
  });
});
