import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { centredGram, jacobiEigenvalues } from "../../src/backend/reference/spectrum.js";
import { ConfigError, parseConfig } from "../../src/config.js";
import { createTrainer } from "../../src/index.js";
import { symmetricEigenvalues } from "../../src/math/symmetricEigen.js";
import { initialWeights } from "../../src/model/initialWeights.js";
import { effectiveDimension } from "../../src/observables/effectiveDimension.js";
import { type Spectrum, summarize } from "../../src/observables/spectrum.js";

const sum = (values: number[]) => values.reduce((total, x) => total + x, 0);
const mean = (values: number[]) => sum(values) / values.length;
const entropyPower = (weights: number[]) => {
  const total = sum(weights);
  return Math.exp(-sum(weights.map((w) => (w === 0 ? 0 : (w / total) * Math.log(w / total)))));
};

/** The formulas themselves, of singular values. */
function expected(singular: number[], meanEnergyShare = 0): Spectrum {
  const lambda = singular.map((s) => s * s);
  return {
    effectiveDimension: entropyPower(lambda),
    participationRatio: sum(lambda) ** 2 / sum(lambda.map((x) => x * x)),
    stableRank: sum(lambda) / Math.max(...lambda),
    effectiveRank: entropyPower(singular),
    meanEnergyShare,
  };
}

function expectSpectrum(got: Spectrum, wanted: Spectrum, tolerance: number) {
  for (const name of Object.keys(wanted) as (keyof Spectrum)[])
    expect(Math.abs(got[name] - wanted[name]), name).toBeLessThan(tolerance * (1 + wanted[name]));
}

/** Entry r of the k-th cosine of length n, k ≥ 1: unit vectors, orthogonal, each with the sum 0. */
const cosine = (n: number, k: number, r: number) =>
  Math.sqrt(2 / n) * Math.cos((Math.PI * (r + 0.5) * k) / n);

/** Σ_k singular_k u_k v_kᵀ with centred columns u_k, plus the same row on every row. */
function matrixOf(rows: number, cols: number, singular: number[], meanRow?: number[]): Float64Array {
  return Float64Array.from({ length: rows * cols }, (_, i) => {
    const [r, c] = [Math.floor(i / cols), i % cols];
    return (
      sum(
        // the k-th of an orthogonal basis of the columns: the constant, then cosines
        singular.map(
          (s, k) => s * cosine(rows, k + 1, r) * (k === 0 ? Math.sqrt(1 / cols) : cosine(cols, k, c)),
        ),
      ) + (meanRow?.[c] ?? 0)
    );
  });
}

describe("a matrix of chosen singular values", () => {
  describe.each([
    [30, 8],
    [8, 30],
    [12, 12],
    [9, 8],
    [101, 3],
    [3, 101],
  ])("%i rows, %i columns", (rows, cols) => {
    // centring takes one of the rows' dimensions
    const most = Math.min(rows - 1, cols);
    test.each<[string, (k: number) => number]>([
      ["equal", () => 3],
      ["falling by half", (k) => 2 ** -k],
      ["falling as 1/k", (k) => 1 / (k + 1)],
      ["one large, the rest small", (k) => (k === 0 ? 100 : 1)],
    ])("%s", (_, law) => {
      for (let rank = 1; rank <= most; rank++) {
        const singular = Array.from({ length: rank }, (_, k) => law(k));
        // eigenvalues of 0 count as 0, or the square roots of their rounding errors would show
        expectSpectrum(
          effectiveDimension(matrixOf(rows, cols, singular), rows, cols),
          expected(singular),
          1e-11,
        );
      }
    });
  });

  test("equal singular values count themselves", () => {
    const spectrum = effectiveDimension(matrixOf(20, 10, [2, 2, 2, 2, 2, 2, 2]), 20, 10);
    expectSpectrum(
      spectrum,
      { effectiveDimension: 7, participationRatio: 7, stableRank: 7, effectiveRank: 7, meanEnergyShare: 0 },
      1e-12,
    );
  });

  test("the mean row is removed, and its share of the energy is told", () => {
    const [rows, cols] = [25, 6];
    const singular = [4, 2, 1];
    const meanRow = [1, -2, 0.5, 3, 0, -1];
    const meanEnergy = rows * sum(meanRow.map((m) => m * m));
    const share = meanEnergy / (meanEnergy + 16 + 4 + 1);
    expectSpectrum(
      effectiveDimension(matrixOf(rows, cols, singular, meanRow), rows, cols),
      expected(singular, share),
      1e-12,
    );
  });
});

