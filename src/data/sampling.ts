import type { Batch } from "./batch.js";
import { PURPOSE, randomBits, streamKey } from "./random.js";

/** Column i keeps token i below its threshold (in 2^-32) and gives `aliases[i]` otherwise. Both have length V. */
export interface AliasTable {
  thresholds: Uint32Array;
  aliases: Uint32Array;
}

const TWO_32 = 2 ** 32;

/**
 * Alias table of a distribution (Vose 1991): V columns of equal width, each shared by at most two tokens, so that a
 * draw costs one look-up. The order of its two stacks is part of the definition. Tokens of probability 0 are never
 * drawn.
 * @param probabilities length V, summing to 1 up to rounding
 */
export function aliasTable(probabilities: ArrayLike<number>): AliasTable {
  const V = probabilities.length;
  const scaled = Float64Array.from(probabilities, (p) => p * V);
  const thresholds = new Uint32Array(V);
  const aliases = new Uint32Array(V);
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 0; i < V; i++) (scaled[i] < 1 ? small : large).push(i);

  while (small.length > 0 && large.length > 0) {
    const s = small.pop() as number;
    const l = large.pop() as number;
    thresholds[s] = Math.min(Math.floor(scaled[s] * TWO_32), TWO_32 - 1);
    aliases[s] = l;
    // the donor gives away what column s has left
    scaled[l] = scaled[l] + scaled[s] - 1;
    (scaled[l] < 1 ? small : large).push(l);
  }

  // what is left fills its column up to rounding; being its own alias, a threshold of 2^32 - 1 makes it exact
  for (const i of [...small, ...large]) {
    const impossible = probabilities[i] === 0;
    thresholds[i] = impossible ? 0 : TWO_32 - 1;
    aliases[i] = impossible ? mostProbable(probabilities) : i;
  }
  return { thresholds, aliases };
}

function mostProbable(probabilities: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < probabilities.length; i++) if (probabilities[i] > probabilities[best]) best = i;
  return best;
}

/** The token that 64 random bits name: the upper 32 choose the column, the lower 32 choose within it. */
export function drawToken(table: AliasTable, bits: bigint): number {
  const column = Number(((bits >> 32n) * BigInt(table.thresholds.length)) >> 32n);
  return Number(bits & 0xffffffffn) < table.thresholds[column] ? column : table.aliases[column];
}

/**
 * The pairs of one step: input i has index 2i of the stream, target i has 2i + 1.
 * @param step updates done before this one, from 0
 * @param purpose one of PURPOSE; training batches when left out
 */
export function drawBatch(
  table: AliasTable,
  seed: number,
  step: number,
  batchSize: number,
  purpose: number = PURPOSE.batch,
): Batch {
  const key = streamKey(seed, purpose, step);
  const inputs = new Uint32Array(batchSize);
  const targets = new Uint32Array(batchSize);
  for (let i = 0; i < batchSize; i++) {
    inputs[i] = drawToken(table, randomBits(key, 2 * i));
    targets[i] = drawToken(table, randomBits(key, 2 * i + 1));
  }
  return { inputs, targets };
}
