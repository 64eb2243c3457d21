/** Spectrum of a matrix with its mean row removed, in f64. */
/** A symmetric n×n matrix, row-major, and the share of energy that centring removed. */
export interface CentredGram {
  n: number;
  gram: Float64Array;
  /** rows·‖mean row‖²/‖E‖², 0 when E is 0. */
  meanEnergyShare: number;
}

/**
 * The products of the centred matrix X = E - mean row on its smaller side: XᵀX (cols×cols) when cols ≤ rows, else XXᵀ
 * (rows×rows). Both have the squared singular values of X as their eigenvalues, and n = min(rows, cols) of them.
 * Entries whose squares would over- or underflow are scaled by a power of 2 first, and the Gram matrix by its square.
 * @param given E, rows×cols, row-major
 */
export function centredGram(given: ArrayLike<number>, rows: number, cols: number): CentredGram {
  const matrix = withinSquares(given);
  const mean = new Float64Array(cols);
  let energy = 0;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      const entry = matrix[r * cols + c];
      mean[c] += entry;
      energy += entry * entry;
    }
  }
  for (let c = 0; c < cols; c++) mean[c] /= rows;
  const meanEnergy = rows * mean.reduce((sum, m) => sum + m * m, 0);

  // lay X out with its smaller side first, so that every product runs along contiguous entries
  const byColumn = cols <= rows;
  const n = byColumn ? cols : rows;
  const length = byColumn ? rows : cols;
  const X = new Float64Array(n * length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++)
      X[byColumn ? c * length + r : r * length + c] = matrix[r * cols + c] - mean[c];
  }
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < length; k++) sum += X[i * length + k] * X[j * length + k];
      gram[i * n + j] = sum;
      gram[j * n + i] = sum;
    }
  }
  return { n, gram, meanEnergyShare: energy === 0 ? 0 : Math.min(1, meanEnergy / energy) };
}

/** The entries, scaled by a power of 2 (so that no digit is lost) where the largest is beyond 2^±400. */
function withinSquares(values: ArrayLike<number>): ArrayLike<number> {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  const scale = largest > 2 ** 400 ? 2 ** -600 : largest > 0 && largest < 2 ** -400 ? 2 ** 600 : 1;
  return scale === 1 || !Number.isFinite(largest) ? values : Float64Array.from(values, (x) => x * scale);
}

/**
 * Eigenvalues of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, section 8.5): each rotation clears
 * one off-diagonal entry, and sweeps go on until all of them are negligible. Slow and hard to get wrong.
 * @param matrix n×n, not changed
 * @returns n eigenvalues in no order; NaN when the matrix holds NaN or infinities
 */
export function jacobiEigenvalues(matrix: Float64Array, n: number): Float64Array {
  const A = Float64Array.from(matrix);
  const total = A.reduce((sum, x) => sum + x * x, 0);
  if (!Number.isFinite(total)) return new Float64Array(n).fill(Number.NaN);
  for (let sweep = 0; sweep < 60; sweep++) {
    let offDiagonal = 0;
    for (let p = 0; p < n; p++) for (let q = 0; q < p; q++) offDiagonal += 2 * A[p * n + q] * A[p * n + q];
    if (offDiagonal <= 1e-32 * total) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) rotate(A, n, p, q);
    }
  }
  return Float64Array.from({ length: n }, (_, i) => A[i * n + i]);
}

/** A ← JᵀAJ with J the rotation in the plane (p, q) that makes A_pq zero. */
function rotate(A: Float64Array, n: number, p: number, q: number): void {
  const apq = A[p * n + q];
  if (apq === 0) return;
  const theta = (A[q * n + q] - A[p * n + p]) / (2 * apq);
  // the smaller root of t² + 2θt - 1 = 0, t the tangent of the angle
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const akp = A[k * n + p];
    const akq = A[k * n + q];
    A[k * n + p] = c * akp - s * akq;
    A[k * n + q] = s * akp + c * akq;
  }
  for (let k = 0; k < n; k++) {
    const apk = A[p * n + k];
    const aqk = A[q * n + k];
    A[p * n + k] = c * apk - s * aqk;
    A[q * n + k] = s * apk + c * aqk;
  }
}
