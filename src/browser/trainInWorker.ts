/** One run off the page's thread. */
import { checkNames, checkSignal } from "../checks.js";
import type { RunConfigInput, TrainingRecord } from "../index.js";
import { type RuntimeOptions, runtimeNames } from "../training/runtime.js";
import type { LiveRun, Workers } from "./liveRun.js";
import { openWorkers } from "./openWorkers.js";

/** Seconds that the worker of a run that was left has to hand it over. */
export const HAND_OVER = 5;

export interface WorkerOptions extends RuntimeOptions {
  /** Stops the run between two slices of steps: the loop throws the signal's reason at once, `snapshot` has how far it came. */
  signal?: AbortSignal;
  /** A snapshot to go on from, of the run that `config` was to be; the config's `steps` is the new total. */
  snapshot?: Uint8Array;
  /**
   * Makes the worker. When left out: this package's own `browserWorker.js` beside this file, which Vite, webpack and
   * a page without a bundler find; for others, a worker of yours that does `import "unigram-lab/browser-worker"`.
   */
  worker?: () => Worker;
}

/** A run elsewhere: loop over it for its records. */
export interface WorkerRun extends AsyncIterable<TrainingRecord> {
  /**
   * The run's snapshot with its records, for `restoreTrainer`: at its end, or where it stood when the loop was left or the
   * signal aborted. Settles only when the loop does; rejects with what the loop throws, but for the signal's reason, or
   * when a worker that was left does not hand the run over within `HAND_OVER` seconds, as in the middle of a long step.
   */
  readonly snapshot: Promise<Uint8Array>;
}

/**
 * Trains one config in a Web Worker; the page stays responsive. Records come as they are measured, the same bits as
 * from `train`; the worker waits where some thousands are not taken. Leaving the loop ends the worker, once it has handed
 * over its snapshot. A worker that ends before its run is an error as `openWorkers` says; one that has begun is
 * waited for however long it is silent.
 * @throws ConfigError, from the loop, for a bad config; the signal's reason when aborted; an Error when the worker has
 * ended, has not begun within a minute of the page in view, or posts what is no answer
 */
export function trainInWorker(config: RunConfigInput = {}, options: WorkerOptions = {}): WorkerRun {
  let settle: {
    resolve: (bytes: Uint8Array | PromiseLike<Uint8Array>) => void;
    reject: (reason: unknown) => void;
  };
  const snapshot = new Promise<Uint8Array>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // who does not ask for it shall not hear of its failure twice
  snapshot.catch(() => {});

  async function* records(): AsyncGenerator<TrainingRecord> {
    let signal: AbortSignal | undefined;
    let workers: Workers | undefined;
    let run: LiveRun | undefined;
    let isSettled = false;
    try {
      checkNames(options, ["signal", "snapshot", "worker"], runtimeNames);
      const { signal: stop, worker, snapshot: start, ...runtime } = options;
      checkSignal(stop);
      signal = stop;
      signal?.throwIfAborted();
      workers = openWorkers({ count: 1, worker });
      run = workers.add(config, { snapshot: start, ...runtime });
      const loop = run[Symbol.asyncIterator]();
      for (;;) {
        const { done, value } = await unlessAborted(loop.next(), signal);
        if (done) break;
        yield value;
      }
      settle.resolve(await unlessAborted(run.snapshot(), signal));
      isSettled = true;
    } catch (error) {
      // to be aborted is no reason to lose the run
      isSettled = !run || !signal?.aborted;
      if (isSettled) settle.reject(error);
      throw error;
    } finally {
      if (run && !isSettled) settle.resolve(handedOver(run).finally(() => workers?.close()));
      else workers?.close();
    }
  }

  return { snapshot, [Symbol.asyncIterator]: records };
}

/**
 * What a promise has, or rejects with the signal's reason as soon as that is aborted. No race with one promise for all: that
 * would keep whatever it was raced with.
 */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}

/** The run where it stands. */
async function handedOver(run: LiveRun): Promise<Uint8Array> {
  run.pause();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`the worker did not hand its run over within ${HAND_OVER} seconds`);
    timer = setTimeout(() => reject(error), 1000 * HAND_OVER);
  });
  try {
    return await Promise.race([run.snapshot(), late]);
  } finally {
    clearTimeout(timer);
  }
}
