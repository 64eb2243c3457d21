import { describe, expect, it } from "vitest";
import { leastSquaresFit } from "../../src/analysis/lossExponent.js";
import { fitOf, LEAST_R_SQUARED, lastDecade, lineOf, windowWith } from "../../src/lab/charts/fit.js";
import { LEAST_R_SQUARED as theReports } from "../../src/report/sweepSummary.js";
import type { RunResult } from "../../src/sweep/result.js";
import { record } from "./replicas.js";

const steps = [0, 1, 3, 10, 30, 100, 300, 1000];
const powerLaw = (exponent: number, amplitude = 2, noise = 0) =>
  steps.map((step, i) =>
    record(step, { excessLoss: amplitude * Math.max(step, 0.5) ** -exponent * Math.exp(noise * (-1) ** i) }),
  );

describe("the line", () => {
  it("is the power law's own", () => {
    const line = lineOf(powerLaw(0.75), [1, 1000]);
    expect(line?.exponent).toBeCloseTo(0.75, 10);
    expect(Math.exp(line?.intercept ?? 0)).toBeCloseTo(2, 10);
    expect(line?.rSquared).toBeCloseTo(1, 10);
  });

  it("is the one that reports draw, as good as they say", () => {
    const records = powerLaw(0.5, 2, 0.3);
    const { exponent, rSquared } = lineOf(records, [3, 300]) ?? {};
    expect({ exponent, rSquared }).toEqual(leastSquaresFit({ records } as unknown as RunResult, 3, 300));
    expect(LEAST_R_SQUARED).toBe(theReports);
  });

  it("is of three evaluations at least, of which step 0 and those not above 0 are none", () => {
    expect(lineOf(powerLaw(1), [300, 1000])).toBeNull();
    expect(lineOf(powerLaw(1), [0, 3])).toBeNull();
    const low = powerLaw(1).map((one) => (one.step === 100 ? { ...one, excessLoss: 0 } : one));
    expect(lineOf(low, [100, 1000])).toBeNull();
    expect(lineOf(low, [30, 1000])?.exponent).toBeCloseTo(1, 10);
  });
});

describe("what is said of it", () => {
  const of = (...all: ReturnType<typeof powerLaw>[]) =>
    fitOf(
      all.map((records) => ({ records })),
      [1, 1000],
    );

  it("is β for one seed, mean ± sd for several", () => {
    expect(of(powerLaw(0.75)).text).toBe("β 0.75");
    const { text, line } = of(powerLaw(0.5), powerLaw(0.6), powerLaw(0.7));
    expect(text).toBe("β 0.60 ± 0.10");
    expect(line?.exponent).toBeCloseTo(0.6, 10);
  });

  it("is no power law where a seed rises or scatters", () => {
    for (const other of [powerLaw(-0.5), powerLaw(0.02, 2, 0.5)])
      for (const fit of [of(other), of(powerLaw(0.5), other)])
        expect(fit).toEqual({ text: "no power law here" });
  });

  it("is that there is too little, where a seed has too little", () => {
    const text = "too few evaluations for β";
    expect(of(powerLaw(0.5), powerLaw(0.5).slice(0, 3))).toEqual({ text });
    expect(of()).toEqual({ text });
  });
});

describe("the window", () => {
  it("is the last decade", () => {
    expect(lastDecade(3000)).toEqual([300, 3000]);
    expect(lastDecade(1)).toEqual([1, 1]);
  });

  it("has whole ends within the run that keep apart", () => {
    expect(windowWith([300, 3000], "from", 41.7, 3000)).toEqual([42, 3000]);
    expect(windowWith([300, 3000], "from", 2999, 3000)).toEqual([2500, 3000]);
    expect(windowWith([300, 3000], "from", -5, 3000)).toEqual([1, 3000]);
    expect(windowWith([300, 3000], "to", 10, 3000)).toEqual([300, 360]);
    expect(windowWith([300, 2000], "to", 9999, 3000)).toEqual([300, 3000]);
  });
});
