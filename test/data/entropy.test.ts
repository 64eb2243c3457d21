import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/config.js";
import { tokenProbabilities } from "../../src/data/distribution.js";
import { entropy } from "../../src/data/entropy.js";

const zipf = (vocabSize: number, exponent: number) =>
  tokenProbabilities({ kind: "zipf", exponent }, vocabSize);
const given = (probabilities: number[]) =>
  tokenProbabilities({ kind: "given", probabilities }, probabilities.length);
const total = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0);

/** At least one of them positive, divided by their sum. */
const distributions = fc
  .array(fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1, noNaN: true })), {
    minLength: 1,
    maxLength: 200,
  })
  .filter((weights) => weights.some((w) => w > 0))
  .map((weights) => {
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((w) => w / sum);
  });

describe("entropy of a Zipf law, to every digit shown", () => {
  test.each([
    [10, 1, "1.993806"],
    [100, 1, "3.680778"],
    [1000, 1, "5.191011"],
    [10000, 1, "6.607285"],
    [50304, 1, "7.566423"],
    [100, 0.5, "4.4357"],
    [100, 2, "1.5702"],
    [100, 4, "0.3338"],
  ])("V %i, exponent %d: %s", (vocabSize, exponent, digits) => {
    const shown = digits.split(".")[1].length;
    expect(entropy(zipf(vocabSize, exponent)).toFixed(shown)).toBe(digits);
  });

  // computed with 50 digits; the sum of V terms leaves far fewer wrong ones than this
  test.each([
    [10, 1, 1.9938057592486704],
    [1000, 1, 5.191011033332523],
    [50304, 1, 7.566422796889208],
    [100, 0.5, 4.435711654711785],
    [100, 4, 0.33378270749426686],
  ])("V %i, exponent %d, within 1e-13", (vocabSize, exponent, exact) => {
    expect(Math.abs(entropy(zipf(vocabSize, exponent)) - exact)).toBeLessThan(1e-13 * exact);
  });
});

describe("Zipf probabilities", () => {
  test.each([
    [1, 1],
    [2, 1],
    [100, 0.5],
    [100, 4],
    [1000, 1],
    [1000, -0.7],
    [50304, 1.1],
  ])("V %i, exponent %d: p_i ∝ i^-exponent, summing to 1", (vocabSize, exponent) => {
    const p = zipf(vocabSize, exponent);
    expect(p).toHaveLength(vocabSize);
    expect(Math.abs(total(p) - 1)).toBeLessThan(1e-12);
    // pow's own error: |exponent · ln i| · 2e-16
    for (let i = 0; i < vocabSize; i++) {
      const exact = (i + 1) ** -exponent;
      expect(Math.abs(p[i] / p[0] / exact - 1)).toBeLessThan(
        1e-15 + 1e-15 * Math.abs(exponent * Math.log(i + 1)),
      );
    }
  });

  test("the exponent is 1 when left out", () => {
    expect(tokenProbabilities({ kind: "zipf" }, 50)).toEqual(zipf(50, 1));
  });

  test("an exponent that underflows leaves the first token alone, one that overflows is refused", () => {
    const p = zipf(5, 2000);
    expect(Array.from(p)).toEqual([1, 0, 0, 0, 0]);
    expect(entropy(p)).toBe(0);
    expect(() => zipf(100, -200)).toThrow(ConfigError);
    expect(() => zipf(100, -200)).toThrow(/^distribution\.exponent: /);
  });
});

describe("uniform probabilities have the entropy ln V", () => {
  test.each([1, 2, 3, 10, 1000, 50304])("V %i, as exponent 0 and as given", (vocabSize) => {
    const expected = Math.log(vocabSize);
    // V equal terms added in order: at worst each addition rounds by 2^-53, and all the same way
    const bound = 1e-15 + vocabSize * 2 ** -53 * expected;
    for (const p of [zipf(vocabSize, 0), given(Array(vocabSize).fill(1 / vocabSize))]) {
      expect(Math.abs(entropy(p) - expected)).toBeLessThan(bound);
      expect(new Set(p).size).toBe(1);
    }
  });
});

describe("given probabilities", () => {
  test("are divided by their sum, in their order", () => {
    const p = given([0.2, 0, 0.5, 0.3000005]);
    expect(Math.abs(total(p) - 1)).toBeLessThan(1e-15);
    expect(p[1]).toBe(0);
    expect(p[2] / p[0]).toBeCloseTo(2.5, 14);
    expect(p[3] / p[0]).toBeCloseTo(1.5000025, 14);
  });

  test("zeros add nothing: 0 ln 0 = 0", () => {
    expect(entropy(given([0, 0.5, 0, 0.25, 0.25, 0]))).toBeCloseTo(1.5 * Math.LN2, 14);
    expect(entropy(given([0, 1, 0]))).toBe(0);
  });

  test.each([
    [[0.5, 0.4], 2, /^distribution\.probabilities: expected probabilities that sum to 1/],
    [[0.5, 0.5], 3, /^distribution\.probabilities: expected 3 values \(vocabSize\), got 2/],
    [[1.5, -0.5], 2, /^distribution\.probabilities\.1: expected a number of at least 0/],
    [[Number.NaN, 1], 2, /^distribution\.probabilities\.0: /],
  ])("%s for %i tokens is refused", (probabilities, vocabSize, message) => {
    const call = () => tokenProbabilities({ kind: "given", probabilities }, vocabSize);
    expect(call).toThrow(ConfigError);
    expect(call).toThrow(message);
  });
});

test("any distribution's entropy is Σ -p ln p, between 0 and ln V, whatever the order", () => {
  fc.assert(
    fc.property(distributions, (weights) => {
      const p = given(weights);
      const h = entropy(p);
      const plain = weights.reduce((sum, w) => (w > 0 ? sum - w * Math.log(w) : sum), 0);
      expect(Math.abs(h - plain)).toBeLessThan(1e-13 * (1 + plain));
      expect(h).toBeGreaterThanOrEqual(-1e-15);
      expect(h).toBeLessThanOrEqual(Math.log(weights.length) + 1e-13);
      expect(Math.abs(entropy(p.toReversed()) - h)).toBeLessThan(1e-13 * (1 + h));
    }),
  );
});
