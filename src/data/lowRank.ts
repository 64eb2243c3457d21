/**
 * Low-rank targets: the joint J_ab = r_a exp(M_ab) c_b, M = s A Bᵀ/√R with Gaussian factors A and B (V×R), and r and c such
 * that both marginals are p (Sinkhorn scaling). Logits of rank R + 1 can express it. Loaded where a config asks for it.
 */
import { ConfigError } from "../configError.js";
import { exp, log } from "../math/elementary.js";
import { entropy } from "./entropy.js";
import { normal, PURPOSE, streamKey } from "./random.js";
import { type AliasTable, aliasTable, drawPairs, drawToken } from "./sampling.js";
import type { TokenSource } from "./source.js";
import type { LowRank } from "./targets.js";

/** Relative error of the targets' marginal: small enough that with later rounding it stays below 1e-12. */
const TOLERANCE = 1e-13;
/** Below it an f64 has too few digits left for a relative error. */
const TINIEST = 1e-280;
/** A dozen or two suffice at scales up to 2; 1000 take a second at V = 1000. */
const MOST_SWEEPS = 1000;

/** Factors from which a joint is computed, a row at a time. r is not kept: normalising each P(·|a) to sum 1 replaces it. */
class Joint {
  readonly conditionalEntropy: number;
  /** s/√R·A, V×R. */
  readonly #left: Float64Array;
  /** Bᵀ, R×V. */
  readonly #right: Float64Array;
  /** ln c, -Infinity for tokens of probability 0. */
  readonly #logColumns: Float64Array;
  readonly #tables: AliasTable[] = [];

  /** @param p its own copy */
  constructor(
    readonly p: Float64Array,
    readonly targets: LowRank,
  ) {
    const V = p.length;
    const { rank: R, scale, seed } = targets;
    const key = streamKey(seed, PURPOSE.lowRankFactors, 0);
    this.#left = new Float64Array(V * R);
    this.#right = new Float64Array(R * V);
    for (let a = 0; a < V; a++) {
      for (let r = 0; r < R; r++) {
        this.#left[a * R + r] = (scale / Math.sqrt(R)) * normal(key, a * R + r);
        this.#right[r * V + a] = normal(key, (V + a) * R + r);
      }
    }

    // exponentials once, V² of them; the shift of a row is part of its r
    const exponentials = new Float64Array(V * V);
    for (let a = 0; a < V; a++) {
      const row = exponentials.subarray(a * V, (a + 1) * V);
      if (p[a] > 0) exponentiate(row, this.#logits(a, row));
    }
    const columns = sinkhorn(exponentials, p);
    if (!columns)
      throw new ConfigError(
        `targets.scale: expected a scale at which ${MOST_SWEEPS} sweeps make both marginals p, got ${scale} (rank ${R})`,
      );
    this.#logColumns = columns.map((c) => log(c));
    this.conditionalEntropy = this.#summedEntropy(exponentials, columns);
  }

  /** M_a·, written into `row`; its maximum. */
  #logits(a: number, row: Float64Array): number {
    row.fill(0);
    const R = this.targets.rank;
    for (let r = 0; r < R; r++) addScaled(row, this.#left[a * R + r], this.#right, r * row.length);
    return maximum(row);
  }

  /** P(·|a): exp(M_ab + ln c_b), shifted so that nothing overflows, and normalised. */
  row(a: number): Float64Array {
    const row = new Float64Array(this.p.length);
    this.#logits(a, row);
    for (let b = 0; b < row.length; b++) row[b] += this.#logColumns[b];
    const sum = exponentiate(row, maximum(row));
    return row.map((x) => x / sum);
  }

  table(a: number): AliasTable {
    this.#tables[a] ??= aliasTable(this.row(a));
    return this.#tables[a];
  }

  /** -Σ_a p_a Σ_b P ln P, with ln P_ab = M_ab - max_a + ln c_b - ln S_a and S_a = Σ_b exp(M_ab - max_a) c_b. */
  #summedEntropy(exponentials: Float64Array, columns: Float64Array): number {
    const V = columns.length;
    const row = new Float64Array(V);
    let entropy = 0;
    for (let a = 0; a < V; a++) {
      if (this.p[a] === 0) continue;
      const max = this.#logits(a, row);
      let [sum, logs] = [0, 0];
      for (let b = 0; b < V; b++) {
        if (columns[b] === 0) continue;
        const weight = exponentials[a * V + b] * columns[b];
        sum += weight;
        logs += weight * (row[b] - max + this.#logColumns[b]);
      }
      entropy -= this.p[a] * (logs / sum - log(sum));
    }
    return entropy;
  }
}

/**
 * The column factors c. A sweep makes the rows right (r_a = p_a/Σ_b K_ab c_b) and measures the error of the columns; it stops
 * when that is small enough. So the tolerance holds for the targets' marginal, with rows that sum to 1.
 * @param exponentials K, V×V
 */
function sinkhorn(exponentials: Float64Array, p: Float64Array): Float64Array | null {
  const V = p.length;
  const columns = Float64Array.from(p, (x) => (x > 0 ? 1 : 0));
  const sums = new Float64Array(V);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    sums.fill(0);
    for (let a = 0; a < V; a++)
      if (p[a] > 0) addScaled(sums, p[a] / dot(exponentials, a * V, columns), exponentials, a * V);
    let worst = 0;
    for (let b = 0; b < V; b++)
      worst = Math.max(worst, Math.abs(sums[b] * columns[b] - p[b]) / Math.max(p[b], TINIEST));
    if (worst <= TOLERANCE) return columns;
    if (!Number.isFinite(worst)) return null;
    for (let b = 0; b < V; b++) if (p[b] > 0) columns[b] = p[b] / sums[b];
  }
  return null;
}

