/** Eigenvalues and eigenvectors of symmetric matrices, in f64 by + − × ÷ and √ alone. */

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

/**
 * The leading eigenvectors of a symmetric matrix, by the same reduction: those of the tridiagonal matrix from the rotations,
 * then through the reflections. About 12n² floating-point operations a vector more.
 * @param matrix n×n, row-major; overwritten, only its lower triangle is read
 * @param count 1 to n
 * @returns eigenvalues, the largest first, and a unit vector a row (count × n): of a repeated eigenvalue, some orthonormal ones;
 *   NaN when the matrix holds NaN or infinities
 */
export function symmetricEigenvectors(
  matrix: Float64Array,
  n: number,
  count: number,
): { values: Float64Array; vectors: Float64Array } {
  if (!matrix.every(Number.isFinite))
    return {
      values: new Float64Array(count).fill(Number.NaN),
      vectors: new Float64Array(count * n).fill(Number.NaN),
    };
  const { diagonal, offDiagonal, halves } = tridiagonalize(matrix, n);
  const rotations: number[] = [];
  implicitQL(diagonal, offDiagonal, (i, c, s) => rotations.push(i, c, s));
  const order = Array.from(diagonal.keys()).sort((a, b) => diagonal[b] - diagonal[a] || a - b);
  const values = Float64Array.from({ length: count }, (_, k) => diagonal[order[k]]);
  const vectors = new Float64Array(count * n);
  for (let k = 0; k < count; k++) {
    // of the tridiagonal matrix: this row of the product of all rotations, from the last of them to the first
    const z = vectors.subarray(k * n, (k + 1) * n);
    z[order[k]] = 1;
    for (let at = rotations.length - 3; at >= 0; at -= 3) {
      const i = rotations[at];
      const [c, s] = [rotations[at + 1], rotations[at + 2]];
      const next = z[i + 1];
      z[i + 1] = c * next - s * z[i];
      z[i] = c * z[i] + s * next;
    }
    for (let i = 1; i < n; i++) {
      if (halves[i] === 0) continue;
      const u = matrix.subarray(i * n, i * n + i);
      let overlap = 0;
      for (let j = 0; j < i; j++) overlap += u[j] * z[j];
      overlap /= halves[i];
      for (let j = 0; j < i; j++) z[j] -= overlap * u[j];
    }
  }
  return { values, vectors };
}

/**
 * Diagonal and off-diagonal (entry i couples i - 1 and i; entry 0 is 0) of a tridiagonal matrix with A's
 * eigenvalues. Row i of A keeps the vector u that it was reflected by, I − u uᵀ/halves[i]; 0 where it was not.
 */
function tridiagonalize(
  A: Float64Array,
  n: number,
): { diagonal: Float64Array; offDiagonal: Float64Array; halves: Float64Array } {
  const halves = new Float64Array(n);
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
    halves[i] = h;

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
  return { diagonal: Float64Array.from({ length: n }, (_, i) => A[i * n + i]), offDiagonal, halves };
}

/**
 * Turns the diagonal into the eigenvalues, by QL steps with Wilkinson's shift, each chasing one bulge upwards.
 * @param rotate hears of every rotation of the coordinates i and i + 1
 */
function implicitQL(
  diagonal: Float64Array,
  coupling: Float64Array,
  rotate?: (i: number, c: number, s: number) => void,
): void {
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
        rotate?.(i, c, s);
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
