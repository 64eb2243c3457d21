import { planLayout } from "../backend/wasm/layout.js";
import type { RunConfig } from "../config.js";
import { tokenProbabilities } from "../data/distribution.js";

/** Products and Adam's memory traffic, as measured on one 3 GHz core; only ratios matter for order and progress. */
const FLOPS = 3e10;
const BYTES = 1e10;
/** What a thread of the pool holds beside its run: code, heap, buffers of the journal. */
const THREAD_BYTES = 32 * 2 ** 20;

/** What a run takes, as far as can be known before it. */
export interface Cost {
  /** Floating-point operations of products, of steps and evaluations together. */
  operations: number;
  /** Seconds on one 3 GHz core. */
  seconds: number;
  /** Bytes of memory while it runs, a checkpoint's copies included. */
  bytes: number;
}

/** Whether threads gain by sharing one run: it takes more than a second, and a millisecond a step. */
export const worthSharing = (seconds: number, steps: number): boolean =>
  seconds > 1 && seconds / Math.max(1, steps) > 1e-3;

const distinctInputsOf = new Map<string, number>();

/** Expected distinct inputs of a batch: Σ 1 − (1 − p)^B. Runs of a sweep share few of them. */
function distinctInputs({ distribution, vocabSize, batchSize }: RunConfig): number {
  const key = JSON.stringify([distribution, vocabSize, batchSize]);
  let sum = distinctInputsOf.get(key);
  if (sum === undefined) {
    sum = 0;
    for (const p of tokenProbabilities(distribution, vocabSize)) sum += 1 - (1 - p) ** batchSize;
    if (distinctInputsOf.size > 1000) distinctInputsOf.clear();
    distinctInputsOf.set(key, sum);
  }
  return sum;
}

const evaluationInputs = ({ vocabSize: V, evaluation }: RunConfig): number =>
  evaluation.kind === "stratified" ? Math.min(V, evaluation.exactInputs) + evaluation.sampledInputs : V;

/** Memory of a run in bytes; one that is too large for WebAssembly counts as 4 GiB and fails by itself. */
function runBytes(config: RunConfig): number {
  const { vocabSize: V, embeddingDim: D, tied } = config;
  let held: number;
  try {
    held = planLayout(config, 65536).bytes;
  } catch {
    held = 2 ** 32;
  }
  // a checkpoint copies weights and moments out, and once more into its file
  return held + THREAD_BYTES + 24 * V * D * (tied ? 1 : 2);
}

/** What a run costs: its operations, its time (which orders runs and weighs the progress bar), its memory. */
export function estimateCost(config: RunConfig): Cost {
  const { vocabSize: V, embeddingDim: D, steps, evaluateEvery, tied, spectrum } = config;
  const parameters = V * D * (tied ? 1 : 2);
  const small = Math.min(V, D);
  const evaluations = 1 + steps / evaluateEvery;
  const step = 6 * distinctInputs(config) * V * D;
  const evaluation = 2 * evaluationInputs(config) * V * D;
  const spectral = spectrum ? 2 * V * D * small + 3 * small ** 3 : 0;
  return {
    operations: steps * step + evaluations * (evaluation + spectral),
    seconds:
      steps * (4e-6 + step / FLOPS + (24 * parameters) / BYTES) +
      evaluations * (1e-4 + evaluation / FLOPS + spectral / 4e9),
    bytes: runBytes(config),
  };
}
