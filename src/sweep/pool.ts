/**
 * Runs on a pool of threads, longest first, as many at once as threads and memory allow. What comes out does not depend
 * on threads, order or interruptions.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { checkVectorBits, type VectorBits } from "../backend/wasm/vectorBits.js";
import { ConfigError, configHash, type RunConfig } from "../config.js";
import { cores } from "./cores.js";
import { estimateCost, worthSharing } from "./cost.js";
import type { Journal } from "./journal.js";
import { freeMemory } from "./memory.js";
import type { RunFailure, RunResult } from "./result.js";
import { CONTROL_WORDS, type Outcome, type Task, Word } from "./task.js";

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
  finished: number;
  total: number;
  failed: number;
  /** What each thread is at, null when it waits. */
  running: (RunningRun | null)[];
}

/** What happens to runs, as it happens. */
export type PoolEvent =
  | { event: "started"; run: string; config: RunConfig }
  /** On disk, when there is a journal. `resumedFrom`: the step that it went on from, 0 when it began anew. */
  | { event: "finished"; run: string; result: RunResult; resumedFrom: number }
  /** Threw or lost its worker, and is tried once more. */
  | { event: "retried"; run: string; config: RunConfig; error: string }
  | { event: "failed"; run: string; config: RunConfig; error: string }
  /** Something that costs no run: a checkpoint that could not be written. */
  | { event: "warning"; run: string; message: string };

/** Configs by position. An array is one; a long sweep makes them as they are asked for. */
export interface Configs {
  readonly length: number;
  at(index: number): RunConfig | undefined;
  /** Names of the runs, where they are known already. */
  readonly runs?: readonly string[];
}

export interface PoolOptions {
  /** Threads; one a core when left out. */
  threads?: number;
  /** Finished runs are kept here, and taken from here instead of being run again; long runs are checkpointed beside it. */
  journal?: Journal;
  signal?: AbortSignal;
  /** Called about ten times a second. */
  onProgress?: (progress: PoolProgress) => void;
  onEvent?: (event: PoolEvent) => void;
  /** Bytes of memory for runs; nine tenths of what is free when left out. A run too large for it runs by itself. */
  memory?: number;
  /** Runs that failed before are tried again. */
  retryFailed?: boolean;
  /** Leaves out of the iteration what the journal has already. */
  onlyNew?: boolean;
  /** Milliseconds between two checkpoints of a run. Default 30000. */
  checkpointEvery?: number;
  /** Width of the vectors that the runtime computes with, see `TrainerOptions`. Default 128. */
  vectorBits?: VectorBits;
  /** @internal the worker's file, for tests */
  workerFile?: string;
}

/** Thrown at the end of an iteration, after every other run is done. */
export class FailedRuns extends Error {
  override name = "FailedRuns";
  readonly failures: RunFailure[];
  /** @param count runs that failed; `failures` holds the first of them */
  constructor(
    readonly count: number,
    failures: RunFailure[],
  ) {
    const [{ run, error }] = failures;
    super(`run ${run}: ${error}${count > 1 ? ` (and ${count - 1} more failed)` : ""}`);
    this.failures = failures;
  }
}

interface Waiting {
  run: string;
  index: number;
  seconds: number;
  bytes: number;
  attempts: number;
}

/** How often a run is tried before it is recorded as failed. */
const ATTEMPTS = 2;
/** Finished runs that may wait for the disk or for the caller before no more are started. */
const BACKLOG = 256;
/** Milliseconds that running runs have to stop and be checkpointed. */
const GRACE = 600;
/** Failures whose details are held for the final error. */
const SHOWN = 20;

/** The worker's bundle: beside this file in the package, under dist when this runs from source. */
const workerBundle = (): string =>
  fileURLToPath(
    new URL(import.meta.url.endsWith(".ts") ? "../../dist/worker.js" : "./worker.js", import.meta.url),
  );

const oneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0];

/**
 * Runs every config once (equal configs are one run) and yields each as it finishes, those of the journal first.
 * @throws ConfigError for bad `threads` or `vectorBits`
 * @throws FailedRuns at the end, when runs failed twice (or, in the journal, before)
 * @throws the signal's reason when aborted: running runs are checkpointed and stopped, finished ones are in the journal
 * @throws the journal's error when it cannot be written
 */
