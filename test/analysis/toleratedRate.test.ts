/** The largest tolerated rate of ends whose frontier is known. */
import { describe, expect, test } from "vitest";
import { bestEnd, type End, toleratedRate } from "../../src/analysis/toleratedRate.js";

const ends = (...pairs: [rate: number, excess: number | null][]): End[] =>
  pairs.map(([rate, excess]) => ({ rate, excess }));

describe("the largest tolerated rate", () => {
  test("lies where ln(excess), linear in ln(rate), leaves the level", () => {
    // excess = rate² from 1 on: it is 4 at rate 2, between two rates
    const line = ends([0.5, 2], [1, 1], [1.5, 2.25], [3, 9], [6, 36]);
    expect(toleratedRate(line, 3)).toBeCloseTo(2, 12);
    expect(toleratedRate(line, 8)).toBeCloseTo(3, 12);
    expect(toleratedRate(line, 0)).toBeCloseTo(1, 12);
  });

  test("is between the last that is tolerated and one that diverged", () => {
    expect(toleratedRate(ends([1, 0.2], [2, 0.1], [8, null]), 0.1)).toBeCloseTo(4, 12);
    // what lies beyond does not count, however well it ended
    expect(toleratedRate(ends([1, 0.2], [2, 0.1], [8, null], [16, 0.15]), 0.1)).toBeCloseTo(4, 12);
  });

  test("is none of the rates behind one that spoils the end", () => {
    const rate = toleratedRate(ends([1, 0.1], [2, 0.4], [4, 0.15]), 0.1);
    expect(rate).toBeGreaterThan(1);
    expect(rate).toBeLessThan(2);
  });

  test("rates below the best are slow, not too large", () => {
    expect(toleratedRate(ends([1, 5], [2, 0.1], [4, null]), 0.1)).toBeCloseTo(Math.sqrt(8), 12);
    expect(toleratedRate(ends([1, null], [2, 0.1], [4, null]), 0.1)).toBeCloseTo(Math.sqrt(8), 12);
  });

  test("is at least the highest rate where none is too large, and none where all diverged", () => {
    expect(toleratedRate(ends([1, 0.3], [2, 0.1], [4, 0.15]), 0.1)).toBe(4);
    expect(toleratedRate(ends([1, null], [2, null]), 0.1)).toBeNull();
    expect(toleratedRate([], 0.1)).toBeNull();
  });

  test("a best run at the floor has no logarithm and still a frontier", () => {
    const rate = toleratedRate(ends([1, -1e-9], [2, 1]), 0.1) as number;
    expect(rate).toBeGreaterThan(1);
    expect(rate).toBeLessThan(2);
  });

  test("the best end is the least of those that did not diverge", () => {
    expect(bestEnd(ends([1, null], [2, 0.3], [4, 0.2], [8, 0.25]))).toEqual({ rate: 4, excess: 0.2 });
    expect(bestEnd(ends([1, null]))).toBeUndefined();
  });
});
