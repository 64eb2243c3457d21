/**
 * The exact law of a tied scalar: with E_i = c + (ln p_i + H)/c every input's softmax is p up to 1/c²,
 * and the excess loss tends to ½·(Var_p ln p)²/c⁴.
 */
import type { ZipfMoments } from "../../analysis/zipfMoments.js";
import { log } from "../../math/elementary.js";

/** The mean of the embedding under p. */
export const centreOf = (embedding: readonly number[], { probabilities }: ZipfMoments): number =>
  embedding.reduce((sum, e, i) => sum + e * probabilities[i], 0);

/** c: the mean without its sign, which the model cannot tell. */
export const lawCentre = (embedding: readonly number[], moments: ZipfMoments): number =>
  Math.abs(centreOf(embedding, moments));

export const lawExcess = (c: number, { variance }: ZipfMoments): number =>
  (0.5 * variance * variance) / (c * c * c * c);

/** The embedding that the law predicts. */
export const lawEmbedding = (c: number, { probabilities, entropy }: ZipfMoments): number[] =>
  Array.from(probabilities, (p) => c + (log(p) + entropy) / c);
