import type { RunConfig } from "../config.js";

/** Steps that one core takes about a tenth of a second for: no call holds its thread for longer, where a step does not. */
export function stepsAtOnce({ vocabSize, embeddingDim, batchSize, gradient }: RunConfig): number {
  const inputs = gradient === "exact" ? vocabSize : Math.min(batchSize, vocabSize);
  return Math.max(1, Math.floor(4e8 / (vocabSize * embeddingDim * inputs)));
}
