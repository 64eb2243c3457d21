/**
 * The exact law of a tied scalar: with E_i = c + (ln p_i + H)/c every input's softmax is p up to 1/c²,
 * and the excess loss tends to ½·(Var_p ln p)²/c⁴.
 */
import type { ZipfMoments } from "./zipfMoments.js";

/** c, the mean of the embedding under p; without its sign, which the model cannot tell. */
export const lawCentre = (embedding: readonly number[], { probabilities }: ZipfMoments): number =>
  Math.abs(embedding.reduce((sum, e, i) => sum + e * probabilities[i], 0));

export const lawExcess = (c: number, { variance }: ZipfMoments): number => (0.5 * variance ** 2) / c ** 4;

/** The embedding that the law predicts. */
export const lawEmbedding = (c: number, { probabilities, entropy }: ZipfMoments): number[] =>
  probabilities.map((p) => c + (Math.log(p) + entropy) / c);
