/** The noise plateau on made-up runs whose answers are known: a floor without memory, and one thing at a time that is otherwise. */
import { describe, expect, test } from "vitest";
import { valuesOf } from "../../src/analysis/claims.js";
import { mean } from "../../src/analysis/statistics.js";
import { parseConfig } from "../../src/config.js";
import { noisePlateau } from "../../src/experiments/beyond/noisePlateau.js";
import { elsewhere, names, sizeOf } from "../../src/experiments/beyond/noisePlateauRuns.js";
import { analyse, type Condition } from "../../src/experiments/experiment.js";
import { configOf } from "../../src/experiments/profile.js";
import { learningRateAt } from "../../src/schedule/schedule.js";
import type { RunResult } from "../../src/sweep/result.js";
import { runOf } from "./syntheticRuns.js";

type Excess = (step: number, seed: number) => number;

const seeds = [0, 1, 2];
const informationOf = (seed: number): number => 0.36 + 0.02 * seed;

/** Noise of one part in a hundred, other for every condition. */
function noisy(label: string, step: number, seed: number): number {
  let x = step * 0x85ebca6b + (seed + 1) * 0x9e3779b9;
  for (const character of label) x = Math.imul(x ^ (x >>> 15), 0x297a2d39) + (character.codePointAt(0) ?? 0);
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return 1 + 0.01 * (((x ^ (x >>> 15)) >>> 0) / 2 ** 31 - 1);
}

/**
 * A floor that is proportional to lr/√B and comes to be at a speed that is proportional to lr; behind a change at some step
 * the loss goes from where it is to the new floor.
 */
function planted({ label, config }: Condition, quick: boolean): Excess {
  const { hold, release } = sizeOf(quick);
  const { batchSize, targets, learningRate, optimizer, steps } = parseConfig(config);
  const rate = learningRateAt(learningRate, steps);
  const scale = targets?.kind === "low-rank" ? targets.scale : 0;
  const beta2 = optimizer.kind === "adam" ? optimizer.beta2 : undefined;
  const floorAt = (r: number) =>
    4.6 *
    r *
    Math.sqrt(128 / (batchSize ?? 128)) *
    (0.6 + 0.4 * scale) *
    (beta2 === 0.95 ? (rate < 0.1 ? 1.1 : 0.9) : 1);
  const relaxing: Excess = (step) => floorAt(rate) + 1.3 * Math.exp((-step * rate) / (quick ? 5 : 20));
  const changed = (at: number, before: number, after: number, pace: number): Excess => {
    return (step) => (step <= at ? before : after + (before - after) * Math.exp((at - step) / pace));
  };
  const curves: Record<string, Excess> = {
    [names.upFrom(0.003)]: changed(hold, floorAt(0.003), floorAt(0.03), 200),
    [names.upFrom(0.01)]: changed(hold, floorAt(0.01), floorAt(0.1), 200),
    [names.downFrom(0.1)]: changed(hold, floorAt(0.1), floorAt(0.03), 200),
    [names.exactFirst]: changed(hold, 1e-6, floorAt(0.03), 200),
    [names.dropped]: changed(release, floorAt(0.03), floorAt(0.003), 200),
    [names.droppedEarly]: changed(500, floorAt(0.03) + 0.05, floorAt(0.003), 300),
    [names.exact]: changed(release, floorAt(0.03), 1e-6, 100),
    [elsewhere.dropped]: changed(500, floorAt(0.03), floorAt(0.003), 300),
  };
  const curve = curves[label] ?? relaxing;
  return (step, seed) => curve(step, seed) * noisy(label, step, seed);
}

const runsWith = (quick: boolean, other: Record<string, (was: Excess) => Excess> = {}) =>
  new Map<string, RunResult[]>(
    noisePlateau.conditions(quick).map((condition) => {
      const as = planted(condition, quick);
      const excess = other[condition.label]?.(as) ?? as;
      const conditional = condition.config.targets !== undefined;
      return [
        condition.label,
        seeds.map((seed) =>
          runOf(configOf(condition, seed), {
            excess,
            columns: (step, of) =>
              conditional
                ? {
                    unigramExcess: excess(step, seed) - informationOf(seed),
                    inputDependence: informationOf(seed) + 0.1 * excess(step, of),
                  }
                : {},
          }),
        ),
      ];
    }),
  );

const verdicts = (runs: Map<string, RunResult[]>, quick: boolean): Record<string, string> =>
  Object.fromEntries(
    analyse(noisePlateau, runs, quick).claims.map(({ quantity, rule, verdict }) => [
      rule.includes("one-sided 95 % bound") ? `${quantity}, ${/below|above/.exec(rule)?.[0]}` : quantity,
      verdict,
    ]),
  );

const asPlanted = runsWith(false);
const whole = verdicts(asPlanted, false);

describe("of a floor without memory", () => {
  test.each([false, true])("every claim holds (quick: %s)", (quick) => {
    const found = quick ? verdicts(runsWith(true), true) : whole;
    expect(Object.entries(found).filter(([, verdict]) => verdict !== "holds")).toEqual([]);
    expect(Object.keys(found).length).toBe(quick ? 27 : 43);
  });

  test("the exponents and the settling are those that were planted", () => {
    const { claims } = analyse(noisePlateau, asPlanted, false);
    const meanOf = (quantity: string) => claims.find((one) => one.quantity === quantity)?.measured.mean;
    expect(meanOf("exponent of the level in the batch size plus 1/2, lr 0.03")).toBeCloseTo(0, 2);
    expect(meanOf("exponent of the level in the rate minus 1, lowest to highest rate")).toBeCloseTo(0, 2);
    // 1.3 exp(−step·lr/20) is 5 % of 4.6 lr
    const steps = (20 / 0.03) * Math.log(1.3 / (0.05 * 4.6 * 0.03));
    const settles = meanOf('step from which the loss is within 5 % of its level, "lr 0.03"') as number;
    expect(Math.abs(settles - steps)).toBeLessThan(500);
  });
});

