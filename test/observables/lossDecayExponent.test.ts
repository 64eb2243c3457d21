import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/config.js";
import { streamKey, uniform } from "../../src/data/random.js";
import { normalQuantile } from "../../src/math/normal.js";
import { lossDecayExponent } from "../../src/observables/lossDecayExponent.js";

type Evaluation = { step: number; excessLoss: number | null };

/** Evaluations every `every` steps from 0 to `last`; at step 0 a power law is infinite, an evaluation is not. */
const run = (last: number, every: number, excess: (step: number) => number): Evaluation[] =>
  Array.from({ length: last / every + 1 }, (_, i) => ({
    step: i * every,
    excessLoss: i === 0 ? 1e3 : excess(i * every),
  }));

const methods = ["two-point", "least-squares"] as const;

describe("an exact power law gives its exponent", () => {
  test.each(methods)("%s, any exponent, amplitude and window", (method) => {
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 28 }),
        (exponent, amplitude, first) => {
          const records = run(3000, 100, (step) => amplitude * step ** -exponent);
          const { exponent: got, points } = lossDecayExponent(records, {
            from: first * 100,
            to: 3000,
            method,
          });
          // rounding of ln L, up to 38 · 1e-16, over the least width, ln(30/28)
          expect(Math.abs(got - exponent)).toBeLessThan(1e-12);
          expect(points).toBe(method === "two-point" ? 2 : 31 - first);
        },
      ),
    );
  });

  test("least squares leaves no scatter", () => {
    const { standardError } = lossDecayExponent(
      run(3000, 100, (step) => 5 * step ** -0.7),
      { from: 300, to: 2900 },
    );
    expect(standardError).toBeLessThan(1e-13);
  });
});

describe("three evaluations by hand: ln2-steps 0, 1, 2 and ln2-losses 3, 2, 0", () => {
  const records = [
    { step: 4, excessLoss: 1 },
    { step: 1, excessLoss: 8 },
    { step: 2, excessLoss: 4 },
  ];
  const window = { from: 1, to: 4 };

  test("least squares, which is the default: slope -3/2, residuals -1/6, 1/3, -1/6", () => {
    const fit = lossDecayExponent(records, window);
    expect(fit.exponent).toBeCloseTo(1.5, 14);
    expect(fit.standardError).toBeCloseTo(Math.sqrt(1 / 12), 14);
    expect(fit.points).toBe(3);
    expect(lossDecayExponent(records, { ...window, method: "least-squares" })).toEqual(fit);
  });

  test("two points: the first and the last, with no scatter to tell of", () => {
    const fit = lossDecayExponent(records, { ...window, method: "two-point" });
    expect(fit).toEqual({ exponent: expect.closeTo(1.5, 14), standardError: null, points: 2 });
    // the one between is not used
    const bent = records.map((r) => (r.step === 2 ? { ...r, excessLoss: 1e-9 } : r));
    expect(lossDecayExponent(bent, { ...window, method: "two-point" })).toEqual(fit);
    expect(lossDecayExponent(bent, window).standardError).toBeGreaterThan(5);
  });

  test("the order of the records makes no difference, and they are left as they were", () => {
    const given = structuredClone(records);
    const sorted = records.toSorted((a, b) => a.step - b.step);
    for (const method of methods)
      expect(lossDecayExponent(records, { ...window, method })).toEqual(
        lossDecayExponent(sorted, { ...window, method }),
      );
    expect(records).toEqual(given);
  });

  test("two evaluations have no standard error by least squares either", () => {
    expect(lossDecayExponent(records, { from: 1, to: 2 })).toEqual({
      exponent: expect.closeTo(1, 14),
      standardError: null,
      points: 2,
    });
  });
});

describe("the window", () => {
  // exponent 0.4 before step 1000, 1.6 from there on
  const broken = run(3000, 100, (step) => (step <= 1000 ? step ** -0.4 : 1000 ** 1.2 * step ** -1.6));

  test.each(methods)("%s sees what lies in it, ends included", (method) => {
    expect(lossDecayExponent(broken, { from: 100, to: 1000, method }).exponent).toBeCloseTo(0.4, 12);
    expect(lossDecayExponent(broken, { from: 1000, to: 3000, method }).exponent).toBeCloseTo(1.6, 12);
    const across = lossDecayExponent(broken, { from: 500, to: 2000, method }).exponent;
    expect(across).toBeGreaterThan(0.5);
    expect(across).toBeLessThan(1.5);
  });

  test("both ends are inclusive and need not be evaluated steps", () => {
    expect(lossDecayExponent(broken, { from: 300, to: 700 }).points).toBe(5);
    expect(lossDecayExponent(broken, { from: 201, to: 799 })).toEqual(
      lossDecayExponent(broken, { from: 300, to: 700 }),
    );
  });

  test("step 0 and evaluations without an excess loss are left out", () => {
    const holes = broken.map((r) => (r.step % 300 === 0 && r.step > 0 ? { ...r, excessLoss: null } : r));
    const fit = lossDecayExponent(holes, { from: 0, to: 1000 });
    expect(fit.points).toBe(7);
    expect(fit.exponent).toBeCloseTo(0.4, 12);
  });
});

