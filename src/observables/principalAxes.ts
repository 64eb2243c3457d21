/** The directions in which an embedding spreads most: principal components of its rows. */
import { centredGram } from "../backend/reference/spectrum.js";
import { ConfigError, show } from "../configError.js";
import { symmetricEigenvectors } from "../math/symmetricEigen.js";

export interface PrincipalAxes {
  /** The leading eigenvalues of the centred embedding's Gram matrix, the largest first: squared singular values. */
  values: Float64Array;
  /** A unit vector of D entries for each (axes × D, row-major); its entry of largest size is positive. */
  vectors: Float64Array;
}

/**
 * Of a matrix of V×D, row-major, the `count` leading axes in the space of its columns; beyond its rank they are zeros.
 * @param count 1 to D
 */
export function principalAxes(matrix: ArrayLike<number>, V: number, D: number, count: number): PrincipalAxes {
  const { n, gram } = centredGram(matrix, V, D);
  const found = Math.min(count, n);
  const { values, vectors: small } = symmetricEigenvectors(gram, n, found);
  const vectors = new Float64Array(count * D);
  for (let k = 0; k < found; k++) {
    // what is within rounding of zero has no direction
    if (values[k] <= n * 2.220446049250313e-16 * values[0]) continue;
    const axis = vectors.subarray(k * D, (k + 1) * D);
    const u = small.subarray(k * n, (k + 1) * n);
    if (D <= V) axis.set(u);
    else project(axis, u, matrix, V, D);
    orient(axis);
  }
  const all = new Float64Array(count);
  all.set(values);
  return { values: all, vectors };
}

/** From the rows' side: v = Xᵀu/‖Xᵀu‖, u having no share in the mean. */
function project(axis: Float64Array, u: Float64Array, matrix: ArrayLike<number>, V: number, D: number): void {
  for (let r = 0; r < V; r++) for (let d = 0; d < D; d++) axis[d] += u[r] * matrix[r * D + d];
  let squares = 0;
  for (const x of axis) squares += x * x;
  const length = Math.sqrt(squares);
  for (let d = 0; d < D; d++) axis[d] = length > 0 ? axis[d] / length : 0;
}

function orient(axis: Float64Array): void {
  let largest = 0;
  for (const x of axis) if (Math.abs(x) > Math.abs(largest)) largest = x;
  if (largest < 0) for (let d = 0; d < axis.length; d++) axis[d] = -axis[d];
}

export interface Projection {
  /** Where each token stands along each axis, about the tokens' mean: V×axes, row-major. */
  coordinates: Float64Array;
  /** Share of the embedding's variance along each axis, 0 to 1. */
  shares: Float64Array;
}

/**
 * The rows of a V×D matrix along its leading axes.
 * @throws ConfigError for a number of axes that is not from 1 to D
 */
export function projection(matrix: ArrayLike<number>, V: number, D: number, count: number): Projection {
  if (!Number.isInteger(count) || count < 1 || count > D)
    throw new ConfigError(`axes: expected a whole number from 1 to ${D}, got ${show(count)}`);
  const { values, vectors } = principalAxes(matrix, V, D, count);
  const mean = new Float64Array(D);
  for (let r = 0; r < V; r++) for (let d = 0; d < D; d++) mean[d] += matrix[r * D + d] / V;
  let variance = 0;
  const coordinates = new Float64Array(V * count);
  for (let r = 0; r < V; r++)
    for (let d = 0; d < D; d++) {
      const x = matrix[r * D + d] - mean[d];
      variance += x * x;
      for (let k = 0; k < count; k++) coordinates[r * count + k] += x * vectors[k * D + d];
    }
  return { coordinates, shares: values.map((value) => (variance > 0 ? Math.max(0, value) / variance : 0)) };
}
