import { describe, expect, test } from "vitest";
import { mutualInformation } from "../../src/analysis/mutualInformation.js";
import type { RunConfigInput } from "../../src/config.js";
import { parseConfig } from "../../src/config.js";
import {
  armCondition,
  armLabel,
  equalSumDrop,
  information,
  inInformation,
  lag,
  scheduleOf,
} from "../../src/experiments/beyond/warmupArms.js";
import type { Condition } from "../../src/experiments/experiment.js";
import { learningRateAt } from "../../src/schedule/schedule.js";
import type { RunResult } from "../../src/sweep/result.js";
import { runOf } from "./syntheticRuns.js";

const rates = { peak: 0.25, hold: 500, low: 0.0625, warmup: 200 };
const ratesOf = (arm: Parameters<typeof scheduleOf>[0], steps: number) =>
  Array.from({ length: steps }, (_, step) => learningRateAt(scheduleOf(arm, rates), step));
const sum = (values: number[]) => values.reduce((total, x) => total + x, 0);

describe("schedules", () => {
  test("without a warmup the peak is held from the first step on and dropped at once", () => {
    for (const arm of ["no warmup", "rescaled"] as const)
      expect(ratesOf(arm, 1000)).toEqual([...Array(500).fill(0.25), ...Array(500).fill(0.0625)]);
  });

  test("a warmup comes to the same peak and drops at the same step", () => {
    const warm = ratesOf("warmup", 1000);
    expect(warm.slice(0, 200)).toEqual(
      Array.from({ length: 200 }, (_, step) => expect.closeTo(0.25 * (step / 200), 12)),
    );
    expect(warm.slice(200)).toEqual([...Array(300).fill(0.25), ...Array(500).fill(0.0625)]);
  });

  test("rescaled, each arm keeps its own rates", () => {
    expect(scheduleOf("rescaled", rates)).toEqual(scheduleOf("no warmup", rates));
    expect(scheduleOf("warmup, rescaled", rates)).toEqual(scheduleOf("warmup", rates));
  });

  test("dropped earlier, the sum of rates above the low one is that of a warmup", () => {
    expect(equalSumDrop(rates)).toBe(400);
    expect(ratesOf("equal sum", 1000)).toEqual([...Array(400).fill(0.25), ...Array(600).fill(0.0625)]);
    const spent = (arm: Parameters<typeof scheduleOf>[0]) => sum(ratesOf(arm, 400));
    // half of the peak over 200 steps, and half a step's rise, since the first step's rate is 0
    expect(sum(ratesOf("warmup", 500))).toBeCloseTo(0.25 * 400 - 0.25 / 2, 9);
    expect(spent("equal sum")).toBeCloseTo(0.25 * 400, 9);
  });

  test("never high", () => {
    expect(ratesOf("never high", 600)).toEqual(Array(600).fill(0.0625));
  });
});

describe("conditions", () => {
  const config: Condition["config"] = {
    vocabSize: 10,
    embeddingDim: 4,
    steps: 1000,
    tied: false,
    norm: "layernorm",
  };

  test("a label, a schedule, and what else the condition has", () => {
    expect(armCondition("V 10", "warmup", rates, { config, drawing: "each seed", seeds: 3 })).toEqual({
      label: "V 10, warmup",
      config: { ...config, learningRate: scheduleOf("warmup", rates) },
      drawing: "each seed",
      seeds: 3,
    });
    expect(armLabel("V 10", "equal sum")).toBe("V 10, equal sum");
  });

  test.each([
    ["untied, a norm: both", {}, { embeddingRms: 0.25, unembeddingRms: 0.3 }],
    ["tied, a norm: the embedding", { tied: true }, { embeddingRms: 0.25 }],
    ["no norm: one gives the other", { norm: "none" }, { embeddingRms: 0.25 }],
  ] as const)("rescaled at the drop: %s", (_, more, sizes) => {
    for (const arm of ["rescaled", "warmup, rescaled"] as const) {
      const { config: own } = armCondition("a", arm, rates, { config: { ...config, ...more } });
      expect(own.interventions).toEqual([{ step: 500, kind: "rescale", ...sizes }]);
      expect(() => parseConfig({ ...own, seed: 0 } as RunConfigInput)).not.toThrow();
    }
  });
});

describe("lag", () => {
  const I = (seed: number) => 0.5 + 0.1 * seed;
  /** L − H and I of each seed, whatever the step's excess is. */
  const run = (excess: (step: number, seed: number) => number | null, seed: number): RunResult =>
    runOf({ vocabSize: 10, steps: 300, seed } as RunConfigInput, {
      excess,
      columns(step) {
        const value = excess(step, seed);
        return {
          unigramExcess: value === null ? null : value - I(seed),
          capturedInformation: 0.1 * (seed + 1),
        };
      },
    });
  const planted = 0.3;
  const seeds = (seed: number): ReadonlyMap<string, RunResult> =>
    new Map([
      ["without", run((step) => 2 - step / 1000 + planted * I(seed), seed)],
      ["with", run((step) => 2 - step / 1000, seed)],
    ]);

  test("the planted one, in units of each seed's own information", () => {
    for (const seed of [0, 1, 2]) {
      expect(lag("without", "with", 200).of(seeds(seed))).toBeCloseTo(planted, 10);
      expect(lag("with", "without", 200).of(seeds(seed))).toBeCloseTo(-planted, 10);
    }
    expect(lag("without", "without", 200).of(seeds(1))).toBe(0);
  });

  test("the information may be told", () => {
    const known = { of: () => 0.25, stated: null };
    expect(lag("without", "with", 200, known).of(seeds(0))).toBeCloseTo((planted * 0.5) / 0.25, 10);
  });

  test("none where a run or its evaluation is missing", () => {
    const own = seeds(0);
    expect(lag("without", "with", 150).of(own)).toBeNull();
    expect(lag("without", "other", 200).of(own)).toBeNull();
    expect(lag("other", "with", 200, { of: () => 1, stated: null }).of(own)).toBeNull();
  });

  test("the information comes from the first record that has both losses", () => {
    const late = run((step) => (step < 100 ? null : 1), 1);
    expect(mutualInformation(late)).toBeCloseTo(0.6, 10);
    expect(information("without").of(seeds(2))).toBeCloseTo(0.7, 10);
    expect(mutualInformation(runOf({ vocabSize: 10, steps: 300 }, { excess: () => 1 }))).toBeNull();
  });

  test("what a run has learnt, as a part of the information", () => {
    expect(inInformation("with", "capturedInformation", 100).of(seeds(1))).toBeCloseTo(0.2 / 0.6, 10);
    expect(inInformation("with", "unigramExcess", 100).of(seeds(0))).toBeCloseTo((1.9 - 0.5) / 0.5, 10);
    expect(inInformation("other", "unigramExcess", 100).of(seeds(0))).toBeNull();
  });
});
