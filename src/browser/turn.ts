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

/** A sleeper, that somebody else may wake. */
export class Sleep {
  #wake: (() => void) | undefined;

  /** Until it is woken, or so many milliseconds have passed. */
  async sleep(milliseconds: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      // beyond that a timer would fire at once
      if (milliseconds < 2 ** 31) timer = setTimeout(resolve, milliseconds);
    });
    clearTimeout(timer);
    this.#wake = undefined;
  }

  wake(): void {
    this.#wake?.();
  }
}
