/** Claims as data: what is read of each seed, what a source states, and which claims have nothing to judge. */
import { describe, expect, test } from "vitest";
import {
  at,
  type ClaimSpecification,
  judgeAll,
  minus,
  ofRun,
  over,
  pairedValues,
  valuesOf,
} from "../../src/analysis/claims.js";
import type { Runs } from "../../src/analysis/series.js";
import type { RunResult } from "../../src/sweep/result.js";
import { runOf } from "../experiments/syntheticRuns.js";

/** A run of these excess losses at steps 0, 100, …; null was not measured. */
const runAt = (seed: number, ...excess: (number | null)[]): RunResult =>
  runOf(
    { vocabSize: 4, embeddingDim: 2, steps: (excess.length - 1) * 100, evaluateEvery: 100, seed },
    { excess: (step) => excess[step / 100] },
  );
const runsOf = (conditions: Record<string, RunResult[]>): Runs => new Map(Object.entries(conditions));

const [a, b] = [at("a", "excessLoss", 0, 5.1), at("b", "excessLoss", 0, 3)];
const runs = runsOf({
  a: [runAt(2, 12), runAt(0, 10), runAt(1, 11), runAt(3, 13)],
  b: [runAt(3, 23), runAt(2, null), runAt(0, 20), runAt(7, 27)],
});

describe("values of quantities", () => {
  test("are paired by seed, in the order of the seeds; a seed that lacks any of them is left out", () => {
    const pairs = [
      [10, 13],
      [20, 23],
    ];
    expect(pairedValues([a, b], runs)).toEqual(pairs);
    expect(pairedValues([b, a], runs)).toEqual([...pairs].reverse());
    expect(valuesOf(a, runs)).toEqual([10, 11, 12, 13]);
    expect(valuesOf(b, runs)).toEqual([20, 23, 27]);
    // 0 is a value
    expect(valuesOf(a, runsOf({ a: [runAt(0, 0)] }))).toEqual([0]);
  });

  test("no seed that has them all: no values", () => {
    const ten = runAt(0, 10);
    const none: Record<string, RunResult[]>[] = [
      {},
      { a: [] },
      { a: [ten] },
      { a: [ten], b: [runAt(1, 20)] },
    ];
    for (const conditions of none) expect(pairedValues([a, b], runsOf(conditions))).toEqual([[], []]);
  });

  test("a run may be read for anything; a condition without a run is not read", () => {
    const seed = ofRun("a", ({ config }) => config.seed);
    expect(valuesOf(seed, runs)).toEqual([0, 1, 2, 3]);
    expect(valuesOf(seed, runsOf({ b: [runAt(0, 1)] }))).toEqual([]);
    expect(seed.stated).toBeNull();
  });

  test("differences and ratios are those of a seed, and of what is stated", () => {
    expect(valuesOf(minus(b, a), runs)).toEqual([10, 10]);
    expect(valuesOf(over(b, a), runs)).toEqual([2, 23 / 13]);
    expect(minus(a, b).stated).toBeCloseTo(2.1, 12);
    expect(over(a, b).stated).toBeCloseTo(1.7, 12);
    const unstated = at("c", "excessLoss", 0);
    for (const quantity of [minus(a, unstated), minus(unstated, a), over(unstated, unstated)])
      expect(quantity.stated).toBeNull();
    // each of the two may itself be one
    expect(valuesOf(minus(minus(b, a), over(b, a)), runs)).toEqual([8, 10 - 23 / 13]);
  });
});

describe("a specification", () => {
  const said = { claim: "c", quantity: "q" };
  const judge = (specification: ClaimSpecification, of = runs) => judgeAll([specification], "e", of);

  test("says what it claims, of which experiment, and what its source states", () => {
    const [claim] = judge({ ...said, rule: "near", value: a, tolerance: 0.5, matters: 9 });
    expect(claim).toMatchObject({ experiment: "e", ...said, post: 5.1 });
    expect(claim.measured).toEqual({ mean: 11.5, standardDeviation: Math.sqrt(5 / 3), seeds: 4 });
  });

  test("an order measures the larger minus the smaller and states their difference, free of f64's noise", () => {
    expect(5.1 - 3).not.toBe(2.1);
    const [claim] = judge({ ...said, rule: "order", smaller: b, larger: a });
    expect(claim).toMatchObject({ post: 2.1, measured: { mean: -10, seeds: 2 }, verdict: "fails" });
    const [turned] = judge({ ...said, rule: "order", smaller: a, larger: b });
    expect(turned).toMatchObject({ post: -2.1, measured: { mean: 10, seeds: 2 }, verdict: "holds" });
    const [ours] = judge({ ...said, rule: "order", smaller: at("a", "excessLoss", 0), larger: b });
    expect(ours.post).toBeNull();
  });

  test("each rule is its own", () => {
    const value = at("a", "excessLoss", 0, 11);
    const rules = (
      [
        { ...said, rule: "near", value, tolerance: 0.25, matters: 9 },
        { ...said, rule: "exact", value, tolerance: 0.25 },
        { ...said, rule: "below", value, bound: 20, origin: "why" },
      ] satisfies ClaimSpecification[]
    ).flatMap((specification) => judge(specification));
    expect(rules.map(({ verdict }) => verdict)).toEqual(["holds", "fails", "holds"]);
    expect(rules.map(({ post }) => post)).toEqual([11, 11, null]);
    expect(rules[0].rule).toContain("the post, as one more seed read to ±0.25");
    const near: ClaimSpecification = { ...said, rule: "near", value, tolerance: 0.25, matters: 9 };
    const others = judgeAll([near, { ...near, rule: "exact" }], "e", runs, "paper");
    expect(others.map(({ rule }) => rule)).toEqual(
      rules.slice(0, 2).map(({ rule }) => rule.replaceAll("post", "paper")),
    );
    expect(rules[1].rule).toContain("exact, the same for every seed");
    expect(rules[2].rule).toContain("is below 20 (why)");
  });

  test("without a seed to judge, or a stated number to compare with, there is no claim; the others keep their order", () => {
    const unstated = at("a", "excessLoss", 0);
    const nowhere = at("c", "excessLoss", 0, 1);
    const claims = judgeAll(
      [
        { ...said, quantity: "no number", rule: "near", value: unstated, tolerance: 1, matters: 9 },
        { ...said, quantity: "second", rule: "below", value: unstated, bound: 1, origin: "" },
        { ...said, quantity: "no exact number", rule: "exact", value: unstated, tolerance: 1 },
        { ...said, quantity: "no runs", rule: "near", value: nowhere, tolerance: 1, matters: 9 },
        { ...said, quantity: "no runs below", rule: "below", value: nowhere, bound: 1, origin: "" },
        { ...said, quantity: "no pair", rule: "order", smaller: a, larger: nowhere },
        { ...said, quantity: "seventh", rule: "order", smaller: a, larger: b },
      ],
      "e",
      runs,
    );
    expect(claims.map(({ quantity }) => quantity)).toEqual(["second", "seventh"]);
  });
});
