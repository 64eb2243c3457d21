import { describe, expect, test } from "vitest";
import { mutualInformation } from "../../src/analysis/mutualInformation.js";
import { drift, finalLevel, quarterSpread, settlingStep } from "../../src/analysis/stationarity.js";
import { mean } from "../../src/analysis/statistics.js";
import { windowMean } from "../../src/analysis/windowMean.js";
import { runOf } from "../experiments/syntheticRuns.js";

const steps = 8000;

/** Independent noise of mean 0 and standard deviation `size`, from a seed and a step. */
function noise(seed: number, step: number, size: number): number {
  let x = (seed + 1) * 0x9e3779b9 + step * 0x85ebca6b;
  const next = (): number => {
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    x ^= x >>> 15;
    return (x >>> 0) / 2 ** 32;
  };
  return size * Math.sqrt(12 / 4) * (next() + next() + next() + next() - 2);
}

const runWith = (excess: (step: number, seed: number) => number | null, seed = 0) =>
  runOf({ steps, evaluateEvery: 20, seed }, { excess });
const seeds = Array.from({ length: 200 }, (_, seed) => seed);

test("a mean between two steps has the later one and not the earlier", () => {
  const run = runWith((step) => step);
  expect(windowMean(run, "excessLoss", 100, 200)).toBe(160);
  expect(windowMean(run, "excessLoss", 100, 119)).toBeNull();
  expect(windowMean(run, "effectiveDimension", 100, 200)).toBeNull();
});

test("a level is the mean of the last quarter", () => {
  expect(
    finalLevel(
      runWith((step) => (step > 6000 ? 3 : 8)),
      "excessLoss",
    ),
  ).toBe(3);
});

describe("whether the quarters of the last half agree", () => {
  const spreads = (excess: (step: number, seed: number) => number): number[] =>
    seeds.map((seed) => quarterSpread(runWith(excess, seed), "excessLoss") as number);
  const resting = spreads((step, seed) => 0.3 + noise(seed, step, 0.01));

  test("of noise about a level they differ by about a standard error, and by less than 2 nearly always", () => {
    expect(mean(resting)).toBeGreaterThan(0.85);
    expect(mean(resting)).toBeLessThan(1.1);
    // their ratio squared is an F of 3 and 16 degrees of freedom, above 4 in 2.7 % of all runs
    expect(resting.filter((x) => x > 2).length).toBeLessThan(0.065 * seeds.length);
  });

  test("whatever the level, its noise and the first half are", () => {
    const other = spreads((step, seed) =>
      step <= 4000 ? 9 - step / 1000 : 3 + 40 * noise(seed, step, 0.01),
    );
    for (const [i, x] of other.entries()) expect(x).toBeCloseTo(resting[i], 6);
  });

  test("of a curve that still falls by twice the standard deviation of its noise they do not", () => {
    const falling = spreads((step, seed) => 0.3 + noise(seed, step, 0.01) - (0.02 * (step - 4000)) / 4000);
    expect(Math.min(...falling)).toBeGreaterThan(2);
  });

  test("nothing is said of a run with too few evaluations, and of one without noise", () => {
    const few = runOf({ steps, evaluateEvery: 400 }, { excess: (step) => noise(0, step, 1) });
    expect(quarterSpread(few, "excessLoss")).toBeNull();
    expect(
      quarterSpread(
        runWith(() => 0.5),
        "excessLoss",
      ),
    ).toBeNull();
  });
});

test("drift is what the last half moves by, from the middle of its first quarter to that of its last", () => {
  expect(
    drift(
      runWith((step) => 1 - step / steps),
      "excessLoss",
    ),
  ).toBeCloseTo(-3 / 8, 10);
  const settled = seeds.map((seed) =>
    drift(
      runWith((step, of) => 1 + noise(of, step, 0.1), seed),
      "excessLoss",
    ),
  ) as number[];
  expect(Math.abs(mean(settled))).toBeLessThan(0.003);
});

describe("when a curve settles", () => {
  const rate = 1 / 700;
  const planted = Math.log(1 / 0.05) / rate;
  const curve = (step: number, size: number, seed = 0): number =>
    1 + Math.exp(-rate * step) + noise(seed, step, size);

  test("an exponential comes within a part of its level when it should", () => {
    const run = runWith((step) => curve(step, 0));
    const found = settlingStep(run, "excessLoss", 0.05, 400) as number;
    expect(Math.abs(found - planted)).toBeLessThan(steps / 40);
    expect(settlingStep(run, "excessLoss", 0.5, 400) as number).toBeLessThan(found - 1000);
  });

  test("noise of a tenth of the level does not bring it forward", () => {
    const found = seeds.map((seed) =>
      settlingStep(
        runWith((step, of) => curve(step, 0.1, of), seed),
        "excessLoss",
        0.05,
        400,
      ),
    ) as number[];
    expect(Math.abs(mean(found) - planted)).toBeLessThan(steps / 20);
  });

  test("a curve that rises to its level is below it from the first block on, and a run without steps has none", () => {
    const below = settlingStep(
      runWith((step) => 1 - Math.exp(-rate * step)),
      "excessLoss",
      0.05,
      400,
    );
    expect(below).toBe(steps / 40);
    expect(settlingStep(runOf({ steps: 0 }, { excess: () => 1 }), "excessLoss", 0.05, 400)).toBeNull();
  });
});

test("mutual information is the difference of the two excess losses, at the first evaluation that has both", () => {
  const columns = (step: number) => (step === 0 ? {} : { unigramExcess: 0.5 - 0.37 });
  expect(mutualInformation(runOf({ steps: 100 }, { excess: () => 0.5, columns }))).toBeCloseTo(0.37, 12);
  expect(mutualInformation(runOf({ steps: 100 }, { excess: () => 0.5 }))).toBeNull();
});
