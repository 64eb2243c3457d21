import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cosPi, exp, log, pow } from "../../src/math/elementary.js";

/** `count` numbers evenly from `from` to `to`, both included. */
function* evenly(from: number, to: number, count: number): Generator<number> {
  for (let i = 0; i < count; i++) yield from + ((to - from) * i) / (count - 1);
}

/** Every power of two of a double, each with `count` significands: all binades alike, where evenly() sees the top one. */
function* everyBinade(count: number): Generator<number> {
  for (let k = -1074; k <= 1023; k++) {
    const binade = k < -1022 ? 2 ** -1074 * 2 ** (k + 1074) : 2 ** k;
    for (let i = 0; i < count; i++) yield binade * (1 + i / count);
  }
}

/** The largest |f(x)/exact(x) - 1|, equal values (zeros among them) counting as no error. */
function worstRelative(points: Iterable<number>, f: (x: number) => number, exact: (x: number) => number) {
  let worst = 0;
  for (const x of points) {
    const [got, expected] = [f(x), exact(x)];
    if (got === expected) continue;
    const error = Math.abs(got / expected - 1);
    // NaN is the worst of all
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

// the bounds are the source's own; V8's Math.exp, log and pow are within an ulp (2.2e-16) and inside them

describe("exp: relative error below 4e-16", () => {
  test.each([
    ["the whole range of normal results", -708.3, 709.7827, 500_000],
    ["what a softmax sees", -20, 20, 500_000],
    ["about the first reduction, |x| ≤ ln2/2", -0.4, 0.4, 200_000],
    ["tiny arguments", -1e-8, 1e-8, 10_001],
  ])("%s", (_, from, to, count) => {
    expect(worstRelative(evenly(from, to, count), exp, Math.exp)).toBeLessThan(4e-16);
  });

  test("about every multiple of ln2/2, where the reduction changes", () => {
    const points = Array.from({ length: 4095 }, (_, i) => ((i - 2047) * Math.LN2) / 2).flatMap((x) => [
      x * (1 - 2 ** -52),
      x,
      x * (1 + 2 ** -52),
    ]);
    expect(
      worstRelative(
        points.filter((x) => x > -708.3),
        exp,
        Math.exp,
      ),
    ).toBeLessThan(4e-16);
  });

  test("subnormal results: the nearest multiple of 2^-1074 or one beside it", () => {
    let worst = 0;
    for (const x of evenly(-745.3, -708, 100_000))
      worst = Math.max(worst, Math.abs(exp(x) - Math.exp(x)) / Number.MIN_VALUE);
    expect(worst).toBeLessThanOrEqual(1);
  });

  test.each([
    [0, 1],
    [-0, 1],
    [Number.MIN_VALUE, 1],
    [-Number.MIN_VALUE, 1],
    [-744.5, Number.MIN_VALUE],
    [-745.14, 0],
    [-746, 0],
    [-Number.MAX_VALUE, 0],
    [-Infinity, 0],
    [709.7827128933841, Infinity],
    [1e300, Infinity],
    [Infinity, Infinity],
    [Number.NaN, Number.NaN],
  ])("exp(%d) is %d", (x, expected) => {
    expect(exp(x)).toBe(expected);
  });

  test("the largest argument that does not overflow", () => {
    const largest = 709.782712893384;
    expect(exp(largest)).toBeLessThan(Infinity);
    expect(Math.abs(exp(largest) / Math.exp(largest) - 1)).toBeLessThan(4e-16);
  });
});

describe("log: relative error below 4e-16", () => {
  test("every binade, subnormals among them", () => {
    expect(worstRelative(everyBinade(257), log, Math.log)).toBeLessThan(4e-16);
  });

  test("from √½ to √2 and beyond, where the reduction changes", () => {
    expect(worstRelative(evenly(0.4, 2.9, 1_000_000), log, Math.log)).toBeLessThan(4e-16);
  });

  test("beside 1, where the result is small", () => {
    const points = Array.from({ length: 53 }, (_, k) => k).flatMap((k) =>
      Array.from(evenly(2 ** -k, 2 ** (1 - k), 200)).flatMap((x) => [1 + x, 1 - x / 2]),
    );
    expect(worstRelative(points, log, Math.log)).toBeLessThan(4e-16);
  });

  test.each([
    [1, 0],
    [0, -Infinity],
    [-0, -Infinity],
    [Infinity, Infinity],
    [-Infinity, Number.NaN],
    [-1, Number.NaN],
    [-Number.MIN_VALUE, Number.NaN],
    [Number.NaN, Number.NaN],
  ])("log(%d) is %d", (x, expected) => {
    expect(log(x)).toBe(expected);
  });

  test("the ends of the range", () => {
    expect(worstRelative([Number.MIN_VALUE, 2 ** -1022, Number.MAX_VALUE], log, Math.log)).toBeLessThan(
      4e-16,
    );
  });
});

test("exp and log over any doubles, by their bits", () => {
  fc.assert(
    fc.property(fc.double(), (x) => {
      if (Number.isNaN(x)) expect(exp(x)).toBeNaN();
      else if (x > -708.3) expect(worstRelative([x], exp, Math.exp)).toBeLessThan(4e-16);
      else expect(Math.abs(exp(x) - Math.exp(x))).toBeLessThanOrEqual(Number.MIN_VALUE);
      if (Number.isNaN(Math.log(x))) expect(log(x)).toBeNaN();
      else expect(worstRelative([x], log, Math.log)).toBeLessThan(4e-16);
    }),
    { numRuns: 5000 },
  );
});

test("exp undoes log: relative error below (1 + |ln x|)·4e-16", () => {
  fc.assert(
    fc.property(fc.double({ min: 2 ** -1022, max: Number.MAX_VALUE, noNaN: true }), (x) => {
      expect(Math.abs(exp(log(x)) / x - 1)).toBeLessThan((1 + Math.abs(Math.log(x))) * 4e-16);
    }),
    { numRuns: 2000 },
  );
});

describe("pow: relative error below 4e-16 + |exponent·ln base|·2e-16", () => {
  const error = (base: number, exponent: number) =>
    Math.abs(pow(base, exponent) / base ** exponent - 1) -
    4e-16 -
    Math.abs(exponent * Math.log(base)) * 2e-16;

  test.each([0.5, -0.5, -1, -1.1, -2, -4, 1, 3.7])("whole bases to the power %d", (exponent) => {
    for (let base = 1; base <= 60_000; base += base < 2000 ? 1 : 97)
      expect(error(base, exponent)).toBeLessThan(0);
  });

  test("any base and exponent", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
        fc.double({ min: -700, max: 700, noNaN: true }),
        (base, logarithm) => {
          fc.pre(Math.abs(Math.log(base)) > 1e-3);
          expect(error(base, logarithm / Math.log(base))).toBeLessThan(0);
        },
      ),
      { numRuns: 5000 },
    );
  });

  test.each([
    [7, 0, 1],
    [0, 0, 1],
    [Infinity, 0, 1],
    [1, 1e300, 1],
    [1, -3.7, 1],
    [2, 2000, Infinity],
    [2, -2000, 0],
    [0, 2, 0],
    [0, -2, Infinity],
    [Number.NaN, 1, Number.NaN],
    [2, Number.NaN, Number.NaN],
  ])("pow(%d, %d) is %d", (base, exponent, expected) => {
    expect(pow(base, exponent)).toBe(expected);
  });
});

