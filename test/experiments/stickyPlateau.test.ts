/** The sticky plateau on runs whose lag, plateau and controls are planted. */
import { describe, expect, test } from "vitest";
import { valuesOf } from "../../src/analysis/claims.js";
import type { RunConfigInput } from "../../src/config.js";
import { stickyPlateau } from "../../src/experiments/beyond/stickyPlateau.js";
import { analyse, type Condition } from "../../src/experiments/experiment.js";
import type { RunResult } from "../../src/sweep/result.js";
import { runOf } from "./syntheticRuns.js";

const information = (seed: number): number => 0.4 + 0.01 * seed;

/** (L − H)/I of a condition at a step, the same for all seeds but for a little. */
type Plan = (label: string, step: number) => number;

const runOfPlan = ({ label, config }: Condition, plan: Plan, seed: number): RunResult => {
  const I = information(seed);
  // not the same for all arms, or a lag would have no spread
  const noise = (step: number) => 0.002 * Math.sin(step + 17 * seed + label.length);
  const excess = (step: number) => plan(label, step) + noise(step);
  return runOf({ ...config, seed } as RunConfigInput, {
    excess: (step) => (excess(step) + 1) * I,
    columns: (step) => ({
      unigramExcess: excess(step) * I,
      marginalError: 0.01 * I,
      capturedInformation: (0.01 - excess(step)) * I,
      inputDependence: 0.25 * I,
    }),
  });
};
const runsOf = (plan: Plan, quick = false, seeds = 5): Map<string, RunResult[]> =>
  new Map(
    stickyPlateau
      .conditions(quick)
      .map((it) => [it.label, Array.from({ length: seeds }, (_, seed) => runOfPlan(it, plan, seed))]),
  );

const verdictsOf = (plan: Plan, quick = false) =>
  new Map(
    analyse(stickyPlateau, runsOf(plan, quick), quick).claims.map(({ quantity, verdict, measured }) => [
      quantity,
      { verdict, mean: measured.mean },
    ]),
  );

/** What the issue expects: stuck at H without a warmup, all but where something removes it. */
const sticky: Plan = (label, step) => {
  if (step < 100) return label.endsWith("no warmup") ? 0.5 : 1;
  if (/never high|rescaled/.test(label)) return -0.8;
  const spared = /no norm|tied|weight decay|B 1024|peak 0.0/.test(label);
  if (spared || label.endsWith(", warmup")) return -0.6;
  return 0;
};
/** Nothing of it. */
const flat: Plan = () => -0.6;

describe("verdicts", () => {
  test("planted as expected, all claims hold", () => {
    const verdicts = verdictsOf(sticky);
    expect(verdicts.size).toBeGreaterThan(60);
    for (const [quantity, { verdict }] of verdicts) expect([quantity, verdict]).toEqual([quantity, "holds"]);
  });

  test("their numbers are what was planted", () => {
    const verdicts = verdictsOf(sticky);
    const meanOf = (quantity: string) => verdicts.get(quantity)?.mean;
    expect(meanOf("lag at step 2000, V 300, α 0.5, peak 0.3")).toBeCloseTo(0.6, 2);
    expect(meanOf("excess loss at step 50, warmup minus no warmup, V 300, α 1, peak 0.1")).toBeCloseTo(
      0.5 * information(2),
      2,
    );
    expect(meanOf("lag at step 4000, V 1000, α 1, peak 0.1")).toBeCloseTo(0.6, 2);
    expect(meanOf("lag at step 2000 of rescaled behind warmup, V 300, α 0.5, peak 0.3")).toBeCloseTo(-0.2, 2);
    expect(meanOf("lag at step 2000 of rescaled behind never high, V 300, α 0.5, peak 0.3")).toBeCloseTo(
      0,
      2,
    );
    expect(meanOf("lag at step 2000 of warmup behind never high, V 300, α 1, peak 0.1")).toBeCloseTo(0.2, 2);
    expect(meanOf("lag at step 2000, V 300, α 1, peak 0.3, weight decay 0.1")).toBeCloseTo(0, 2);
    expect(meanOf("(L − H)/I at step 2000, V 300, α 0.5, peak 0.3, no warmup")).toBeCloseTo(0, 2);
    expect(meanOf("captured information over I at step 2000, V 300, α 0.5, peak 0.3, warmup")).toBeCloseTo(
      0.61,
      2,
    );
  });

  test("without any lag the claims of one fail and those of none hold", () => {
    for (const [quantity, { verdict }] of verdictsOf(flat)) {
      if (/^lag at step \d+(?: of rescaled|.*(peak 0\.0|no norm|tied|weight decay|B 1024))/.test(quantity))
        expect([quantity, verdict]).toEqual([quantity, "holds"]);
      else if (quantity.startsWith("lag")) expect([quantity, verdict]).toEqual([quantity, "fails"]);
    }
  });

  test("a lag that changes from seed to seed proves nothing", () => {
    const plan: Plan = (label) => (label.endsWith("no warmup") ? -0.5 : -0.6);
    const runs = runsOf(plan, true);
    for (const [label, own] of runs)
      if (label.endsWith("no warmup"))
        for (const [seed, run] of own.entries())
          run.records = run.records.map((record) => ({
            ...record,
            loss: (record.loss as number) + 0.2 * (seed - 2) * information(seed),
          }));
    const lags = analyse(stickyPlateau, runs, true).claims.filter(({ quantity }) =>
      /^lag at step 2000, V/.test(quantity),
    );
    expect(lags.map(({ verdict }) => verdict)).toEqual(lags.map(() => "inconclusive"));
    expect(lags.length).toBe(4);
  });
});

