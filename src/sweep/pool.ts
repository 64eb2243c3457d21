/**
 * Runs on a pool of threads, or many together on a device. What comes out does not depend on threads, order, grouping or
 * interruptions.
 */
import { ConfigError, type RunConfig } from "../config.js";
import { devicePool } from "./devicePool.js";
import { type Configs, Ledger } from "./ledger.js";
import { completePoolOptions, type PoolOptions } from "./poolOptions.js";
import type { RunResult } from "./result.js";
import { checkRevision } from "./revisions.js";
import { threadPool } from "./threadPool.js";

/**
 * Runs every config once (equal configs are one run) and yields each as it finishes, those of the journal first.
 * @throws ConfigError for a bad or unknown option, a config that the backend does not take, or when there are runs to compute
 *   and the journal has results of another bits revision
 * @throws FailedRuns at the end, when runs failed twice (or, in the journal, before) or were skipped for want of memory
 * @throws Error when the machine has no threads, descriptors or disk to go on with, or its device is lost again and again,
 *   which is no run's fault
 * @throws the signal's reason when aborted: running runs are checkpointed and stopped, finished ones are in the journal
 * @throws the journal's error when it cannot be written
 */
export async function* runPool(configs: Configs, options: PoolOptions = {}): AsyncGenerator<RunResult> {
  const { threads, runtime, backend } = completePoolOptions(options);
  const { journal, signal } = options;
  signal?.throwIfAborted();
  const check = (config: RunConfig) => {
    if (backend && config.arithmetic !== "relaxed")
      throw new ConfigError(
        `arithmetic: expected "relaxed" with ${backend.name}, whose rounding may differ from device to device, got "strict"`,
      );
  };
  const ledger = await Ledger.open(configs, options, { threads, runtime, check });
  const nothingLeft = ledger.waiting.length === 0;
  if (journal && !nothingLeft) checkRevision(journal);
  if (journal && !options.onlyNew) yield* journal.results(ledger.known);
  if (nothingLeft) {
    ledger.report([]);
    if (ledger.unfinished) throw ledger.unfinished;
    return;
  }

  const pool = backend
    ? devicePool(ledger, backend, runtime, options)
    : threadPool(ledger, threads, runtime, options);
  const stop = () => ledger.stop();
  signal?.addEventListener("abort", stop, { once: true });
  const timer = setInterval(() => ledger.report(pool.inHand()), 100);
  try {
    pool.fill();
    for (;;) {
      if (signal?.aborted) throw signal.reason;
      if (ledger.broken) throw ledger.broken;
      const result = ledger.ready.shift();
      if (result) {
        yield result;
        pool.fill();
      } else if (ledger.waiting.length === 0 && pool.idle && !ledger.writing) break;
      else await ledger.change();
    }
    if (ledger.unfinished) throw ledger.unfinished;
  } finally {
    ledger.stopping = true;
    clearInterval(timer);
    signal?.removeEventListener("abort", stop);
    await pool.end();
  }
}
