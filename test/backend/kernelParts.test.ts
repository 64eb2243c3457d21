import { beforeEach, describe, expect, test } from "vitest";
import { jacobiEigenvalues } from "../../src/backend/reference/spectrum.js";
import { instantiateKernel } from "../../src/backend/wasm/kernel.js";
import { randomBits, streamKey } from "../../src/data/random.js";

/** The exported parts; addresses and strides in bytes, as in assembly/. */
interface Parts {
  heapBase(): number;
  multiply(
    c: number,
    cStride: number,
    a: number,
    rowStride: number,
    stepStride: number,
    b: number,
    bStride: number,
    M: number,
    N: number,
    K: number,
    accumulate: boolean,
    wide: boolean,
  ): void;
  adamUpdate(
    weights: number,
    firstMoment: number,
    secondMoment: number,
    gradient: number,
    count: number,
    beta1: number,
    beta2: number,
    oneMinusBeta1: number,
    oneMinusBeta2: number,
    stepSize: number,
    secondScale: number,
    eps: number,
  ): void;
  eigenvalues(out: number, matrix: number, stride: number, n: number, work: number): void;
  dot(x: number, y: number, bytes: number): number;
  fourLogits(out: number, ...xThenU: number[]): void;
  addExpected(expected: number, logits: number, p: number, rows: number, width: number): void;
  packPanels(out: number, x: number, rowBytes: number, count: number, depth: number): void;
  columnMax(max: number, logits: number, rows: number, width: number): void;
  exponentiate(logits: number, shift: number, sum: number, rows: number, width: number): void;
  sumOfExponentials(logits: number, shift: number, sum: number, rows: number, width: number): void;
}

const { kernel, memory } = await instantiateKernel(64 * 65536);
const parts = kernel as unknown as Parts;

// a signalling NaN to f32, 6e303 to f64: read, it shows in the result; written, even with what came of itself, it is
// another word (a quiet NaN would go through sums unchanged)
const GUARD = 0x7fa0dead;
const GUARD_BYTES = 64;
const bottom = (parts.heapBase() + 15) & ~15;
let top = bottom;
let guards: number[] = [];
const words = new Uint32Array(memory.buffer);

/** Everything free again, and all of it guard words. */
beforeEach(() => {
  top = bottom;
  guards = [];
  words.fill(GUARD, bottom / 4);
});

/** A buffer of its own, with guard words before and behind it. */
function allocate(bytes: number): number {
  const at = top + GUARD_BYTES;
  top = (at + bytes + 15) & ~15;
  guards.push(at - GUARD_BYTES);
  words.fill(GUARD, (at - GUARD_BYTES) / 4, at / 4);
  words.fill(GUARD, (at + bytes) / 4, (at + bytes + GUARD_BYTES) / 4);
  guards.push(at + bytes);
  return at;
}

interface Floats {
  at: number;
  data: Float32Array;
}
function floats(values: ArrayLike<number>): Floats {
  const at = allocate(4 * values.length);
  const data = new Float32Array(memory.buffer, at, values.length);
  data.set(values);
  return { at, data };
}
function doubles(values: ArrayLike<number>): { at: number; data: Float64Array } {
  const at = allocate(8 * values.length);
  const data = new Float64Array(memory.buffer, at, values.length);
  data.set(values);
  return { at, data };
}

function expectGuards() {
  expect(guards.length).toBeGreaterThan(0);
  for (const guard of guards)
    for (let word = guard / 4; word < (guard + GUARD_BYTES) / 4; word++)
      if (words[word] !== GUARD) expect.fail(`guard word at ${4 * word} was overwritten`);
}

/** The bits of floats, so that -0, NaN and rounding count. */
const bits = (data: Float32Array) => Array.from(new Uint32Array(data.buffer, data.byteOffset, data.length));

/** Different numbers in ±(0, 1): number i of the stream of `seed`. */
const number = (seed: number, i: number) =>
  Number(randomBits(streamKey(seed, 0, 0), i) >> 11n) * 2 ** -53 * 2 - 1;
const numbers = (seed: number, length: number) => Float32Array.from({ length }, (_, i) => number(seed, i));
const f = Math.fround;

/** 2^t over a row of floats (a multiple of 8), in place: the softmax's exponentials with no shift. */
function exponentials(x: { at: number; data: Float32Array }): void {
  const [shift, sum] = [floats(new Float32Array(x.data.length)), floats(new Float32Array(x.data.length))];
  parts.exponentiate(x.at, shift.at, sum.at, 1, x.data.length);
  expectGuards();
}

