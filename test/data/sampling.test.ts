import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instantiateKernel } from "../../src/backend/wasm/kernel.js";
import type { DistributionInput } from "../../src/config.js";
import { tokenProbabilities } from "../../src/data/distribution.js";
import { PURPOSE, randomBits, streamKey } from "../../src/data/random.js";
import { type AliasTable, aliasTable, drawBatch, drawToken } from "../../src/data/sampling.js";
import { expectChiSquare, expectCounts } from "./chiSquare.js";

/** What a table draws: column i, of width 1/V, goes to i below its threshold and to its alias above. */
function impliedProbabilities({ thresholds, aliases }: AliasTable): Float64Array {
  const V = thresholds.length;
  const implied = new Float64Array(V);
  for (let i = 0; i < V; i++) {
    implied[i] += thresholds[i] / 2 ** 32 / V;
    implied[aliases[i]] += (1 - thresholds[i] / 2 ** 32) / V;
  }
  return implied;
}

/** Given probabilities of 1 to 300 tokens, many of them 0, over many orders of magnitude. */
const probabilities = fc
  .array(
    fc.oneof(
      fc.constant(0),
      fc.constant(1),
      fc.double({ min: 1e-12, max: 1, noNaN: true }),
      fc.double({ min: -30, max: 0, noNaN: true }).map(Math.exp),
    ),
    { minLength: 1, maxLength: 300 },
  )
  .filter((weights) => weights.some((w) => w > 0))
  .map((weights) => {
    const sum = weights.reduce((a, b) => a + b, 0);
    return tokenProbabilities({ kind: "given", probabilities: weights.map((w) => w / sum) }, weights.length);
  });

const withZeros = [0, 0.3, 0, 0, 0.05, 0.25, 0.001, 0, 0.399, 0];

describe("alias table", () => {
  test("draws each token with its probability within 2^-32/V a column, and a token of probability 0 never", () => {
    fc.assert(
      fc.property(probabilities, (p) => {
        const V = p.length;
        const table = aliasTable(p);
        const implied = impliedProbabilities(table);
        for (let i = 0; i < V; i++) {
          // a threshold is a floor, so a column gives up to 2^-32 of its width to the wrong token; the rest is rounding
          const columns = 1 + table.aliases.filter((alias) => alias === i).length;
          expect(Math.abs(implied[i] - p[i])).toBeLessThan((columns * 2 ** -32) / V + 1e-13);
          if (p[i] === 0) expect(implied[i]).toBe(0);
        }
      }),
    );
  });

  test.each([1, 2, 7, 100, 50304])("a uniform distribution of %i tokens keeps every column whole", (V) => {
    const table = aliasTable(tokenProbabilities({ kind: "zipf", exponent: 0 }, V));
    const implied = impliedProbabilities(table);
    expect(implied.every((p) => Math.abs(p * V - 1) < 1e-8)).toBe(true);
  });

  test("both ends of both halves of the random word", () => {
    // columns: 0 keeps token 0 below 2^31 and gives 1 above; 1 keeps its own
    const table = aliasTable([0.25, 0.75]);
    expect(Array.from(table.thresholds)).toEqual([2 ** 31, 2 ** 32 - 1]);
    const draw = (high: bigint, low: bigint) => drawToken(table, (high << 32n) | low);
    expect(draw(0n, 0n)).toBe(0);
    expect(draw(0x7fffffffn, 0x7fffffffn)).toBe(0);
    expect(draw(0x7fffffffn, 0x80000000n)).toBe(1);
    expect(draw(0x80000000n, 0n)).toBe(1);
    expect(draw(0xffffffffn, 0xffffffffn)).toBe(1);
  });
});

