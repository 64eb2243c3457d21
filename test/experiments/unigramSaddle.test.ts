/** The unigram saddle on descents whose pauses and escapes are planted. */
import { describe, expect, test } from "vitest";
import { valuesOf } from "../../src/analysis/claims.js";
import { rateSum } from "../../src/analysis/saddle.js";
import { parseConfig, type RunConfigInput } from "../../src/config.js";
import { isEvaluation } from "../../src/evaluationSteps.js";
import { unigramSaddle } from "../../src/experiments/beyond/unigramSaddle.js";
import { analyse, type Condition } from "../../src/experiments/experiment.js";
import { configOf } from "../../src/experiments/profile.js";
import type { RunResult } from "../../src/sweep/result.js";
import { piecewise } from "./plantedDescents.js";
import { runOf } from "./syntheticRuns.js";

const seeds = 3;
const floor = 0.4;

/** How long runs of a condition stand about H, and how long they take from there to H − 3I/4, as sums of rates. */
interface Planted {
  width(label: string): number;
  descent(label: string): number;
  /** τ of gradient descent at noise σ. */
  timeOfEscape(noise: number, lr: number): number;
}
const planted: Planted = {
  width(label) {
    if (label.includes("D^-1/2")) return 0.04;
    if (label.includes("reset")) return 0.1;
    if (label.includes("0.95") || label.includes("Signum")) return 0.15;
    if (label.includes("std 0.02")) return 0.2;
    return label.includes("lr 0.03") ? 0.08 : 0.3;
  },
  descent: (label) => (label.includes("reset") ? 0.08 : 0.25),
  timeOfEscape: (noise) => 50 - 40 * Math.log(noise),
};

/** Another width for every seed, 2 % apart. */
const spread = (seed: number) => 1 + 0.02 * (seed - 1);

function runsOf(
  conditions: Condition[],
  { width, descent, timeOfEscape }: Planted,
): Map<string, RunResult[]> {
  const level = (label: string, config: Condition["config"], seed: number): ((time: number) => number) => {
    if (config.init?.kind !== "unigram") {
      const w = width(label) * spread(seed);
      const ends = 0.2 + w + descent(label);
      return piecewise([0, 3], [0.2, 0.25], [0.2 + w, -0.25], [ends, -0.75], [ends + 0.1, -0.9]);
    }
    const { noise = 0 } = config.init;
    const from = noise === 0 ? 1e9 : timeOfEscape(noise, config.learningRate as number) * spread(seed);
    return piecewise([0, 0], [30, -0.06], [from, -0.06], [from + 1000, -10.06]);
  };
  return new Map(
    conditions.map((condition) => [
      condition.label,
      Array.from({ length: seeds }, (_, seed) => {
        const input = configOf(condition, seed);
        const at = level(condition.label, condition.config, seed);
        const of = (step: number) => at(rateSum(input.learningRate as number, step));
        return runOf(input as RunConfigInput, {
          excess: (step) => (of(step) + 1) * floor,
          dimension: (step) => (of(step) > -0.25 ? 1.5 : 6),
          columns: (step) => ({
            unigramExcess: of(step) * floor,
            inputDependence: (of(step) > -0.25 ? 0.04 : 0.5) * floor,
          }),
        });
      }),
    ]),
  );
}

const verdictsOf = (planting: Planted, quick = false) =>
  Object.fromEntries(
    analyse(unigramSaddle, runsOf(unigramSaddle.conditions(quick), planting), quick).claims.map((claim) => [
      claim.quantity,
      claim,
    ]),
  );