describe("exponentials: 2^t, relative error below 2e-7 on [-126, 127.5), 0 below, infinity above", () => {
  const CHUNK = 8192;

  /** 2^t over any list of floats. */
  function exp2(values: Float32Array): Float32Array {
    const result = new Float32Array(values.length);
    for (let first = 0; first < values.length; first += CHUNK) {
      const slice = values.subarray(first, first + CHUNK);
      top = bottom;
      guards = [];
      const x = floats(new Float32Array(CHUNK));
      x.data.set(slice);
      exponentials(x);
      result.set(x.data.subarray(0, slice.length), first);
    }
    return result;
  }

  /** Largest relative error, NaN being the largest, and the largest value. */
  function worst(values: Float32Array): { error: number; largest: number } {
    const got = exp2(values);
    let [error, largest] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      const here = Math.abs(got[i] / 2 ** values[i] - 1);
      if (!(here <= error)) error = here;
      largest = Math.max(largest, got[i]);
    }
    return { error, largest };
  }

  test("a million evenly spaced t", () => {
    const { error } = worst(Float32Array.from({ length: 1_000_000 }, (_, i) => -126 + (253.5 * i) / 1e6));
    expect(error).toBeLessThan(2e-7);
  });

  test("up to 0 never above 1", () => {
    const { error, largest } = worst(Float32Array.from({ length: 1_000_000 }, (_, i) => -i / 1e6));
    expect(error).toBeLessThan(2e-7);
    // shifted by the maximum, a probability above 1 would be a loss below 0
    expect(largest).toBe(1);
  });

  test.each([
    ["-0 to -126", -0, -126],
    ["0 to 127.5", 0, 127.5],
  ])("every 997th float by its bits, from %s", (_, from, to) => {
    const [first, end] = bits(Float32Array.of(from, to));
    const patterns = new Uint32Array(Math.floor((end - 1 - first) / 997) + 1);
    for (let i = 0; i < patterns.length; i++) patterns[i] = first + 997 * i;
    expect(patterns.length).toBeGreaterThan(1_100_000);
    expect(worst(new Float32Array(patterns.buffer)).error).toBeLessThan(2e-7);
  });

  test("about every half, where the rounding to a whole number changes", () => {
    const halves = Array.from({ length: 507 }, (_, i) => (i - 252) / 2).flatMap((t) =>
      [-3, -2, -1, 0, 1, 2, 3].map((ulps) => t * (1 + ulps * 2 ** -23)),
    );
    expect(worst(Float32Array.from(halves)).error).toBeLessThan(2e-7);
  });

  test("whole numbers are exact", () => {
    const exact = Float32Array.from({ length: 254 }, (_, i) => i - 126);
    expect(Array.from(exp2(exact))).toEqual(Array.from(exact, (t) => 2 ** t));
  });

  test("exactly 0 from -126.5 down, above it not; infinity above 127.5", () => {
    const above = f(-126.5 * (1 - 2 ** -23));
    expect(above).toBeGreaterThan(-126.5);
    const zeros = Float32Array.of(
      -126.5,
      f(-126.5 * (1 + 2 ** -23)),
      -127,
      -200,
      -1e4,
      -3e9,
      -3.4e38,
      -Infinity,
    );
    expect(bits(exp2(zeros))).toEqual(Array(8).fill(0));
    // below 2^-126 a float has fewer bits
    expect(Math.abs(exp2(Float32Array.of(above))[0] / 2 ** above - 1)).toBeLessThan(3e-7);
    const large = Float32Array.of(f(127.5 * (1 + 2 ** -23)), 128, 1e4, 3.4e38, Infinity);
    expect(Array.from(exp2(large))).toEqual(Array(5).fill(Infinity));
  });

  test("NaN stays NaN, of either sign", () => {
    const nan = new Float32Array(Uint32Array.of(0x7fc00000, 0xffc00000).buffer);
    expect(Array.from(exp2(nan))).toEqual([Number.NaN, Number.NaN]);
  });

  test("NaN with a payload stays NaN", () => {
    const nan = new Float32Array(Uint32Array.of(0x7fc00001, 0xffc00001, 0x7fc001ff, 0x7f800001).buffer);
    expect(Array.from(exp2(nan))).toEqual(Array(4).fill(Number.NaN));
  });

  test.each([0, 8, 16, 64])("%i floats, and not one more", (count) => {
    const x = floats(numbers(1, count).map((t) => 60 * t - 61));
    const before = x.data.slice();
    exponentials(x);
    x.data.forEach((p, i) => {
      expect(Math.abs(p / 2 ** before[i] - 1)).toBeLessThan(2e-7);
    });
  });
});

