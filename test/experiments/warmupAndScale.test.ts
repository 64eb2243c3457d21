/** warmup-and-scale on runs whose frontier is planted. */
import { describe, expect, test } from "vitest";
import { valuesOf } from "../../src/analysis/claims.js";
import { parseConfig } from "../../src/config.js";
import { warmupAndScale } from "../../src/experiments/beyond/warmupAndScale.js";
import {
  conditionOf,
  groupName,
  groupsOf,
  labelOf,
  least,
  type Setting,
  settingsOf,
  steps,
  tolerated,
} from "../../src/experiments/beyond/warmupAndScaleRuns.js";
import { analyse } from "../../src/experiments/experiment.js";
import { configOf } from "../../src/experiments/profile.js";
import { learningRateAt } from "../../src/schedule/schedule.js";
import type { RunResult } from "../../src/sweep/result.js";
import { runOf } from "./syntheticRuns.js";

/** How many of a setting's rates do not diverge; the loss is 0.05 and more by what a warmup costs. */
type Planted = (setting: Setting, seed: number) => number;

const runsOf = (planted: Planted, { seeds = 3, cost = 0 } = {}): Map<string, RunResult[]> =>
  new Map(
    settingsOf(false).flatMap((setting) =>
      setting.group.rates.map((rate, i): [string, RunResult[]] => {
        const condition = conditionOf(setting, rate);
        const own = Array.from({ length: seeds }, (_, seed) =>
          runOf(configOf(condition, seed), {
            excess: () => (i < planted(setting, seed) ? 0.05 + cost * setting.warmup : null),
          }),
        );
        return [condition.label, own];
      }),
    ),
  );

/** The geometric mean of the last rate that does not diverge and the next, as a power of 2. */
const edge = ({ rates }: Setting["group"], count: number): number =>
  Math.log2(Math.sqrt(rates[count - 1] * rates[count]));

const claimsOf = (planted: Planted, options?: { seeds?: number; cost?: number }) =>
  analyse(warmupAndScale, runsOf(planted, options), false).claims;

const find = (wanted: string) => {
  const group = groupsOf(false).find((it) => groupName(it) === wanted);
  if (!group) throw new Error(wanted);
  return group;
};

describe("what is read of a setting", () => {
  const group = find("no norm, SGD");
  const planted: Planted = (setting, seed) => 4 + seed + setting.warmup / 50;
  const runs = runsOf(planted, { cost: 0.001 });

  test("the largest rate, seed by seed", () => {
    for (const warmup of [0, 50])
      expect(valuesOf(tolerated({ group, scale: 4, warmup }), runs)).toEqual(
        [0, 1, 2].map((seed) => expect.closeTo(edge(group, 4 + seed + warmup / 50), 10)),
      );
  });

  test("the least loss", () => {
    expect(valuesOf(least({ group, scale: 1, warmup: 200 }), runs)).toEqual([
      expect.closeTo(0.25, 10),
      expect.closeTo(0.25, 10),
      expect.closeTo(0.25, 10),
    ]);
  });

  test("none of a seed that lacks a run", () => {
    const setting = { group, scale: 1, warmup: 0 };
    const less = new Map(runs);
    const label = labelOf(setting, group.rates[3]);
    less.set(label, (runs.get(label) ?? []).slice(0, 2));
    expect(valuesOf(tolerated(setting), less)).toHaveLength(2);
  });
});

describe("claims", () => {
  test("where a warmup raises the rate, more from larger weights, Kalra and Barkeshli's statement holds", () => {
    const claims = claimsOf(
      ({ warmup, scale }) => 4 + (warmup > 0 ? 1 : 0) + (warmup > 50 && scale === 4 ? 1 : 0),
    );
    const theirs = claims.filter(({ claim }) => claim === "warmup lets a model tolerate larger rates");
    expect(theirs).toHaveLength(16);
    for (const { verdict, whose, quantity } of theirs)
      expect([verdict, whose], quantity).toEqual(["holds", "Kalra and Barkeshli 2024"]);
    const sizes = claims.filter(({ claim }) => claim.includes("larger the initial weights"));
    expect(sizes.map(({ verdict, whose }) => [verdict, whose])).toEqual(Array(4).fill(["holds", "ours"]));
    expect(claims.filter(({ claim }) => claim.includes("lowers")).map(({ verdict }) => verdict)).toEqual(
      Array(3).fill("fails"),
    );
  });

  test("the numbers are the grid's, averaged over initial sizes", () => {
    const claims = claimsOf(({ warmup, scale }) => 4 + (warmup === 200 && scale === 4 ? 2 : 0));
    for (const group of groupsOf(false)) {
      const claim = claims.find(
        ({ quantity }) =>
          quantity.includes("warmup 200 minus none") && quantity.includes(`, ${groupName(group)}, `),
      );
      const gain = (edge(group, 6) - edge(group, 4)) / 3;
      expect(claim?.measured.mean, groupName(group)).toBeCloseTo(group.scales.length > 1 ? gain : 0, 10);
    }
  });

  test("where it lowers the rate, their statement fails and ours of Adam holds", () => {
    const claims = claimsOf(({ warmup }) => (warmup === 200 ? 5 : 6));
    const verdicts = (part: string) =>
      claims.filter(({ quantity }) => quantity.includes(part)).map((it) => it.verdict);
    expect(verdicts("warmup 200 minus none")).toEqual(Array(8).fill("fails"));
    expect(verdicts("none minus warmup 200")).toEqual(Array(3).fill("holds"));
    // a step between Adam's rates is more than the margin
    expect(verdicts("change of log₂ of the largest rate by warmup 200")).toEqual(["fails", "fails"]);
    expect(verdicts("change of log₂ of the largest rate by warmup 50")).toEqual(["holds", "holds"]);
  });

  test("final performance is the least loss over the rates", () => {
    const verdicts = (cost: number) =>
      claimsOf(() => 5, { cost })
        .filter(({ claim }) => claim === "and improves the final performance")
        .map(({ verdict, measured }) => [verdict, Number(measured.mean.toFixed(10))]);
    expect(verdicts(1e-4)).toEqual(Array(8).fill(["fails", -0.005]));
    expect(verdicts(-1e-4)).toEqual(Array(8).fill(["holds", 0.005]));
  });
});

