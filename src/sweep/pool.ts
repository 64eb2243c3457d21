/**
 * Runs on a pool of threads, longest first, as many at once as threads and memory allow. What comes out does not depend
 * on threads, order or interruptions.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { configHash, type RunConfig } from "../config.js";
import { checkHandedIn } from "../data/createSource.js";
import { type Cost, estimateCost, worthSharing } from "./cost.js";
import { atMost, freeAddresses, freeMemory } from "./memory.js";
import { completePoolOptions, type PoolOptions } from "./poolOptions.js";
import type { RunFailure, RunResult } from "./result.js";
import { checkRevision } from "./revisions.js";
import { CONTROL_WORDS, NOT_BEGUN, type Outcome, type Task, Word } from "./task.js";
import { StartFailure, Thread } from "./thread.js";
import { type Trouble, troubleOf } from "./trouble.js";

/** Configs by position. An array is one; a long sweep makes them as they are asked for. */
export interface Configs {
  readonly length: number;
  at(index: number): RunConfig | undefined;
  /** Names of the runs, where they are known already. */
  readonly runs?: readonly string[];
}

/** A run that there was no memory for. */
export interface SkippedRun {
  run: string;
  config: RunConfig;
  /** Bytes that it takes, its thread included. */
  bytes: number;
  error: string;
}

/** Thrown at the end of an iteration, after every other run is done. */
export class FailedRuns extends Error {
  override name = "FailedRuns";
  /**
   * @param count runs that failed; `failures` holds the first of them
   * @param skippedCount runs that were skipped for want of memory; `skipped` holds the first of them
   */
  constructor(
    readonly count: number,
    readonly failures: RunFailure[],
    readonly skippedCount = 0,
    readonly skipped: SkippedRun[] = [],
  ) {
    const more = (all: number, what: string) => (all > 1 ? ` (and ${all - 1} more ${what})` : "");
    const lines = [];
    if (count > 0) lines.push(`run ${failures[0].run}: ${failures[0].error}${more(count, "failed")}`);
    if (skippedCount > 0)
      lines.push(
        `run ${skipped[0].run} was skipped, it takes ${skipped[0].bytes} bytes of memory with its thread: ${skipped[0].error}${more(skippedCount, "skipped")}`,
      );
    super(lines.join("; "));
  }
}