describe("multiply: C (M×N) = A (M×K) · B (K×N), every element summed over k in order", () => {
  interface Product {
    M: number;
    N: number;
    K: number;
    transposed: boolean;
    accumulate: boolean;
    /** Cut for vectors of 256 bits. */
    wide: boolean;
  }
  /** Guard words between rows: those of C must stay as they are, those of A and B must not be read. */
  const GAP = { a: 3, b: 4, c: 4 };

  /** Rows of `cols` values, `between` guard words after each. */
  function withGaps(
    rows: number,
    cols: number,
    between: number,
    value: (row: number, col: number) => number,
  ): Float32Array {
    const stride = cols + between;
    const guarded = new Uint32Array(rows * stride).fill(GUARD);
    const matrix = new Float32Array(guarded.buffer);
    for (let row = 0; row < rows; row++)
      for (let col = 0; col < cols; col++) matrix[row * stride + col] = value(row, col);
    return matrix;
  }

  /** Runs one product; returns the first thing that is wrong with it. */
  function fault(
    { M, N, K, transposed, accumulate, wide }: Product,
    valueA: (m: number, k: number) => number,
    valueB: (k: number, n: number) => number,
    normal = true,
  ): string | null {
    top = bottom;
    guards = [];
    const a = floats(
      transposed ? withGaps(K, M, GAP.a, (k, m) => valueA(m, k)) : withGaps(M, K, GAP.a, valueA),
    );
    const b = floats(withGaps(K, N, GAP.b, valueB));
    const before = (m: number, n: number) => f(number(99, m * N + n));
    const cStride = N + GAP.c;
    const c = floats(withGaps(M, N, GAP.c, accumulate ? before : () => Number.NaN));
    const [rowStride, stepStride] = transposed ? [4, 4 * (M + GAP.a)] : [4 * (K + GAP.a), 4];
    parts.multiply(
      c.at,
      4 * cStride,
      a.at,
      rowStride,
      stepStride,
      b.at,
      4 * (N + GAP.b),
      M,
      N,
      K,
      accumulate,
      wide,
    );
    expectGuards();

    const gapBits = new Uint32Array(c.data.buffer, c.at, c.data.length);
    for (let m = 0; m < M; m++) {
      for (let n = 0; n < N; n++) {
        let inOrder = accumulate ? before(m, n) : 0;
        let exact = inOrder;
        let size = Math.abs(inOrder);
        for (let k = 0; k < K; k++) {
          const product = f(valueA(m, k)) * f(valueB(k, n));
          inOrder = f(inOrder + f(product));
          exact += product;
          size += Math.abs(product);
        }
        const got = c.data[m * cStride + n];
        if (!Object.is(got, inOrder)) return `C[${m}, ${n}] is ${got}, the sum in order ${inOrder}`;
        // Higham's bound for K products and K sums; products below the normal range have no relative one
        if (normal && !(Math.abs(got - exact) <= (K + 1) * 2 ** -24 * size))
          return `C[${m}, ${n}] is ${got}, not ${exact}`;
      }
      for (let n = N; n < cStride; n++)
        if (gapBits[m * cStride + n] !== GUARD) return `the gap behind row ${m} was overwritten`;
    }
    return null;
  }

  const range = (from: number, to: number, step = 1) =>
    Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
  const flags = [false, true];

  const A = (m: number, k: number) => number(1, 64 * m + k);
  const B = (k: number, n: number) => number(2, 64 * k + n);
  const table = (value: (i: number, j: number) => number) => {
    const cells = Float64Array.from({ length: 64 * 64 }, (_, i) => value(i >> 6, i & 63));
    return (i: number, j: number) => cells[64 * i + j];
  };
  const [tableA, tableB] = [table(A), table(B)];

  describe.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])("Aᵀ: %s, wide: %s", (transposed, wide) => {
    describe.each(flags)("onto what is there: %s", (accumulate) => {
      test.each(range(4, 56, 4))("N = %i, M = 1 … 14, K = 1 … 18", (N) => {
        for (const M of range(1, 14))
          for (const K of [1, 2, 3, 4, 5, 7, 8, 12, 18])
            expect(
              fault({ M, N, K, transposed, accumulate, wide }, tableA, tableB),
              `M ${M}, K ${K}`,
            ).toBeNull();
      });

      test("no row: nothing", () => {
        expect(fault({ M: 0, N: 24, K: 3, transposed, accumulate, wide }, tableA, tableB)).toBeNull();
      });

      test("numbers of every size, cancelling and subnormal", () => {
        const wild = (seed: number) =>
          table((i, j) => number(seed, 64 * i + j) * 2 ** (60 * number(seed + 1, 64 * i + j)));
        const tiny = table((i, j) => number(7, 64 * i + j) * 2 ** -75);
        expect(fault({ M: 13, N: 24, K: 33, transposed, accumulate, wide }, wild(3), wild(5))).toBeNull();
        expect(
          fault({ M: 13, N: 24, K: 9, transposed, accumulate: false, wide }, tiny, tiny, false),
        ).toBeNull();
      });
    });
  });

  test("an element has the same bits in whatever tile it falls", () => {
    const [M, N, K] = [11, 64, 21];
    const a = floats(withGaps(M, K, 0, tableA));
    const b = floats(withGaps(K, N, 0, tableB));
    const c = floats(new Float32Array(M * N));
    const product = (firstRow: number, rows: number, firstColumn: number, columns: number, wide = false) => {
      c.data.fill(0);
      const out = c.at + 4 * (firstRow * N + firstColumn);
      const [rowsOfA, columnsOfB] = [a.at + 4 * firstRow * K, b.at + 4 * firstColumn];
      parts.multiply(out, 4 * N, rowsOfA, 4 * K, 4, columnsOfB, 4 * N, rows, columns, K, false, wide);
      return bits(c.data);
    };
    const whole = product(0, M, 0, N);
    for (const firstRow of range(0, M - 1))
      for (const rows of range(1, Math.min(7, M - firstRow)))
        for (const firstColumn of range(0, N - 4, 4))
          for (const columns of range(4, N - firstColumn, 4)) {
            const some = product(firstRow, rows, firstColumn, columns, columns % 8 === 0);
            const inside = (i: number) => {
              const [row, column] = [Math.floor(i / N) - firstRow, (i % N) - firstColumn];
              return row >= 0 && row < rows && column >= 0 && column < columns;
            };
            const wrong = some.findIndex((word, i) => word !== (inside(i) ? whole[i] : 0));
            if (wrong >= 0)
              expect.fail(`rows ${firstRow}+${rows}, columns ${firstColumn}+${columns}: word ${wrong}`);
          }
    expectGuards();
  });

  test("a product cut over k and accumulated has the bits of the whole", () => {
    const [M, N, K] = [7, 24, 20];
    const [a, b] = [floats(withGaps(M, K, 0, tableA)), floats(withGaps(K, N, 0, tableB))];
    const [c, cut] = [floats(new Float32Array(M * N)), floats(new Float32Array(M * N))];
    parts.multiply(c.at, 4 * N, a.at, 4 * K, 4, b.at, 4 * N, M, N, K, false, false);
    for (const [first, depth] of [
      [0, 7],
      [7, 1],
      [8, 12],
    ])
      parts.multiply(
        cut.at,
        4 * N,
        a.at + 4 * first,
        4 * K,
        4,
        b.at + 4 * N * first,
        4 * N,
        M,
        N,
        depth,
        first > 0,
        false,
      );
    expect(bits(cut.data)).toEqual(bits(c.data));
    expectGuards();
  });

  test("rows of B on pages of their own give the bits of rows side by side", () => {
    const [M, N, K, apart] = [5, 28, 100, 544];
    const a = floats(withGaps(M, K, 0, (m, k) => number(1, K * m + k)));
    const value = (k: number, n: number) => number(2, 64 * k + n);
    const [near, far] = [floats(withGaps(K, N, 0, value)), floats(withGaps(K, N, apart - N, value))];
    for (const accumulate of flags) {
      const [c, d] = [floats(numbers(3, M * N)), floats(numbers(3, M * N))];
      parts.multiply(c.at, 4 * N, a.at, 4 * K, 4, near.at, 4 * N, M, N, K, accumulate, false);
      parts.multiply(d.at, 4 * N, a.at, 4 * K, 4, far.at, 4 * apart, M, N, K, accumulate, false);
      expect(bits(d.data)).toEqual(bits(c.data));
    }
    expectGuards();
  });
});

