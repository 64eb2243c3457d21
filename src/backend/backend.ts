/**
 * Backends: one interface for whatever computes a run. A backend holds the state of one run. Evaluations and observables
 * are composed of what it computes, once for all backends (src/observables/).
 */
import type { RunConfig } from "../config.js";
import type { Batch } from "../data/batch.js";
import type { TokenSource } from "../data/source.js";
import type { Weights } from "../model/parameters.js";
import type { Running } from "../optimizer/optimizer.js";

/** Everything a run needs to go on. */
export interface OptimizerState {
  /** Updates done. */
  step: number;
  weights: Weights;
  /** The optimizer's arrays, by their names: of every parameter one, in its shape or that of one row (D). */
  arrays: Record<string, Weights>;
  /** Running products (β₁ᵗ), formed one factor a step: computed as a power they would differ in the last bit. */
  scalars: Running;
}

/** A result, or the promise of one: the work may be done on another thread or a GPU. */
export type Now<T> = T | Promise<T>;

/** Calls `next` with a result: at once, or when its promise resolves. */
export const after = <A, B>(value: Now<A>, next: (value: A) => Now<B>): Now<B> =>
  value instanceof Promise ? value.then(next) : next(value);

/** Who computed a run whose arithmetic is relaxed: its rounding may differ from one to another. */
export interface ComputedBy {
  backend: string;
  /** The device, as it names itself. */
  adapter: string;
  driver: string;
}

/** Thrown by the calls of a backend whose device is gone, and the state of its runs with it. */
export class DeviceLost extends Error {
  override name = "DeviceLost";

  /** By name, as ConfigError: the entries of the package are bundled apart. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "DeviceLost";
  }
}

export interface Advanced {
  /** Steps done in this call: fewer than asked when a loss was not finite. */
  done: number;
  /** Mean batch loss of the last step (the population loss where gradients are exact), before its update, in nats; not
   * finite when the run diverged. */
  loss: number;
}

/** Eigenvalues of the centred embedding's Gram matrix, the smaller of V×V and D×D. */
export interface Eigenvalues {
  /** min(V, D) of them, in no order: squared singular values. */
  values: Float64Array;
  /** Share of ‖E‖² in the mean row, which centring removes. */
  meanEnergyShare: number;
}

/** What the model predicts for a list of inputs. */
export interface Predictions {
  /** −Σ_b P(b|a) ln q_a(b) of each input, nats. */
  losses: Float64Array;
  /** Entropies of q_a, nats. */
  entropies: Float64Array;
  /** Σ weight · q_a, length V. */
  mean: Float64Array;
}

export interface Backend {
  /** One update a rate, on drawn batches or exact gradients; stops before the update of a step whose loss is not finite. */
  advance(learningRates: Float64Array): Now<Advanced>;
  /** One update on the caller's batch. */
  stepOn(batch: Batch, learningRate: number): Now<Advanced>;
  /** The first `count` pairs of the stream of this purpose at the step that the run is at. */
  draw(purpose: number, count: number): Now<Batch>;
  /** Expected loss of each input over its targets, logSumExp − Σ_b P(b|a) logit_ab, in nats. */
  inputLosses(inputs: Uint32Array): Now<Float64Array>;
  /**
   * Losses of single pairs, −ln q(b|a) in nats: input i has the targets starts[i] … starts[i + 1] − 1, each at most once.
   * @param starts one more than inputs
   */
  pairLosses(inputs: Uint32Array, starts: Uint32Array, targets: Uint32Array): Now<Float64Array>;
  /** What the model predicts for these inputs, and its mean under these weights. Only for conditional sources. */
  predictions(inputs: Uint32Array, weights: Float64Array): Now<Predictions>;
  /** Norm of the gradient of the population loss with respect to all parameters. Only for configs with exact gradients. */
  gradientNorm(): Now<number>;
  eigenvalues(): Now<Eigenvalues>;
  state(): Now<OptimizerState>;
  setState(state: OptimizerState): Now<void>;
  /** From now on this many threads share the work, up to the `maxThreads` that the backend was made for. */
  setThreads(count: number): Promise<void>;
  /** Steps that `advance` takes about a tenth of a second for, as far as is known; at least 1. */
  readonly stepsAtOnce: number;
  /** Bytes this run holds. */
  readonly bytes: number;
  dispose(): void;
}

/** What a backend needs beside the config. */
export interface BackendOptions {
  source: TokenSource;
  /** The compiled kernel, for runtimes that refuse to compile from bytes. */
  module?: WebAssembly.Module | undefined;
  /** Threads of the run: how many at first, and how many it may come to have. */
  threads: number;
  maxThreads: number;
  /** Width of the vectors that the runtime computes with. */
  vectorBits: 128 | 256;
}

/** A way to compute, as `createTrainer(config, { backend })` takes it. */
export interface BackendKind {
  name: string;
  /** Bytes that a run would hold. */
  bytes(config: RunConfig, options: { maxThreads: number }): number;
  /** @throws ConfigError for a config that it cannot compute */
  create(config: RunConfig, options: BackendOptions): Now<Backend>;
  /** Of a kind for several runs together: who computes one of them by itself. @internal */
  alone?: BackendKind;
  /** Of a kind that computes on a device, which can be lost and of which results tell the name. */
  device?: {
    /** @throws ConfigError where there is none */
    computedBy(): Promise<ComputedBy>;
    /** Runs whose shapes are equal can be computed together. */
    shapeOf(config: RunConfig): string;
    /** How many runs of this shape the device holds at once, at least 1. */
    mostTogether(config: RunConfig): Promise<number>;
    /**
     * Runs of one shape, computed together: what they are asked at one time the device does in one go. A run's bits do not
     * depend on the others' configs, only on how many they are.
     * @param options.sources of every config one
     */
    createMany(
      configs: readonly RunConfig[],
      options: Omit<BackendOptions, "source"> & { sources: readonly TokenSource[] },
    ): Promise<Backend[]>;
  };
}

/** A backend that computes on its caller's thread. */
export type SynchronousBackend = {
  [K in keyof Backend]: K extends "setThreads"
    ? Backend[K]
    : Backend[K] extends (...args: infer A) => infer R
      ? (...args: A) => Exclude<R, Promise<unknown>>
      : Backend[K];
};
