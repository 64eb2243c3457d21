/** What a pool is asked for, and what it tells while it runs. */
import type { BackendKind } from "../backend/backend.js";
import { checkNames, checkSignal } from "../checks.js";
import { ConfigError, type RunConfig, show } from "../config.js";
import { isSeveral } from "../data/createSource.js";
import type { CorpusTokens } from "../data/digest.js";
import { completeTrainerOptions } from "../training/options.js";
import { type RuntimeOptions, runtimeNames, runtimeOf } from "../training/runtime.js";
import type { DeviceKind } from "../training/together.js";
import { cores } from "./cores.js";
import type { Journal } from "./journal.js";
import type { RunResult } from "./result.js";

/** A run that is being computed. */
export interface RunningRun {
  run: string;
  config: RunConfig;
  /** Steps done so far. */
  step: number;
}

export interface PoolProgress {
  /** Share of the estimated work that is done, 0 to 1. */
  share: number;
  /** What of it was found in checkpoints and took no time here. */
  resumedShare: number;
  finished: number;
  total: number;
  failed: number;
  /** Runs that the machine had no memory for. */
  skipped: number;
  /** What each thread is at, null when it waits; the runs in hand on a device. */
  running: (RunningRun | null)[];
}

/** What happens to runs, as it happens. */
export type PoolEvent =
  | { event: "started"; run: string; config: RunConfig }
  /**
   * On disk, when there is a journal. `resumedFrom`: the step that it went on from, 0 when it began anew. `wentOnFrom`: the
   * shorter run whose kept snapshot it began with, if any.
   */
  | {
      event: "finished";
      run: string;
      result: RunResult;
      resumedFrom: number;
      wentOnFrom?: { run: string; step: number } | undefined;
    }
  /** Threw or lost its worker, and is tried once more. */
  | { event: "retried"; run: string; config: RunConfig; error: string }
  | { event: "failed"; run: string; config: RunConfig; error: string }
  /** The machine is too weak for so many runs at once; this one waits, and from here on there are at most `atOnce`. */
  | { event: "slowed"; run: string; atOnce: number; error: string }
  /** Not enough memory for it even alone: it is not recorded, and tried again by the next call. */
  | { event: "skipped"; run: string; config: RunConfig; bytes: number; error: string }
  /** The device is gone: its `runs`, of which `run` is the first, go on from their checkpoints, or begin anew, on the next one. */
  | { event: "lost"; run: string; runs: string[]; error: string }
  /** Something that costs no run: a checkpoint that could not be written. */
  | { event: "warning"; run: string; message: string };

export interface PoolOptions extends RuntimeOptions {
  /**
   * Computes on its device, such as `webgpu()` of unigram-lab/webgpu, in place of threads: many runs of one shape together,
   * as many as it holds. Of relaxed arithmetic only. `memoryLimit` is for all runs in hand together then.
   */
  backend?: BackendKind;
  /** Threads, up to 1024; one a core when left out. One run is shared by 255 at most. */
  threads?: number;
  /** Finished runs are kept here, and taken from here instead of being run again; long runs are checkpointed beside it. */
  journal?: Journal;
  signal?: AbortSignal;
  /** Called about ten times a second. */
  onProgress?: (progress: PoolProgress) => void;
  onEvent?: (event: PoolEvent) => void;
  /** Bytes of memory for runs; nine tenths of what is free when left out. A run too large for it runs by itself; one too large for what is free is skipped. */
  memory?: number;
  /** Runs that failed before are tried again. */
  retryFailed?: boolean;
  /** Leaves out of the iteration what the journal has already. */
  onlyNew?: boolean;
  /**
   * Keeps the snapshot of every run that is computed, at its end, in `snapshots` beside the journal (RUN.snapshot, for
   * `restoreTrainer` too): a run that is the same but for more steps goes on from there, whether or not it is kept itself.
   * With Adam 12 bytes a weight. Default false.
   */
  keepSnapshots?: boolean | undefined;
  /** Milliseconds between two checkpoints of a run. Default 30000. */
  checkpointEvery?: number;
  /** @internal the worker's file, for tests */
  workerFile?: string;
}

/** @internal */
export const poolOptionNames = [
  "threads",
  "backend",
  "journal",
  "signal",
  "onProgress",
  "onEvent",
  "memory",
  "retryFailed",
  "onlyNew",
  "keepSnapshots",
  "checkpointEvery",
  "workerFile",
  ...runtimeNames,
];

/** @throws ConfigError for a bad or unknown option */
export function completePoolOptions(options: PoolOptions): {
  threads: number;
  runtime: RuntimeOptions;
  backend?: DeviceKind;
} {
  checkNames(options, poolOptionNames);
  checkSignal(options.signal);
  for (const name of ["memory", "checkpointEvery"] as const) {
    const value = options[name];
    if (value !== undefined && !(typeof value === "number" && value >= 0))
      throw new ConfigError(`${name}: expected a number of at least 0, got ${show(value)}`);
  }
  const { backend, keepSnapshots } = options;
  if (keepSnapshots !== undefined && typeof keepSnapshots !== "boolean")
    throw new ConfigError(`keepSnapshots: expected true or false, got ${show(keepSnapshots)}`);
  if (backend !== undefined && !isDeviceKind(backend))
    throw new ConfigError(`backend: expected one that computes on a device, got ${show(backend)}`);
  for (const name of ["threads", "memory"] as const)
    if (backend !== undefined && options[name] !== undefined)
      throw new ConfigError(`${name}: expected nothing with ${backend.name}, got ${show(options[name])}`);
  const threads = options.threads ?? (backend ? 1 : cores());
  if (!Number.isInteger(threads) || threads < 1 || threads > 1024)
    throw new ConfigError(`threads: expected a whole number from 1 to 1024, got ${threads}`);
  const runtime = runtimeOf(options);
  completeTrainerOptions(runtime);
  if (backend) return { threads, runtime, backend };
  const { corpus } = runtime;
  return {
    threads,
    runtime: { ...runtime, corpus: isSeveral(corpus) ? corpus.map(shared) : shared(corpus) },
  };
}

const isDeviceKind = (backend: unknown): backend is DeviceKind =>
  typeof (backend as BackendKind | null)?.device?.createMany === "function";

/** The same tokens in memory that threads share, so that each of them does not get a copy. */
function shared<T extends CorpusTokens | undefined>(corpus: T): T {
  if (corpus === undefined || !ArrayBuffer.isView(corpus) || corpus.buffer instanceof SharedArrayBuffer)
    return corpus;
  const Tokens = corpus.constructor as new (buffer: SharedArrayBuffer) => T & CorpusTokens;
  const copy = new Tokens(new SharedArrayBuffer(corpus.byteLength));
  copy.set(corpus);
  return copy;
}
