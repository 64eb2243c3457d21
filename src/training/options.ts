/** Choices of the moment for a trainer and for a run: they never change a run's hash. */
import type { BackendKind } from "../backend/backend.js";
import { checkVectorBits } from "../backend/wasm/vectorBits.js";
import { checkNames, checkSignal } from "../checks.js";
import { ConfigError, show } from "../configError.js";
import type { ScheduleInput } from "../schedule/schedule.js";
import { type RuntimeOptions, runtimeNames } from "./runtime.js";

export interface TrainerOptions extends RuntimeOptions {
  /**
   * "wasm" (default): the SIMD kernel. "reference": plain f64 TypeScript, slow, the definition of the model. Or another way
   * to compute, as an object.
   */
  backend?: "wasm" | "reference" | BackendKind;
  /**
   * Threads that share this run, 1 when left out. More than 1 needs shared memory: Node, or a page that is cross-origin
   * isolated. It pays from about a millisecond a step on; the bits are the same.
   */
  threads?: number;
  /** As many as `setThreads` may ask for later; `threads` when left out. */
  maxThreads?: number;
}

/** What may change of a run that has begun: only what lies ahead of it. */
export interface RunChanges {
  /** A new total, at least the steps done. */
  steps?: number | undefined;
  /** The rate from the step on that the run is at; it counts the steps of the run, not those behind the change. */
  learningRate?: ScheduleInput | undefined;
}

/** Their names. */
export const changeNames = ["learningRate", "steps"];

export interface RunOptions {
  signal?: AbortSignal;
  /**
   * Wall milliseconds after which the run stops without an error, at least one slice of steps later than it began;
   * `stepCount` says where. Another `run`, also after a snapshot, goes on with the same bits. Default no limit.
   */
  milliseconds?: number;
  /**
   * Called at least every 256 steps (on a device about ten times a second), with the steps done so far; the run waits for
   * what it returns.
   */
  onProgress?: (stepsDone: number) => void | Promise<void>;
}

/** Threads that a run can have at most. */
export const MOST_THREADS = 255;

const trainerNames = ["backend", "threads", "maxThreads", ...runtimeNames];
const runNames = ["signal", "milliseconds", "onProgress"];

/** Trainer options with their defaults. */
export type CompleteTrainerOptions = TrainerOptions &
  Required<Pick<TrainerOptions, "backend" | "threads" | "maxThreads" | "vectorBits">>;

/** @throws ConfigError with one line that names the option */
export function completeTrainerOptions(
  options: TrainerOptions,
  more: readonly string[] = [],
): CompleteTrainerOptions {
  checkNames(options, trainerNames, more);
  const { backend = "wasm", memoryLimit, threads = 1, maxThreads = threads, vectorBits = 128 } = options;
  const isKind = typeof backend === "object" && backend !== null && typeof backend.create === "function";
  if (backend !== "wasm" && backend !== "reference" && !isKind)
    throw new ConfigError(`backend: expected "wasm", "reference" or a backend, got ${show(backend)}`);
  if (memoryLimit !== undefined && !(typeof memoryLimit === "number" && memoryLimit > 0))
    throw new ConfigError(`memoryLimit: expected a number of bytes above 0, got ${show(memoryLimit)}`);
  checkThreads("threads", threads, 1, MOST_THREADS);
  checkThreads("maxThreads", maxThreads, threads, MOST_THREADS);
  checkVectorBits(vectorBits);
  if (backend === "reference" && maxThreads > 1)
    throw new ConfigError(`threads: expected 1 with the reference backend, got ${maxThreads}`);
  return { ...options, backend, threads, maxThreads, vectorBits };
}

/** @throws ConfigError with one line that names the option */
export function completeRunOptions(options: RunOptions): RunOptions & { milliseconds: number } {
  checkNames(options, runNames);
  const { signal, milliseconds = Number.POSITIVE_INFINITY, onProgress } = options;
  checkSignal(signal);
  if (!(typeof milliseconds === "number" && milliseconds > 0))
    throw new ConfigError(`milliseconds: expected a number above 0, got ${show(milliseconds)}`);
  if (onProgress !== undefined && typeof onProgress !== "function")
    throw new ConfigError(`onProgress: expected a function, got ${show(onProgress)}`);
  return { signal, milliseconds, onProgress };
}

export function checkThreads(
  name: string,
  count: unknown,
  least: number,
  most: number,
): asserts count is number {
  if (!Number.isInteger(count) || (count as number) < least || (count as number) > most)
    throw new ConfigError(`${name}: expected a whole number from ${least} to ${most}, got ${show(count)}`);
}