describe("a million draws follow the distribution (chi-square between its quantiles 1e-4 and 1 - 1e-4)", () => {
  test.each<[string, number, DistributionInput]>([
    ["Zipf, exponent 1", 100, { kind: "zipf", exponent: 1 }],
    ["Zipf, exponent 1", 1000, { kind: "zipf", exponent: 1 }],
    ["Zipf, exponent 0.5", 1000, { kind: "zipf", exponent: 0.5 }],
    ["Zipf, exponent 4", 100, { kind: "zipf", exponent: 4 }],
    ["uniform", 77, { kind: "zipf", exponent: 0 }],
    ["given, with zeros", 10, { kind: "given", probabilities: withZeros }],
  ])("%s, V %i", (_, V, distribution) => {
    const p = tokenProbabilities(distribution, V);
    const table = aliasTable(p);
    const counts = new Uint32Array(V);
    const [steps, batchSize] = [50, 10_000];
    for (let step = 0; step < steps; step++) {
      const { inputs, targets } = drawBatch(table, 2, step, batchSize);
      for (const token of inputs) counts[token] += 1;
      for (const token of targets) counts[token] += 1;
    }
    const draws = 2 * steps * batchSize;
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(draws);
    expectCounts(
      counts,
      p.map((x) => x * draws),
    );
  });
});

describe("what is drawn is independent (chi-square of a contingency table)", () => {
  const V = 10;
  const table = aliasTable(tokenProbabilities({ kind: "zipf", exponent: 1 }, V));
  const [steps, batchSize] = [64, 8192];
  const batches = Array.from({ length: steps }, (_, step) => drawBatch(table, 4, step, batchSize));
  const otherSeed = Array.from({ length: steps }, (_, step) => drawBatch(table, 5, step, batchSize));

  /** Independence of the two entries of `pairs`, with the margins as they came: (V - 1)² degrees of freedom. */
  function expectIndependent(pairs: Iterable<[number, number]>) {
    const cells = new Float64Array(V * V);
    const rows = new Float64Array(V);
    const columns = new Float64Array(V);
    let total = 0;
    for (const [a, b] of pairs) {
      cells[a * V + b] += 1;
      rows[a] += 1;
      columns[b] += 1;
      total += 1;
    }
    let statistic = 0;
    for (let a = 0; a < V; a++) {
      for (let b = 0; b < V; b++) {
        const expected = (rows[a] * columns[b]) / total;
        statistic += (cells[a * V + b] - expected) ** 2 / expected;
      }
    }
    expectChiSquare(statistic, (V - 1) ** 2);
  }

  /** Pairs of entries i of one array and i + lag of another. */
  function* paired(a: Uint32Array, b: Uint32Array, lag = 0): Generator<[number, number]> {
    for (let i = 0; i + lag < a.length; i++) yield [a[i], b[i + lag]];
  }

  test("the target of its input", () => {
    expectIndependent(batches.flatMap(({ inputs, targets }) => [...paired(inputs, targets)]));
  });

  test("the next input of a target", () => {
    expectIndependent(batches.flatMap(({ inputs, targets }) => [...paired(targets, inputs, 1)]));
  });

  test("the inputs of a step of those of the step before", () => {
    const even = batches.filter((_, step) => step % 2 === 0);
    expectIndependent(even.flatMap(({ inputs }, i) => [...paired(inputs, batches[2 * i + 1].inputs)]));
  });

  test("the inputs of one seed of those of the next", () => {
    expectIndependent(batches.flatMap(({ inputs }, i) => [...paired(inputs, otherSeed[i].inputs)]));
  });
});

describe("a batch is a function of seed, purpose and step", () => {
  const table = aliasTable(tokenProbabilities({ kind: "zipf" }, 1000));

  test("input i is word 2i of its stream and target i word 2i + 1", () => {
    const { inputs, targets } = drawBatch(table, 3, 17, 50, PURPOSE.sampledEvaluation);
    const key = streamKey(3, PURPOSE.sampledEvaluation, 17);
    for (let i = 0; i < 50; i++) {
      expect(inputs[i]).toBe(drawToken(table, randomBits(key, 2 * i)));
      expect(targets[i]).toBe(drawToken(table, randomBits(key, 2 * i + 1)));
    }
  });

  test("a larger batch starts with the smaller one", () => {
    const small = drawBatch(table, 3, 17, 20);
    const large = drawBatch(table, 3, 17, 100);
    expect(large.inputs.slice(0, 20)).toEqual(small.inputs);
    expect(large.targets.slice(0, 20)).toEqual(small.targets);
  });

  test("purpose is training when left out, and each argument makes another batch", () => {
    const batch = drawBatch(table, 3, 17, 100);
    expect(drawBatch(table, 3, 17, 100, PURPOSE.batch)).toEqual(batch);
    for (const other of [
      drawBatch(table, 4, 17, 100),
      drawBatch(table, 3, 18, 100),
      drawBatch(table, 3, 17, 100, PURPOSE.sampledEvaluation),
    ])
      expect(other).not.toEqual(batch);
  });
});

