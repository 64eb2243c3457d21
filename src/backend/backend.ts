/** Who computes: one interface, whatever stands behind it. A backend holds the state of one run. */

import type { Batch } from "../data/batch.js";

export type { Batch } from "../data/batch.js";

/** Population loss in nats. `standardError` is 0 when the loss is exact. */
export interface PopulationLoss {
  loss: number;
  standardError: number;
}

/** Eigenvalue spectrum of the centred embedding, summarised. All are at least 1 but `meanEnergyShare` (0 to 1). */
export interface Spectrum {
  /** exp(-Σ r ln r), r the explained-variance ratios (squared singular values, normalised). */
  effectiveDimension: number;
  /** (Σλ)²/Σλ² */
  participationRatio: number;
  /** Σλ/λ_max */
  stableRank: number;
  /** Roy and Vetterli: exp of the entropy of the normalised, unsquared singular values. */
  effectiveRank: number;
  /** Share of ‖E‖² in the mean row, which centring removes. */
  meanEnergyShare: number;
}

/** Trained arrays, row-major and unpadded. `unembedding` is undefined when tied; gain and bias exist with a norm. */
export interface Weights {
  /** V×D */
  embedding: Float32Array;
  /** V×D */
  unembedding?: Float32Array;
  /** D */
  gain?: Float32Array;
  /** D, layernorm only */
  bias?: Float32Array;
}

/** Everything a run needs to go on: weights with Adam's moments, in the same shapes, the step count and β₁ᵗ and β₂ᵗ. */
export interface OptimizerState {
  step: number;
  weights: Weights;
  firstMoment: Weights;
  secondMoment: Weights;
  /** Running products, one factor a step: what a power by another way would give differs in its last bit. */
  scalars: { beta1Power: number; beta2Power: number };
}

/** A result, or the promise of one: who computes may be on another thread. */
export type Now<T> = T | Promise<T>;

export interface Advanced {
  /** Steps done in this call: fewer than asked when a loss was not finite. */
  done: number;
  /** Mean batch loss of the last step, before its update, in nats; not finite when the run diverged. */
  loss: number;
}

export interface Backend {
  /** One update a rate, on drawn batches; stops before the update of a step whose loss is not finite. */
  advance(learningRates: Float64Array): Now<Advanced>;
  /** One update on the caller's batch. */
  stepOn(batch: Batch, learningRate: number): Now<Advanced>;
  evaluate(): Now<PopulationLoss>;
  spectrum(): Now<Spectrum>;
  state(): Now<OptimizerState>;
  setState(state: OptimizerState): Now<void>;
  /** From now on this many threads share the work, as far as the backend was made for it. */
  setThreads(count: number): Promise<void>;
  /** Bytes this run holds. */
  readonly bytes: number;
  dispose(): void;
}

/** A backend that computes on its caller's thread. */
export interface SynchronousBackend extends Backend {
  advance(learningRates: Float64Array): Advanced;
  stepOn(batch: Batch, learningRate: number): Advanced;
  evaluate(): PopulationLoss;
  spectrum(): Spectrum;
  state(): OptimizerState;
  setState(state: OptimizerState): void;
}
