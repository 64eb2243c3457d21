import type { Weights } from "../backend/backend.js";
import type { RunConfig } from "../config.js";
import { PURPOSE, randomBits, streamKey } from "../data/random.js";
import { normalQuantile } from "../math/normal.js";

/**
 * The weights a run starts from. Embedding and unembedding (V×D each, the latter unless tied) are N(0, std²), entry
 * (row, col) being the normal quantile of one uniform, number row·D + col of its stream, rounded to f32. Gain (D)
 * starts at 1 with a norm, bias (D) at 0 with a layernorm.
 */
export function initialWeights(config: RunConfig): Weights {
  const { embeddingDim: D, tied, norm } = config;
  const weights: Weights = { embedding: gaussian(config, PURPOSE.embedding) };
  if (!tied) weights.unembedding = gaussian(config, PURPOSE.unembedding);
  if (norm !== "none") weights.gain = new Float32Array(D).fill(1);
  if (norm === "layernorm") weights.bias = new Float32Array(D);
  return weights;
}

/** V×D of N(0, std²). */
function gaussian({ vocabSize, embeddingDim, init, seed }: RunConfig, purpose: number): Float32Array {
  const key = streamKey(seed, purpose, 0);
  const matrix = new Float32Array(vocabSize * embeddingDim);
  for (let i = 0; i < matrix.length; i++) {
    // the middle of one of 2^53 equal cells; the last one's rounds to 1, which has no quantile
    const u = Math.min((Number(randomBits(key, i) >> 11n) + 0.5) * 2 ** -53, 1 - 2 ** -53);
    matrix[i] = init.std * normalQuantile(u);
  }
  return matrix;
}
