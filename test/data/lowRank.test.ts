import { describe, expect, test, vi } from "vitest";
import { ConfigError } from "../../src/config.js";
import { tokenProbabilities } from "../../src/data/distribution.js";
import { entropy } from "../../src/data/entropy.js";
import { lowRankSource } from "../../src/data/lowRank.js";
import { normal, PURPOSE, randomBits, streamKey } from "../../src/data/random.js";
import { aliasTable, drawToken } from "../../src/data/sampling.js";
import { normalQuantile } from "../../src/math/normal.js";
import { expectJoint } from "./chiSquare.js";

// as it is, with its calls counted
vi.mock("../../src/data/random.js", { spy: true });

const zipf = (V: number, exponent = 1) => tokenProbabilities({ kind: "zipf", exponent }, V);
const lowRank = (p: Float64Array, rank: number, scale = 1, seed = 0) =>
  lowRankSource(p, { kind: "low-rank", rank, scale, seed });
const withZeros = tokenProbabilities(
  { kind: "given", probabilities: [0, 0.4, 0.1, 0, 0.25, 0.05, 0.2, 0] },
  8,
);

const cases: [string, Float64Array, number, number, number][] = [
  ["V 1", zipf(1), 1, 1, 0],
  ["V 2, R 1", zipf(2), 1, 3, 1],
  ["V 30, R 4", zipf(30), 4, 1, 0],
  ["V 30, R 2, scale 4, exponent 2", zipf(30, 2), 2, 4, 5],
  ["V 300, R 8, scale 2", zipf(300), 8, 2, 2],
  ["V 300, R 8, scale 16", zipf(300), 8, 16, 3],
  ["V 20, R 3, exponent 150: probabilities down to 1e-195", zipf(20, 150), 3, 1, 0],
  // what has few digits left is not held to a relative error
  ["V 3, R 1, exponent 1072: a probability of 2^-1072", zipf(3, 1072), 1, 1, 0],
  ["V 8, R 2, tokens without probability", withZeros, 2, 2, 0],
];

describe("P(·|a)", () => {
  test.each(cases)(
    "sums to 1, and leaves the targets' marginal at p, to 1e-12 of it: %s",
    (_, p, ...rest) => {
      const source = lowRank(p, ...rest);
      const V = p.length;
      const marginal = new Float64Array(V);
      for (let a = 0; a < V; a++) {
        const row = source.targets(a);
        expect(Math.abs(row.reduce((x, y) => x + y, 0) - 1)).toBeLessThan(1e-13);
        for (let b = 0; b < V; b++) marginal[b] += p[a] * row[b];
      }
      for (let b = 0; b < V; b++)
        expect(Math.abs(marginal[b] - p[b])).toBeLessThanOrEqual(1e-12 * Math.max(p[b], 1e-280));
      const plain = p.reduce((h, x, a) => h + x * entropy(source.targets(a)), 0);
      expect(Math.abs(source.conditionalEntropy - plain)).toBeLessThan(1e-12);
    },
  );

  test("is s A_a·B_b/√R in its logarithm, up to what depends on a or b alone", () => {
    const [V, R, scale, seed] = [12, 3, 1.7, 9];
    const source = lowRank(zipf(V), R, scale, seed);
    const key = streamKey(seed, 5, 0);
    // A row by row, then B, from the middles of 2^53 cells
    const factor = (i: number) => normalQuantile((Number(randomBits(key, i) >> 11n) + 0.5) / 2 ** 53);
    const product = (a: number, b: number) => {
      let sum = 0;
      for (let r = 0; r < R; r++) sum += factor(a * R + r) * factor(V * R + b * R + r);
      return (scale * sum) / Math.sqrt(R);
    };
    const logOf = (a: number, b: number) => Math.log(source.targets(a)[b]);
    for (let a = 1; a < V; a++)
      for (let b = 1; b < V; b++) {
        const differences = (f: (a: number, b: number) => number) => f(a, b) - f(0, b) - f(a, 0) + f(0, 0);
        expect(differences(logOf)).toBeCloseTo(differences(product), 11);
      }
  });
});

