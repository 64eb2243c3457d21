import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/config.js";
import { corpusSource } from "../../src/data/corpus.js";
import type { CorpusTokens } from "../../src/data/digest.js";
import { entropy } from "../../src/data/entropy.js";
import { PURPOSE, streamKey, uniform } from "../../src/data/random.js";
import type { PairCounts } from "../../src/data/source.js";
import { expectJoint } from "./chiSquare.js";

// the digest is checked before; to a source it is a name
const corpus = (heldOut: number) => ({ kind: "corpus" as const, digest: "of these", heldOut });
const key = streamKey(4, PURPOSE.batch, 9);

/** Words of a made-up language of 20 tokens, in which each token likes the ones after it. */
const language = (length: number): Uint8Array => {
  const tokens = new Uint8Array(length);
  for (let i = 1; i < length; i++) {
    const u = uniform(99n, i);
    tokens[i] = u < 0.5 ? (tokens[i - 1] + 1 + Math.floor(6 * u)) % 20 : Math.floor(20 * (2 * u - 1) ** 2);
  }
  return tokens;
};

/** Pairs and counts as lines of text, the plain way. */
function plainCounts(tokens: ArrayLike<number>): string[] {
  const counts = new Map<string, number>();
  for (let i = 0; i + 1 < tokens.length; i++) {
    const name = `${tokens[i]} ${tokens[i + 1]}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${name}: ${count}`).sort();
}

function lines({ inputs, starts, targets, counts, total }: PairCounts): string[] {
  expect(starts).toHaveLength(inputs.length + 1);
  expect(starts[inputs.length]).toBe(targets.length);
  expect(counts).toHaveLength(targets.length);
  expect(counts.reduce((a, b) => a + b, 0)).toBe(total);
  const found: string[] = [];
  for (let i = 0; i < inputs.length; i++) {
    if (i > 0) expect(inputs[i]).toBeGreaterThan(inputs[i - 1]);
    expect(starts[i + 1]).toBeGreaterThan(starts[i]);
    for (let k = starts[i]; k < starts[i + 1]; k++) {
      if (k > starts[i]) expect(targets[k]).toBeGreaterThan(targets[k - 1]);
      found.push(`${inputs[i]} ${targets[k]}: ${counts[k]}`);
    }
  }
  return found.sort();
}

describe("distinct pairs", () => {
  test("of both parts are those that are there, ascending", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 30 }), { minLength: 2, maxLength: 300 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (list, heldOut) => {
          const tokens = Uint16Array.from(list);
          const size = list.length - Math.floor(heldOut * list.length);
          fc.pre(size >= 2);
          const { pairs } = corpusSource(corpus(heldOut), tokens, 31);
          if (!pairs) throw new Error("no pairs");
          expect(lines(pairs.training)).toEqual(plainCounts(tokens.subarray(0, size)));
          expect(lines(pairs.heldOut)).toEqual(plainCounts(tokens.subarray(size)));
        },
      ),
    );
  });

  test("no pair lies in both parts", () => {
    const { pairs } = corpusSource(
      corpus(0.25),
      Uint8Array.from({ length: 10 }, (_, i) => i),
      10,
    );
    // 10 - floor(2.5) tokens are trained on
    expect(pairs?.training.total).toBe(7);
    expect(Array.from(pairs?.heldOut.inputs ?? [])).toEqual([8]);
  });

  test.each([0, 0.05])("held-out fraction %d of 10 tokens leaves nothing to hold out", (heldOut) => {
    const { pairs } = corpusSource(corpus(heldOut), new Uint8Array(10), 1);
    expect(pairs?.training.total).toBe(9);
    expect(pairs?.heldOut.total).toBe(0);
    expect(pairs?.heldOut.inputs).toHaveLength(0);
    expect(Array.from(pairs?.heldOut.starts ?? [])).toEqual([0]);
  });

  test("are counted once an array, and anew for another part or another digest", () => {
    const tokens = language(1000);
    const { pairs } = corpusSource(corpus(0.1), tokens, 20);
    expect(corpusSource(corpus(0.1), tokens, 20).pairs).toBe(pairs);
    expect(corpusSource(corpus(0.2), tokens, 20).pairs).not.toEqual(pairs);
    expect(() => corpusSource(corpus(0.2), tokens, 19)).toThrow(ConfigError);
    tokens.fill(3);
    expect(corpusSource({ ...corpus(0.2), digest: "changed" }, tokens, 20).pairs?.training.targets).toEqual(
      Uint32Array.of(3),
    );
  });
});

