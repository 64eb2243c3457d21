import { describe, expect, test } from "vitest";
import { heldOutConditionalEntropy, heldOutEntropy } from "../../src/corpus/heldOut.js";
import { corpusStatistics } from "../../src/corpus/index.js";
import { zipfExponent } from "../../src/corpus/zipf.js";
import { corpusSource, countPairs } from "../../src/data/corpus.js";
import { streamKey, uniform } from "../../src/data/random.js";

const ln = Math.log;
const entropyOf = (p: number[]) => p.reduce((sum, x) => (x > 0 ? sum - x * ln(x) : sum), 0);

/** A chain of these transition probabilities, begun at 0. */
function chain(transitions: number[][], length: number, seed: number): Uint32Array {
  const key = streamKey(seed, 0, 0);
  const tokens = new Uint32Array(length);
  for (let i = 1; i < length; i++) {
    let u = uniform(key, i);
    const row = transitions[tokens[i - 1]];
    let token = 0;
    while (token < row.length - 1 && u >= row[token]) u -= row[token++];
    tokens[i] = token;
  }
  return tokens;
}

describe("by hand", () => {
  test("a b a b a c", () => {
    // a 3, b 2, c 1; pairs ab 2, ba 2, ac 1
    const statistics = corpusStatistics(Uint8Array.of(0, 1, 0, 1, 0, 2), { heldOut: 0 });
    expect(statistics).toMatchObject({ tokens: 6, types: 3, pairTypes: 3, heldOut: 0 });
    expect(statistics.entropy.plugIn).toBeCloseTo(entropyOf([1 / 2, 1 / 3, 1 / 6]), 14);
    const plugIn = (3 / 5) * entropyOf([2 / 3, 1 / 3]);
    expect(statistics.conditionalEntropy.plugIn).toBeCloseTo(plugIn, 14);
    // 3 pair types, 2 inputs, 5 pairs
    expect(statistics.conditionalEntropy.millerMadow).toBeCloseTo(plugIn + 1 / 10, 14);
    expect(statistics.entropy.heldOut).toBeNull();
    expect(statistics.conditionalEntropy.heldOut).toBeNull();
  });

  test("one type", () => {
    expect(corpusStatistics(new Uint32Array(20), { vocabSize: 1 })).toEqual({
      tokens: 20,
      types: 1,
      pairTypes: 1,
      heldOut: 0.1,
      entropy: { plugIn: 0, heldOut: 0 },
      zipfExponent: null,
      conditionalEntropy: { plugIn: 0, millerMadow: 0, heldOut: 0 },
    });
  });

  test("the unigram model of a a a b b c | a d: discount 1/3, spread over four", () => {
    // one token once, one twice: d = 1/(1 + 2); d·T/V = (1/3)(3/4) = 1/4
    const model = [(3 - 1 / 3 + 1 / 4) / 6, 0, 0, 1 / 4 / 6];
    expect(heldOutEntropy(Uint32Array.of(3, 2, 1, 0), Uint32Array.of(1, 0, 0, 1))).toBeCloseTo(
      -(ln(model[0]) + ln(model[3])) / 2,
      14,
    );
    const { entropy } = corpusStatistics(Uint8Array.of(0, 0, 0, 1, 1, 2, 0, 3), { heldOut: 0.25 });
    expect(entropy.heldOut).toBeCloseTo(-(ln(model[0]) + ln(model[3])) / 2, 14);
  });

  test("the Kneser-Ney model of a b a b a c | a c a", () => {
    const tokens = Uint8Array.of(0, 1, 0, 1, 0, 2, 0, 2, 0);
    // pairs of the training part: ab 2, ba 2, ac 1: d = 1/(1 + 4); each token has one predecessor: d' = 1, q = 1/3
    const d = 1 / 5;
    const [ca, ac] = [1 / 3, (1 - d + (d * 2) / 3) / 3];
    const { conditionalEntropy } = corpusStatistics(tokens, { heldOut: 1 / 3 });
    expect(conditionalEntropy.heldOut).toBeCloseTo(-(ln(ac) + ln(ca)) / 2, 14);
  });
});