describe("nothing to divide by", () => {
  const single = { effectiveDimension: 1, participationRatio: 1, stableRank: 1, effectiveRank: 1 };
  test.each<[string, number[], number, number, number]>([
    ["a single row", [3, 4, 5], 1, 3, 1],
    ["a single entry", [3], 1, 1, 1],
    ["equal rows", [1, 2, 1, 2, 1, 2], 3, 2, 1],
    ["zeros", [0, 0, 0, 0, 0, 0], 3, 2, 0],
  ])("%s: 1 in every figure", (_, matrix, rows, cols, meanEnergyShare) => {
    expect(effectiveDimension(matrix, rows, cols)).toEqual({ ...single, meanEnergyShare });
  });

  test("one dimension", () => {
    const spectrum = effectiveDimension([1, 2, 3, 6], 4, 1);
    expect(spectrum).toEqual({ ...single, meanEnergyShare: (4 * 9) / (1 + 4 + 9 + 36) });
  });

  test("rank 1", () => {
    const [u, v] = [
      [1, -2, 3, 0.5, 7, -4, 2, 2, 0],
      [2, 0, -1, 0.3, 5, 1],
    ];
    const matrix = u.flatMap((x) => v.map((y) => x * y));
    const { meanEnergyShare, ...figures } = effectiveDimension(matrix, 9, 6);
    expectSpectrum({ ...figures, meanEnergyShare: 0 }, { ...single, meanEnergyShare: 0 }, 1e-12);
    const centre = mean(u);
    expect(meanEnergyShare).toBeCloseTo((9 * centre * centre) / sum(u.map((x) => x * x)), 12);
    for (const figure of Object.values(figures)) expect(figure).toBeGreaterThanOrEqual(1);
  });

  test.each([Number.NaN, Infinity, -Infinity])("an entry of %d makes every figure NaN", (entry) => {
    const spectrum = effectiveDimension([1, 2, entry, 4, 5, 7], 3, 2);
    for (const [name, figure] of Object.entries(spectrum)) expect(figure, name).toBeNaN();
  });
});

test.each([
  [6, 0, 3, "rows: expected a whole number from 1, got 0"],
  [6, 2, 1.5, "cols: expected a whole number from 1, got 1.5"],
  [6, 2, -3, "cols: expected a whole number from 1, got -3"],
  [6, Number.NaN, 3, "rows: expected a whole number from 1, got NaN"],
  [6, 2, 4, "matrix: expected 8 values (rows · cols), got 6"],
  [6, 2, 2, "matrix: expected 4 values (rows · cols), got 6"],
])("%i values as %d × %d are refused", (length, rows, cols, message) => {
  const call = () => effectiveDimension(new Float64Array(length), rows, cols);
  expect(call).toThrow(ConfigError);
  expect(call).toThrow(message);
});

test.each([
  [7, 3],
  [3, 7],
  [5, 5],
])("the products of a %i × %i matrix are taken on its smaller side", (rows, cols) => {
  const matrix = Float64Array.from({ length: rows * cols }, (_, i) => Math.sin(i * i));
  const { n, gram } = centredGram(matrix, rows, cols);
  expect(n).toBe(Math.min(rows, cols));
  expect(gram).toHaveLength(n * n);
  // their trace is the energy about the mean row, on either side
  let energy = 0;
  for (let c = 0; c < cols; c++) {
    const column = Array.from({ length: rows }, (_, r) => matrix[r * cols + c]);
    energy += sum(column.map((x) => (x - mean(column)) ** 2));
  }
  expect(sum(Array.from({ length: n }, (_, i) => gram[i * n + i]))).toBeCloseTo(energy, 12);
});

