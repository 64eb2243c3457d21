/** Training off a page's main thread: a Web Worker runs it, the page receives its records. */
import type { RunConfigInput } from "../config.js";
// of the same copy that the caller imports, so that `instanceof ConfigError` holds
import { ConfigError } from "../index.js";
import type { TrainingRecord } from "../training/record.js";
import type { Answer, Order } from "./message.js";

export interface WorkerOptions {
  /** Stops the run, whatever it is doing: the worker is ended and the loop throws the signal's reason. */
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
  /** The run's snapshot at its end, for `restoreTrainer`. Settles only when the loop does. */
  readonly snapshot: Promise<Uint8Array>;
}

/**
 * Trains one config in a Web Worker; the page stays responsive. Records come as they are measured, the same bits as
 * from `train`. Leaving the loop ends the worker.
 * @throws ConfigError, from the loop, for a bad config; the signal's reason when aborted
 */
export function trainInWorker(config: RunConfigInput = {}, options: WorkerOptions = {}): WorkerRun {
  let settle: { resolve: (bytes: Uint8Array) => void; reject: (reason: unknown) => void };
  const snapshot = new Promise<Uint8Array>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // who does not ask for it shall not hear of its failure twice
  snapshot.catch(() => {});

  async function* records(): AsyncGenerator<TrainingRecord> {
    const { signal, worker = ownWorker } = options;
    const answers: Answer[] = [];
    let wake = () => {};
    const receive = (answer: Answer) => {
      answers.push(answer);
      wake();
    };
    const onAbort = () => wake();
    let thread: Worker | undefined;
    try {
      signal?.throwIfAborted();
      thread = worker();
      thread.onmessage = ({ data }) => receive(data);
      thread.onerror = ({ message }) =>
        receive({ error: { name: "Error", message: message || "the worker did not start" } });
      signal?.addEventListener("abort", onAbort);
      const order: Order = { config, snapshot: options.snapshot };
      thread.postMessage(order);
      while (true) {
        signal?.throwIfAborted();
        const answer = answers.shift();
        if (!answer)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        else if ("record" in answer) yield answer.record;
        else if ("error" in answer) throw revive(answer.error);
        else {
          settle.resolve(answer.snapshot);
          return;
        }
      }
    } catch (error) {
      settle.reject(error);
      throw error;
    } finally {
      settle.reject(new Error("the run was left before its end"));
      signal?.removeEventListener("abort", onAbort);
      thread?.terminate();
    }
  }

  return { snapshot, [Symbol.asyncIterator]: records };
}

const ownWorker = (): Worker =>
  new Worker(new URL("./browserWorker.js", import.meta.url), { type: "module" });

/** A thread's error loses its class on the way. */
const revive = ({ name, message }: { name: string; message: string }): Error =>
  name === "ConfigError" ? new ConfigError(message) : Object.assign(new Error(message), { name });
