/** Runs by what differs between them. */
import { describe, expect, test } from "vitest";
import { experimentNames, namedAxes, sweepNames } from "../../src/cli/runNames.js";
import { parseConfig } from "../../src/config.js";
import type { Condition } from "../../src/experiments/experiment.js";
import { experiments } from "../../src/experiments/index.js";
import { conditionsOf, configsOf } from "../../src/experiments/profile.js";
import type { SweepDescription } from "../../src/sweep/description.js";
import { SweepPlan } from "../../src/sweep/grid.js";

const namesOf = (description: SweepDescription): string[] => {
  const plan = new SweepPlan(description);
  return [...plan].map(sweepNames(plan.varied));
};

describe("runs of a sweep", () => {
  test("are named by the fields that vary, and by no other", () => {
    expect(
      namesOf({
        base: { vocabSize: 50304, steps: 10 },
        axes: { learningRate: { kind: "log", from: 1e-3, to: 1e-2, count: 3 }, embeddingDim: [10] },
        seeds: 2,
      }),
    ).toEqual([
      "lr 0.001, seed 0",
      "lr 0.001, seed 1",
      "lr 0.003162, seed 0",
      "lr 0.003162, seed 1",
      "lr 0.01, seed 0",
      "lr 0.01, seed 1",
    ]);
    expect(namesOf({ base: { steps: 10 } })).toEqual(["V 100, D 100, seed 0"]);
  });

  test("have no two names alike, whatever varies", () => {
    const cosine = { kind: "cosine", from: 0.01, to: 0 };
    const names = namesOf({
      axes: {
        learningRate: [0.01, { ...cosine, end: 100 }, { ...cosine, end: 3000 }],
        "distribution.exponent": [1, 1.00001],
        interventions: [5, 6].map((step) => [{ step, kind: "reset-moments" }]),
      },
      zip: [{ vocabSize: [10, 50304], embeddingDim: [2, 3] }],
    });
    expect(names).toHaveLength(24);
    expect(new Set(names).size).toBe(24);
    expect(names[0]).toMatch(/^lr 0\.01, α 1, interventions \[\{.{27}…, V 10, D 2$/);
    expect(names.at(-1)).toContain("lr cosine 0.01 → 0 until 3000, α 1.00001, ");
    expect(names.at(-1)).toMatch(/, V 50304, D 3$/);
  });

  test("of whole objects are named by what tells these apart", () => {
    expect(namesOf({ axes: { optimizer: [{ kind: "sgd", momentum: 0.9 }, { kind: "adam" }] } })).toEqual([
      "optimizer sgd",
      "optimizer adam",
    ]);
    expect(
      namesOf({ axes: { optimizer: [{ kind: "sgd", momentum: 0.9 }, { kind: "sgd" }, { kind: "adam" }] } }),
    ).toEqual(["optimizer sgd, momentum 0.9", "optimizer sgd, momentum 0", "optimizer adam"]);
  });

  test("of two sweeps have the axes of both", () => {
    const sweeps: SweepDescription[] = [
      { axes: { embeddingDim: [2, 3] } },
      { axes: { embeddingDim: [3, 4], steps: [5, 6] } },
    ];
    const plans = sweeps.map((sweep) => new SweepPlan(sweep));
    expect(namedAxes(plans.flatMap(({ varied }) => varied)).map(({ name }) => name)).toEqual(["D", "steps"]);
  });
});

test("runs of experiments are named by experiment, condition and seed, each once", () => {
  const profile = { quick: true, arithmetic: "strict" } as const;
  const chosen = experiments.filter(({ part }) => part === "post");
  const nameOf = experimentNames(chosen, profile, 2);
  for (const experiment of chosen)
    for (const condition of conditionsOf(experiment, profile))
      for (const config of configsOf(condition, 2).map(parseConfig))
        expect(nameOf(config)).toMatch(new RegExp(`^[a-z1-]+: .+, seed ${config.seed}$`));
  const [scaling] = chosen.filter(({ name }) => name === "scaling-law");
  // the last one, as the first is another experiment's run too
  const condition = conditionsOf(scaling, profile).at(-1) as Condition;
  expect(nameOf(parseConfig(configsOf(condition, 2)[1]))).toBe(`scaling-law: ${condition.label}, seed 1`);
});
