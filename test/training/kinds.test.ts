/** Every kind of run: the same bits on 1, 2 and 8 threads, and across snapshots. */
import { describe, expect, test } from "vitest";
import type { RunConfigInput } from "../../src/config.js";
import { corpusDigest } from "../../src/data/digest.js";
import { createTrainer, restoreTrainer, type TrainingRecord, train } from "../../src/index.js";

const corpus = Uint32Array.from({ length: 4000 }, (_, i) => (i * i + ((i >> 4) % 11)) % 310);

const kinds: Record<string, RunConfigInput> = {
  AdamW: { optimizer: { kind: "adam", weightDecay: 0.1 } },
  "coupled Adam": { optimizer: { kind: "adam", coupled: true } },
  "coupled Adam, several blocks": { optimizer: { kind: "adam", coupled: true }, batchSize: 400 },
  "coupled Adam, combined": {
    vocabSize: 90,
    embeddingDim: 400,
    tied: true,
    optimizer: { kind: "adam", coupled: true },
  },
  sgd: { optimizer: { kind: "sgd" }, learningRate: 0.3 },
  "sgd with momentum": { optimizer: { kind: "sgd", momentum: 0.9, nesterov: true, weightDecay: 0.01 } },
  sign: { optimizer: { kind: "sign" }, learningRate: 1e-3 },
  Signum: { optimizer: { kind: "sign", momentum: 0.9 }, learningRate: 1e-3, norm: "layernorm" },
  topics: { targets: { kind: "topics", count: 9, strength: 0.5 } },
  "low-rank": { targets: { kind: "low-rank", rank: 3 }, norm: "rmsnorm" },
  corpus: { distribution: { kind: "corpus", digest: corpusDigest(corpus) } },
  "exact gradients": { gradient: "exact" },
  "exact gradients of topics, tied": {
    gradient: "exact",
    tied: true,
    targets: { kind: "topics", count: 4, strength: 1 },
  },
  "exact gradients of a corpus": {
    gradient: "exact",
    distribution: { kind: "corpus", digest: corpusDigest(corpus) },
  },
  sampled: {
    targets: { kind: "topics", count: 9, strength: 0.5 },
    evaluation: { kind: "sampled", size: 3000 },
  },
  stratified: {
    targets: { kind: "low-rank", rank: 2 },
    evaluation: { kind: "stratified", exactInputs: 150, sampledInputs: 140 },
  },
};

describe.each(Object.entries(kinds))("%s", (_, kind) => {
  const config: RunConfigInput = {
    vocabSize: 310,
    embeddingDim: 7,
    tied: false,
    learningRate: 0.01,
    steps: 24,
    evaluateEvery: 8,
    ...kind,
  };
  const options = kind.distribution ? { corpus } : {};

  test("1, 2 and 8 threads", async () => {
    const ends = [];
    for (const threads of [1, 2, 8]) {
      const trainer = await createTrainer(config, { ...options, threads });
      const records: TrainingRecord[] = [];
      for await (const record of trainer.run()) records.push(record);
      ends.push({ records, snapshot: await trainer.snapshot() });
      trainer.dispose();
    }
    expect(ends[0].records.at(-1)?.diverged).toBe(false);
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[2]).toEqual(ends[0]);
  });

  test("cut by a snapshot in the middle", async () => {
    const whole = [];
    for await (const record of train(config, options)) whole.push(record);
    const first = await createTrainer(config, options);
    const records = [];
    for await (const record of first.run()) {
      records.push(record);
      if (record.step === 8) break;
    }
    await first.advance(3);
    const second = await restoreTrainer(await first.snapshot(), options);
    for await (const record of second.run()) records.push(record);
    expect(records).toEqual(whole);
    first.dispose();
    second.dispose();
  });
});