describe("mutual information of R 8 at V 1000, over the draws of the factors", () => {
  const p = zipf(1000);
  const over = (scale: number, seeds: number) =>
    Array.from({ length: seeds }, (_, seed) => {
      const source = lowRank(p, 8, scale, seed);
      return source.entropy - source.conditionalEntropy;
    });

  // elsewhere one draw gave 0.374, another 1.03: it depends on what the few frequent tokens get
  test("scale 1: 0.374 lies among ours", () => {
    const values = over(1, 8);
    expect(values[0]).toBeCloseTo(0.4006, 4);
    expect(Math.min(...values)).toBeLessThan(0.374);
    expect(Math.max(...values)).toBeGreaterThan(0.374);
  });

  test("scale 2: 1.03 lies among ours", () => {
    const values = over(2, 8);
    expect(values[0]).toBeCloseTo(1.0388, 4);
    expect(Math.min(...values)).toBeLessThan(1.03);
    expect(Math.max(...values)).toBeGreaterThan(1.03);
  });
});

describe("what is drawn", () => {
  const key = streamKey(8, PURPOSE.batch, 2);

  test.each(cases.filter(([, p]) => p.length > 1 && p.length <= 30 && p[1] > 1e-9))(
    "follows p_a P(b|a) (chi-square): %s",
    (_, p, ...rest) => {
      expectJoint(lowRank(p, ...rest), key, 200_000);
    },
  );

  test("input by word 2i and the alias table of p, target by word 2i + 1 and that of P(·|input)", () => {
    const p = zipf(30);
    const source = lowRank(p, 4, 2, 7);
    const { inputs, targets } = source.draw(key, 1000);
    for (let i = 0; i < 1000; i++) {
      expect(inputs[i]).toBe(drawToken(aliasTable(p), randomBits(key, 2 * i)));
      expect(targets[i]).toBe(drawToken(aliasTable(source.targets(inputs[i])), randomBits(key, 2 * i + 1)));
    }
  });
});

test("runs of a sweep share what was made: the last two are kept, by p and all that defines the targets", () => {
  const made = (...args: Parameters<typeof lowRank>) => {
    vi.mocked(normal).mockClear();
    lowRank(...args);
    return vi.mocked(normal).mock.calls.length > 0;
  };
  const p = zipf(25);
  expect(made(p, 2, 1, 0)).toBe(true);
  expect(made(zipf(25), 2, 1, 0)).toBe(false);
  expect(made(p, 2, 1, 1)).toBe(true);
  expect(made(p, 2, 1, 0)).toBe(false);
  expect(made(p, 2, 2, 0)).toBe(true);
  expect(made(p, 2, 1, 0)).toBe(false);
  expect(made(p, 2, 1, 1)).toBe(true);
  expect(made(p, 3, 1, 1)).toBe(true);
  expect(made(zipf(25, 0.9), 3, 1, 1)).toBe(true);
});

test("what its caller does to p later changes nothing for the next one", () => {
  const p = zipf(25);
  const row = lowRank(p, 2).targets(3);
  p.set(zipf(25, 2));
  expect(lowRank(zipf(25, 2), 2).targets(3)).not.toEqual(row);
});

test("a scale at which the marginals do not become p is refused", () => {
  const call = () => lowRank(zipf(40), 1, 1e4);
  expect(call).toThrow(ConfigError);
  expect(call).toThrow(
    /^targets\.scale: expected a scale at which 1000 sweeps make both marginals p, got 10000 \(rank 1\)$/,
  );
});

test("drawing takes two numbers and a probability for every pair", () => {
  const source = lowRank(zipf(30), 4);
  expect(source.bytes).toBe(12 * 30 * 30);
  expect(source.conditional).toBe(true);
  expect(source.marginal).toBe(source.probabilities);
});