describe("adamUpdate: the formula in f32, operation by operation", () => {
  const [beta1, beta2, eps] = [f(0.9), f(0.999), f(1e-8)];
  const [one1, one2] = [f(1 - 0.9), f(1 - 0.999)];

  test.each([0, 4, 8, 12, 24, 60])("%i floats, and not one more", (count) => {
    for (const [step, rate] of [
      [1, 1e-3],
      [2, 0.5],
      [1000, 1e-2],
    ]) {
      const stepSize = f(rate / (1 - 0.9 ** step));
      const scale = f(1 / Math.sqrt(1 - 0.999 ** step));
      const theta = floats(numbers(10, count));
      const m = floats(numbers(11, count));
      const v = floats(numbers(12, count).map((x) => x * x));
      // gradients of every size, 0 among them
      const g = floats(numbers(13, count).map((x, i) => (i % 5 === 0 ? 0 : x * 10 ** (i - 20))));
      const [theta0, m0, v0, g0] = [theta, m, v, g].map(({ data }) => data.slice());
      const update = (gradient: number) =>
        parts.adamUpdate(
          theta.at,
          m.at,
          v.at,
          gradient,
          count,
          beta1,
          beta2,
          one1,
          one2,
          stepSize,
          scale,
          eps,
        );
      const expectFormula = (gradient: Float32Array) => {
        const m1 = m0.map((x, i) => f(beta1 * x) + f(one1 * gradient[i]));
        // some of these squares are infinite
        const v1 = v0.map((x, i) =>
          Math.min(2 ** 126, f(beta2 * x) + f(one2 * f(gradient[i] * gradient[i]))),
        );
        const theta1 = theta0.map((x, i) => {
          const denominator = f(f(f(Math.sqrt(v1[i])) * scale) + eps);
          return x - f(stepSize * f(m1[i] / denominator));
        });
        expect(bits(m.data)).toEqual(bits(m1));
        expect(bits(v.data)).toEqual(bits(v1));
        expect(bits(theta.data)).toEqual(bits(theta1));
        expectGuards();
      };
      update(g.at);
      expectFormula(g0);
      expect(bits(g.data)).toEqual(bits(g0));

      // no gradient at all stands for zeros, whatever stands at address 0
      theta.data.set(theta0);
      m.data.set(m0);
      v.data.set(v0);
      const low = new Float32Array(memory.buffer, 0, count);
      const saved = low.slice();
      low.fill(1);
      update(0);
      low.set(saved);
      expectFormula(new Float32Array(count));
    }
  });

  test("against f64: within a few roundings", () => {
    const count = 64;
    const theta = floats(numbers(20, count));
    const m = floats(numbers(21, count));
    const v = floats(numbers(22, count).map((x) => x * x));
    const g = floats(numbers(23, count));
    const [theta0, m0, v0] = [theta, m, v].map(({ data }) => data.slice());
    const [step, rate] = [7, 0.01];
    const [stepSize, scale] = [f(rate / (1 - 0.9 ** step)), f(1 / Math.sqrt(1 - 0.999 ** step))];
    parts.adamUpdate(theta.at, m.at, v.at, g.at, count, beta1, beta2, one1, one2, stepSize, scale, eps);
    for (let i = 0; i < count; i++) {
      const m1 = 0.9 * m0[i] + 0.1 * g.data[i];
      const v1 = 0.999 * v0[i] + 0.001 * g.data[i] ** 2;
      const move = ((rate / (1 - 0.9 ** step)) * m1) / (Math.sqrt(v1) / Math.sqrt(1 - 0.999 ** step) + 1e-8);
      // m may cancel, so its roundings count against its terms
      const size = (Math.abs(0.9 * m0[i]) + Math.abs(0.1 * g.data[i])) / Math.abs(m1);
      const bound = 2 ** -24 * (Math.abs(theta0[i]) + Math.abs(move) * (8 + 4 * size)) * 2;
      expect(Math.abs(theta.data[i] - theta0[i] + move)).toBeLessThan(bound);
    }
  });

  test("zeros everywhere stay zeros: padding never moves", () => {
    const [theta, m, v, g] = [0, 1, 2, 3].map(() => floats(new Float32Array(8)));
    for (let step = 0; step < 3; step++)
      parts.adamUpdate(theta.at, m.at, v.at, g.at, 8, beta1, beta2, one1, one2, f(0.1), f(30), eps);
    for (const { data } of [theta, m, v]) expect(bits(data)).toEqual(Array(8).fill(0));
  });
});

