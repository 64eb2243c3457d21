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

  // tokens left over fill their columns up to rounding; each being its own alias, a threshold of 2^32 - 1 makes that exact
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

/**
 * The token that 64 random bits name: the upper 32 choose the column, the lower 32 choose within it.
 * @param start first column of the table, where several stand one after another
 * @param size its columns; tokens are counted from its own first one
 */
export function drawToken(
  { thresholds, aliases }: AliasTable,
  bits: bigint,
  start = 0,
  size = thresholds.length,
): number {
  const column = Number(((bits >> 32n) * BigInt(size)) >> 32n);
  return Number(bits & 0xffffffffn) < thresholds[start + column] ? column : aliases[start + column];
}

/**
 * The first pairs of a stream: input i is drawn by word 2i, target i by word 2i + 1.
 * @param table of the inputs
 * @param drawTarget the target for an input, from the target's word and the pair's number; left out, of the same table
 */
export function drawPairs(
  table: AliasTable,
  key: bigint,
  count: number,
  drawTarget: (input: number, bits: bigint, pair: number) => number = (_, bits) => drawToken(table, bits),
): Batch {
  const inputs = new Uint32Array(count);
  const targets = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    inputs[i] = drawToken(table, randomBits(key, 2 * i));
    targets[i] = drawTarget(inputs[i], randomBits(key, 2 * i + 1), i);
  }
  return { inputs, targets };
}

/**
 * The pairs of one step whose targets do not depend on their inputs.
 * @param step updates done before this one, from 0
 * @param purpose one of PURPOSE; training batches when left out
 */
export const drawBatch = (
  table: AliasTable,
  seed: number,
  step: number,
  batchSize: number,
  purpose: number = PURPOSE.batch,
): Batch => drawPairs(table, streamKey(seed, purpose, step), batchSize);
