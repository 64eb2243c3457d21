/** Which condition a run is of, where its seed draws the data too. */
import { expect, test } from "vitest";
import { parseConfig } from "../../src/config.js";
import type { Condition } from "../../src/experiments/experiment.js";
import { configOf, configsOf } from "../../src/experiments/profile.js";
import { settingOf, settingsOf } from "../../src/report/journaled.js";

const config: Condition["config"] = {
  vocabSize: 20,
  steps: 10,
  evaluateEvery: 10,
  targets: { kind: "low-rank", rank: 2 },
};
const drawn: Condition = { label: "drawn", config, drawing: "each seed" };
const fixed: Condition = { label: "fixed", config };
const other: Condition = { label: "other", config: { ...config, targets: { kind: "low-rank", rank: 3 } } };

test("a seed draws the factors of low-rank targets where the condition says so", () => {
  expect(configOf(drawn, 3)).toMatchObject({ seed: 3, targets: { kind: "low-rank", rank: 2, seed: 3 } });
  expect(configOf(fixed, 3)).toEqual({ ...config, seed: 3 });
  expect(configsOf({ ...drawn, seeds: 2 }, 5).map(({ seed }) => seed)).toEqual([0, 1]);
  expect(configsOf(drawn, 2).map(({ seed }) => seed)).toEqual([0, 1]);
});

test("a drawing of what is not drawn changes nothing", () => {
  const config = { vocabSize: 20, steps: 10, evaluateEvery: 10 };
  const condition: Condition = { label: "independent", config, drawing: "each seed" };
  for (const seed of [0, 1])
    expect(settingsOf(parseConfig(configOf(condition, seed)))).toContain(settingOf(condition));
});

test("every run is found under its condition, and under no other", () => {
  for (const condition of [drawn, fixed, other])
    for (const seed of [0, 1, 2]) {
      const run = settingsOf(parseConfig(configOf(condition, seed)));
      const having = [drawn, fixed, other].filter((one) => run.includes(settingOf(one)));
      // seed 0 of the drawn one and of the fixed one are the same run
      expect(having).toEqual(seed === 0 && condition !== other ? [drawn, fixed] : [condition]);
    }
});