describe("eigenvalues", () => {
  /** In ascending order, by the kernel: rows padded to an even number, work of 4·n f64. */
  function kernelEigenvalues(matrix: Float64Array, n: number): number[] {
    const padded = (n + 1) & ~1;
    const rows = new Float64Array(n * padded);
    for (let i = 0; i < n; i++) rows.set(matrix.subarray(i * n, (i + 1) * n), i * padded);
    const A = doubles(rows);
    const out = doubles(new Float64Array(n).fill(77));
    const work = doubles(new Float64Array(4 * n).fill(Number.NaN));
    parts.eigenvalues(out.at, A.at, 8 * padded, n, work.at);
    expectGuards();
    return Array.from(out.data).sort((a, b) => a - b);
  }

  /** Within 4nε‖A‖: the method is backward stable. */
  function expectEigenvalues(matrix: Float64Array, wanted: ArrayLike<number>) {
    const n = wanted.length;
    const got = kernelEigenvalues(matrix, n);
    const sorted = Array.from(wanted).sort((a, b) => a - b);
    const bound = 4 * n * 2 ** -52 * Math.max(...sorted.map(Math.abs));
    got.forEach((x, i) => {
      expect(Math.abs(x - sorted[i]), `n ${n}, eigenvalue ${i}`).toBeLessThanOrEqual(bound);
    });
  }

  const matrixOf = (n: number, entry: (i: number, j: number) => number) =>
    Float64Array.from({ length: n * n }, (_, at) => entry(Math.floor(at / n), at % n));
  const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 31, 32, 33, 64, 65];

  test.each(sizes)("diagonal, n = %i", (n) => {
    const wanted = Array.from({ length: n }, (_, i) => (i % 3 === 1 ? -1 : 1) * (i + 1) ** 2);
    expectEigenvalues(
      matrixOf(n, (i, j) => (i === j ? wanted[i] : 0)),
      wanted,
    );
  });

  test.each(sizes)("second differences, n = %i: 2 - 2 cos(kπ/(n + 1))", (n) => {
    expectEigenvalues(
      matrixOf(n, (i, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
      Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1))),
    );
  });

  test.each(sizes)("ones, n = %i: n once and 0 otherwise", (n) => {
    expectEigenvalues(
      matrixOf(n, () => 1),
      [...Array(n - 1).fill(0), n],
    );
  });

  test.each(sizes)("Gram matrix of random rows, n = %i, against the reference", (n) => {
    for (const length of [Math.max(1, n >> 1), n, 3 * n]) {
      const X = Float64Array.from({ length: n * length }, (_, i) => number(40 + length, i));
      const gram = matrixOf(n, (i, j) => {
        let total = 0;
        for (let k = 0; k < length; k++) total += X[i * length + k] * X[j * length + k];
        return total;
      });
      expectEigenvalues(gram, jacobiEigenvalues(gram, n));
    }
  });

  test.each(sizes)("graded from 1 to 1e-12, n = %i, against the reference", (n) => {
    const grade = (i: number) => 10 ** ((-6 * i) / n);
    const graded = matrixOf(n, (i, j) => grade(i) * grade(j) * (i === j ? 2 : number(50, i + j)));
    expectEigenvalues(graded, jacobiEigenvalues(graded, n));
  });

  test.each(sizes)("zeros, n = %i", (n) => {
    expect(kernelEigenvalues(new Float64Array(n * n), n).map(Math.abs)).toEqual(Array(n).fill(0));
  });

  test("two by two, degenerate and not", () => {
    expectEigenvalues(Float64Array.of(2, 1, 1, 2), [1, 3]);
    expectEigenvalues(Float64Array.of(0, 1, 1, 0), [-1, 1]);
    expectEigenvalues(Float64Array.of(5, 0, 0, 5), [5, 5]);
    expectEigenvalues(Float64Array.of(-3), [-3]);
    // a coupling that is small, but not against the distance that it makes
    expectEigenvalues(Float64Array.of(1, 8e-15, 8e-15, 1), [1 - 8e-15, 1 + 8e-15]);
  });

  test.each([1e-100, 1e100])("entries of %d", (scale) => {
    expectEigenvalues(
      Float64Array.of(2, -1, 0, -1, 2, -1, 0, -1, 2).map((x) => x * scale),
      [2 - Math.SQRT2, 2, 2 + Math.SQRT2].map((x) => x * scale),
    );
  });

  test("blocks that are already apart", () => {
    const block = (i: number, j: number) => (i >> 1 === j >> 1 ? (i === j ? 2 : 1) : 0);
    expectEigenvalues(matrixOf(8, block), [1, 3, 1, 3, 1, 3, 1, 3]);
  });

  test("NaN shows", () => {
    const matrix = matrixOf(5, (i, j) => (i === 3 && j === 3 ? Number.NaN : 1 / (1 + i + j)));
    expect(kernelEigenvalues(matrix, 5).some(Number.isNaN)).toBe(true);
  });
});