describe("claims", () => {
  const claims = verdictsOf(planted);
  const means = Object.fromEntries(
    Object.entries(claims).map(([quantity, { measured }]) => [quantity, measured.mean]),
  );

  test("all hold of runs that are as said, but at rates where no claim is", () => {
    expect(
      Object.values(claims)
        .filter(({ verdict }) => verdict !== "holds")
        .map(({ quantity }) => quantity),
    ).toEqual([]);
    expect(Object.keys(claims)).toHaveLength(23);
  });

  test("the numbers are the planted ones", () => {
    expect(means["S at std 0.001, lr 0.001 (3 of 3 runs monotone)"]).toBeCloseTo(0.3 / 0.25, 2);
    expect(means["S at V 1000, std 0.001, lr 0.001 (3 of 3 runs monotone)"]).toBeCloseTo(0.3 / 0.25, 2);
    expect(means["S at std D^-1/2, lr 0.001 (3 of 3 runs monotone)"]).toBeCloseTo(0.04 / 0.25, 2);
    expect(means["S at std 0.001 minus S at std 0.02, lr 0.001"]).toBeCloseTo(0.1 / 0.25, 2);
    expect(means["W of Adam with β₂ 0.999 minus W of Signum, std 0.001, lr 0.001"]).toBeCloseTo(0.15, 2);
    expect(
      means[
        "share of the τ from H to H − I/4 that a reset of the moments at step 232 removes, std 0.001, lr 0.001"
      ],
    ).toBeCloseTo(2 / 3, 2);
    expect(means["τ of escape an e-fold of 1/σ, from σ 0.01 to 0.0001, gradient descent, lr 3"]).toBeCloseTo(
      40,
      2,
    );
    expect(
      means["n_eff at the end minus n_eff where the descent is slowest, std 0.001, lr 0.001"],
    ).toBeCloseTo(4.5, 9);
    expect(means["input dependence J in I where the descent is slowest, std 0.001, lr 0.001"]).toBeCloseTo(
      0.04,
      9,
    );
    expect(means["(L − H)/I at the end, gradient descent, lr 3, σ 0"]).toBeCloseTo(-0.06, 9);
  });

  const failing = (planting: Partial<Planted>) =>
    Object.values(verdictsOf({ ...planted, ...planting }))
      .filter(({ verdict }) => verdict === "fails")
      .map(({ claim }) => claim);

  test("a plain descent has no pause, and no memory of it", () => {
    const found = failing({ width: () => 0.1 });
    expect(found.filter((claim) => claim.startsWith("from small weights the loss pauses"))).toHaveLength(5);
    expect(found).toContain("more than half of Adam's pause is memory of its moments");
  });

  test("an escape that takes steps is no sum of rates", () => {
    expect(failing({ timeOfEscape: (noise, lr) => (50 - 40 * Math.log(noise)) * (lr / 3) })).toEqual([
      "the time to leave it is a sum of rates",
    ]);
  });

  test("an escape by a power of the noise is not linear in its logarithm", () => {
    expect(failing({ timeOfEscape: (noise) => 20 * noise ** -0.3 })).toEqual([
      "the time to leave it is linear in ln 1/σ",
    ]);
  });

  test("a pause that takes steps is no sum of rates", () => {
    expect(
      failing({ width: (label) => (label.endsWith("lr 0.0001") ? 0.03 : planted.width(label)) }),
    ).toContain(
      "the pause is a sum of rates and no number of steps: a hundredfold rate changes it less than twofold",
    );
  });

  test("runs whose loss rises are counted, and left out", () => {
    const runs = runsOf(unigramSaddle.conditions(false), planted);
    const label = "std 0.001, lr 0.001";
    const [first, ...others] = runs.get(label) as RunResult[];
    const records = first.records.map((it) => (it.step === 300 ? { ...it, unigramExcess: floor } : it));
    runs.set(label, [{ ...first, records }, ...others]);
    const { claims: own } = analyse(unigramSaddle, runs, false);
    const judged = own.find(({ quantity }) => quantity === `S at ${label} (2 of 3 runs monotone)`);
    expect(judged?.measured.seeds).toBe(2);
  });
});

describe("conditions", () => {
  test.each([false, true])(
    "moments are reset at an evaluation, of a run that is otherwise the same (quick: %s)",
    (quick) => {
      const conditions = unigramSaddle.conditions(quick);
      const resets = conditions.filter(({ config }) => config.interventions);
      expect(resets.length).toBe(quick ? 1 : 2);
      for (const { label, config } of resets) {
        const as = conditions.find((it) => it.label === label.replace("moments reset", "std 0.001"));
        const { interventions: own, steps: _, spectrum: __, ...rest } = config;
        expect(rest).toEqual(
          (({ steps: ___, spectrum: ____, ...others }) => others)(as?.config as Condition["config"]),
        );
        expect(isEvaluation(parseConfig({ ...config } as RunConfigInput), own?.[0].step ?? -1)).toBe(true);
      }
    },
  );

  test("the quick ones are among the full ones", () => {
    const known = new Map(unigramSaddle.conditions(false).map(({ label, config }) => [label, config]));
    for (const { label, config } of unigramSaddle.conditions(true)) expect(config).toEqual(known.get(label));
  });

  test("every seed draws its data, but where an earlier measurement had one drawing", () => {
    for (const { label, drawing } of unigramSaddle.conditions(false))
      expect(drawing).toBe(label.includes("B 8192") ? undefined : "each seed");
  });
});

