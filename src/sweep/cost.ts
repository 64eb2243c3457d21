import type { RunConfig } from "../config.js";
import { tokenProbabilities } from "../data/distribution.js";

/** Products and Adam's memory traffic, as measured on one 3 GHz core; only ratios matter for order and progress. */
const FLOPS = 3e10;
const BYTES = 1e10;

/** Expected distinct inputs of a batch: Σ 1 − (1 − p)^B. */
function distinctInputs(config: RunConfig): number {
  let sum = 0;
  for (const p of tokenProbabilities(config.distribution, config.vocabSize))
    sum += 1 - (1 - p) ** config.batchSize;
  return sum;
}

/** Estimated seconds of one evaluation. */
function evaluationSeconds({ vocabSize: V, embeddingDim: D, evaluation, spectrum }: RunConfig): number {
  const inputs =
    evaluation.kind === "stratified" ? Math.min(V, evaluation.exactInputs) + evaluation.sampledInputs : V;
  const small = Math.min(V, D);
  return 1e-4 + (2 * inputs * V * D) / FLOPS + (spectrum ? (2 * V * D * small + 3 * small ** 3) / 4e9 : 0);
}

/** Estimated seconds of a run: what orders runs (longest first) and weighs the progress bar. */
export function estimateSeconds(config: RunConfig): number {
  const { vocabSize: V, embeddingDim: D, steps, evaluateEvery, tied } = config;
  const parameters = V * D * (tied ? 1 : 2);
  const step = 4e-6 + (6 * distinctInputs(config) * V * D) / FLOPS + (24 * parameters) / BYTES;
  return steps * step + (1 + steps / evaluateEvery) * evaluationSeconds(config);
}
