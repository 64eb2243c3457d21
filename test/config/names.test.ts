/**
 * A run's name is for good: journals, citations and other people's scripts know it. names.json has what version 0.1 and 0.2
 * called runs over all fields and kinds of their configs; new fields leave these as they are, and nobody renews the file.
 */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { canonicalConfig, configHash, parseConfig } from "../../src/config.js";

const { names } = JSON.parse(await readFile(new URL("names.json", import.meta.url), "utf8"));

test.each(names as { name: string; config: object }[])("$name", ({ name, config }) => {
  expect(configHash(config)).toBe(name);
  // complete, it is the same run, and so it is as its canonical form has it
  expect(configHash(parseConfig(config))).toBe(name);
  expect(configHash(JSON.parse(canonicalConfig(config)))).toBe(name);
});

test("a younger field makes another name where it is not at its default", () => {
  const others = [
    { optimizer: { kind: "adam", weightDecay: 0.1 } },
    { optimizer: { kind: "adam", coupled: true } },
    { optimizer: { kind: "sgd" } },
    { optimizer: { kind: "sign" } },
    { gradient: "exact" },
    { targets: { kind: "topics", count: 4, strength: 0.5 } },
    { targets: { kind: "low-rank", rank: 2 } },
    { evaluateAt: { kind: "log" } },
    { learningRate: { kind: "sequence", parts: [[0, 0.001]] } },
    { tied: false },
    { tied: false, init: { kind: "unigram" } },
    { tied: false, init: { kind: "unigram", noise: 0.1 } },
    { interventions: [{ step: 5, kind: "reset-moments" }] },
  ] as const;
  expect(new Set([{}, ...others].map((config) => configHash(config as object))).size).toBe(others.length + 1);
  const defaults = {
    optimizer: { kind: "adam", weightDecay: 0, coupled: false },
    gradient: "sampled",
    targets: { kind: "independent" },
  } as const;
  expect(configHash(defaults)).toBe(configHash({}));
});
