/** Runs that live in workers: what a page can ask of them. */
import type { ComputedBy } from "../backend/backend.js";
import type { RunConfig } from "../config.js";
import type { Projection } from "../observables/principalAxes.js";
import type { ScheduleInput } from "../schedule/schedule.js";
import type { TrainingRecord } from "../training/record.js";
import type { RuntimeOptions } from "../training/runtime.js";
import type { StepResult } from "../training/trainer.js";

/**
 * "opening" until its worker has it; "running"; "paused" by its page, or at `until`; "ended" at `config.steps`; "diverged";
 * "failed": see `failure`; "closed" by its page.
 */
export type LiveStatus = "opening" | "running" | "paused" | "ended" | "diverged" | "failed" | "closed";

/** Whether nothing comes of a run any more: no steps and no records. */
export const isOver = (status: LiveStatus): boolean => !["opening", "running", "paused"].includes(status);

/** What is known of a run once its worker has it. */
export interface Opened {
  config: RunConfig;
  /** Entropy of the targets, in nats: the floor of a model that does not look at its input. */
  entropy: number;
  /** Entropy of the targets given their inputs, in nats: the floor of the loss. */
  conditionalEntropy: number;
  /** Bytes of memory that the run holds. */
  bytes: number;
  /** The GPU that computes it, where one does: its bits are its own. */
  computedBy?: ComputedBy | undefined;
}

export const frameFields = ["projection", "probabilities", "eigenvalues"] as const;
export type FrameField = (typeof frameFields)[number];

export interface FrameOptions {
  /** Most frames a second. Default 20. A frame that is not taken in time is dropped for a later one. */
  hertz?: number;
  /** What a frame has. Default: all; at V = D = 100 that takes some 20 ms, most of it the projection. */
  fields?: readonly FrameField[];
  /** Principal axes of the projection, at most D. Default 2, or D where it is 1. */
  axes?: number;
  /** Inputs whose predictions `probabilities` has, a row each; the mean prediction over all inputs when left out. */
  inputs?: readonly number[];
}

/** How a model is at a step. */
export interface Frame {
  step: number;
  /** Along the principal axes of the embedding. */
  projection?: Projection;
  /** Inputs × V, row-major; V where it is the mean prediction. */
  probabilities?: Float64Array;
  /** Those that `probabilities` is of; without them it is the mean prediction. */
  inputs?: readonly number[];
  /** Of the centred embedding's Gram matrix, the largest first. */
  eigenvalues?: Float64Array;
}

export interface AddOptions extends RuntimeOptions {
  /** A snapshot to go on from, of the run that `config` was to be. */
  snapshot?: Uint8Array | undefined;
  /** Step at which it pauses; never when left out. */
  until?: number | undefined;
  /** Whether it begins paused, standing at step 0 or at the snapshot's. Default false. */
  paused?: boolean | undefined;
  /** Most steps a second, in an even flow; as fast as can be when left out. */
  pace?: number | undefined;
  /**
   * "webgpu": on the GPU that the worker finds, by `unigram-lab/webgpu`, for configs of relaxed arithmetic; refused where
   * there is none. Default: WebAssembly.
   */
  backend?: "webgpu" | undefined;
  /** Whether a GPU in software will do. Default false. */
  allowFallbackAdapter?: boolean | undefined;
}

/**
 * A run in a worker. Loop over it for its records, those measured since it was added or forked: one loop at a time, and who
 * leaves it and comes back goes on where it was left. The loop ends with the run and throws its failure; the worker waits
 * where some thousands are not taken. A diverged run ends with a record that says so. What is asked of a run is done in
 * its order, between two slices of steps; calls on a run that is closed or has failed reject, and so do those on one that
 * stands at its end when its worker or its GPU is lost, which is no failure of the run.
 */
export interface LiveRun extends AsyncIterable<TrainingRecord> {
  /** Rejects with what `failure` has, or, where the run is closed before, with an Error that says so: no failure. */
  readonly opened: Promise<Opened>;
  /** Of the latest change of its rate. @throws ConfigError where it was added with what is no config */
  readonly config: RunConfig;
  /** Updates done, as the worker last said: said after every slice, and at most some 60 times a second. */
  readonly step: number;
  readonly status: LiveStatus;
  readonly failure: Error | undefined;
  /** Seconds that the worker has computed on it: steps, and evaluations with frames. */
  readonly seconds: { steps: number; other: number };
  /** Called behind every change of step, status, config or records, at most once a message of the worker. */
  onChange: (() => void) | undefined;
  /** Between two slices, also of an `advance`, which then resolves with where it has come to. */
  pause(): void;
  /**
   * Goes on; nothing where it is at its end.
   * @param until step at which it pauses again; never when left out
   * @throws ConfigError for what is no step
   */
  resume(until?: number): void;
  /** Most steps a second, in an even flow; as fast as can be when left out. @throws ConfigError for what is none */
  setPace(stepsPerSecond?: number): void;
  /** So many updates of a paused run, up to `config.steps`, with the records on the way, whatever the pace. */
  advance(count: number): Promise<StepResult>;
  /**
   * The rate from the step on that the run is at, in its steps; becomes part of the schedule of `config`, which it resolves
   * with: trained from step 0 that is the same run with the same bits. Of several at one step the last one holds.
   */
  setLearningRate(rate: ScheduleInput): Promise<RunConfig>;
  /**
   * Another run that goes on from where this one is, in the same worker and at the same pace; this one goes on too.
   * @param changes `steps` is a new total, which one of an ended run needs; `paused` by default false
   */
  fork(changes?: { learningRate?: ScheduleInput; steps?: number; paused?: boolean }): Promise<LiveRun>;
  /**
   * Between two slices of steps, also at its end. Has the records so far, unless it was added with a snapshot that had none
   * of them.
   */
  snapshot(): Promise<Uint8Array>;
  /** Hash of the weights as they are, as `weightsHash` makes it. */
  weightsHash(): Promise<string>;
  /**
   * How the model is, now and whenever it has changed, also while paused. A frame is computed when the one before it was
   * taken, and takes a running run a tenth of its time at most. Ends behind the frame of the run's end. Of several that are
   * asked for at once the later ones wait, as of a generator.
   * @throws ConfigError for a bad option, from the loop
   */
  frames(options?: FrameOptions): AsyncIterable<Frame>;
  /** Ends it and gives its memory back. */
  close(): void;
}

export interface WorkersOptions {
  /** How many. Default: one a core but one, at least 1 and at most 4. */
  count?: number;
  /** Makes a worker; this package's own when left out. */
  worker?: () => Worker;
}

/** Warm workers that share runs out among themselves; within a worker runs take turns, those on the GPU go side by side. */
export interface Workers {
  readonly count: number;
  /** @throws ConfigError for a bad config or option, through `opened` and the loop */
  add(config: unknown, options?: AddOptions): LiveRun;
  /**
   * Many runs on one GPU, which computes them together: a run for each of these configs, in their order. They may differ in
   * seed, rates, numbers of the optimizer, probabilities, initial weights, steps and evaluation, and are of one shape otherwise.
   * Each can all that a run of `add` can; one whose rate is changed, and a fork, go on by themselves.
   * @param options `backend` is "webgpu", and there is no snapshot; they hold for each
   * @throws ConfigError for what is no list of at least one; else as `add`, and what is wrong with one fails all
   */
  addTogether(configs: readonly unknown[], options?: AddOptions): LiveRun[];
  /** Ends all. */
  close(): void;
}