describe("probabilities and entropies are the training pairs' own", () => {
  const tokens = language(5000);
  const source = corpusSource(corpus(0.2), tokens, 22);
  const training = tokens.subarray(0, 4000);
  const count = (values: Uint8Array, token: number) => values.filter((x) => x === token).length;

  test("p of inputs, and the marginal of targets, which the first token is none of", () => {
    for (let i = 0; i < 22; i++) {
      expect(source.probabilities[i]).toBeCloseTo(count(training.subarray(0, 3999), i) / 3999, 14);
      expect(source.marginal[i]).toBeCloseTo(count(training.subarray(1), i) / 3999, 14);
    }
    expect(source.entropy).toBe(entropy(source.marginal));
    const mixed = new Float64Array(22);
    for (let a = 0; a < 22; a++)
      source.targets(a).forEach((p, b) => {
        mixed[b] += source.probabilities[a] * p;
      });
    mixed.forEach((p, b) => {
      expect(p).toBeCloseTo(source.marginal[b], 14);
    });
  });

  test("P(·|a), for an input that never occurs the marginal", () => {
    for (let a = 0; a < 22; a++) expect(source.targets(a).reduce((x, y) => x + y, 0)).toBeCloseTo(1, 13);
    expect(source.probabilities[21]).toBe(0);
    expect(source.targets(21)).toEqual(source.marginal);
    const after7 = training.filter((_, i) => i > 0 && training[i - 1] === 7);
    expect(source.targets(7)[9]).toBeCloseTo(count(after7, 9) / after7.length, 14);
  });

  test("conditional entropy, the plug-in one", () => {
    const plain = source.probabilities.reduce((h, x, a) => h + x * entropy(source.targets(a)), 0);
    expect(source.conditionalEntropy).toBeCloseTo(plain, 13);
    expect(source.conditionalEntropy).toBeLessThan(source.entropy);
    // each token has one successor
    expect(corpusSource(corpus(0), Uint8Array.of(0, 1, 2, 0, 1, 2, 0), 3).conditionalEntropy).toBe(0);
  });
});

describe("what is drawn", () => {
  const tokens = language(3000);
  const source = corpusSource(corpus(0.1), tokens, 20);

  test("follows the training pairs (chi-square)", () => {
    expectJoint(source, key, 200_000);
  });

  test("pair i is the one at floor(u·n), u being uniform number i of the stream", () => {
    const { inputs, targets } = source.draw(key, 1000);
    for (let i = 0; i < 1000; i++) {
      const position = Math.floor(uniform(key, i) * 2699);
      expect([inputs[i], targets[i]]).toEqual([tokens[position], tokens[position + 1]]);
    }
  });
});

test("arrays of any width, and over shared memory, are the same corpus", () => {
  const bytes = language(2000);
  const shared = new Uint16Array(new SharedArrayBuffer(4000));
  shared.set(bytes);
  const describeSource = (tokens: CorpusTokens) => {
    const { targets, draw, bytes, ...values } = corpusSource(corpus(0.1), tokens, 20);
    expect(bytes).toBe(tokens.byteLength);
    return { ...values, row: targets(3), batch: draw(key, 500) };
  };
  const expected = describeSource(bytes);
  for (const tokens of [Uint16Array.from(bytes), Uint32Array.from(bytes), shared])
    expect(describeSource(tokens)).toEqual(expected);
});

test.each<[string, CorpusTokens, number, string]>([
  [
    "a token beyond",
    Uint8Array.of(1, 2, 200, 3),
    0,
    "expected tokens below 100 (vocabSize), got 200 at position 2",
  ],
  [
    "held out",
    Uint8Array.of(1, 2, 3, 100),
    0.5,
    "expected tokens below 100 (vocabSize), got 100 at position 3",
  ],
  ["one token", Uint8Array.of(1), 0, "expected at least 2 tokens to train on, got 1"],
  ["no token", new Uint32Array(0), 0, "expected at least 2 tokens to train on, got 0"],
  ["all but one held out", Uint8Array.of(1, 2, 3), 0.9, "expected at least 2 tokens to train on, got 1"],
])("%s is refused", (_, tokens, heldOut, message) => {
  const call = () => corpusSource(corpus(heldOut), tokens, 100);
  expect(call).toThrow(ConfigError);
  expect(call).toThrow(`corpus: ${message}`);
});