test("a diverged run has no lag, the other seeds count", () => {
  const runs = runsOf(sticky, true);
  const [first] = runs.get("V 300, α 0.5, peak 0.3, no warmup") as RunResult[];
  first.records = [...first.records.slice(0, 3), { ...first.records[3], loss: null, diverged: true }];
  const claim = analyse(stickyPlateau, runs, true).claims.find(
    ({ quantity }) => quantity === "lag at step 2000, V 300, α 0.5, peak 0.3",
  );
  expect(claim?.measured.seeds).toBe(4);
  expect(claim?.verdict).toBe("holds");
});

describe("conditions", () => {
  const conditions = stickyPlateau.conditions(false);
  const find = (label: string) => conditions.find((it) => it.label === label) as Condition;

  test("each seed draws its data, but where one drawing is asked for", () => {
    for (const { label, drawing } of conditions)
      expect([label, drawing]).toEqual([label, label.includes("one drawing") ? undefined : "each seed"]);
  });

  test("a variation changes one thing of the main design", () => {
    const { evaluateEvery: _, ...plain } = find("V 300, α 0.5, peak 0.3, warmup").config;
    const varied = (name: string) => {
      const { evaluateEvery: _, ...own } = find(`V 300, α 0.5, peak 0.3, ${name}, warmup`).config;
      return own;
    };
    expect(varied("rmsnorm")).toEqual({ ...plain, norm: "rmsnorm" });
    expect(varied("no norm")).toEqual({ ...plain, norm: "none" });
    expect(varied("tied")).toEqual({ ...plain, tied: true });
    expect(varied("weight decay 0.1")).toEqual({ ...plain, optimizer: { kind: "adam", weightDecay: 0.1 } });
    expect(varied("β₂ 0.95")).toEqual({ ...plain, optimizer: { kind: "adam", beta2: 0.95 } });
    expect(varied("B 1024")).toEqual({ ...plain, batchSize: 1024 });
  });

  test("every setting has both arms, every high peak its controls", () => {
    const labels = conditions.map(({ label }) => label);
    for (const label of labels.filter((it) => it.endsWith(", no warmup")))
      expect(labels).toContain(label.replace("no warmup", "warmup"));
    for (const vocabSize of [300, 1000])
      for (const exponent of [0.5, 1])
        for (const peak of [0.1, 0.3])
          for (const arm of ["equal sum", "rescaled"])
            expect(labels).toContain(`V ${vocabSize}, α ${exponent}, peak ${peak}, ${arm}`);
  });

  test("the quick profile: three seeds, the small vocabulary", () => {
    for (const { config, seeds } of stickyPlateau.conditions(true))
      expect([config.vocabSize, config.steps, seeds]).toEqual([300, 2000, 3]);
  });
});

describe("comparisons", () => {
  test("each has a value among the runs", () => {
    const runs = runsOf(sticky);
    const compared = stickyPlateau.comparisons?.(runs, false) ?? [];
    expect(compared).toHaveLength(34);
    for (const { quantity, value, seeds, by } of compared) {
      expect([quantity, valuesOf(value, runs).length]).toEqual([quantity, 5]);
      expect(seeds).toBeGreaterThanOrEqual(3);
      expect(["an implementation in C", "this package, earlier"]).toContain(by);
    }
  });

  test("a lag is compared with the lag, a loss with the loss", () => {
    const runs = runsOf(sticky);
    const meanOf = (quantity: string) => {
      const it = stickyPlateau.comparisons?.(runs, false).find((one) => one.quantity === quantity);
      const values = it ? valuesOf(it.value, runs) : [];
      return values.reduce((sum, x) => sum + x, 0) / values.length;
    };
    expect(meanOf("lag at step 1000, V 300, α 0.5, peak 0.3")).toBeCloseTo(0.6, 2);
    expect(meanOf("lag at step 2500, V 1000, α 1, peak 0.1, rescaled behind warmup, rescaled")).toBeCloseTo(
      0,
      2,
    );
    expect(meanOf("(L − H)/I at step 2000, V 300, α 1, peak 0.3, never high")).toBeCloseTo(-0.8, 2);
    expect(
      meanOf("captured information over I at step 2000, V 300, α 0.5, peak 0.3, one drawing, warmup"),
    ).toBeCloseTo(0.61, 2);
  });
});

