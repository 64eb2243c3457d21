import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instantiateKernel } from "../../src/backend/wasm/kernel.js";
import { PURPOSE, randomBits, streamKey, uniform } from "../../src/data/random.js";
import { expectChiSquare } from "./chiSquare.js";

/** Σ (count - expected)²/expected of equally likely bins lies between the quantiles 1e-4 and 1 - 1e-4. */
function expectUniform(counts: Uint32Array, draws: number) {
  const expected = draws / counts.length;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expectChiSquare(statistic, counts.length - 1);
}

const everyPurpose = Object.values(PURPOSE);
const keys = {
  seed: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  purpose: fc.constantFrom(...everyPurpose),
  step: fc.nat({ max: 1e9 }),
};

describe("the generator is SplitMix64", () => {
  test("published outputs for the state 1234567", () => {
    const expected = [
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
      4593380528125082431n,
      16408922859458223821n,
    ];
    expect(expected.map((_, i) => randomBits(1234567n, i))).toEqual(expected);
  });

  // from a separate program that walks instead of counting: change these and every stored result is another one
  test.each([
    [0, 0, 0, 0x238275bc38fcbe91n],
    [1, 0, 0, 0xb18a02f46d8d86c3n],
    [0, 1, 0, 0x2f101fe21496ea20n],
    [0, 0, 1, 0xf89a2566b5822c54n],
    [7, 4, 1000, 0x5d460af5895afab5n],
    [Number.MAX_SAFE_INTEGER, 3, 123456, 0x6ac6b1202bd6c175n],
  ])("key of seed %i, purpose %i, step %i", (seed, purpose, step, key) => {
    expect(streamKey(seed, purpose, step)).toBe(key);
  });

  test("the kernel makes the same keys", async () => {
    const { kernel } = await instantiateKernel(65536);
    fc.assert(
      fc.property(keys.seed, keys.purpose, keys.step, (seed, purpose, step) => {
        const key = kernel.streamKey(BigInt(seed), BigInt(purpose), BigInt(step));
        expect(BigInt.asUintN(64, key)).toBe(streamKey(seed, purpose, step));
      }),
    );
  });
});

describe("one stream is uniform", () => {
  const DRAWS = 200_000;
  const key = streamKey(5, PURPOSE.batch, 3);
  const draws = Float64Array.from({ length: DRAWS }, (_, i) => uniform(key, i));

  test("multiples of 2^-53 in [0, 1)", () => {
    expect(draws.every((u) => u >= 0 && u < 1 && Number.isInteger(u * 2 ** 53))).toBe(true);
    // 2^-52 or coarser would show in the last bit
    expect(draws.some((u) => (u * 2 ** 53) % 2 === 1)).toBe(true);
  });

  test("over 1000 bins", () => {
    const counts = new Uint32Array(1000);
    for (const u of draws) counts[Math.floor(u * 1000)] += 1;
    expectUniform(counts, DRAWS);
  });

  test.each([1, 2, 3])("over 32 × 32 bins of draws 4i and 4i + %i", (lag) => {
    const counts = new Uint32Array(1024);
    // no draw stands in two pairs, so that the pairs are independent
    for (let i = 0; i < DRAWS; i += 4)
      counts[32 * Math.floor(draws[i] * 32) + Math.floor(draws[i + lag] * 32)] += 1;
    expectUniform(counts, DRAWS / 4);
  });

  test("each of the 64 bits is set in half of the draws", () => {
    const words = 20_000;
    const set = new Uint32Array(64);
    for (let i = 0; i < words; i++) {
      const bits = randomBits(key, i);
      for (let b = 0; b < 64; b++) set[b] += Number((bits >> BigInt(b)) & 1n);
    }
    // 64 binomials: 5 standard deviations leave 4e-5
    for (const count of set) expect(Math.abs(count - words / 2)).toBeLessThan(2.5 * Math.sqrt(words));
  });
});

describe("seeds, purposes and steps give different streams", () => {
  test("no two keys of a grid are equal", () => {
    const seeds = [0, 1, 2, 3, 2 ** 32, 2 ** 32 + 1, 2 ** 52, Number.MAX_SAFE_INTEGER];
    const steps = [0, 1, 2, 3, 100, 1e6, 2 ** 32];
    const grid = seeds.flatMap((s) => everyPurpose.flatMap((p) => steps.map((t) => streamKey(s, p, t))));
    expect(new Set(everyPurpose).size).toBe(everyPurpose.length);
    expect(new Set(grid).size).toBe(seeds.length * everyPurpose.length * steps.length);
  });

  test.each([
    ["seeds", 1, 0, 0],
    ["purposes", 0, 1, 0],
    ["steps", 0, 0, 1],
    ["seeds and steps", 1, 0, -1],
    ["purposes and steps", 0, 1, -1],
  ])("streams of neighbouring %s share no word and half of their bits", (_, seed, purpose, step) => {
    const words = 20_000;
    const of = (key: bigint) => Array.from({ length: words }, (_, i) => randomBits(key, i));
    const a = of(streamKey(11, 2, 40));
    const b = of(streamKey(11 + seed, 2 + purpose, 40 + step));
    // a stream that starts inside the other would show here
    expect(new Set([...a, ...b]).size).toBe(2 * words);
    let equalBits = 0;
    for (let i = 0; i < words; i++)
      for (let equal = ~(a[i] ^ b[i]) & 0xffffffffffffffffn; equal > 0n; equal &= equal - 1n) equalBits += 1;
    const bits = 64 * words;
    expect(Math.abs(equalBits - bits / 2)).toBeLessThan(3.89 * 0.5 * Math.sqrt(bits));
  });
});