describe("what is otherwise is seen, and nothing else", () => {
  const plus =
    (height: number) =>
    (was: Excess): Excess =>
    (step, seed) =>
      was(step, seed) + height * informationOf(seed);

  test.each<[string, Record<string, (was: Excess) => Excess>, Record<string, string>]>([
    [
      "a history that lasts",
      { [names.downFrom(0.1)]: plus(0.03) },
      { 'level, "down from 0.1" minus "lr 0.03", in I': "fails" },
    ],
    [
      "one that may last",
      { [names.exactFirst]: (was) => (step, seed) => was(step, seed) + 0.008 * (seed - 1) + 0.003 },
      { 'level, "exact gradient first" minus "lr 0.03", in I': "inconclusive" },
    ],
    [
      "a level that still falls by 5 % over the last half",
      { [names.warmup]: (was) => (step, seed) => was(step, seed) * (1 - (0.1 * (step - 17_500)) / 20_000) },
      {
        'last minus first quarter of the last half, in I, "long warmup"': "fails",
        "quarters of the last half, in standard errors, root mean square over runs at lr 0.03, below":
          "fails",
      },
    ],
    [
      "a level of the batch's own",
      { "lr 0.03, B 512": () => (step, seed) => 0.138 * noisy("512", step, seed) },
      {
        'level, "lr 0.03" minus "lr 0.03, B 512" (nats)': "inconclusive",
        "exponent of the level in the batch size plus 1/2, lr 0.03": "fails",
      },
    ],
    [
      "a plateau that holds on to a run the longer it was there",
      { [names.dropped]: plus(0.2) },
      {
        "excess loss 1500 steps after the drop, early minus late": "fails",
        "excess loss after the drop over the level before it, below": "fails",
      },
    ],
    [
      "a lead that is none",
      { [elsewhere.dropped]: plus(5) },
      { "excess loss at step 2000, never high minus dropped, V 1000, dropped at 500": "fails" },
    ],
    [
      "something that exact gradients leave",
      { [names.exact]: plus(0.02) },
      { "excess loss behind the exact gradient, in I, below": "fails" },
    ],
    [
      "a plateau that is one of its data",
      { "lr 0.03, independent": () => (step, seed) => 0.04 * noisy("0", step, seed) },
      { "level with independent targets over that at scale 1, lr 0.03, above": "fails" },
    ],
  ])("%s", (_, other, changed) => {
    expect(verdicts(runsWith(false, other), false)).toEqual({ ...whole, ...changed });
  });
});

describe("beside what other programs measured", () => {
  const comparisons = noisePlateau.comparisons?.(asPlanted, false) ?? [];

  test("every value has its quantity", () => {
    for (const { quantity, value } of comparisons)
      if (!quantity.startsWith("step at which")) expect(valuesOf(value, asPlanted), quantity).toHaveLength(3);
    expect(comparisons.length).toBe(44);
    expect(noisePlateau.comparisons?.(asPlanted, true)).toEqual([]);
  });

  test("crossings are those of the level that is named", () => {
    const label = elsewhere.rate(0.01);
    const runs = runsWith(false, { [label]: () => (step) => 2 - step / 1000 });
    const crossing = (level: string): number => {
      const quantity = `step at which L falls below ${level}, ${label}`;
      const found = comparisons.find((one) => one.quantity === quantity);
      return mean(found ? valuesOf(found.value, runs) : []);
    };
    const information = informationOf(1);
    expect(crossing("H + 0.5 I")).toBeCloseTo(2000 - 1500 * information, 6);
    expect(crossing("H")).toBeCloseTo(2000 - 1000 * information, 6);
    expect(crossing("H − 0.1 I")).toBeCloseTo(2000 - 900 * information, 6);
  });
});

test("findings rest on claims that there are, and say what was planted", () => {
  const findings = noisePlateau.findings?.(asPlanted, false) ?? [];
  const known = new Set(analyse(noisePlateau, asPlanted, false).claims.map(({ quantity }) => quantity));
  expect(findings).toHaveLength(1);
  for (const { restsOn } of findings) for (const quantity of restsOn) expect(known).toContain(quantity);
  expect(findings[0].sentence).toContain("it lies 0.138 (0.138 to 0.138) nats above the best loss");
  expect(findings[0].sentence).toContain("within 0.001 I)");
  // floors of 0.046 and 0.92 nats, and I of 0.36, 0.38 and 0.4
  expect(findings[0].sentence).toContain(
    "L − H being −0.33 (−0.38 to −0.28) nats at lr 0.01 and 0.54 (0.49 to 0.59) nats at lr 0.1, B 32,",
  );
  expect(noisePlateau.findings?.(new Map(), false)).toEqual([]);
});

test("figures show the histories, the levels and the ways off", () => {
  expect(noisePlateau.figures(asPlanted, false).map(({ name }) => name)).toEqual([
    "noise-plateau",
    "noise-plateau-levels",
    "noise-plateau-departure",
  ]);
  expect(noisePlateau.figures(new Map(), false)).toEqual([]);
  const text = JSON.stringify(noisePlateau.figures(asPlanted, false));
  expect(text).not.toMatch(/NaN|null,"mean"|undefined/);
});