test("every comparison has runs", () => {
  const runs = runsOf(unigramSaddle.conditions(false), planted);
  const comparisons = unigramSaddle.comparisons?.(runs, false) ?? [];
  expect(comparisons).toHaveLength(14);
  expect(new Set(comparisons.map(({ quantity, by }) => quantity + by)).size).toBe(14);
  // at 0.1 a descent is too short for one
  for (const { quantity, value } of comparisons)
    if (!quantity.includes("lr 0.1")) expect(valuesOf(value, runs), quantity).toHaveLength(3);
});

test("findings have the planted numbers, and rest on claims that there are", () => {
  const runs = runsOf(unigramSaddle.conditions(false), planted);
  const findings = unigramSaddle.findings?.(runs, false) ?? [];
  const quantities = analyse(unigramSaddle, runs, false).claims.map(({ quantity }) => quantity);
  expect(findings).toHaveLength(2);
  for (const { restsOn } of findings) for (const quantity of restsOn) expect(quantities).toContain(quantity);
  expect(findings[0].sentence).toContain("S = 1.20 (1.1");
  expect(findings[1].sentence).toMatch(/a sum of rates of 40 \(38 to 42\)/);
  expect(findings[1].sentence).toMatch(/removes 67 % \(6\d % to 6\d %\) of the time from H to H − 3I\/4/);
  expect(unigramSaddle.findings?.(new Map(), false)).toEqual([]);
});

test("figures: the descents, the rates, the escape; those without runs are left out", () => {
  const runs = runsOf(unigramSaddle.conditions(false), planted);
  expect(unigramSaddle.figures(runs, false).map(({ name }) => name)).toEqual([
    "unigram-saddle",
    "unigram-saddle-rates",
    "unigram-saddle-escape",
  ]);
  expect(
    unigramSaddle.figures(runsOf(unigramSaddle.conditions(true), planted), true).map(({ name }) => name),
  ).toEqual(["unigram-saddle", "unigram-saddle-escape"]);
  expect(unigramSaddle.figures(new Map(), false)).toEqual([]);
  // biome-ignore lint/suspicious/noExplicitAny: a Vega-Lite specification
  const [ratios] = unigramSaddle.figures(runs, false)[1].panels as any;
  const points = ratios.data.values.filter(({ series }: { series: string }) => series === "std 0.001");
  expect(points.map(({ x }: { x: number }) => x)).toEqual([1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2]);
  for (const { x, mean, low, high } of points) {
    // the corners of what is planted lie between evaluations
    expect(Math.abs(mean - (x === 0.03 ? 0.32 : 1.2))).toBeLessThan(x < 3e-3 ? 0.02 : 0.1);
    expect(low).toBeLessThan(mean);
    expect(high).toBeGreaterThan(mean);
  }
});

test("a setting most of whose runs are not monotone has no point", () => {
  const runs = runsOf(unigramSaddle.conditions(false), planted);
  const label = "std 0.001, lr 0.0003";
  const rising = (run: RunResult) => ({
    ...run,
    records: run.records.map((it) => (it.step === 1001 ? { ...it, unigramExcess: floor } : it)),
  });
  const [first, second, third] = runs.get(label) as RunResult[];
  const shownOf = (own: RunResult[]) => {
    const changed = new Map([...runs, [label, own] as [string, RunResult[]]]);
    // biome-ignore lint/suspicious/noExplicitAny: a Vega-Lite specification
    const [ratios] = unigramSaddle.figures(changed, false)[1].panels as any;
    return ratios.data.values.some(({ x }: { x: number }) => x === 3e-4);
  };
  expect(shownOf([rising(first), second, third])).toBe(true);
  expect(shownOf([rising(first), rising(second), third])).toBe(false);
});
