import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tokenProbabilities } from "../../src/data/distribution.js";
import { entropy } from "../../src/data/entropy.js";
import { PURPOSE, randomBits, streamKey } from "../../src/data/random.js";
import { aliasTable, drawBatch, drawToken } from "../../src/data/sampling.js";
import type { TokenSource } from "../../src/data/source.js";
import { topicsSource } from "../../src/data/topics.js";
import { expectJoint } from "./chiSquare.js";

const zipf = (V: number, exponent = 1) => tokenProbabilities({ kind: "zipf", exponent }, V);
const given = (probabilities: number[]) =>
  tokenProbabilities({ kind: "given", probabilities }, probabilities.length);
const topics = (p: Float64Array, count: number, strength: number) =>
  topicsSource(p, { kind: "topics", count, strength });
const information = (source: TokenSource) => source.entropy - source.conditionalEntropy;
const key = streamKey(3, PURPOSE.batch, 5);

/** Topics 1 and 4 of 5 have no probability at all, topic 0 has a token without. */
const withZeros = given([0.2, 0, 0.1, 0.05, 0, 0, 0, 0.3, 0.25, 0, 0.1]);

const cases: [string, Float64Array, number, number][] = [
  ["V 12, K 3", zipf(12), 3, 0.3],
  ["V 13, K 4, uneven", zipf(13), 4, 0.7],
  ["V 10, K 9: one topic of two tokens", zipf(10, 0.5), 9, 0.5],
  ["V 20, K 2, all within the topic", zipf(20), 2, 1],
  ["V 11, K 5, topics and tokens without probability", withZeros, 5, 0.6],
];

describe("P(·|a)", () => {
  test.each(cases)("is (1-λ) p_b + λ p_b [t(a) = t(b)]/w_t(a): %s", (_, p, K, strength) => {
    const source = topics(p, K, strength);
    for (let a = 0; a < p.length; a++) {
      const w = p.reduce((sum, x, i) => (i % K === a % K ? sum + x : sum), 0);
      const row = source.targets(a);
      for (let b = 0; b < p.length; b++) {
        const within = a % K === b % K && w > 0 ? p[b] / w : 0;
        // of an input that never occurs, the marginal
        const exact = w > 0 ? (1 - strength) * p[b] + strength * within : p[b];
        expect(Math.abs(row[b] - exact)).toBeLessThan(1e-15);
      }
    }
  });

  test("leaves the targets' marginal at p, whatever p, K and λ (1e-14)", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1, noNaN: true })), {
          minLength: 2,
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (weights, count, strength) => {
          const sum = weights.reduce((a, b) => a + b, 0);
          fc.pre(sum > 0);
          const p = given(weights.map((w) => w / sum));
          const source = topics(p, Math.min(count, p.length), strength);
          const marginal = new Float64Array(p.length);
          for (let a = 0; a < p.length; a++) {
            const row = source.targets(a);
            expect(Math.abs(row.reduce((x, y) => x + y, 0) - 1)).toBeLessThan(1e-14);
            row.forEach((x, b) => {
              marginal[b] += p[a] * x;
            });
          }
          marginal.forEach((x, b) => {
            expect(Math.abs(x - p[b])).toBeLessThan(1e-14);
          });
          const plain = p.reduce((h, x, a) => h + x * entropy(source.targets(a)), 0);
          expect(Math.abs(source.conditionalEntropy - plain)).toBeLessThan(1e-13);
          expect(source.conditionalEntropy).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

describe("mutual information", () => {
  test.each([
    [1000, 0.3, "0.3364"],
    [1000, 0.9, "2.1171"],
    [50304, 0.3, "0.3447"],
    [50304, 0.9, "2.1660"],
  ])("of 16 topics, V %i, strength %d: %s nats", (V, strength, digits) => {
    expect(information(topics(zipf(V), 16, strength)).toFixed(4)).toBe(digits);
  });

  test("of a copy is the entropy, of topics alone that of the topics", () => {
    const p = zipf(50);
    expect(topics(p, 50, 1).conditionalEntropy).toBeLessThan(1e-14);
    const masses = [0, 1, 2].map((k) => p.reduce((w, x, i) => (i % 3 === k ? w + x : w), 0));
    expect(information(topics(p, 3, 1))).toBeCloseTo(entropy(masses), 13);
  });
});

describe("what is drawn", () => {
  test.each(cases)("follows p_a P(b|a) (chi-square): %s", (_, p, K, strength) => {
    expectJoint(topics(p, K, strength), key, 200_000);
  });

  test.each(cases)("is, word by word, as defined: %s", (_, p, K, strength) => {
    const { inputs, targets } = topics(p, K, strength).draw(key, 3000);
    const whole = aliasTable(p);
    const ofTopic = Array.from({ length: K }, (_, k) => {
      const members = Array.from(p).filter((_, i) => i % K === k);
      const w = members.reduce((a, b) => a + b, 0);
      return aliasTable(members.map((x) => x / w));
    });
    for (let i = 0; i < 3000; i++) {
      const input = drawToken(whole, randomBits(key, 2 * i));
      const bits = randomBits(key, 2 * i + 1);
      const coin = Number(randomBits(key, 2 ** 40 + i) >> 32n) / 2 ** 32;
      const k = input % K;
      expect(inputs[i]).toBe(input);
      expect(targets[i]).toBe(coin < strength ? k + K * drawToken(ofTopic[k], bits) : drawToken(whole, bits));
    }
  });

  test.each([
    [1, 0.4],
    [7, 0],
  ])("with %i topics of strength %d is the independent case, bit for bit", (count, strength) => {
    const p = zipf(40);
    const source = topics(p, count, strength);
    expect(source.draw(key, 2000)).toEqual(drawBatch(aliasTable(p), 3, 5, 2000));
    expect(source.conditional).toBe(false);
    expect(source.conditionalEntropy).toBe(source.entropy);
    expect(source.targets(3)).toEqual(p);
  });

  test.each([40, 50304])("with as many topics as tokens, V %i, copies the input", (V) => {
    const source = topics(zipf(V), V, 1);
    const { inputs, targets } = source.draw(key, 5000);
    expect(targets).toEqual(inputs);
    expect(source.conditional).toBe(true);
  });

  test("a larger batch starts with the smaller one", () => {
    const source = topics(zipf(1000), 16, 0.5);
    expect(source.draw(key, 100).targets.slice(0, 30)).toEqual(source.draw(key, 30).targets);
  });
});

test("drawing takes a table of V columns beside that of p, at any number of topics", () => {
  expect(topics(zipf(50304), 16, 0.3).bytes).toBe(8 * 50304);
  expect(topics(zipf(100), 1, 0.3).bytes).toBe(0);
});
