/** Interventions in a config: what is taken, what a run is called by them, and the configs that it is computed by. */
import { describe, expect, test } from "vitest";
import {
  ConfigError,
  canonicalConfig,
  configHash,
  parseConfig,
  type RunConfigInput,
} from "../../src/config.js";
import {
  type InterventionInput,
  interventionsAt,
  mostOfPhases,
  nextIntervention,
  phaseAt,
  phasesOf,
} from "../../src/intervention/index.js";

const untied = { tied: false, norm: "layernorm", steps: 100 } as const;
const given = (interventions: unknown, config: RunConfigInput = untied) =>
  parseConfig({ ...config, interventions: interventions as InterventionInput[] });
const exactAt = (step: number, freezeSecondMoment?: boolean) => ({
  step,
  kind: "gradient",
  gradient: "exact",
  ...(freezeSecondMoment === undefined ? {} : { freezeSecondMoment }),
});
const reset = (step: number) => ({ step, kind: "reset-moments" });

test("a run without any is called what it was; one with some by all of them, in their order", () => {
  expect(canonicalConfig({})).not.toContain("interventions");
  expect(configHash({ interventions: [] })).toBe(configHash({}));
  expect("interventions" in parseConfig({ interventions: [] })).toBe(false);
  const lists = [
    [],
    [reset(5)],
    [reset(6)],
    [reset(5), reset(6)],
    [exactAt(5)],
    [exactAt(5, true)],
    [reset(5), exactAt(5)],
    [exactAt(5), reset(5)],
    [{ step: 5, kind: "rescale", embeddingRms: 1 }],
    [{ step: 5, kind: "rescale", unembeddingRms: 1 }],
  ];
  const names = lists.map((list) => configHash(given(list)));
  expect(new Set(names).size).toBe(lists.length);
  // complete, and whatever the order of its keys, it is the same
  expect(configHash(given([{ gradient: "exact", kind: "gradient", step: 5 }]))).toBe(names[4]);
  expect(configHash(given([exactAt(5, false)]))).toBe(names[4]);
  expect(configHash(JSON.parse(canonicalConfig(given([exactAt(5)]))))).toBe(names[4]);
});

test("the name of such a run is for good", () => {
  const config = given([
    reset(7),
    { step: 7, kind: "rescale", embeddingRms: 0.5, unembeddingRms: 0.25 },
    exactAt(50, true),
  ]);
  expect(canonicalConfig(config)).toContain(
    '"interventions":[{"kind":"reset-moments","step":7},{"embeddingRms":0.5,"kind":"rescale","step":7,"unembeddingRms":0.25},{"freezeSecondMoment":true,"gradient":"exact","kind":"gradient","step":50}]',
  );
  expect(configHash(config)).toBe("eb44af7b7d3e8494");
});

test.each<[unknown, RunConfigInput, string]>([
  [5, {}, "interventions: expected a list of { step, kind, … }, got 5"],
  [
    [5],
    {},
    'interventions.0: expected { step, kind: "reset-moments" } or { step, kind: "rescale", embeddingRms, unembeddingRms } or { step, kind: "gradient", gradient, freezeSecondMoment }, got 5',
  ],
  [
    [{ step: 5, kind: "stop" }],
    {},
    'interventions.0.kind: expected { step, kind: "reset-moments" } or { step, kind: "rescale", embeddingRms, unembeddingRms } or { step, kind: "gradient", gradient, freezeSecondMoment }, got "stop"',
  ],
  [[{ kind: "reset-moments" }], {}, "interventions.0.step: missing"],
  [[reset(-1)], {}, "interventions.0.step: expected a whole number from 0 to 1000000000, got -1"],
  [[reset(1.5)], {}, "interventions.0.step: expected a whole number from 0 to 1000000000, got 1.5"],
  [[{ ...reset(5), gradient: "exact" }], {}, "interventions.0.gradient: unknown field"],
  [[{ step: 5, kind: "gradient" }], {}, "interventions.0.gradient: missing"],
  [
    [{ step: 5, kind: "gradient", gradient: "none" }],
    {},
    'interventions.0.gradient: expected "exact" or "sampled", got "none"',
  ],
  [
    [{ step: 5, kind: "rescale", embeddingRms: 0 }],
    {},
    "interventions.0.embeddingRms: expected a number above 0, got 0",
  ],
  [
    [reset(5), reset(4)],
    {},
    "interventions.1.step: expected at least 5, where the one before it is, got 4 (reset-moments at step 4)",
  ],
  [
    [reset(5), reset(101)],
    {},
    "interventions.1.step: expected at most 100 (steps), got 101 (reset-moments at step 101)",
  ],
  [
    [reset(5)],
    { optimizer: { kind: "sgd" } },
    'interventions.0: expected an optimizer that has moments to reset, got {"kind":"sgd","momentum":0,"nesterov":false,"weightDecay":0} (reset-moments at step 5)',
  ],
  [
    [exactAt(5, true), reset(9)],
    {},
    "interventions.1: expected a second moment that is not frozen, got one that is (reset-moments at step 9)",
  ],
  [
    [exactAt(5, true)],
    { optimizer: { kind: "sgd", momentum: 0.9 } },
    "interventions.0.freezeSecondMoment: expected optimizer adam, got sgd (gradient at step 5)",
  ],
  [
    [exactAt(0, true)],
    {},
    "interventions.0.freezeSecondMoment: expected an update before it, got none since step 0 (gradient at step 0)",
  ],
  [
    [reset(5), exactAt(5, true)],
    {},
    "interventions.1.freezeSecondMoment: expected an update before it, got none since step 5 (gradient at step 5)",
  ],
  [
    [{ step: 5, kind: "rescale" }],
    {},
    "interventions.0: expected embeddingRms, unembeddingRms or both, got nothing (rescale at step 5)",
  ],
  [
    [{ step: 5, kind: "rescale" }],
    { tied: true },
    "interventions.0: expected embeddingRms, got nothing (rescale at step 5)",
  ],
  [
    [{ step: 5, kind: "rescale", embeddingRms: 1, unembeddingRms: 2 }],
    { tied: true },
    "interventions.0.unembeddingRms: expected nothing with tied weights, got 2 (rescale at step 5)",
  ],
  [
    [{ step: 5, kind: "rescale", embeddingRms: 1 }],
    { tied: true, norm: "none" },
    "interventions.0: expected untied weights or a norm, without which no other size keeps the function (rescale at step 5)",
  ],
  [
    [{ step: 5, kind: "rescale", embeddingRms: 1, unembeddingRms: 2 }],
    { norm: "none" },
    "interventions.0.unembeddingRms: expected nothing beside embeddingRms without a norm, since one gives the other, got 2 (rescale at step 5)",
  ],
  [
    [{ step: 5, kind: "rescale", embeddingRms: 0.009 }],
    {},
    "interventions.0.embeddingRms: expected at least 0.01 under a norm, whose 1e-5 would change the function, got 0.009 (rescale at step 5)",
  ],
  [[exactAt(5)], { vocabSize: 5000 }, "vocabSize: expected at most 4096 with exact gradients, got 5000"],
  [
    [exactAt(5)],
    { gradient: "exact", batchSize: 16 },
    "batchSize: expected nothing with exact gradients, got 16",
  ],
])("refuses %j with %j", (interventions, config, message) => {
  expect(() => given(interventions, { ...untied, ...config })).toThrow(new ConfigError(message));
});