/** exp(x - shift) in place; their sum. */
function exponentiate(row: Float64Array, shift: number): number {
  let sum = 0;
  for (let b = 0; b < row.length; b++) {
    row[b] = exp(row[b] - shift);
    sum += row[b];
  }
  return sum;
}

function maximum(row: Float64Array): number {
  let max = -Infinity;
  for (let b = 0; b < row.length; b++) if (row[b] > max) max = row[b];
  return max;
}

/** out += factor · the row of `matrix` from `start`. */
function addScaled(out: Float64Array, factor: number, matrix: Float64Array, start: number): void {
  for (let b = 0; b < out.length; b++) out[b] += factor * matrix[start + b];
}

/** Product of the row of `matrix` from `start` and a vector. */
function dot(matrix: Float64Array, start: number, vector: Float64Array): number {
  let sum = 0;
  for (let b = 0; b < vector.length; b++) sum += matrix[start + b] * vector[b];
  return sum;
}

/** The last two joints: most runs of a sweep share their source. */
const recent: Joint[] = [];

function jointOf(p: Float64Array, { kind, rank, scale, seed }: LowRank): Joint {
  const found = recent.findIndex(
    (joint) =>
      joint.targets.rank === rank &&
      joint.targets.scale === scale &&
      joint.targets.seed === seed &&
      joint.p.length === p.length &&
      joint.p.every((x, i) => x === p[i]),
  );
  const joint = found >= 0 ? recent.splice(found, 1)[0] : new Joint(p.slice(), { kind, rank, scale, seed });
  recent.unshift(joint);
  recent.length = Math.min(recent.length, 2);
  return joint;
}

/**
 * The conditional entropy is summed over the joint.
 * @param p length V up to 4096, summing to 1 up to rounding
 * @throws ConfigError for a scale so large that the marginals do not become p
 */
export function lowRankSource(p: Float64Array, targets: LowRank): TokenSource {
  const joint = jointOf(p, targets);
  const table = aliasTable(p);
  return {
    probabilities: p,
    marginal: p,
    entropy: entropy(p),
    conditionalEntropy: joint.conditionalEntropy,
    conditional: true,
    targets: (input) => joint.row(input),
    draw: (key, count) => drawPairs(table, key, count, (input, bits) => drawToken(joint.table(input), bits)),
    bytes: 12 * p.length * p.length,
  };
}