describe("a Markov chain", () => {
  const weather = [
    [0.9, 0.05, 0.05],
    [0.2, 0.5, 0.3],
    [0, 0.6, 0.4],
  ];
  // balance of the flows: p = pP
  const p = (() => {
    let at = [1, 0, 0];
    for (let i = 0; i < 1000; i++)
      at = at.map((_, b) => at.reduce((sum, pa, a) => sum + pa * weather[a][b], 0));
    return at;
  })();
  const truth = {
    unigram: entropyOf(p),
    bigram: p.reduce((sum, pa, a) => sum + pa * entropyOf(weather[a]), 0),
  };

  test("a long one has its entropies, however they are estimated", () => {
    const { entropy, conditionalEntropy, types, pairTypes } = corpusStatistics(chain(weather, 1_000_000, 1));
    expect([types, pairTypes]).toEqual([3, 8]);
    for (const estimate of [entropy.plugIn, conditionalEntropy.plugIn, conditionalEntropy.millerMadow]) {
      const exact = estimate === entropy.plugIn ? truth.unigram : truth.bigram;
      expect(Math.abs(estimate - exact)).toBeLessThan(0.004);
    }
    // of a tenth as many
    expect(Math.abs((entropy.heldOut as number) - truth.unigram)).toBeLessThan(0.012);
    expect(Math.abs((conditionalEntropy.heldOut as number) - truth.bigram)).toBeLessThan(0.012);
  });

  test("a short one's plug-in is too low, Miller-Madow nearer, held-out too high", () => {
    // all of 30 tokens equally likely behind each
    const even = Array.from({ length: 30 }, () => new Array(30).fill(1 / 30));
    const sums = [0, 0, 0];
    for (let seed = 0; seed < 20; seed++) {
      const { conditionalEntropy } = corpusStatistics(chain(even, 3000, seed));
      const { plugIn, millerMadow, heldOut } = conditionalEntropy;
      for (const [i, value] of [plugIn, millerMadow, heldOut as number].entries()) sums[i] += value / 20;
    }
    const [plugIn, millerMadow, heldOut] = sums;
    expect(plugIn).toBeLessThan(ln(30) - 0.1);
    expect(Math.abs(millerMadow - ln(30))).toBeLessThan(0.25 * Math.abs(plugIn - ln(30)));
    expect(heldOut).toBeGreaterThan(ln(30));
  });
});

describe("the smoothed models", () => {
  const vocabSize = 12;
  // tokens 10 and 11 do not occur, 9 only at the end
  const tokens = Uint32Array.from({ length: 200 }, (_, i) =>
    Math.floor(9 * uniform(streamKey(3, 0, 0), i) ** 2),
  );
  tokens[199] = 9;
  const training = countPairs(tokens, vocabSize);
  const one = (a: number, b: number) => ({
    inputs: Uint32Array.of(a),
    starts: Uint32Array.of(0, 1),
    targets: Uint32Array.of(b),
    counts: Uint32Array.of(1),
    total: 1,
  });

  test("Kneser-Ney's probabilities sum to 1 behind every token, seen or not", () => {
    for (let a = 0; a < vocabSize; a++) {
      let sum = 0;
      for (let b = 0; b < vocabSize; b++)
        sum += Math.exp(-heldOutConditionalEntropy(training, one(a, b), vocabSize));
      expect(sum).toBeCloseTo(1, 12);
    }
  });

  test("the unigram model's sum to 1", () => {
    const counts = new Uint32Array(vocabSize);
    for (const token of tokens) counts[token]++;
    let sum = 0;
    for (let b = 0; b < vocabSize; b++)
      sum += Math.exp(
        -heldOutEntropy(
          counts,
          Uint32Array.from(counts, (_, i) => Number(i === b)),
        ),
      );
    expect(sum).toBeCloseTo(1, 12);
  });

  test("all held-out pairs in one walk, as each by itself", () => {
    const heldOut = countPairs(Uint32Array.of(0, 11, 3, 3, 10, 10, 9, 0, 1, 0, 1, 8, 2), vocabSize);
    let sum = 0;
    for (let row = 0; row < heldOut.inputs.length; row++)
      for (let k = heldOut.starts[row]; k < heldOut.starts[row + 1]; k++) {
        const pair = one(heldOut.inputs[row], heldOut.targets[k]);
        sum += heldOut.counts[k] * heldOutConditionalEntropy(training, pair, vocabSize);
      }
    expect(heldOutConditionalEntropy(training, heldOut, vocabSize)).toBeCloseTo(sum / heldOut.total, 12);
  });

  test("nothing seen once: what was not seen still has a probability", () => {
    const { entropy, conditionalEntropy } = corpusStatistics(Uint8Array.of(0, 1, 0, 1, 0, 1, 0, 1, 1, 1), {
      heldOut: 0.2,
    });
    expect(entropy.heldOut).toBeLessThan(2);
    expect(conditionalEntropy.heldOut).toBeLessThan(5);
  });
});

