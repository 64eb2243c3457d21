import { describe, expect, test } from "vitest";
import { centredGram, jacobiEigenvalues } from "../../src/backend/reference/spectrum.js";
import { streamKey, uniform } from "../../src/data/random.js";
import { createTrainer } from "../../src/index.js";
import { symmetricEigenvectors } from "../../src/math/symmetricEigen.js";
import { principalAxes, projection } from "../../src/observables/principalAxes.js";

const random = (length: number, seed: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => uniform(streamKey(seed, 0, 0), i) - 0.5);
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

describe("symmetricEigenvectors: A v = λ v, orthonormal, the largest first", () => {
  const repeated = Float64Array.from([2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 5, 0, 0, 0, 0, 2]);
  test.each([1, 2, 3, 4, 7, 20, 61])("n %i", (n) => {
    for (const given of [random(n * n, n), n === 4 ? repeated : new Float64Array(n * n).fill(1)]) {
      const A = given.map((x, i) => x + given[(i % n) * n + Math.floor(i / n)]);
      const { values, vectors } = symmetricEigenvectors(A.slice(), n, n);
      const wanted = [...jacobiEigenvalues(A, n)].sort((a, b) => b - a);
      const scale = Math.max(...wanted.map(Math.abs));
      for (let k = 0; k < n; k++) {
        expect(Math.abs(values[k] - wanted[k])).toBeLessThan(1e-13 * n * scale);
        const v = vectors.subarray(k * n, (k + 1) * n);
        for (let i = 0; i < n; i++)
          expect(Math.abs(dot(A.subarray(i * n, (i + 1) * n), v) - values[k] * v[i])).toBeLessThan(
            1e-13 * n * scale,
          );
        for (let j = 0; j <= k; j++)
          expect(Math.abs(dot(v, vectors.subarray(j * n, (j + 1) * n)) - (j === k ? 1 : 0))).toBeLessThan(
            1e-13 * n,
          );
      }
    }
  });

  test("NaN in, NaN out", () => {
    const { values, vectors } = symmetricEigenvectors(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2, 1);
    expect([...values, ...vectors]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });
});

describe("principal axes", () => {
  test.each([
    [40, 6],
    [6, 40],
    [9, 9],
    [1, 3],
    [5, 1],
  ])("of %i × %i: what the centred rows spread along", (V, D) => {
    const matrix = random(V * D, V);
    const count = D;
    const { values, vectors } = principalAxes(matrix, V, D, count);
    const { n, gram } = centredGram(matrix, V, D);
    const wanted = [...jacobiEigenvalues(gram, n)].sort((a, b) => b - a);
    const { coordinates, shares } = projection(matrix, V, D, count);
    let total = 0;
    for (let k = 0; k < count; k++) {
      expect(Math.abs(values[k] - (wanted[k] ?? 0))).toBeLessThan(1e-12);
      const axis = vectors.subarray(k * D, (k + 1) * D);
      const isAxis = values[k] > 1e-12;
      expect(Math.abs(dot(axis, axis) - (isAxis ? 1 : 0))).toBeLessThan(1e-12);
      const column = Float64Array.from({ length: V }, (_, r) => coordinates[r * count + k]);
      expect(Math.abs(column.reduce((sum, x) => sum + x, 0))).toBeLessThan(1e-12);
      expect(Math.abs(dot(column, column) - (isAxis ? values[k] : 0))).toBeLessThan(1e-12);
      if (isAxis) expect(Math.max(...axis)).toBeGreaterThanOrEqual(-Math.min(...axis));
      total += shares[k];
    }
    expect(Math.abs(total - (V > 1 ? 1 : 0))).toBeLessThan(1e-12);
  });

  test("of equal rows are none", () => {
    const { vectors, values } = principalAxes(new Float64Array(12).fill(3), 4, 3, 2);
    expect([...values, ...vectors].every((x) => x === 0)).toBe(true);
  });
});

test("a trainer's projection: the tokens, without flips from step to step", async () => {
  const trainer = await createTrainer({ vocabSize: 30, embeddingDim: 8, seed: 2 });
  let before = await trainer.projection();
  for (let step = 0; step < 20; step++) {
    await trainer.step();
    const now = await trainer.projection();
    expect(now.coordinates).toHaveLength(60);
    const along = (axis: number) =>
      dot(
        now.coordinates.filter((_, i) => i % 2 === axis),
        before.coordinates.filter((_, i) => i % 2 === axis),
      );
    expect(along(0)).toBeGreaterThan(0);
    before = now;
  }
  expect(before.shares[0]).toBeGreaterThanOrEqual(before.shares[1]);
  await expect(trainer.projection(9)).rejects.toThrow("axes: expected a whole number from 1 to 8, got 9");
  await expect(trainer.projection(0)).rejects.toThrow("axes: expected");
  trainer.dispose();
});