describe("findings", () => {
  test("numbers with intervals, resting on claims that are made", () => {
    const runs = runsOf(sticky);
    const quantities = analyse(stickyPlateau, runs, false).claims.map(({ quantity }) => quantity);
    const findings = stickyPlateau.findings?.(runs, false) ?? [];
    expect(findings).toHaveLength(2);
    for (const { sentence, restsOn } of findings) {
      expect(sentence).not.toMatch(/NaN|undefined|null/);
      for (const quantity of restsOn) expect(quantities).toContain(quantity);
    }
    const [effect, memory] = findings;
    expect(effect.sentence).toMatch(/by 0\.599 \(0\.595 to 0\.603\) of the information/);
    expect(effect.sentence).toMatch(/\(L − H\)\/I = 0\.000 \(−0\.002 to 0\.002\)/);
    expect(effect.sentence).toMatch(/never high by 0\.200 /);
    expect(memory.sentence).toMatch(
      /lag is 0\.600 .*, 0\.600 .* with an equal sum .* 0\.001 .* with a weight decay .* 0\.000 .* at step 4000 instead of 0\.599 /,
    );
  });

  test("without a condition no sentence that needs it", () => {
    const runs = runsOf(sticky);
    runs.delete("V 300, α 0.5, peak 0.3, equal sum");
    expect(stickyPlateau.findings?.(runs, false)).toHaveLength(1);
    expect(stickyPlateau.findings?.(runsOf(sticky, false, 1), false)).toEqual([]);
  });
});

describe("figures", () => {
  // biome-ignore lint/suspicious/noExplicitAny: Vega-Lite specifications
  const draw = (quick: boolean): any[] => analyse(stickyPlateau, runsOf(sticky, quick), quick).figures;

  test("the loss in units of each seed's information, between H and H − I", () => {
    const [{ name, spec }] = draw(false);
    expect(name).toBe("sticky-plateau");
    expect(spec.concat).toHaveLength(6);
    const [first] = spec.concat;
    const lastOf = (condition: string) =>
      first.layer[1].data.values.filter((row: { condition: string }) => row.condition === condition).at(-1);
    expect(lastOf("no warmup")).toMatchObject({ step: 4000, mean: expect.closeTo(0, 2) });
    expect(lastOf("warmup")).toMatchObject({ step: 4000, mean: expect.closeTo(-0.6, 2) });
    expect(first.layer[2].data.values.map(({ value }: { value: number }) => value)).toEqual([0, -1]);
    const [marginal, captured, dependence] = spec.concat
      .slice(3)
      .map(
        (view: { layer: { data: { values: { mean: number }[] } }[] }) => view.layer[1].data.values[0].mean,
      );
    expect([marginal, captured, dependence]).toEqual([
      expect.closeTo(0.01, 6),
      expect.closeTo(-0.49, 2),
      expect.closeTo(0.25, 6),
    ]);
  });

  test("the forest: a line a setting, the small vocabulary and the low rates first", () => {
    const [, { name, spec }] = draw(false);
    expect(name).toBe("sticky-plateau-lag");
    const lines = spec.layer[2].encoding.y.scale.domain.map((key: string) => JSON.parse(key));
    expect(lines.slice(0, 5)).toEqual([
      ["No warmup behind warmup"],
      ["No warmup behind warmup", "V 300, peak 0.03"],
      ["No warmup behind warmup", "V 300, peak 0.1"],
      ["No warmup behind warmup", "V 300, peak 0.3"],
      ["No warmup behind warmup", "V 1000, peak 0.03"],
    ]);
    const [point] = spec.layer[3].data.values.filter(
      ({ line, series }: { line: string; series: string }) => line.includes("peak 0.1") && series === "α 0.5",
    );
    expect(point.mean).toBeCloseTo(0.6, 2);
    expect(spec.layer[0].data.values).toEqual([{ from: -0.02, to: 0.02 }]);
  });

  test("quick, and without runs", () => {
    expect(draw(true)[0].panels).toHaveLength(5);
    expect(analyse(stickyPlateau, new Map(), false).figures).toEqual([]);
  });
});