describe("fourLogits: single logits with the product's bits", () => {
  test.each([1, 2, 3, 5, 16, 47, 48, 49, 191, 192, 193, 500])("D %i", (dim) => {
    const stride = (dim + 3) & ~3;
    const bytes = 4 * stride;
    const x = floats(numbers(40, 9 * stride).map((value, i) => value * 10 ** ((i % 5) - 2)));
    const u = floats(numbers(41, 7 * stride).map((value, i) => value * 10 ** ((i % 3) - 1)));
    const panels = floats(new Float32Array(16 * dim));
    parts.packPanels(panels.at, x.at, bytes, 9, dim);
    const product = floats(new Float32Array(7 * 16));
    // as the kernel does it: in slices of 192 steps, behind each other
    for (let d = 0; d < dim; d += 192) {
      const depth = Math.min(192, dim - d);
      parts.multiply(
        product.at,
        64,
        u.at + 4 * d,
        bytes,
        4,
        panels.at + 64 * d,
        64,
        7,
        16,
        depth,
        d > 0,
        false,
      );
    }
    const out = floats(new Float32Array(4));
    for (const [inputs, rows] of [
      [
        [0, 1, 2, 3],
        [0, 1, 2, 3],
      ],
      [
        [8, 8, 5, 7],
        [6, 0, 6, 4],
      ],
    ]) {
      const at = (buffer: Floats) => (row: number) => buffer.at + bytes * row;
      parts.fourLogits(out.at, ...inputs.map(at(x)), ...rows.map(at(u)), dim);
      expectGuards();
      const expected = inputs.map((input, i) => product.data[16 * rows[i] + input]);
      expect(bits(out.data)).toEqual(bits(Float32Array.from(expected)));
    }
  });
});

