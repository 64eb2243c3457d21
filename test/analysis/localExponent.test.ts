/** Exponents of curves whose own are known: a power law, one that ends on a floor, one that bends at a step. */
import { describe, expect, test } from "vitest";
import { exponentBetween, localExponents } from "../../src/analysis/localExponent.js";
import { runOf } from "../experiments/syntheticRuns.js";

const curve = (excess: (step: number) => number, steps = 30_000) =>
  runOf(
    { vocabSize: 10, steps, evaluateAt: { kind: "log", perDecade: 50 } },
    { excess: (step) => (step > 0 ? excess(step) : null) },
  );
const sliding = { factor: 3, perDecade: 10, from: 20 };

describe("localExponents", () => {
  test("a power law has one exponent, in every window", () => {
    const points = localExponents(
      curve((t) => 4 * t ** -0.62),
      sliding,
    );
    for (const { value } of points) expect(value).toBeCloseTo(0.62, 10);
  });

  test("windows lie within the run, evenly on a logarithmic axis, one ending at its last step", () => {
    const steps = points(
      curve((t) => 1 / t, 10_000),
      { factor: 10, perDecade: 2, from: 10 },
    );
    // middles of decades: 10 to 100, …, 1000 to 10,000
    expect(steps.map((step) => Math.log10(step))).toEqual(
      [1.5, 2, 2.5, 3, 3.5].map((it) => expect.closeTo(it, 10)),
    );
  });

  test("with a floor the exponent is β / (1 + F·t^β / A), the window's width aside", () => {
    const [amplitude, beta, floor] = [3, 0.8, 0.01];
    const run = curve((t) => amplitude * t ** -beta + floor);
    const found = localExponents(run, sliding);
    for (const { step, value } of found)
      expect(value).toBeCloseTo(beta / (1 + (floor * step ** beta) / amplitude), 2);
    expect(found[0].value).toBeGreaterThan(0.7);
    expect(found.at(-1)?.value).toBeLessThan(0.1);
  });

  test("a bend is seen where it is, and nowhere else", () => {
    const bend = 1000;
    const run = curve((t) => (t < bend ? t ** -1 : bend ** -0.75 * t ** -0.25));
    for (const { step, value } of localExponents(run, sliding)) {
      if (step * Math.sqrt(3) < bend) expect(value).toBeCloseTo(1, 10);
      else if (step / Math.sqrt(3) > bend) expect(value).toBeCloseTo(0.25, 10);
      else expect(value).toSatisfy((x: number) => x > 0.25 && x < 1);
    }
  });

  test("a window without two evaluations above 0 has none", () => {
    const found = localExponents(
      curve((t) => (t > 900 && t < 9000 ? -1e-9 : 1 / t)),
      sliding,
    );
    expect(found.some(({ step }) => step > 1800 && step < 4500)).toBe(false);
    expect(found.some(({ step }) => step > 15_600)).toBe(true);
  });
});

const points = (...args: Parameters<typeof localExponents>) =>
  localExponents(...args).map(({ step }) => step);

test("the exponent through two points", () => {
  expect(exponentBetween(2, 2 * 10 ** -0.4, 10)).toBeCloseTo(-0.4, 12);
  expect(exponentBetween(1, 8, 4)).toBeCloseTo(1.5, 12);
  expect(exponentBetween(0, 8, 4)).toBeNull();
});
