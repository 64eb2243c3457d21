/** Runs on a pool of threads, longest first. What comes out does not depend on threads or order. */
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { ConfigError, configHash, type RunConfig } from "../config.js";
import { cores } from "./cores.js";
import { estimateSeconds } from "./cost.js";
import type { Journal } from "./journal.js";
import type { RunResult } from "./result.js";
import type { Task } from "./task.js";

export interface PoolProgress {
  /** Share of the estimated work that is done, 0 to 1. */
  share: number;
  finished: number;
  total: number;
}

export interface PoolOptions {
  /** Threads; one a core when left out. */
  threads?: number;
  /** Finished runs are kept here, and taken from here instead of being run again. */
  journal?: Journal;
  signal?: AbortSignal;
  /** Called about ten times a second. */
  onProgress?: (progress: PoolProgress) => void;
}

/** The worker's bundle: beside this file in the package, under dist when this runs from source. */
const workerFile = (): string =>
  fileURLToPath(
    new URL(import.meta.url.endsWith(".ts") ? "../../dist/worker.js" : "./worker.js", import.meta.url),
  );

/**
 * Runs every config once (equal configs are one run) and yields each as it finishes, those of the journal first.
 * @throws the signal's reason when aborted: running runs are stopped, finished ones are in the journal
 */
export async function* runPool(configs: RunConfig[], options: PoolOptions = {}): AsyncGenerator<RunResult> {
  const { journal, signal, onProgress } = options;
  const threads = options.threads ?? cores();
  if (!Number.isInteger(threads) || threads < 1 || threads > 1024)
    throw new ConfigError(`threads: expected a whole number from 1 to 1024, got ${threads}`);
  signal?.throwIfAborted();

  const planned = new Map<string, RunConfig>();
  for (const config of configs) planned.set(configHash(config), config);
  const waiting: { run: string; config: RunConfig; cost: number }[] = [];
  let finished = 0;
  for (const [run, config] of planned) {
    const known = journal?.get(run);
    if (known) {
      finished++;
      yield known;
    } else waiting.push({ run, config, cost: estimateSeconds(config) });
  }
  waiting.sort((a, b) => b.cost - a.cost || (a.run < b.run ? -1 : 1));
  if (waiting.length === 0) return;

  const progress = new Int32Array(new SharedArrayBuffer(4 * waiting.length));
  const totalCost = waiting.reduce((sum, { cost }) => sum + cost, 0);
  const report = () => {
    let done = 0;
    for (const [i, { config, cost }] of waiting.entries())
      done += cost * (config.steps === 0 ? 0 : Math.min(1, Atomics.load(progress, i) / config.steps));
    onProgress?.({ share: done / totalCost, finished, total: planned.size });
  };

  const pool = new Piscina({
    filename: workerFile(),
    minThreads: Math.min(threads, waiting.length),
    maxThreads: threads,
    // "sync" would keep a worker's timers and ports from running
    atomics: "disabled",
  });
  const results: RunResult[] = [];
  let failure: unknown;
  let pending = waiting.length;
  let wake = () => {};
  const stop = () => {
    failure ??= signal?.reason;
    wake();
  };
  signal?.addEventListener("abort", stop, { once: true });
  for (const [slot, { run, config }] of waiting.entries())
    pool.run({ run, config, progress, slot } satisfies Task).then(
      (result: RunResult) => {
        results.push(result);
        pending--;
        wake();
      },
      (error: unknown) => {
        failure ??= new Error(`run ${run}: ${error instanceof Error ? error.message : error}`);
        wake();
      },
    );
  const timer = setInterval(report, 100);
  try {
    while (pending > 0 || results.length > 0) {
      const result = results.shift();
      if (result) {
        await journal?.append(result);
        finished++;
        report();
        yield result;
      } else if (failure) throw failure;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (results.length > 0 || failure) resolve();
        });
    }
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", stop);
    await pool.destroy();
  }
}
