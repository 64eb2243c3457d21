/**
 * How a page notices that its worker will not answer again. No clock convicts a worker that has begun: a step may take
 * minutes, the machine may have been asleep, and a tab in the background runs when the browser likes.
 */

/** Seconds that a worker has to begin. */
export const PATIENCE = 60;
/** Milliseconds in which what a worker posted before its end still arrives. */
const IN_FLIGHT = 100;

/**
 * Calls back once, unless `signal` comes first, when the page has been awake and in view for `PATIENCE` seconds: they are
 * counted one by one, so that neither a suspended machine nor a hidden tab adds any.
 */
export function whenSilent(signal: AbortSignal, silent: () => void): void {
  let left = PATIENCE;
  const count = () => {
    if (globalThis.document?.visibilityState !== "hidden") left--;
    if (left > 0) timer = setTimeout(count, 1000);
    else silent();
  };
  let timer = setTimeout(count, 1000);
  signal.addEventListener("abort", () => clearTimeout(timer));
}

/**
 * Calls back once, unless `signal` comes first, when the worker that holds this Web Lock has ended, of itself or not: it
 * never lets go, so the page is granted the lock only then. Where the page has no locks, never.
 */
export function whenEnded(lock: string, signal: AbortSignal, ended: () => void): void {
  const granted = () => {
    const timer = setTimeout(ended, IN_FLIGHT);
    signal.addEventListener("abort", () => clearTimeout(timer));
  };
  // refused: the page was left, or may have no locks
  globalThis.navigator?.locks?.request(lock, { signal }, granted).catch(() => {});
}