export async function* runPool(configs: Configs, options: PoolOptions = {}): AsyncGenerator<RunResult> {
  const { journal, signal, onProgress, onEvent } = options;
  const threads = options.threads ?? cores();
  if (!Number.isInteger(threads) || threads < 1 || threads > 1024)
    throw new ConfigError(`threads: expected a whole number from 1 to 1024, got ${threads}`);
  const { vectorBits = 128 } = options;
  checkVectorBits(vectorBits);
  signal?.throwIfAborted();

  const known: string[] = [];
  const failures: RunFailure[] = [];
  let failed = 0;
  const fail = (failure: RunFailure) => {
    failed++;
    if (failures.length < SHOWN) failures.push(failure);
  };
  const waiting: Waiting[] = [];
  const planned = new Set<string>();
  for (let index = 0; index < configs.length; index++) {
    const run = configs.runs?.[index] ?? configHash(configs.at(index) as RunConfig);
    if (planned.has(run)) continue;
    planned.add(run);
    if (journal?.has(run)) known.push(run);
    else if (journal?.hasFailed(run) && !options.retryFailed)
      fail((await journal.failure(run)) as RunFailure);
    else {
      const { seconds, bytes } = estimateCost(configs.at(index) as RunConfig);
      waiting.push({ run, index, seconds, bytes, attempts: 0 });
    }
  }
  const total = planned.size;
  planned.clear();
  if (journal && !options.onlyNew) yield* journal.results(known);
  // the longest at the end, where it is taken from
  waiting.sort((a, b) => a.seconds - b.seconds || (a.run < b.run ? 1 : -1));

  const slots = Math.max(1, Math.min(threads, waiting.length));
  const control = new Int32Array(new SharedArrayBuffer(4 * CONTROL_WORDS * slots));
  const word = (slot: number, name: keyof typeof Word) => CONTROL_WORDS * slot + Word[name];
  const running: ({ waiting: Waiting; config: RunConfig } | null)[] = Array(slots).fill(null);
  const totalSeconds = waiting.reduce((sum, { seconds }) => sum + seconds, 0);
  let doneSeconds = 0;
  let finished = known.length;
  const report = () => {
    let done = doneSeconds;
    const at = running.map((task, slot) => {
      if (!task) return null;
      const step = Atomics.load(control, word(slot, "step"));
      done += task.config.steps ? (task.waiting.seconds * step) / task.config.steps : 0;
      return { run: task.waiting.run, config: task.config, step };
    });
    const share = finished + failed === total ? 1 : Math.min(1, done / totalSeconds);
    onProgress?.({ share, finished, total, failed, running: at });
  };
  if (waiting.length === 0) {
    report();
    if (failed > 0) throw new FailedRuns(failed, failures);
    return;
  }

  const checkpoints = journal && join(journal.directory, "checkpoints");
  const budget = options.memory ?? 0.9 * freeMemory();
  let used = 0;
  let writing = 0;
  let stopping = false;
  let broken: unknown;
  const ready: RunResult[] = [];
  let wake = () => {};

  const pool = new Piscina({
    filename: options.workerFile ?? workerBundle(),
    minThreads: slots,
    maxThreads: slots,
    // "sync" would keep a worker's timers and ports from running
    atomics: "disabled",
  });
  // a worker that ends between two runs costs nothing: the pool has started another
  pool.on("error", () => {});

  const busy = () => running.some((task) => task !== null);

  /** The longest waiting run that fits into memory; whatever its size when nothing else runs. */
  const next = (): Waiting | undefined => {
    for (let i = waiting.length - 1; i >= 0; i--)
      if (used + waiting[i].bytes <= budget || !busy()) return waiting.splice(i, 1)[0];
    return undefined;
  };

  const fill = () => {
    for (let slot = 0; slot < slots && !stopping; slot++) {
      if (running[slot] !== null || writing + ready.length >= BACKLOG) continue;
      const chosen = next();
      if (!chosen) break;
      start(slot, chosen);
    }
    if (waiting.length === 0) spread();
  };

  /** When nothing waits any more, idle threads join the runs that are large enough to share. */
  const spread = () => {
    const large = running.flatMap((task, slot) =>
      task && worthSharing(task.waiting.seconds, task.config.steps)
        ? [{ slot, seconds: task.waiting.seconds }]
        : [],
    );
    large.sort((a, b) => b.seconds - a.seconds);
    const idle = threads - running.filter((task) => task !== null).length;
    for (const [i, { slot }] of large.entries()) {
      const extra = Math.floor(idle / large.length) + (i < idle % large.length ? 1 : 0);
      Atomics.store(control, word(slot, "threads"), 1 + extra);
    }
  };

  const start = (slot: number, chosen: Waiting) => {
    const { run, index } = chosen;
    const config = configs.at(index) as RunConfig;
    running[slot] = { waiting: chosen, config };
    used += chosen.bytes;
    Atomics.store(control, word(slot, "step"), 0);
    Atomics.store(control, word(slot, "threads"), 1);
    onEvent?.({ event: "started", run, config });
    const checkpoint = checkpoints ? join(checkpoints, `${run}.checkpoint`) : null;
    const checkpointEvery = options.checkpointEvery ?? 30_000;
    const maxThreads = worthSharing(chosen.seconds, config.steps) ? threads : 1;
    const task: Task = { run, config, control, slot, maxThreads, vectorBits, checkpoint, checkpointEvery };
    pool
      .run(task)
      .then(
        (outcome: Outcome) => settle(slot, chosen, () => keep(chosen, outcome, checkpoint)),
        (error: unknown) => settle(slot, chosen, () => again(chosen, config, oneLine(error))),
      )
      .catch((error: unknown) => {
        broken ??= error;
        stopping = true;
      })
      .finally(() => wake());
  };

  /** The next run starts before this one is on disk. */
  const settle = async (slot: number, chosen: Waiting, record: () => Promise<void>) => {
    free(slot, chosen);
    writing++;
    try {
      const recorded = record();
      fill();
      await recorded;
    } finally {
      writing--;
      fill();
    }
  };

  const free = (slot: number, { bytes }: Waiting) => {
    running[slot] = null;
    used -= bytes;
  };

  const keep = async (
    { run, seconds }: Waiting,
    { result, resumedFrom, checkpointed, checkpointError }: Outcome,
    checkpoint: string | null,
  ) => {
    if (checkpointError)
      onEvent?.({ event: "warning", run, message: `a checkpoint could not be written (${checkpointError})` });
    if (!result) return;
    doneSeconds += seconds;
    await journal?.append(result);
    if (checkpointed && checkpoint) await rm(checkpoint, { force: true });
    finished++;
    ready.push(result);
    onEvent?.({ event: "finished", run, result, resumedFrom });
    report();
  };

  const again = async (chosen: Waiting, config: RunConfig, error: string) => {
    // a stopped pool takes its workers down
    if (stopping) return;
    const { run, seconds } = chosen;
    chosen.attempts++;
    if (chosen.attempts < ATTEMPTS) {
      onEvent?.({ event: "retried", run, config, error });
      waiting.push(chosen);
      return;
    }
    const failure = { run, config, error, attempts: chosen.attempts };
    await journal?.appendFailure(failure);
    doneSeconds += seconds;
    fail(failure);
    onEvent?.({ event: "failed", run, config, error });
  };

  const stop = () => {
    stopping = true;
    wake();
  };
  signal?.addEventListener("abort", stop, { once: true });
  const timer = setInterval(report, 100);
  try {
    fill();
    for (;;) {
      if (signal?.aborted) throw signal.reason;
      if (broken) throw broken;
      const result = ready.shift();
      if (result) {
        yield result;
        fill();
      } else if (waiting.length === 0 && !busy() && writing === 0) break;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (ready.length > 0 || stopping) resolve();
        });
    }
    if (failed > 0) throw new FailedRuns(failed, failures);
  } finally {
    stopping = true;
    clearInterval(timer);
    signal?.removeEventListener("abort", stop);
    for (let slot = 0; slot < slots; slot++) Atomics.store(control, word(slot, "stop"), 1);
    for (let waited = 0; busy() && waited < GRACE; waited += 10) await sleep(10);
    await pool.destroy();
    while (writing > 0) await sleep(1);
  }
}
