/** Training off a page's main thread: a Web Worker runs it, the page receives its records. */
import type { RunConfigInput } from "../config.js";
// of the same copy that the caller imports, so that `instanceof ConfigError` holds
import { ConfigError } from "../index.js";
import type { TrainingRecord } from "../training/record.js";
import { type RuntimeOptions, runtimeNames } from "../training/runtime.js";
import { PATIENCE, whenEnded, whenSilent } from "./lost.js";
import { type Answer, isAnswer, type Order } from "./message.js";

export interface WorkerOptions extends RuntimeOptions {
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
 * from `train`. Leaving the loop ends the worker. A worker that ends before its run is noticed where the page has Web
 * Locks (https, or localhost); one that has begun is waited for however long it is silent.
 * @throws ConfigError, from the loop, for a bad config; the signal's reason when aborted; an Error when the worker has
 * ended, has not begun within a minute of the page in view, or posts what is no answer
 */
export function trainInWorker(config: RunConfigInput = {}, options: WorkerOptions = {}): WorkerRun {
  let settle: { resolve: (bytes: Uint8Array) => void; reject: (reason: unknown) => void };
  const snapshot = new Promise<Uint8Array>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // who does not ask for it shall not hear of its failure twice
  snapshot.catch(() => {});

  async function* records(): AsyncGenerator<TrainingRecord> {
    const { signal, worker = ownWorker, snapshot: start, ...others } = options ?? {};
    const answers: Answer[] = [];
    let wake = () => {};
    const receive = (answer: Answer) => {
      answers.push(answer);
      wake();
    };
    const lost = (message: string) => receive({ error: { name: "Error", message } });
    const onAbort = () => wake();
    const begun = new AbortController();
    const left = new AbortController();
    let thread: Worker | undefined;
    try {
      for (const name of Object.keys(others))
        if (!(runtimeNames as readonly string[]).includes(name))
          throw new ConfigError(`${name}: unknown option of trainInWorker`);
      signal?.throwIfAborted();
      thread = worker();
      thread.onmessage = ({ data }) => {
        // the lock is the first answer and no later one; an error may come at any time
        const isFirst = !begun.signal.aborted;
        if (!isAnswer(data) || (isFirst !== "lock" in data && !("error" in data)))
          return lost(
            "the worker posted something else than unigram-lab/browser-worker of this version does",
          );
        begun.abort();
        if (!("lock" in data)) receive(data);
        else if (data.lock !== null)
          whenEnded(data.lock, left.signal, () => lost("the worker has ended before its run"));
      };
      thread.onmessageerror = () => lost("the worker posted something that cannot be read");
      thread.onerror = ({ message }) => lost(message || "the worker did not start");
      whenSilent(begun.signal, () => lost(`the worker did not answer within ${PATIENCE} seconds`));
      signal?.addEventListener("abort", onAbort);
      const order: Order = { config, snapshot: start, runtime: others };
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
        else if ("snapshot" in answer) {
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
      begun.abort();
      left.abort();
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

export { trainCommand as commandLine } from "../fields/trainCommand.js";
export { decodeLink, encodeLink } from "../link/codec.js";
export type { LabLink, LinkedRun, LinkedView } from "../link/link.js";