test("the training part is that of a corpus in a config", () => {
  const tokens = Uint32Array.from({ length: 997 }, (_, i) =>
    Math.floor(20 * uniform(streamKey(5, 0, 0), i) ** 3),
  );
  const source = corpusSource({ kind: "corpus", digest: "", heldOut: 0.13 }, tokens, 20);
  const { heldOut } = corpusStatistics(tokens, { heldOut: 0.13, vocabSize: 20 }).conditionalEntropy;
  const { training, heldOut: rest } = source.pairs as NonNullable<typeof source.pairs>;
  expect(heldOut).toBe(heldOutConditionalEntropy(training, rest, 20));
  // with nothing held out both speak of all pairs
  const whole = corpusSource({ kind: "corpus", digest: "", heldOut: 0 }, tokens, 20);
  expect(corpusStatistics(tokens, { heldOut: 0 }).conditionalEntropy.plugIn).toBe(whole.conditionalEntropy);
});

describe("the Zipf exponent", () => {
  const law = (exponent: number, types: number) =>
    Uint32Array.from({ length: types }, (_, i) => Math.round(1e8 * (i + 1) ** -exponent));

  test.each([0.3, 0.7, 1, 1.06, 1.6, 3])("of counts that follow the law with %f", (exponent) => {
    expect(zipfExponent(law(exponent, 200))).toBeCloseTo(exponent, 5);
  });

  test("is where the likelihood is greatest", () => {
    const counts = [1000, 400, 90, 90, 3, 1, 1];
    const likelihood = (s: number) => {
      const norm = counts.reduce((sum, _, i) => sum + (i + 1) ** -s, 0);
      return counts.reduce((sum, n, i) => sum + n * ln((i + 1) ** -s / norm), 0);
    };
    const best = zipfExponent(Uint32Array.from(counts)) as number;
    for (const step of [1e-3, 1e-2, 0.1, 1])
      for (const other of [best - step, best + step])
        expect(likelihood(best)).toBeGreaterThan(likelihood(other));
  });

  test("does not depend on the order of the types, nor on those that do not occur", () => {
    expect(zipfExponent(Uint32Array.of(0, 3, 9, 0, 5))).toBe(zipfExponent(Uint32Array.of(9, 5, 3)));
  });

  test("at its ends", () => {
    expect(zipfExponent(new Uint32Array(50).fill(7))).toBeCloseTo(0, 10);
    expect(zipfExponent(Uint32Array.of(12))).toBeNull();
    expect(zipfExponent(Uint32Array.of(4_000_000_000, 1))).toBeCloseTo(ln(4e9) / ln(2), 6);
  });
});

test("the same of arrays of every width", () => {
  const tokens = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4];
  const wide = corpusStatistics(Uint32Array.from(tokens));
  expect(corpusStatistics(Uint8Array.from(tokens))).toEqual(wide);
  expect(corpusStatistics(Uint16Array.from(tokens))).toEqual(wide);
});

describe("bad input", () => {
  const some = Uint32Array.of(0, 5, 2);
  test.each([
    [[0, 1], {}, "tokens: expected a Uint8Array, Uint16Array or Uint32Array, got [0,1]"],
    [undefined, {}, "tokens: expected a Uint8Array, Uint16Array or Uint32Array, got undefined"],
    [Uint32Array.of(7), {}, "tokens: expected at least 2, got 1"],
    [Uint32Array.of(0, 1 << 24), {}, "tokens: expected tokens below 16777216, got 16777216 at position 1"],
    [some, { vocabSize: 5 }, "tokens: expected tokens below 5, got 5 at position 1"],
    [some, { vocabSize: 0 }, "vocabSize: expected a whole number from 1 to 16777216, got 0"],
    [some, { vocabSize: 2.5 }, "vocabSize: expected a whole number from 1 to 16777216, got 2.5"],
    [some, { heldOut: 1 }, "heldOut: expected a number from 0 to below 1, got 1"],
    [some, { heldOut: "0.1" }, 'heldOut: expected a number from 0 to below 1, got "0.1"'],
    [some, { heldout: 0.1 }, "heldout: unknown option, expected one of heldOut, vocabSize"],
  ])("%#", (tokens, options, message) => {
    expect(() => corpusStatistics(tokens as never, options as never)).toThrow(message);
  });
});
