import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalQuantile } from "../../src/math/normal.js";

const density = (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** Mass from 0 to z ≥ 0: φ(z)·(z + z³/3 + z⁵/(3·5) + z⁷/(3·5·7) + …), all terms positive. */
function massUpTo(z: number): number {
  let term = z;
  let sum = z;
  for (let k = 3; term > 1e-18 * sum; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return density(z) * sum;
}

/** Mass above z ≥ 2: φ(z)/(z + 1/(z + 2/(z + 3/(z + …)))), Laplace's continued fraction. */
function massAbove(z: number): number {
  let denominator = z;
  for (let k = 400; k >= 1; k--) denominator = z + k / denominator;
  return density(z) / denominator;
}

describe("known quantiles, relative error below 1e-15 (computed with 50 digits)", () => {
  test.each([
    // the three branches: |u - ½| ≤ 0.425, to 5 standard units of sqrt(-ln u), and beyond
    [0.51, 0.02506890825871106],
    [0.6, 0.2533471031357997],
    [0.75, 0.6744897501960817],
    [0.9, 1.2815515655446006],
    [0.925, 1.4395314709384563],
    [0.9250000000000002, 1.439531470938457],
    [0.93, 1.475791028179171],
    [0.975, 1.959963984540054],
    [0.99, 2.326347874040841],
    [0.999, 3.090232306167813],
    [0.9999999999999999, 8.209536151601387],
    [0.001, -3.0902323061678136],
    [1e-6, -4.753424308822899],
    [1e-10, -6.361340902404056],
    [1.3887943864964021e-11, -6.657904643501104],
    [1.2e-11, -6.679352656501522],
    [1e-15, -7.941345326170997],
    [2 ** -54, -8.292361075813595],
    [1e-100, -21.273453560965326],
    [1e-300, -37.0470962993612],
    [Number.MIN_VALUE, -38.46740561714435],
  ])("of %d: %d", (u, z) => {
    expect(Math.abs(normalQuantile(u) / z - 1)).toBeLessThan(1e-15);
  });

  test("the median is exactly 0", () => {
    expect(normalQuantile(0.5)).toBe(0);
  });
});

test("symmetric to the bit where 1 - u is exact", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 52 - 1 }), (k) => {
      const u = k * 2 ** -53;
      expect(normalQuantile(1 - u)).toBe(-normalQuantile(u));
    }),
    { numRuns: 2000 },
  );
});

describe("the distribution function undoes it", () => {
  test("the middle, absolute error below 1e-15", () => {
    for (let i = 1; i < 10_000; i++) {
      const u = 0.5 + (0.499 * i) / 10_000;
      expect(Math.abs(massUpTo(normalQuantile(u)) - (u - 0.5))).toBeLessThan(1e-15);
    }
  });

  test("the tail, relative error below (1 + z²)·1e-15: dΦ/Φ is about z² times dz/z", () => {
    for (let i = 0; i <= 2000; i++) {
      const u = Math.exp(-3.8 - (704 * i) / 2000);
      const z = -normalQuantile(u);
      expect(Math.abs(massAbove(z) / u - 1)).toBeLessThan((1 + z * z) * 1e-15);
    }
  });
});

test("rises everywhere, over the seams between its branches too", () => {
  const points = [
    ...Array.from({ length: 20_000 }, (_, i) => (i + 0.5) / 20_000),
    ...Array.from({ length: 2000 }, (_, i) => Math.exp(-0.35 * (i + 1))),
    // far enough apart for a rise of many ulps, close enough for a jump down at a seam to show
    ...[0.075, 0.925, Math.exp(-25)].flatMap((u) =>
      Array.from({ length: 201 }, (_, i) => u * (1 + (i - 100) * 2 ** -40)),
    ),
  ];
  const ascending = [...new Set(points)].sort((a, b) => a - b).map(normalQuantile);
  for (let i = 1; i < ascending.length; i++) expect(ascending[i]).toBeGreaterThan(ascending[i - 1]);
});

test("moments of its values over equal cells are a standard normal's", () => {
  const cells = 1_000_000;
  let squares = 0;
  let fourths = 0;
  for (let i = 0; i < cells; i++) {
    const z = normalQuantile((i + 0.5) / cells);
    squares += z * z;
    fourths += z ** 4;
  }
  // the midpoint rule misses the outermost half cell: about z²/cells and z⁴/cells with z = 4.9
  expect(Math.abs(squares / cells - 1)).toBeLessThan(3e-5);
  expect(Math.abs(fourths / cells - 3)).toBeLessThan(1.2e-3);
});
