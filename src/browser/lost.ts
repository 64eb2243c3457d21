/**
 * How a page notices that its worker will not answer again. No clock convicts a worker that may be in a step: a step may
 * take minutes, the machine may have been asleep, and a tab in the background runs when the browser likes.
 */

/** Seconds that a worker has to begin. */
export const PATIENCE = 60;
/** Seconds that a worker without a Web Lock has to answer when it has nothing to do. */
export const IDLE_PATIENCE = 5;
/** Milliseconds in which what a worker posted before its end still arrives. */
const IN_FLIGHT = 100;

/** Every second of the page awake and in view, so that neither a suspended machine nor a hidden tab adds any. */
function everySecond(signal: AbortSignal, each: () => void): void {
  const count = () => {
    timer = setTimeout(count, 1000);
    if (globalThis.document?.visibilityState !== "hidden") each();
  };
  let timer = setTimeout(count, 1000);
  signal.addEventListener("abort", () => clearTimeout(timer));
}

/** Calls back once, unless `signal` comes first, after `PATIENCE` seconds. */
export function whenSilent(signal: AbortSignal, silent: () => void): void {
  let left = PATIENCE;
  everySecond(signal, () => {
    if (--left === 0) silent();
  });
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

/**
 * For a worker without a lock: asks it every second, and calls back, unless `signal` comes first, when it has left
 * `IDLE_PATIENCE` of these in a row unanswered though it has nothing to do.
 * @param ping asks; says whether an answer to the one before is owed
 */
export function whenDeaf(signal: AbortSignal, ping: () => boolean, deaf: () => void): void {
  let missed = 0;
  everySecond(signal, () => {
    missed = ping() ? missed + 1 : 0;
    if (missed === IDLE_PATIENCE) deaf();
  });
}
