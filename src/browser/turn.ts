/** Turns for messages between slices of work, and sleep until there is some. */

/** Lets messages and timers in: as quickly as the runtime can, since a timer of a page's worker takes 4 ms. */
export const breathe: () => Promise<void> =
  typeof setImmediate === "function" || typeof MessageChannel !== "function"
    ? () => new Promise((resolve) => (globalThis.setImmediate ?? setTimeout)(resolve))
    : byMessage();

function byMessage(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
}

/** Sleepers, that somebody else may wake: all of them at a time. */
export class Sleep {
  readonly #sleepers = new Set<() => void>();

  /** Until it is woken, or so many milliseconds have passed. */
  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      this.#sleepers.add(wake);
      // beyond that a timer would fire at once
      const timer = milliseconds < 2 ** 31 ? setTimeout(wake, milliseconds) : undefined;
    });
  }

  wake(): void {
    for (const wake of this.#sleepers) wake();
  }
}