describe("what does not change the figures", () => {
  const shapes = fc
    .tuple(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 12 }))
    .chain(([rows, cols]) =>
      fc.record({
        rows: fc.constant(rows),
        cols: fc.constant(cols),
        matrix: fc.array(fc.integer({ min: -1000, max: 1000 }), {
          minLength: rows * cols,
          maxLength: rows * cols,
        }),
      }),
    );
  // integers: shifts and sums of them are exact, so that centring sees the same matrix
  const figures = ({ meanEnergyShare: _, ...rest }: Spectrum) => Object.values(rest);
  const expectClose = (a: Spectrum, b: Spectrum) => {
    // eigenvalues within 1e-13 λ_max: unsquared, that is 3e-7 for each that should have been 0
    figures(a).forEach((figure, i) => {
      expect(Math.abs(figure - figures(b)[i])).toBeLessThan(1e-5 * figure);
    });
  };

  test("a shift of all rows, a scale, the order of rows and of columns", () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: -100, max: 100 }), ({ rows, cols, matrix }, shift) => {
        const spectrum = effectiveDimension(matrix, rows, cols);
        const shifted = matrix.map((x, i) => x + shift * ((i % cols) + 1));
        expectClose(effectiveDimension(shifted, rows, cols), spectrum);
        const scaled = matrix.map((x) => x * 2 ** 20);
        expect(effectiveDimension(scaled, rows, cols)).toEqual(spectrum);
        const reversed = matrix.toReversed();
        expectClose(effectiveDimension(reversed, rows, cols), spectrum);
      }),
    );
  });

  test("every figure lies between 1 and the smaller side, and Rényi's order holds", () => {
    fc.assert(
      fc.property(shapes, ({ rows, cols, matrix }) => {
        const s = effectiveDimension(matrix, rows, cols);
        const most = Math.min(Math.max(1, rows - 1), cols) * (1 + 1e-12);
        for (const figure of figures(s)) {
          expect(figure).toBeGreaterThanOrEqual(1);
          expect(figure).toBeLessThanOrEqual(most);
        }
        expect(s.stableRank).toBeLessThanOrEqual(s.participationRatio * (1 + 1e-12));
        expect(s.participationRatio).toBeLessThanOrEqual(s.effectiveDimension * (1 + 1e-12));
        expect(s.effectiveDimension).toBeLessThanOrEqual(s.effectiveRank * (1 + 1e-12));
        expect(s.meanEnergyShare).toBeGreaterThanOrEqual(0);
        expect(s.meanEnergyShare).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });
});

describe("Gaussian matrices", () => {
  const nobody = { marginal: new Float64Array() };
  const gaussian = (rows: number, cols: number, seed: number) =>
    initialWeights(parseConfig({ vocabSize: rows, embeddingDim: cols, seed }), nobody).embedding;

  /** The figures without removing the mean row. */
  function uncentred(matrix: Float32Array, rows: number, cols: number): Spectrum {
    const n = Math.min(rows, cols);
    const [across, along] = cols <= rows ? [1, cols] : [cols, 1];
    const gram = Float64Array.from({ length: n * n }, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      let total = 0;
      for (let k = 0; k < Math.max(rows, cols); k++)
        total += matrix[i * across + k * along] * matrix[j * across + k * along];
      return total;
    });
    return summarize(symmetricEigenvalues(gram, n), 0);
  }

  test("centred, 100 × 100: n_eff 60.15 with a deviation of 0.48 over seeds", () => {
    const seeds = 48;
    const values = Array.from(
      { length: seeds },
      (_, seed) => effectiveDimension(gaussian(100, 100, seed), 100, 100).effectiveDimension,
    );
    // a normal's two-sided 1e-4 for the mean
    expect(Math.abs(mean(values) - 60.15)).toBeLessThan((3.89 * 0.48) / Math.sqrt(seeds));
    const deviation = Math.sqrt(sum(values.map((x) => (x - mean(values)) ** 2)) / (seeds - 1));
    // 1e-4 quantiles of chi-square with 47 degrees of freedom: 0.62² and 1.42² a degree
    expect(deviation).toBeGreaterThan(0.48 * 0.62);
    expect(deviation).toBeLessThan(0.48 * 1.42);
  });

  // the formulas are limits for large m and n: what they leave out is of the order of 1/n
  test.each([
    [100, 100],
    [400, 50],
    [30, 200],
  ])("uncentred, %i × %i: n_eff = m·exp(-m/2n) and participation ratio = mn/(m + n + 1)", (rows, cols) => {
    const [m, n] = [Math.min(rows, cols), Math.max(rows, cols)];
    const spectra = Array.from({ length: 20 }, (_, seed) =>
      uncentred(gaussian(rows, cols, seed), rows, cols),
    );
    const effective = mean(spectra.map((s) => s.effectiveDimension));
    expect(Math.abs(effective / (m * Math.exp(-m / (2 * n))) - 1)).toBeLessThan(1 / n);
    const participation = mean(spectra.map((s) => s.participationRatio));
    expect(Math.abs(participation / ((m * n) / (m + n + 1)) - 1)).toBeLessThan(1 / n);
  });

  test("uncentred, 100 × 100: Roy and Vetterli's effective rank 80.3", () => {
    const ranks = Array.from(
      { length: 20 },
      (_, seed) => uncentred(gaussian(100, 100, seed), 100, 100).effectiveRank,
    );
    // deviation over seeds 0.32
    expect(Math.abs(mean(ranks) - 80.3)).toBeLessThan((3.89 * 0.32) / Math.sqrt(20));
  });
});