describe("the kernel draws the same bits", async () => {
  const { kernel, memory } = await instantiateKernel(100 * 65536);
  const base = (kernel.heapBase() + 15) & ~15;
  const drawTokens = kernel.drawTokens as (
    out: number,
    count: number,
    table: number,
    size: number,
    key: bigint,
    first: bigint,
    by: bigint,
  ) => void;

  /** The kernel's table of p (read back), and `count` tokens of each side of a batch. */
  function kernelDraws(p: Float64Array, key: bigint, count: number) {
    const V = p.length;
    const at = { table: base, p: base + 8 * V, scratch: base + 16 * V };
    const out = at.scratch + ((12 * V + 15) & ~15);
    new Float64Array(memory.buffer, at.p, V).set(p);
    kernel.buildAliasTable(at.table, at.p, V, at.scratch);
    drawTokens(out, count, at.table, V, key, 0n, 2n);
    drawTokens(out + 4 * count, count, at.table, V, key, 1n, 2n);
    const entries = new Uint32Array(memory.buffer, at.table, 2 * V);
    return {
      table: {
        thresholds: entries.filter((_, i) => i % 2 === 0),
        aliases: entries.filter((_, i) => i % 2 === 1),
      },
      inputs: new Uint32Array(memory.buffer.slice(out, out + 4 * count)),
      targets: new Uint32Array(memory.buffer.slice(out + 4 * count, out + 8 * count)),
    };
  }

  function expectSame(p: Float64Array, seed: number, step: number, count: number) {
    const { table, inputs, targets } = kernelDraws(p, streamKey(seed, PURPOSE.batch, step), count);
    const reference = aliasTable(p);
    expect(table).toEqual(reference);
    expect({ inputs, targets }).toEqual(drawBatch(reference, seed, step, count));
  }

  test.each([
    [1, 1],
    [2, 1],
    [3, 0],
    [100, 1],
    [100, 0.5],
    [100, 4],
    [1000, 1],
    [1000, -0.5],
    [5, 2000],
    [50304, 1],
  ])("table and tokens of a Zipf law: V %i, exponent %d", (V, exponent) => {
    expectSame(tokenProbabilities({ kind: "zipf", exponent }, V), 7, 123, 5000);
  });

  test("what equals its threshold goes to the alias, as in the reference", () => {
    const V = 5;
    const key = streamKey(1, PURPOSE.batch, 0);
    const low = Number(randomBits(key, 0) & 0xffffffffn);
    const column = drawToken(
      { thresholds: new Uint32Array(V).fill(low + 1), aliases: new Uint32Array(V).fill(77) },
      randomBits(key, 0),
    );
    const entries = new Uint32Array(memory.buffer, base, 2 * V);
    for (const [threshold, token] of [
      [low + 1, column],
      [low, 77],
    ]) {
      entries.set(Array.from({ length: 2 * V }, (_, i) => (i % 2 === 0 ? threshold : 77)));
      drawTokens(base + 8 * V, 1, base, V, key, 0n, 1n);
      expect(new Uint32Array(memory.buffer, base + 8 * V, 1)[0]).toBe(token);
    }
    expect(column).toBeLessThan(V);
  });

  test("table and tokens of any distribution, zeros among them", () => {
    expectSame(Float64Array.from(withZeros), 0, 0, 5000);
    fc.assert(
      fc.property(
        probabilities,
        fc.nat({ max: Number.MAX_SAFE_INTEGER }),
        fc.nat({ max: 1e9 }),
        (p, seed, step) => expectSame(p, seed, step, 100),
      ),
    );
  });
});