describe("multiplicative noise", () => {
  const TRUTH = 0.77;
  /** 28 evaluations with Gaussian ln-noise of 10 %, its own for every sample. */
  const sampleOf = (seed: number) => {
    const key = streamKey(seed, 0, 0);
    const records = run(3000, 100, (step) => {
      const noise = 0.1 * normalQuantile(uniform(key, step) + 2 ** -54);
      return 9 * step ** -TRUTH * Math.exp(noise);
    });
    const { exponent, standardError } = lossDecayExponent(records, { from: 300, to: 3000 });
    return { miss: exponent - TRUTH, standardError: standardError as number };
  };
  let drawn: ReturnType<typeof sampleOf>[] | undefined;
  /** Within a test: what fails while tests are being collected is a failure of none of them. */
  const samples = () => {
    drawn ??= Array.from({ length: 2000 }, (_, seed) => sampleOf(seed));
    return drawn;
  };

  test("the standard error is σ/sqrt(Σ(ln t - mean)²) on average", () => {
    const x = Array.from({ length: 28 }, (_, i) => Math.log(300 + 100 * i));
    const mean = x.reduce((a, b) => a + b, 0) / 28;
    const expected = 0.1 / Math.sqrt(x.reduce((total, value) => total + (value - mean) ** 2, 0));
    const squares = samples().reduce((total, { standardError }) => total + standardError ** 2, 0) / 2000;
    // chi-square of 26 · 2000 degrees of freedom: sqrt(2/52000), two-sided 1e-4
    expect(Math.abs(squares / expected ** 2 - 1)).toBeLessThan(3.89 * Math.sqrt(2 / 52_000));
  });

  test("Student's 95 % interval holds the truth in 95 % of the samples", () => {
    // t of 26 degrees of freedom; a binomial of 2000, two-sided 1e-4
    const inside = samples().filter(
      ({ miss, standardError }) => Math.abs(miss) < 2.0555 * standardError,
    ).length;
    expect(Math.abs(inside - 1900)).toBeLessThan(3.89 * Math.sqrt(2000 * 0.95 * 0.05));
  });

  test("no bias", () => {
    const mean = samples().reduce((total, { miss }) => total + miss, 0) / 2000;
    const variance = samples().reduce((total, { miss }) => total + miss ** 2, 0) / 2000;
    expect(Math.abs(mean)).toBeLessThan(3.89 * Math.sqrt(variance / 2000));
  });
});

describe("what has no exponent is refused", () => {
  const records: Evaluation[] = [
    { step: 0, excessLoss: 4 },
    { step: 100, excessLoss: 2 },
    { step: 200, excessLoss: null },
    { step: 300, excessLoss: 1 },
    { step: 400, excessLoss: 0 },
    { step: 500, excessLoss: -1e-9 },
    { step: 600, excessLoss: Number.NaN },
    { step: 700, excessLoss: Infinity },
  ];
  const window = /^from, to: expected a window with at least two evaluated steps, got /;

  test.each([
    ["no evaluation", 110, 190, `${window.source}0 evaluations from step 110 to 190$`],
    ["one evaluation", 50, 150, `${window.source}1 evaluations from step 50 to 150$`],
    ["one that was measured", 100, 299, window.source],
    ["step 0 and one more", 0, 100, window.source],
    ["its end before its start", 300, 100, window.source],
    ["no number", Number.NaN, 300, window.source],
    ["an excess loss of 0", 100, 400, "^excessLoss: expected a number above 0 at step 400, got 0$"],
    ["a negative one", 500, 500, "^excessLoss: expected a number above 0 at step 500, got -1e-9$"],
    ["NaN", 550, 650, "^excessLoss: expected a number above 0 at step 600, got NaN$"],
    ["infinity", 700, 700, "^excessLoss: expected a number above 0 at step 700, got Infinity$"],
  ])("a window with %s", (_, from, to, message) => {
    for (const method of methods) {
      const call = () => lossDecayExponent(records, { from, to, method });
      expect(call).toThrow(ConfigError);
      expect(call).toThrow(new RegExp(message));
    }
  });

  test("what lies outside the window is not looked at", () => {
    expect(lossDecayExponent(records, { from: 100, to: 399 }).exponent).toBeCloseTo(
      Math.LN2 / Math.log(3),
      14,
    );
  });

  test("twice the same step", () => {
    const twice = [
      { step: 100, excessLoss: 2 },
      { step: 100, excessLoss: 1 },
    ];
    expect(() => lossDecayExponent(twice, { from: 0, to: 200 })).toThrow(window);
    expect(() => lossDecayExponent([], { from: 0, to: 200 })).toThrow(window);
  });

  test("a method of another name", () => {
    const call = () => lossDecayExponent(records, { from: 100, to: 300, method: "median" as "two-point" });
    expect(call).toThrow(ConfigError);
    expect(call).toThrow('method: expected "two-point" or "least-squares", got median');
  });
});