describe("eigenvalues of symmetric matrices", () => {
  const ascending = (values: Float64Array) => Array.from(values).sort((a, b) => a - b);
  const expectEigenvalues = (got: Float64Array, wanted: number[], n: number) => {
    const [a, b] = [ascending(got), wanted.toSorted((x, y) => x - y)];
    expect(a).toHaveLength(b.length);
    // backward stable: absolute error of a modest multiple of n·ε·‖A‖
    const bound = 4 * n * 2 ** -52 * Math.max(...b.map(Math.abs));
    a.forEach((x, i) => {
      expect(Math.abs(x - b[i])).toBeLessThanOrEqual(bound);
    });
  };
  const solvers = [
    ["symmetricEigenvalues", symmetricEigenvalues],
    ["jacobiEigenvalues, the reference's", jacobiEigenvalues],
  ] as const;

  describe.each(solvers)("%s", (_, solve) => {
    test.each([1, 2, 3, 4, 5, 17, 64])("diagonal, n = %i", (n) => {
      const wanted = Array.from({ length: n }, (_, i) => (i % 2 ? -1 : 1) * (i + 1) ** 2);
      const A = new Float64Array(n * n);
      wanted.forEach((x, i) => {
        A[i * n + i] = x;
      });
      expectEigenvalues(solve(A, n), wanted, n);
    });

    test.each([1, 2, 3, 4, 5, 16, 33, 100])("second differences, n = %i: 2 - 2 cos(kπ/(n + 1))", (n) => {
      const A = Float64Array.from({ length: n * n }, (_, at) => {
        const distance = Math.abs(Math.floor(at / n) - (at % n));
        return distance === 0 ? 2 : distance === 1 ? -1 : 0;
      });
      const wanted = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)));
      expectEigenvalues(solve(A, n), wanted, n);
    });

    test.each([2, 3, 10, 50])("ones, n = %i: one eigenvalue n, the others 0", (n) => {
      expectEigenvalues(solve(new Float64Array(n * n).fill(1), n), [...Array(n - 1).fill(0), n], n);
    });

    test("two by two, degenerate and not", () => {
      expectEigenvalues(solve(Float64Array.of(2, 1, 1, 2), 2), [1, 3], 2);
      expectEigenvalues(solve(Float64Array.of(0, 1, 1, 0), 2), [-1, 1], 2);
      expectEigenvalues(solve(Float64Array.of(5, 0, 0, 5), 2), [5, 5], 2);
      // a coupling that is small, but not against the distance that it makes
      expectEigenvalues(solve(Float64Array.of(1, 8e-15, 8e-15, 1), 2), [1 - 8e-15, 1 + 8e-15], 2);
    });

    test("a rotation of which one leg is 0", () => {
      const A = Float64Array.of(-2, 2, 0, 0, 2, 1, 2, 0, 0, 2, -2, -2, 0, 0, -2, -3);
      // roots of (x + 3)(x³ + 3x² − 12x − 12)
      const roots = [-4.938003499857037, -0.8665080774315254, 2.8045115772885616];
      for (const x of roots) expect(x ** 3 + 3 * x ** 2 - 12 * x - 12).toBeCloseTo(0, 12);
      expectEigenvalues(solve(A, 4), [-3, ...roots], 4);
    });

    test.each([1, 2, 5])("zeros, n = %i", (n) => {
      expect(Array.from(solve(new Float64Array(n * n), n), Math.abs)).toEqual(Array(n).fill(0));
    });

    test.each([Number.NaN, Infinity])("NaN for a matrix with %d", (bad) => {
      const values = solve(Float64Array.of(1, 2, 3, 2, bad, 4, 3, 4, 5), 3);
      expect(Array.from(values)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    });

    test.each([Number.NaN, Infinity])("NaN in every place, though %d stands apart from the others", (bad) => {
      const values = solve(Float64Array.of(1, 0, 0, 0, bad, 0, 0, 0, 2), 3);
      expect(Array.from(values)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    });
  });

  test("of any integer matrix both solvers find the same, with the trace and the square sum of the matrix", () => {
    const symmetric = fc.integer({ min: 1, max: 14 }).chain((n) =>
      fc.array(fc.integer({ min: -50, max: 50 }), { minLength: n * n, maxLength: n * n }).map((entries) => {
        const A = Float64Array.from(entries);
        for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) A[j * n + i] = A[i * n + j];
        return { n, A };
      }),
    );
    fc.assert(
      fc.property(symmetric, ({ n, A }) => {
        const reference = Array.from(jacobiEigenvalues(A, n));
        const norm = Math.max(1, ...reference.map(Math.abs));
        const got = symmetricEigenvalues(A.slice(), n);
        ascending(got).forEach((x, i) => {
          expect(Math.abs(x - ascending(Float64Array.from(reference))[i])).toBeLessThan(1e-13 * norm * n);
        });
        const trace = sum(Array.from({ length: n }, (_, i) => A[i * n + i]));
        expect(Math.abs(sum(Array.from(got)) - trace)).toBeLessThan(1e-13 * norm * n);
        const squares = sum(Array.from(A, (x) => x * x));
        expect(Math.abs(sum(Array.from(got, (x) => x * x)) - squares)).toBeLessThan(1e-12 * (1 + squares));
      }),
    );
  });

  test("Wilkinson's matrix of 150 rows, whose eigenvalues are nearly equal by pairs, by its Sturm sequence", () => {
    const n = 150;
    const diagonal = Array.from({ length: n }, (_, i) => Math.abs((n - 1) / 2 - i));
    const A = Float64Array.from({ length: n * n }, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      return i === j ? diagonal[i] : Math.abs(i - j) === 1 ? 1 : 0;
    });
    const below = (x: number) => {
      let [count, q] = [0, 1];
      for (const [i, d] of diagonal.entries()) {
        q = d - x - (i > 0 ? 1 / q : 0);
        if (q < 0) count++;
      }
      return count;
    };
    for (const [k, x] of ascending(symmetricEigenvalues(A, n)).entries()) {
      expect(below(x - 1e-11), `eigenvalue ${k}`).toBeLessThanOrEqual(k);
      expect(below(x + 1e-11), `eigenvalue ${k}`).toBeGreaterThan(k);
    }
  });

  test("only the lower triangle is read", () => {
    const A = Float64Array.of(4, 99, -7, 1, 3, 55, 0.5, 2, 1);
    const symmetric = Float64Array.of(4, 1, 0.5, 1, 3, 2, 0.5, 2, 1);
    expect(symmetricEigenvalues(A, 3)).toEqual(symmetricEigenvalues(symmetric, 3));
  });

  test.each([1e-140, 1e140])("entries of %d lose nothing", (scale) => {
    const A = Float64Array.of(2, -1, 0, -1, 2, -1, 0, -1, 2).map((x) => x * scale);
    const wanted = [2 - Math.SQRT2, 2, 2 + Math.SQRT2].map((x) => x * scale);
    expectEigenvalues(symmetricEigenvalues(A, 3), wanted, 3);
  });
});

