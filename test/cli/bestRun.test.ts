/** The best is one of its vocabulary and data, and ended well. */
import { expect, test } from "vitest";
import { BestRuns } from "../../src/cli/bestRun.js";
import { parseConfig, type RunConfigInput } from "../../src/config.js";
import type { TrainingRecord } from "../../src/training/record.js";

const add = (
  best: BestRuns,
  input: RunConfigInput,
  excessLosses: (number | null)[],
  divergedAt: number | null = null,
) => {
  const config = parseConfig({ ...input, steps: 10 });
  const records = excessLosses.map((excessLoss) => ({
    excessLoss,
    loss: excessLoss === null ? null : excessLoss + 2,
    standardError: 0,
  })) as TrainingRecord[];
  best.add({ config, records, divergedAt });
  return config;
};

test("a smaller vocabulary's loss is not the best of a larger one", () => {
  const best = new BestRuns();
  const large = add(best, { vocabSize: 1000 }, [5, 0.5]);
  const small = add(best, { vocabSize: 10 }, [2, 0.1]);
  add(best, { vocabSize: 1000, learningRate: 0.1 }, [5, 0.7]);
  expect(best.of(large)).toEqual({ config: large, excessLoss: 0.5 });
  expect(best.of(small)).toEqual({ config: small, excessLoss: 0.1 });
  const flat = add(best, { vocabSize: 10, distribution: { kind: "zipf", exponent: 0.5 } }, [2, 0.4]);
  expect(best.of(flat)?.excessLoss).toBe(0.4);
});

test("what diverged or exploded is never the best", () => {
  const best = new BestRuns();
  const config = add(best, { vocabSize: 10 }, [2, 0.01, null], 7);
  expect(best.of(config)).toBeUndefined();
  add(best, { vocabSize: 10 }, [2, 1289]);
  expect(best.of(config)).toBeUndefined();
  add(best, { vocabSize: 10, seed: 3 }, [2, 1.5]);
  expect(best.of(config)?.config.seed).toBe(3);
});

test("a run of version 0.1, which had no targets, is of the same vocabulary and data", () => {
  const best = new BestRuns();
  const now = add(best, { vocabSize: 10 }, [2, 0.5]);
  const { targets: _, ...then } = now;
  best.add({
    config: { ...then, seed: 1 },
    records: [{ excessLoss: 2 }, { excessLoss: 0.1 }] as TrainingRecord[],
    divergedAt: null,
  });
  expect(best.of(now)).toMatchObject({ config: { seed: 1 }, excessLoss: 0.1 });
});
