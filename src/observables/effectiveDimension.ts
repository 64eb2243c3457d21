import { centredGram } from "../backend/reference/spectrum.js";
import { ConfigError } from "../config.js";
import { type Spectrum, summarize } from "./spectrum.js";

/**
 * How many dimensions a matrix uses: the summary of its spectrum with the mean row removed (see Spectrum for each
 * figure's formula). All dimension figures are 1 when nothing is left after centring, NaN when an entry is not finite.
 * Takes about n³ steps, n = min(rows, cols), and rows·cols·n multiply-adds.
 * @param matrix rows×cols, row-major, such as an embedding of V×D
 * @throws ConfigError when the sizes do not fit the matrix
 */
export function effectiveDimension(
  matrix: Float32Array | Float64Array | number[],
  rows: number,
  cols: number,
): Spectrum {
  for (const [name, size] of [
    ["rows", rows],
    ["cols", cols],
  ]) {
    if (!Number.isInteger(size) || (size as number) < 1)
      throw new ConfigError(`${name}: expected a whole number from 1, got ${size}`);
  }
  if (matrix?.length !== rows * cols)
    throw new ConfigError(`matrix: expected ${rows * cols} values (rows · cols), got ${matrix?.length}`);
  const { n, gram, meanEnergyShare } = centredGram(matrix, rows, cols);
  return summarize(symmetricEigenvalues(gram, n), meanEnergyShare);
}

/**
 * Eigenvalues of a symmetric matrix: Householder's reduction to a tridiagonal one, then implicit QL (Bowdler, Martin,
 * Reinsch and Wilkinson 1968; EISPACK's tred1 and imtql1). 4n³/3 floating-point operations, where Jacobi takes some 50
 * times as many.
 * @param matrix n×n, row-major; overwritten, only its lower triangle is read
 * @returns n eigenvalues in no order; NaN when the matrix holds NaN or infinities
 */
export function symmetricEigenvalues(matrix: Float64Array, n: number): Float64Array {
  if (!matrix.every(Number.isFinite)) return new Float64Array(n).fill(Number.NaN);
  const { diagonal, offDiagonal } = tridiagonalize(matrix, n);
  implicitQL(diagonal, offDiagonal);
  return diagonal;
}

/** Diagonal and off-diagonal (entry i couples i - 1 and i; entry 0 is 0) of a tridiagonal matrix with A's eigenvalues. */
function tridiagonalize(A: Float64Array, n: number): { diagonal: Float64Array; offDiagonal: Float64Array } {
  const offDiagonal = new Float64Array(n);
  const p = new Float64Array(n);
  for (let i = n - 1; i > 0; i--) {
    // reflect row i, of length i, onto its last entry
    const u = A.subarray(i * n, i * n + i);
    const size = u.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
    if (size === 0) continue;
    for (let k = 0; k < i; k++) u[k] /= size;
    const norm = Math.sqrt(u.reduce((sum, x) => sum + x * x, 0));
    const last = u[i - 1];
    const reflected = last >= 0 ? -norm : norm;
    offDiagonal[i] = size * reflected;
    u[i - 1] = last - reflected;
    const h = norm * norm - last * reflected; // ‖u‖²/2

    // p = A u / h, along rows of the lower triangle
    p.fill(0, 0, i);
    for (let j = 0; j < i; j++) {
      const uj = u[j];
      let sum = A[j * n + j] * uj;
      for (let k = 0; k < j; k++) {
        const ajk = A[j * n + k];
        sum += ajk * u[k];
        p[k] += ajk * uj;
      }
      p[j] += sum;
    }
    let overlap = 0;
    for (let j = 0; j < i; j++) {
      p[j] /= h;
      overlap += p[j] * u[j];
    }
    const half = overlap / (2 * h);
    for (let j = 0; j < i; j++) p[j] -= half * u[j];

    // A ← A - u pᵀ - p uᵀ
    for (let j = 0; j < i; j++) {
      const uj = u[j];
      const pj = p[j];
      for (let k = 0; k <= j; k++) A[j * n + k] -= uj * p[k] + pj * u[k];
    }
  }
  return { diagonal: Float64Array.from({ length: n }, (_, i) => A[i * n + i]), offDiagonal };
}

/** Turns the diagonal into the eigenvalues, by QL steps with Wilkinson's shift, each chasing one bulge upwards. */
function implicitQL(diagonal: Float64Array, coupling: Float64Array): void {
  const n = diagonal.length;
  const d = diagonal;
  const e = new Float64Array(n);
  e.set(coupling.subarray(1));
  for (let l = 0; l < n; l++) {
    // each eigenvalue takes one or two steps; the limit only guards against an endless loop
    for (let iteration = 0; iteration < 100; iteration++) {
      let m = l;
      while (m < n - 1) {
        const scale = Math.abs(d[m]) + Math.abs(d[m + 1]);
        if (scale + Math.abs(e[m]) === scale) break;
        m++;
      }
      if (m === l) break;
      const ahead = (d[l + 1] - d[l]) / (2 * e[l]);
      const root = Math.sqrt(ahead * ahead + 1);
      let g = d[m] - d[l] + e[l] / (ahead + (ahead >= 0 ? root : -root));
      let s = 1;
      let c = 1;
      let shift = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * e[i];
        const b = c * e[i];
        const r = length(f, g);
        e[i + 1] = r;
        if (r === 0) {
          // the matrix splits here
          d[i + 1] -= shift;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - shift;
        const t = (d[i] - g) * s + 2 * c * b;
        shift = s * t;
        d[i + 1] = g + shift;
        g = c * t - b;
      }
      if (i >= l) continue;
      d[l] -= shift;
      e[l] = g;
      e[m] = 0;
    }
  }
}

/** sqrt(a² + b²) without overflow. */
function length(a: number, b: number): number {
  const larger = Math.max(Math.abs(a), Math.abs(b));
  if (larger === 0) return 0;
  const x = a / larger;
  const y = b / larger;
  return larger * Math.sqrt(x * x + y * y);
}