describe("addExpected: Σ p·logit down the columns, in f64, two rows at a time", () => {
  test.each([1, 2, 3, 4, 7])("%i rows", (rows) => {
    for (const width of [8, 16, 24]) {
      const logits = floats(numbers(50, rows * width).map((value, i) => value * 10 ** ((i % 9) - 4)));
      const p = doubles(numbers(51, rows).map(Math.abs));
      const expected = doubles(numbers(52, width));
      const wanted = Array.from(expected.data);
      for (let r = 0; r < rows; r += 2)
        for (let j = 0; j < width; j++) {
          const first = p.data[r] * logits.data[r * width + j];
          wanted[j] += r + 1 < rows ? first + p.data[r + 1] * logits.data[(r + 1) * width + j] : first;
        }
      parts.addExpected(expected.at, logits.at, p.at, rows, width);
      expectGuards();
      expect(Array.from(expected.data)).toEqual(wanted);
    }
  });

  test("a row of probability 0 does not count, whatever is in it", () => {
    const logits = floats([
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      ...new Array(8).fill(Infinity),
      ...new Array(8).fill(Number.NaN),
    ]);
    const p = doubles([0.5, 0, 0]);
    const expected = doubles(new Array(8).fill(0));
    parts.addExpected(expected.at, logits.at, p.at, 3, 8);
    expect(Array.from(expected.data)).toEqual([0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]);
  });
});