test("the findings say the factors, with intervals, and rest on claims that there are", () => {
  const planted: Planted = ({ group, warmup }, seed) => {
    const at = 5 + (seed % 2);
    if (warmup < 200) return at;
    return group.optimizer === "SGD" ? at + 1 : group.optimizer === "Adam" ? at - 1 : at;
  };
  const { findings } = analyse(warmupAndScale, runsOf(planted, { seeds: 4 }), false);
  expect(findings).toHaveLength(1);
  expect(findings[0].without).toEqual([]);
  const [sgd] = groupsOf(false).filter((it) => groupName(it) === "no norm, SGD");
  const factors = [0, 1].map((i) => 2 ** (edge(sgd, 6 + i) - edge(sgd, 5 + i)));
  expect(findings[0].sentence).toContain(` by ${Math.sqrt(factors[0] * factors[1]).toFixed(2)} (`);
  expect(findings[0].sentence).toContain("1.00 (1.00 to 1.00) at β₂ 0.95");
});

test("the warmup is the schedule's, and every run ends at a rate near 0", () => {
  for (const setting of settingsOf(false)) {
    const { learningRate } = parseConfig(configOf(conditionOf(setting, setting.group.rates[2]), 0));
    const rate = setting.group.rates[2];
    expect(learningRateAt(learningRate, 249)).toBeCloseTo(rate, 12);
    expect(learningRateAt(learningRate, Math.max(0, setting.warmup / 2))).toBeCloseTo(
      setting.warmup ? rate / 2 : rate,
      12,
    );
    expect(learningRateAt(learningRate, steps - 1)).toBeCloseTo(rate / 250, 12);
  }
});

describe("figures", () => {
  type Map = { title: string; layer: { data: { values: { a: string; b: string; value: number }[] } }[] };
  const planted: Planted = ({ warmup }, seed) => (warmup === 200 ? 5 : seed === 0 ? 4 : 3);
  const { figures } = analyse(warmupAndScale, runsOf(planted), false);
  const maps = figures[0].panels as unknown as Map[];

  test("a map for every norm and optimizer, of runs of the usual size", () => {
    expect(maps.map(({ title }) => title)).toEqual(groupsOf(false).map(groupName));
  });

  test("a cell whose median seed diverged is empty", () => {
    const { rates } = groupsOf(false)[0];
    const { values } = maps[0].layer[0].data;
    const row = (warmup: string) => values.filter(({ b }) => b === warmup).map(({ a }) => Number(a));
    expect(row("0")).toEqual(rates.slice(0, 3));
    expect(row("200")).toEqual(rates.slice(0, 5));
  });

  test("the frontier is the geometric mean over seeds, behind the last rate below it", () => {
    const { rates } = groupsOf(false)[0];
    const down = maps[0].layer[1].data.values;
    expect(down.map(({ a, b }) => [Number(b), Number(a)])).toEqual([
      // 0.27, 0.19 and 0.19
      [0, rates[2]],
      [10, rates[2]],
      [50, rates[2]],
      [200, rates[4]],
    ]);
  });

  test("the second figure has the frontier over warmups by initial size", () => {
    const panels = figures[1].panels as unknown as {
      layer: { data: { values: { condition: string; step: number; mean: number }[] } }[];
    }[];
    expect(panels).toHaveLength(8);
    const [group] = groupsOf(false);
    const rows = panels[0].layer[1].data.values;
    expect(rows).toHaveLength(12);
    expect(rows.find(({ condition, step }) => condition === "init ×4" && step === 200)?.mean).toBeCloseTo(
      2 ** edge(group, 5),
      10,
    );
  });
});