test("takes what makes sense: at both ends, several at a step, frozen and not again", () => {
  expect(given([reset(0), reset(100)]).interventions).toHaveLength(2);
  const frozen = [exactAt(5, true), exactAt(5, true), { ...exactAt(9), gradient: "sampled" }, reset(9)];
  expect(given(frozen).interventions?.[2]).toEqual({
    step: 9,
    kind: "gradient",
    gradient: "sampled",
    freezeSecondMoment: false,
  });
  expect(given([{ step: 1, kind: "rescale", unembeddingRms: 1 }], { ...untied, norm: "none" })).toBeDefined();
});

test("a batch size is there where batches are drawn at some time", () => {
  const sampledAt = { step: 5, kind: "gradient", gradient: "sampled" };
  expect("batchSize" in given([exactAt(5)], { ...untied, gradient: "exact" })).toBe(false);
  expect(given([sampledAt], { ...untied, gradient: "exact" }).batchSize).toBe(128);
  expect(given([sampledAt], { ...untied, gradient: "exact", batchSize: 16 }).batchSize).toBe(16);
  expect(given([exactAt(0)], { ...untied, batchSize: 16 }).batchSize).toBe(16);
});

describe("what holds at a step", () => {
  const sampled = { step: 40, kind: "gradient", gradient: "sampled", freezeSecondMoment: false };
  const config = given([reset(3), exactAt(10, true), sampled, reset(40)]);

  test("interventions lie behind their step's evaluation and before the next update", () => {
    expect(interventionsAt(config, 40).map(({ kind }) => kind)).toEqual(["gradient", "reset-moments"]);
    expect(interventionsAt(config, 41)).toEqual([]);
    expect([0, 2, 3, 9, 10, 39].map((step) => nextIntervention(config, step))).toEqual([
      3, 3, 10, 10, 40, 40,
    ]);
    expect(nextIntervention(config, 40)).toBe(Number.POSITIVE_INFINITY);
    expect(nextIntervention(parseConfig({}), 0)).toBe(Number.POSITIVE_INFINITY);
  });

  test("a change of the gradient is another config for the updates behind it", () => {
    expect(phaseAt(config, -1)).toBe(config);
    expect(phaseAt(config, 9)).toBe(config);
    expect(phaseAt(config, 10)).toEqual({
      ...config,
      gradient: "exact",
      optimizer: { ...config.optimizer, beta2: 1 },
    });
    expect(phaseAt(config, 39)).toEqual(phaseAt(config, 10));
    expect(phaseAt(config, 40)).toEqual(config);
    expect(phasesOf(config).map(({ phase: { gradient }, updates }) => [gradient, updates])).toEqual([
      ["sampled", 10],
      ["exact", 30],
      ["sampled", 60],
    ]);
    expect(phasesOf(parseConfig({}))).toEqual([{ phase: parseConfig({}), updates: 3000 }]);
    // at a change both are there
    const takes = ({ gradient }: { gradient: string }) => (gradient === "exact" ? 5 : 3);
    expect(mostOfPhases(config, takes)).toBe(8);
    expect(mostOfPhases(parseConfig({}), takes)).toBe(3);
  });
});