describe("dot: Σ x·y in f64, four running sums as (a + b) + (c + d)", () => {
  test.each([0, 4, 8, 12, 16, 36, 100])("%i floats", (count) => {
    const x = floats(numbers(30, count).map((value, i) => value * 10 ** ((i % 7) - 3)));
    const y = floats(numbers(31, count));
    const sums = [0, 0, 0, 0];
    // a product of two floats is exact in f64
    for (let i = 0; i < count; i++) sums[i % 4] += x.data[i] * y.data[i];
    expect(parts.dot(x.at, y.at, 4 * count)).toBe(sums[0] + sums[1] + (sums[2] + sums[3]));
  });

  test("cancelling terms lose nothing that f64 keeps", () => {
    const x = floats([1e20, 1, -1e20, 1, 0, 0, 0, 0]);
    const y = floats([1e10, 1, 1e10, 1, 5, 5, 5, 5]);
    expect(parts.dot(x.at, y.at, 32)).toBe(f(1e20) * 1e10 + 1 + (-f(1e20) * 1e10 + 1));
    const small = floats([1, 2 ** -40, 0, 0]);
    const ones = floats([1, 1, 1, 1]);
    expect(parts.dot(small.at, ones.at, 16)).toBe(1 + 2 ** -40);
  });
});

describe("packPanels: rows times log2 e as columns of panels 16 or 8 wide, zeros beyond the last row", () => {
  test.each([1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 17, 20, 23, 24, 25, 32, 33])("%i rows", (count) => {
    for (const depth of [1, 2, 3, 4, 5, 6, 7, 8, 9, 17]) {
      // rows of whole vectors, as everywhere in the kernel
      const stride = (depth + 3) & ~3;
      const x = floats(numbers(70, count * stride));
      const width = (count + 7) & ~7;
      const out = floats(new Float32Array(depth * width).fill(Number.NaN));
      parts.packPanels(out.at, x.at, 4 * stride, count, depth);
      expectGuards();
      const expected: number[] = [];
      for (let first = 0; first < width; first += 16)
        for (let d = 0; d < depth; d++)
          for (let row = first; row < Math.min(width, first + 16); row++)
            expected.push(row < count ? x.data[row * stride + d] * f(Math.LOG2E) : 0);
      expect(bits(out.data)).toEqual(bits(Float32Array.from(expected)));
    }
  });
});

describe("the softmax's passes over a block (rows × width)", () => {
  const shapes = [1, 2, 3, 5, 192].flatMap((rows) =>
    [8, 16, 24, 40].map((width): [number, number] => [rows, width]),
  );

  test.each(shapes)("columnMax, %i × %i: of the column and of what was there", (rows, width) => {
    const logits = floats(numbers(60, rows * width));
    const max = floats(numbers(61, width).map((x, j) => (j % 2 ? -Infinity : x)));
    const expected = max.data.map((x, j) => {
      let largest = x;
      for (let r = 0; r < rows; r++) largest = Math.max(largest, logits.data[r * width + j]);
      return largest;
    });
    parts.columnMax(max.at, logits.at, rows, width);
    expectGuards();
    expect(bits(max.data)).toEqual(bits(expected));
  });

  test("columnMax keeps what was there beside NaN", () => {
    const logits = floats([Number.NaN, 1, Number.NaN, 3, 4, 1, Number.NaN, 3]);
    const max = floats([5, 5, -Infinity, 2, 3, 7, 5, 2]);
    parts.columnMax(max.at, logits.at, 1, 8);
    expect(Array.from(max.data)).toEqual([5, 5, -Infinity, 3, 4, 7, 5, 3]);
  });

  test.each(shapes)("exponentiate and sumOfExponentials, %i × %i: rows in order", (rows, width) => {
    const logits = floats(numbers(62, rows * width).map((x) => 40 * x));
    const shift = floats(numbers(63, width).map((x) => 40 + x));
    const before = numbers(64, width);
    const [sum, sumAlone] = [floats(before), floats(before)];
    const original = logits.data.slice();

    const differences = floats(original.map((x, i) => x - shift.data[i % width]));
    exponentials(differences);
    const expected = before.slice();
    differences.data.forEach((p, i) => {
      expected[i % width] += p;
    });

    parts.sumOfExponentials(logits.at, shift.at, sumAlone.at, rows, width);
    expect(bits(logits.data)).toEqual(bits(original));
    parts.exponentiate(logits.at, shift.at, sum.at, rows, width);
    expectGuards();
    expect(bits(logits.data)).toEqual(bits(differences.data));
    expect(bits(sum.data)).toEqual(bits(expected));
    expect(bits(sumAlone.data)).toEqual(bits(expected));
  });
});