describe("cosPi: absolute error below 1e-15 on [0, 1]", () => {
  test("against Math.cos", () => {
    let worst = 0;
    for (const x of evenly(0, 1, 1_000_001))
      worst = Math.max(worst, Math.abs(cosPi(x) - Math.cos(Math.PI * x)));
    expect(worst).toBeLessThan(1e-15);
  });

  test.each([
    [1 / 6, Math.sqrt(3) / 2],
    [1 / 4, Math.SQRT1_2],
    [1 / 3, 0.5],
    [1 / 2, 0],
    [2 / 3, -0.5],
    [3 / 4, -Math.SQRT1_2],
  ])("cosPi(%d)", (x, expected) => {
    expect(Math.abs(cosPi(x) - expected)).toBeLessThan(1e-15);
  });

  test("the ends are exact, so that a cosine schedule starts and ends where it says", () => {
    expect(cosPi(0)).toBe(1);
    expect(cosPi(1)).toBe(-1);
  });

  test("falls from end to end, odd about the middle", () => {
    // multiples of 2^-16: 1 - x is exact
    for (let i = 1; i <= 65536; i++) {
      expect(cosPi(i / 65536)).toBeLessThan(cosPi((i - 1) / 65536));
      if (i !== 32768) expect(cosPi(1 - i / 65536)).toBe(-cosPi(i / 65536));
    }
  });
});
