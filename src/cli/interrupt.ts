/** What ends the work early: Ctrl-C, SIGTERM, a stdout that takes nothing more. One signal for all of them. */
import { Interrupted } from "./failure.js";

const controller = new AbortController();

/** Ends the work: what is finished is kept. The first reason stays. */
export const interrupt = (reason: Interrupted): void => controller.abort(reason);

/**
 * The signal that `interrupt` aborts, with an `Interrupted` as its reason; from now on Ctrl-C and SIGTERM do so too, and a
 * second one of these ends the process at once.
 */
export function interruptSignal(): AbortSignal {
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    interrupt(new Interrupted("interrupted"));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}
