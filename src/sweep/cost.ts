import { planLayout } from "../backend/wasm/layout.js";
import type { RunConfig } from "../config.js";
import { isSelfContained, tokenProbabilities } from "../data/distribution.js";
import { evaluationCount } from "../evaluationSteps.js";
import { mostOfPhases, phasesOf } from "../intervention/index.js";
import { MOST_THREADS } from "../training/options.js";

/** Products and Adam's memory traffic, as measured on one 3 GHz core; only ratios matter for order and progress. */
const FLOPS = 3e10;
const BYTES = 1e10;
/** Seconds to draw, sort and count one pair of a sampled evaluation (measured: 18 to 22 ns). */
const PAIR = 2e-8;
/** Seconds of a core for a run's messages and its line of the journal (measured over 100,000 runs of one step). */
const RUN = 1.5e-3;
/** A page for what is the kernel's own. */
const PAGE = 65536;
/** What a run counts as that is too large for WebAssembly; it fails by itself. */
const MOST_BYTES = 2 ** 32;
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
  /** Bytes that it holds from its beginning on; 0 for one that WebAssembly cannot hold, which fails before it holds any. */
  held: number;
  /** Threads that may come to share it: 1 where that gains nothing. */
  maxThreads: number;
}

/** Whether threads gain by sharing one run: it takes more than a second, and a millisecond a step. */
export const worthSharing = (seconds: number, steps: number): boolean =>
  seconds > 1 && seconds / Math.max(1, steps) > 1e-3;

const distinctInputsOf = new Map<string, number>();

/** Expected distinct inputs of `draws` pairs: Σ 1 − (1 − p)^draws. Runs of a sweep share few of them. */
function distinctInputs({ distribution, vocabSize }: RunConfig, draws: number): number {
  const key = JSON.stringify([distribution, vocabSize, draws]);
  let sum = distinctInputsOf.get(key);
  if (sum === undefined) {
    sum = 0;
    // what goes by a digest is not at hand here: words are about as frequent as Zipf's law says
    const near = isSelfContained(distribution) ? distribution : ({ kind: "zipf" } as const);
    for (const p of tokenProbabilities(near, vocabSize)) sum += 1 - (1 - p) ** draws;
    if (distinctInputsOf.size > 1000) distinctInputsOf.clear();
    distinctInputsOf.set(key, sum);
  }
  return sum;
}

/** Inputs whose logits an evaluation computes, and pairs that it draws. */
function evaluationOf(config: RunConfig): { inputs: number; pairs: number } {
  const { vocabSize: V, evaluation } = config;
  if (evaluation.kind === "sampled")
    return { inputs: distinctInputs(config, evaluation.size), pairs: evaluation.size };
  if (evaluation.kind === "stratified")
    return { inputs: Math.min(V, evaluation.exactInputs) + evaluation.sampledInputs, pairs: 0 };
  return { inputs: V, pairs: 0 };
}

/** Bytes that a run of up to so many threads holds, 0 when WebAssembly cannot hold it. */
function heldBytes(config: RunConfig, threads: number): number {
  try {
    return mostOfPhases(config, (phase) => planLayout(phase, PAGE, threads).bytes);
  } catch {
    return 0;
  }
}

/**
 * What a run costs: its operations, its time (which orders runs and weighs the progress bar), its memory.
 * @param threads that are there to share it; each that may takes memory
 */
export function estimateCost(config: RunConfig, threads = 1): Cost {
  const { vocabSize: V, embeddingDim: D, steps, tied, spectrum } = config;
  const parameters = V * D * (tied ? 1 : 2);
  const small = Math.min(V, D);
  const evaluations = evaluationCount(config);
  const stepping = phasesOf(config).reduce((sum, { phase: { gradient, batchSize }, updates }) => {
    const inputs = gradient === "exact" ? V : distinctInputs(config, batchSize);
    return sum + updates * 6 * inputs * V * D;
  }, 0);
  const { inputs, pairs } = evaluationOf(config);
  const evaluation = 2 * inputs * V * D;
  const spectral = spectrum ? 2 * V * D * small + 3 * small ** 3 : 0;
  const seconds =
    RUN +
    stepping / FLOPS +
    steps * (4e-6 + (24 * parameters) / BYTES) +
    evaluations * (1e-4 + evaluation / FLOPS + pairs * PAIR + spectral / 4e9);
  const maxThreads = worthSharing(seconds, steps) ? Math.min(threads, MOST_THREADS) : 1;
  const held = heldBytes(config, maxThreads);
  return {
    operations: stepping + evaluations * (evaluation + spectral),
    seconds,
    // a checkpoint copies weights and moments out, and once more into its file
    bytes: (held || MOST_BYTES) + THREAD_BYTES + 24 * parameters,
    held,
    maxThreads,
  };
}
