/** Conditions on complete configs. */
import { expect, test } from "vitest";
import { ConfigError, parseConfig } from "../../src/config.js";
import { fieldAt } from "../../src/fields/fieldAt.js";
import type { Condition } from "../../src/sweep/index.js";
import { checkWhere, meets } from "../../src/sweep/where.js";

// vocabSize 8, embeddingDim 4, no clipping, Zipf's exponent 1
const config = parseConfig({ vocabSize: 8, embeddingDim: 4 });
const given = parseConfig({
  vocabSize: 2,
  distribution: { kind: "given", probabilities: [0.5, 0.5] },
});

test.each<[Omit<Condition, "path">, boolean, boolean, boolean]>([
  [{ below: 8 }, true, false, false],
  [{ atMost: 8 }, true, true, false],
  [{ above: 8 }, false, false, true],
  [{ atLeast: 8 }, false, true, true],
  [{ equals: 8 }, false, true, false],
  [{ not: 8 }, true, false, true],
  [{ above: 7, below: 9 }, false, true, false],
  [{ atLeast: 8, below: undefined }, false, true, true],
  // another type meets no order
  [{ below: "9" }, false, false, false],
  [{ atMost: "9" }, false, false, false],
  [{ above: "1" }, false, false, false],
  [{ atLeast: "1" }, false, false, false],
  [{ equals: "8" }, false, false, false],
  [{ not: "8" }, true, true, true],
  [{ below: { path: "seed" } }, false, false, false],
  [{ above: { path: "seed" } }, true, true, true],
  [{ not: { path: "none" } }, false, false, false],
])("7, 8 and 9 against %j", (condition, ...met) => {
  const at = (vocabSize: number) => parseConfig({ vocabSize });
  expect([7, 8, 9].map((size) => meets(at(size), [{ path: "vocabSize", ...condition }]))).toEqual(met);
});

test("a field is the config's own, at any depth", () => {
  expect(fieldAt(config, "distribution.exponent")).toBe(1);
  expect(fieldAt(config, "distribution")).toEqual({ kind: "zipf", exponent: 1 });
  for (const path of ["", "none", "none.deeper", "constructor", "toString.name", "distribution.none"])
    expect(fieldAt(config, path), path).toBeUndefined();
  for (const path of [
    "vocabSize.none",
    "norm.length",
    "distribution.kind.length",
    "distribution.constructor",
  ])
    expect(fieldAt(config, path), path).toBeUndefined();
  expect(fieldAt({ ...config, norm: null } as never, "norm.kind")).toBeUndefined();
  expect(fieldAt(given, "distribution.exponent")).toBeUndefined();
});

test("every condition counts, and every path is looked up, also behind one that is not met", () => {
  const seen = new Set<string>();
  const where: Condition[] = [
    { path: "vocabSize", above: 100 },
    { path: "embeddingDim", below: { path: "seed" }, atMost: { path: "none" } },
    { path: "steps", atLeast: 0 },
  ];
  expect(meets(config, where, seen)).toBe(false);
  expect([...seen].sort()).toEqual(["embeddingDim", "seed", "steps", "vocabSize"]);
  expect(meets(config, [where[2], where[2]])).toBe(true);
  expect(meets(config, [where[2], where[0]])).toBe(false);
  expect(meets(config, [where[0], where[2]])).toBe(false);
  expect(meets(config, [])).toBe(true);
  // what a run has not is not unequal either
  expect(meets(given, [{ path: "distribution.exponent", not: 7 }])).toBe(false);
  expect(meets(given, [{ path: "vocabSize", not: { path: "distribution.exponent" } }])).toBe(false);
});

test("a condition without a comparison, or on a path that no run has, is refused", () => {
  const seen = new Set(["a", "b"]);
  const check = (...where: Condition[]) => {
    try {
      checkWhere(where, seen);
      return "fine";
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return (error as Error).message;
    }
  };
  expect(check()).toBe("fine");
  expect(check({ path: "a", below: 1 }, { path: "a", equals: "c", not: { path: "b" } })).toBe("fine");
  const none = "expected one of below, atMost, above, atLeast, equals, not, got none";
  expect(check({ path: "a" })).toBe(`where.0: ${none}`);
  expect(check({ path: "a", below: 1 }, { path: "b", below: undefined })).toBe(`where.1: ${none}`);
  expect(check({ path: "c", below: 1 })).toBe("where.0.path: no run has a field c");
  const other = { path: "b", below: undefined, above: 3, atMost: { path: "d" } };
  expect(check({ path: "a", below: 1 }, other)).toBe("where.1.path: no run has a field d");
});
