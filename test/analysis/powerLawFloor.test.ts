import { describe, expect, test } from "vitest";
import { powerLawFloor } from "../../src/analysis/powerLawFloor.js";
import { runOf } from "../experiments/syntheticRuns.js";

const curve = (excess: (step: number) => number | null) =>
  runOf({ vocabSize: 10, steps: 60_000, evaluateAt: { kind: "log", perDecade: 50 } }, { excess });

describe("powerLawFloor", () => {
  test.each([
    [5, 0.77, 0.012],
    [0.5, 0.5, 0.1],
    [40, 1.3, 0.0003],
  ])("finds A = %d, β = %d and F = %d of a curve that has them", (amplitude, exponent, floor) => {
    const run = curve((t) => (t ? amplitude * t ** -exponent + floor : null));
    const fit = powerLawFloor(run, 300);
    expect(fit?.amplitude).toBeCloseTo(amplitude, 2);
    expect(fit?.exponent).toBeCloseTo(exponent, 4);
    expect((fit?.floor ?? 0) / floor).toBeCloseTo(1, 3);
  });

  test("relative errors of a few percent move the floor by as little", () => {
    const noise = (t: number) => 1 + 0.03 * Math.sin(t * 12.9898);
    const fit = powerLawFloor(
      curve((t) => (t ? (5 * t ** -0.77 + 0.012) * noise(t) : null)),
      300,
    );
    expect((fit?.floor ?? 0) / 0.012).toBeCloseTo(1, 1);
  });

  test("evaluations before the first step of the fit are none of its", () => {
    const run = curve((t) => (t ? (t < 300 ? 1 : 5 * t ** -0.77 + 0.012) : null));
    expect(powerLawFloor(run, 300)?.floor).toBeCloseTo(0.012, 5);
    expect(powerLawFloor(run, 1)?.floor).not.toBeCloseTo(0.012, 3);
  });

  test("a curve that steepens has no floor", () => {
    expect(
      powerLawFloor(
        curve((t) => (t ? Math.exp(-t / 10_000) : null)),
        300,
      ),
    ).toBeNull();
    expect(
      powerLawFloor(
        curve(() => null),
        300,
      ),
    ).toBeNull();
  });
});
