import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canonicalConfig,
  configHash,
  parseConfig,
  type RunConfig,
  type RunConfigInput,
} from "../src/config.js";
import { evaluationCount, isEvaluation, nextEvaluation } from "../src/evaluationSteps.js";
import { estimateCost } from "../src/sweep/cost.js";
import { createTrainer, restoreTrainer } from "../src/training/create.js";

const log = (steps: number, perDecade?: number): RunConfig =>
  parseConfig({ steps, evaluateAt: { kind: "log", perDecade } });

/** All evaluations of a run, as the trainer goes from one to the next. */
function stepsOf(config: RunConfig): number[] {
  const steps = [0];
  while ((steps.at(-1) as number) < config.steps) steps.push(nextEvaluation(config, steps.at(-1) as number));
  return steps;
}

describe("log-spaced evaluations", () => {
  test("are at round(10^(k/perDecade)), each once, at step 0 and at the last", () => {
    expect(stepsOf(log(3000))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 32, 40, 50, 63, 79, 100, 126, 158, 200, 251, 316, 398, 501,
      631, 794, 1000, 1259, 1585, 1995, 2512, 3000,
    ]);
    expect(stepsOf(log(1e9, 1))).toEqual([0, 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]);
    expect(stepsOf(log(0))).toEqual([0]);
    expect(stepsOf(log(1))).toEqual([0, 1]);
    expect(stepsOf(log(120, 2))).toEqual([0, 1, 3, 10, 32, 100, 120]);
  });

  test("as the formula has them, for every density", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 1e9 }), (perDecade, steps) => {
        const powers = Array.from({ length: 9 * perDecade + 1 }, (_, k) => 10 ** (k / perDecade));
        // Math.pow rounds as the engine likes: nothing is said of what is that close to a half
        fc.pre(powers.every((x) => Math.abs((x % 1) - 0.5) > 1e-5));
        const wanted = powers.map(Math.round);
        const within = wanted.filter((step) => step < steps);
        expect(stepsOf(log(steps, perDecade))).toEqual([...new Set([0, ...within, steps])]);
      }),
      { numRuns: 60 },
    );
  });

  test("from any step on, the next one is the first behind it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat({ max: 1e6 }), (perDecade, step) => {
        const config = log(1e6 + 1, perDecade);
        const next = nextEvaluation(config, step);
        expect(next).toBeGreaterThan(step);
        expect(isEvaluation(config, next)).toBe(true);
        for (let between = step + 1; between < Math.min(next, step + 50); between++)
          expect(isEvaluation(config, between)).toBe(false);
      }),
    );
  });
});

test("evaluateEvery: its multiples and the last step", () => {
  const config = parseConfig({ steps: 250, evaluateEvery: 100 });
  expect(stepsOf(config)).toEqual([0, 100, 200, 250]);
  const due = Array.from({ length: 251 }, (_, step) => step).filter((step) => isEvaluation(config, step));
  expect(due).toEqual([0, 100, 200, 250]);
  expect(evaluationCount(config)).toBe(3.5);
});

describe("the config", () => {
  test("has one of evaluateEvery and evaluateAt", () => {
    const config = parseConfig({ evaluateAt: { kind: "log" } });
    expect(config.evaluateAt).toEqual({ kind: "log", perDecade: 10 });
    expect("evaluateEvery" in config).toBe(false);
    expect(parseConfig(config)).toEqual(config);
    expect(canonicalConfig(config)).toContain('"evaluateAt":{"kind":"log","perDecade":10}');
    expect(canonicalConfig(config)).not.toContain("evaluateEvery");
    const plain = parseConfig({});
    expect(plain.evaluateEvery).toBe(100);
    expect("evaluateAt" in plain).toBe(false);
    expect(canonicalConfig(plain)).not.toContain("evaluateAt");
    expect(configHash(config)).not.toBe(configHash(plain));
  });

  test.each<[unknown, string]>([
    [
      { evaluateAt: { kind: "log" }, evaluateEvery: 100 },
      "evaluateEvery: expected nothing with evaluateAt, got 100",
    ],
    [{ evaluateAt: { kind: "linear" } }, 'evaluateAt.kind: expected "log", got "linear"'],
    [
      { evaluateAt: { kind: "log", perDecade: 0 } },
      "evaluateAt.perDecade: expected a whole number from 1 to 1000, got 0",
    ],
    [{ evaluateAt: { kind: "log", every: 3 } }, "evaluateAt.every: unknown field"],
    [{ evaluateAt: "log" }, 'evaluateAt: expected an object, got "log"'],
  ])("%j is refused", (input, message) => {
    expect(() => parseConfig(input as RunConfigInput)).toThrow(message);
  });
});

test("what a run costs counts its evaluations", () => {
  const config = { vocabSize: 30, embeddingDim: 4, steps: 1000 };
  const seconds = (more: RunConfigInput) => estimateCost(parseConfig({ ...config, ...more })).seconds;
  const [none, one] = [seconds({ evaluateEvery: 1000 }), seconds({ evaluateEvery: 500 })];
  // 0, 1, 3, 10, 32, 100, 316, 1000 in place of 0, 1000
  expect(seconds({ evaluateAt: { kind: "log", perDecade: 2 } })).toBeCloseTo(none + 6 * (one - none), 12);
});

test("a run has its records there, also when it was cut and extended", async () => {
  const config: RunConfigInput = {
    vocabSize: 12,
    embeddingDim: 3,
    steps: 40,
    evaluateAt: { kind: "log", perDecade: 3 },
  };
  const at = async (trainer: Awaited<ReturnType<typeof createTrainer>>, stop = Infinity) => {
    const records = [];
    for await (const record of trainer.run()) {
      records.push(record);
      if (record.step >= stop) break;
    }
    return records;
  };
  const whole = await at(await createTrainer(config));
  expect(whole.map(({ step }) => step)).toEqual([0, 1, 2, 5, 10, 22, 40]);
  const cut = await createTrainer(config);
  const first = await at(cut, 5);
  await cut.advance(3);
  const rest = await at(await restoreTrainer(await cut.snapshot()));
  expect([...first, ...rest]).toEqual(whole);
  const longer = await restoreTrainer(await cut.snapshot(), { steps: 60 });
  expect((await at(longer)).map(({ step }) => step)).toEqual([10, 22, 46, 60]);
});
