/** Something that changes, shown until it is over: redrawn in place on a terminal, a line a change elsewhere. */
import { setTimeout as sleep } from "node:timers/promises";
import { interruptSignal } from "./interrupt.js";
import { say } from "./output.js";

/** Milliseconds between two looks. */
const EVERY = 2000;
/** Reading takes a fifth of the time at most. */
const REST = 4;

export interface Watched<T> {
  read(): Promise<T>;
  isOver(state: T): boolean;
  /** All of a state, lines with feeds between them. */
  textOf(state: T): string;
  /** A state on one line, for where nothing can be redrawn. */
  lineOf(state: T): string;
  /** Whether stdout is a terminal, which shows `textOf` in one place. */
  redraw: boolean;
}

/** As many lines as the terminal has, each cut at its edge: what wraps or scrolls cannot be redrawn. */
function fitted(text: string, { columns = 80, rows = 24 }: { columns?: number; rows?: number }): string[] {
  const lines = text.split("\n");
  const shown = lines.length < rows ? lines : [...lines.slice(0, rows - 2), "…"];
  return shown.map((line) => {
    const letters = [...line];
    return letters.length <= columns ? line : `${letters.slice(0, columns - 1).join("")}…`;
  });
}

/**
 * Ends with the whole text of the last state.
 * @throws Interrupted by Ctrl-C
 */
export async function watch<T>({ read, isOver, textOf, lineOf, redraw }: Watched<T>): Promise<void> {
  const signal = interruptSignal();
  /** Lines on the terminal that the next ones replace. */
  let drawn = 0;
  const back = () => (drawn > 0 ? `\x1b[${drawn}A\r\x1b[J` : "");
  let before = "";
  for (;;) {
    const from = performance.now();
    const state = await read();
    signal.throwIfAborted();
    if (isOver(state)) return say(`${back()}${textOf(state)}\n`);
    if (redraw) {
      const lines = fitted(textOf(state), process.stdout);
      await say(`${back()}${lines.join("\n")}\n`);
      drawn = lines.length;
    } else if (lineOf(state) !== before) {
      before = lineOf(state);
      await say(`${before}\n`);
    }
    await sleep(Math.max(EVERY, REST * (performance.now() - from)), undefined, { signal }).catch(() => {});
    signal.throwIfAborted();
  }
}