describe("at the ends of f64 and of rounding", () => {
  const matrix = Float64Array.from({ length: 60 }, (_, i) => Math.sin(7 * i + 1));

  test.each([1e-300, 1e-160, 1e-140, 1e140, 1e160, 1e300])(
    "entries near %d have the figures of those near 1",
    (scale) => {
      const expected = effectiveDimension(matrix, 12, 5);
      const scaled = effectiveDimension(
        matrix.map((x) => x * scale),
        12,
        5,
      );
      for (const name of Object.keys(expected) as (keyof typeof expected)[])
        expect(scaled[name] / expected[name], name).toBeCloseTo(1, 10);
    },
  );

  test("no share of energy is above 1", async () => {
    for (let rows = 2; rows < 60; rows++)
      for (const value of [0.1, 1.1, 3.3]) {
        const { meanEnergyShare } = effectiveDimension(new Float64Array(rows * 3).fill(value), rows, 3);
        expect(meanEnergyShare).toBeLessThanOrEqual(1);
      }
    for (const vocabSize of [7, 49, 100]) {
      const trainer = await createTrainer({ vocabSize, embeddingDim: 3 });
      await trainer.load({ embedding: new Float32Array(vocabSize * 3).fill(1.1) });
      expect((await trainer.spectrum()).meanEnergyShare).toBeLessThanOrEqual(1);
    }
  });
});
