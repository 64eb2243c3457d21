import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tokenProbabilities } from "../../src/data/distribution.js";
import { stratify } from "../../src/data/stratification.js";
import { expectChiSquare } from "./chiSquare.js";

const sum = (values: Iterable<number>) => Array.from(values).reduce((total, x) => total + x, 0);

/** Probabilities with ties and zeros among them. */
const probabilities = fc
  .array(fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 1e-6, max: 1, noNaN: true })), {
    minLength: 1,
    maxLength: 100,
  })
  .filter((weights) => weights.some((w) => w > 0))
  .map((weights) => weights.map((w) => w / sum(weights)));

describe("the two strata", () => {
  test("are disjoint, hold the whole probability, and the exact one has the most frequent inputs in order", () => {
    fc.assert(
      fc.property(
        probabilities,
        fc.nat({ max: 120 }),
        fc.integer({ min: 2, max: 50 }),
        fc.nat({ max: Number.MAX_SAFE_INTEGER }),
        fc.nat({ max: 1e6 }),
        (p, exactInputs, sampledInputs, seed, step) => {
          const { exact, tail } = stratify(p, { exactInputs, sampledInputs }, seed, step);
          const byFrequency = p.map((_, i) => i).sort((a, b) => p[b] - p[a] || a - b);
          expect(Array.from(exact.inputs)).toEqual(byFrequency.slice(0, exactInputs));
          expect(Array.from(exact.weights)).toEqual(Array.from(exact.inputs, (i) => p[i]));
          const rest = byFrequency.slice(exactInputs);
          expect(Math.abs(tail.mass - sum(rest.map((i) => p[i])))).toBeLessThan(1e-13);
          expect(Math.abs(sum(exact.weights) + tail.mass - 1)).toBeLessThan(1e-13);
          // nothing left to draw means no draws, not draws of weight 0
          expect(tail.inputs).toHaveLength(rest.some((i) => p[i] > 0) ? sampledInputs : 0);
          for (const input of tail.inputs) {
            expect(rest).toContain(input);
            expect(p[input]).toBeGreaterThan(0);
          }
        },
      ),
    );
  });

  test("ties go to the lower index", () => {
    const { exact } = stratify([0.2, 0.3, 0.2, 0.3], { exactInputs: 3, sampledInputs: 2 }, 0, 0);
    expect(Array.from(exact.inputs)).toEqual([1, 3, 0]);
  });

  test("a tail without probability is not drawn", () => {
    const { tail } = stratify([0.5, 0, 0.5, 0], { exactInputs: 2, sampledInputs: 8 }, 0, 0);
    expect(tail).toEqual({ inputs: new Uint32Array(0), mass: 0 });
  });
});

describe("the tail", () => {
  const p = tokenProbabilities({ kind: "zipf", exponent: 1 }, 200);
  const sizes = { exactInputs: 20, sampledInputs: 100 };
  const mass = sum(p.slice(20));

  test("is drawn in proportion to p (chi-square below its quantile 1 - 1e-4)", () => {
    const counts = new Uint32Array(200);
    const evaluations = 2000;
    for (let step = 0; step < evaluations; step++)
      for (const input of stratify(p, sizes, 6, step).tail.inputs) counts[input] += 1;
    const draws = evaluations * sizes.sampledInputs;
    let statistic = 0;
    for (let i = 20; i < 200; i++) {
      const expected = (draws * p[i]) / mass;
      statistic += (counts[i] - expected) ** 2 / expected;
    }
    expect(sum(counts.slice(0, 20))).toBe(0);
    expectChiSquare(statistic, 179);
  });

  test("is new at every evaluation and seed, and the same when asked again", () => {
    const { inputs } = stratify(p, sizes, 6, 10).tail;
    expect(stratify(p, sizes, 6, 10).tail.inputs).toEqual(inputs);
    expect(stratify(p, sizes, 6, 11).tail.inputs).not.toEqual(inputs);
    expect(stratify(p, sizes, 7, 10).tail.inputs).not.toEqual(inputs);
  });
});

test("the estimate is unbiased, and its spread is that of independent draws", () => {
  const V = 500;
  const p = tokenProbabilities({ kind: "zipf", exponent: 1 }, V);
  // a loss that differs most where the tail is
  const loss = (i: number) => Math.sqrt(i) + 3 * Math.sin(i);
  const sizes = { exactInputs: 50, sampledInputs: 64 };
  const exactValue = sum(p.map((pi, i) => pi * loss(i)));

  const evaluations = 4000;
  const estimates = Array.from({ length: evaluations }, (_, step) => {
    const { exact, tail } = stratify(p, sizes, 8, step);
    const head = sum(Array.from(exact.inputs, (i, k) => exact.weights[k] * loss(i)));
    return head + (tail.mass * sum(Array.from(tail.inputs, loss))) / tail.inputs.length;
  });

  const mass = sum(p.slice(50));
  const tailMean = sum(p.slice(50).map((pi, k) => (pi / mass) * loss(50 + k)));
  const tailVariance = sum(p.slice(50).map((pi, k) => (pi / mass) * (loss(50 + k) - tailMean) ** 2));
  const variance = (mass ** 2 * tailVariance) / sizes.sampledInputs;
  const mean = sum(estimates) / evaluations;
  // a normal's two-sided 1e-4
  expect(Math.abs(mean - exactValue)).toBeLessThan(3.89 * Math.sqrt(variance / evaluations));
  const statistic = sum(estimates.map((x) => (x - exactValue) ** 2)) / variance;
  expectChiSquare(statistic, evaluations);
});