interface Waiting extends Cost {
  run: string;
  index: number;
  attempts: number;
  /** Runs at once before the machine was too weak for this one; undefined while it was not. */
  before?: number;
  /** Whether nothing of other runs is left in memory, so that another trouble is the last. */
  alone?: boolean;
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

/**
 * Runs every config once (equal configs are one run) and yields each as it finishes, those of the journal first.
 * @throws ConfigError for a bad or unknown option, or when there are runs to compute and the journal has results of another
 *   bits revision
 * @throws FailedRuns at the end, when runs failed twice (or, in the journal, before) or were skipped for want of memory
 * @throws Error when the machine has no threads, descriptors or disk to go on with, which is no run's fault
 * @throws the signal's reason when aborted: running runs are checkpointed and stopped, finished ones are in the journal
 * @throws the journal's error when it cannot be written
 */
export async function* runPool(configs: Configs, options: PoolOptions = {}): AsyncGenerator<RunResult> {
  const { threads, runtime } = completePoolOptions(options);
  const { journal, signal, onProgress, onEvent } = options;
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
      const config = configs.at(index) as RunConfig;
      // before anything is run, rather than run by run
      checkHandedIn(config.distribution, runtime);
      waiting.push({ run, index, attempts: 0, ...estimateCost(config, threads) });
    }
  }
  if (journal && waiting.length > 0) checkRevision(journal);
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
  let resumedSeconds = 0;
  let finished = known.length;
  const skipped: SkippedRun[] = [];
  let skippedCount = 0;
  const report = () => {
    let done = doneSeconds;
    let resumed = resumedSeconds;
    const at = running.map((task, slot) => {
      if (!task) return null;
      const step = Math.max(0, Atomics.load(control, word(slot, "step")));
      const share = (steps: number) =>
        task.config.steps ? (task.waiting.seconds * steps) / task.config.steps : 0;
      done += share(step);
      resumed += share(Math.min(step, Atomics.load(control, word(slot, "resumedFrom"))));
      return { run: task.waiting.run, config: task.config, step };
    });
    const all = finished + failed + skippedCount === total;
    const shareOf = (seconds: number) => (totalSeconds > 0 ? Math.min(1, seconds / totalSeconds) : 0);
    onProgress?.({
      share: all ? 1 : shareOf(done),
      resumedShare: shareOf(resumed),
      finished,
      total,
      failed,
      skipped: skippedCount,
      running: at,
    });
  };
  const unfinished = () => new FailedRuns(failed, failures, skippedCount, skipped);
  if (waiting.length === 0) {
    report();
    if (failed > 0) throw unfinished();
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

  const makeThread = () => new Thread(options.workerFile ?? workerBundle());
  let pool = Array.from({ length: slots }, makeThread);
  let recycling = false;
  /** Runs at once: fewer than slots once the machine has shown its limits. */
  let atOnce = slots;

  const busyCount = () => running.filter((task) => task !== null).length;
  const busy = () => busyCount() > 0;

  /** The longest waiting run that fits into memory; whatever its size when nothing else runs. */
  const next = (): Waiting | undefined => {
    for (let i = waiting.length - 1; i >= 0; i--)
      if (used + waiting[i].bytes <= budget || !busy()) return waiting.splice(i, 1)[0];
    return undefined;
  };

  const fill = () => {
    for (let slot = 0; slot < slots && !stopping && !recycling; slot++) {
      if (running[slot] !== null || writing + ready.length >= BACKLOG) continue;
      if (busyCount() >= atOnce) break;
      const chosen = next();
      if (!chosen) break;
      start(slot, chosen);
    }
    if (waiting.length === 0 && !recycling) spread();
  };

  /** When nothing waits any more, idle threads join the runs that are large enough to share. */
  const spread = () => {
    const large = running.flatMap((task, slot) =>
      task && worthSharing(task.waiting.seconds, task.config.steps)
        ? [{ slot, seconds: task.waiting.seconds }]
        : [],
    );
    large.sort((a, b) => b.seconds - a.seconds);
    // a machine that has shown its limits is not asked for more
    const idle = atOnce < slots ? 0 : threads - busyCount();
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
    Atomics.store(control, word(slot, "step"), NOT_BEGUN);
    Atomics.store(control, word(slot, "resumedFrom"), 0);
    Atomics.store(control, word(slot, "threads"), 1);
    onEvent?.({ event: "started", run, config });
    const checkpoint = checkpoints ? join(checkpoints, `${run}.checkpoint`) : null;
    const checkpointEvery = options.checkpointEvery ?? 30_000;
    const { maxThreads } = chosen;
    const task: Task = { run, config, control, slot, maxThreads, runtime, checkpoint, checkpointEvery };
    compute(slot, chosen, task)
      .then((outcome) =>
        outcome.trouble
          ? settle(slot, chosen, () => again(chosen, config, outcome.trouble as Trouble))
          : settle(slot, chosen, () => keep(chosen, outcome, checkpoint)),
      )
      .catch((error: unknown) => {
        broken ??= error;
        stopping = true;
      })
      .finally(() => wake());
  };

  /** A run that finds no memory, or a thread that does not come up, is an outcome too. */
  const compute = async (slot: number, { held, bytes }: Waiting, task: Task): Promise<Outcome> => {
    let trouble: Trouble;
    try {
      const free = bytes > budget && options.memory === undefined ? atMost() : Number.POSITIVE_INFINITY;
      if (held <= free) return await pool[slot].run(task);
      trouble = { cause: "memory", message: `${Math.floor(free)} bytes are free` };
    } catch (error) {
      trouble = troubleOf(error);
      if (error instanceof StartFailure && trouble.cause === "run")
        trouble = { cause: "machine", message: trouble.message };
    }
    return { result: null, trouble, resumedFrom: 0, checkpointed: false, warnings: [] };
  };

  /** The next run starts before this one is on disk. */
  const settle = async (slot: number, chosen: Waiting, record: () => Promise<void>) => {
    running[slot] = null;
    used -= chosen.bytes;
    writing++;
    try {
      const recorded = record();
      fill();
      await recorded;
    } catch (error) {
      // before this run counts as settled: with nothing else to do the pool would end as if all were done
      broken ??= error;
      stopping = true;
    } finally {
      writing--;
      fill();
    }
  };

  const keep = async (
    { run, seconds }: Waiting,
    { result, resumedFrom, checkpointed, warnings }: Outcome,
    checkpoint: string | null,
  ) => {
    for (const message of warnings) onEvent?.({ event: "warning", run, message });
    if (!result) return;
    doneSeconds += seconds;
    if (result.config.steps > 0) resumedSeconds += (seconds * resumedFrom) / result.config.steps;
    await journal?.append(result);
    if (checkpointed && checkpoint) await rm(checkpoint, { force: true });
    finished++;
    ready.push(result);
    onEvent?.({ event: "finished", run, result, resumedFrom });
    report();
  };

  const again = async (chosen: Waiting, config: RunConfig, trouble: Trouble) => {
    // a stopped pool takes its workers down
    if (stopping) return;
    if (trouble.cause !== "run") return retreat(chosen, config, trouble);
    const { run, seconds } = chosen;
    const error = trouble.message;
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

  /**
   * The machine is too weak for this run now. With fewer beside it, it may not be; then it is tried alone, with nothing
   * of other runs left in memory; after that it is skipped when memory is short, and when anything else is, all ends.
   */
  const retreat = async (chosen: Waiting, config: RunConfig, { cause, message }: Trouble) => {
    // by one thread alone it takes less
    Object.assign(chosen, estimateCost(config));
    const { run, bytes, seconds } = chosen;
    const others = busyCount();
    chosen.before ??= atOnce;
    if (others > 0 || !chosen.alone) {
      const fewer = Math.max(1, Math.min(atOnce, others));
      if (fewer < atOnce) onEvent?.({ event: "slowed", run, atOnce: fewer, error: message });
      atOnce = fewer;
      chosen.alone = others === 0;
      if (chosen.alone) await recycle();
      waiting.push(chosen);
      return;
    }
    if (cause === "machine") {
      stopping = true;
      throw new Error(
        `the machine cannot go on (${message}); what is finished is kept, the same command goes on once it can`,
      );
    }
    // those behind it are smaller
    atOnce = Math.max(atOnce, chosen.before);
    doneSeconds += seconds;
    skippedCount++;
    const left = freeAddresses();
    const mapped = Number.isFinite(left)
      ? `; ulimit -v leaves ${Math.max(0, left)} bytes of addresses, and WebAssembly maps 10 GiB of them for a run`
      : "";
    const skip = { run, config, bytes, error: message + mapped };
    if (skipped.length < SHOWN) skipped.push(skip);
    onEvent?.({ event: "skipped", ...skip });
  };

  /** Ends all threads, which wait, and what they still hold of earlier runs; none starts before that. */
  const recycle = async () => {
    recycling = true;
    await Promise.all(pool.map((thread) => thread.end()));
    pool = pool.map(makeThread);
    recycling = false;
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
    if (failed + skippedCount > 0) throw unfinished();
  } finally {
    stopping = true;
    clearInterval(timer);
    signal?.removeEventListener("abort", stop);
    for (let slot = 0; slot < slots; slot++) Atomics.store(control, word(slot, "stop"), 1);
    for (let waited = 0; busy() && waited < GRACE; waited += 10) await sleep(10);
    await Promise.all(pool.map((thread) => thread.end()));
    while (writing > 0) await sleep(1);
  }
}
