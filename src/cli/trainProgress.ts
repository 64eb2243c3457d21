/**
 * Where one run is, on stderr: a line that is redrawn in place on a terminal, a line every five seconds elsewhere. Records,
 * and whatever else is said meanwhile, come on a cleared line.
 */
import { fstatSync } from "node:fs";
import { clock } from "./clock.js";
import { timeLeft } from "./progress.js";

export interface TrainProgress {
  /** Steps done so far, and the loss of the latest batch; null before there is one. */
  update(step: number, trainLoss: number | null): void;
  /** Makes room for something else; `update` draws it again. */
  clear(): void;
}

/** Milliseconds between two lines. */
const DRAWN = 100;
const PLAIN = 5000;
/** Cells of the bar. */
const CELLS = 20;

/** Whether a program that reads stdout may write to the same terminal, when nobody here knows. */
function isPiped(): boolean {
  try {
    const found = fstatSync(1);
    return found.isFIFO() || found.isSocket();
  } catch {
    return false;
  }
}

/**
 * @param first step that it begins at
 * @param steps steps in all
 */
export function trainProgress(first: number, steps: number): TrainProgress {
  const left = timeLeft(performance.now());
  const textOf = (step: number, loss: number | null): string => {
    const seconds = left({ share: step / steps, resumedShare: first / steps });
    return `step ${step} of ${steps}${loss === null ? "" : `, train loss ${loss.toFixed(4)}`}, ${clock(seconds)} left`;
  };
  return process.stderr.isTTY && !isPiped() ? redrawn(steps, textOf) : plain(textOf);
}

type TextOf = (step: number, loss: number | null) => string;

function redrawn(steps: number, textOf: TextOf): TrainProgress {
  let [last, isDrawn] = [performance.now(), false];
  return {
    update(step, loss) {
      if (performance.now() - last < DRAWN) return;
      last = performance.now();
      isDrawn = true;
      const full = Math.floor((CELLS * step) / steps);
      const bar = "█".repeat(full) + "░".repeat(CELLS - full);
      const line = `${bar}  ${textOf(step, loss)}`.slice(0, (process.stderr.columns ?? 80) - 1);
      process.stderr.write(`\r${line}\x1b[K`);
    },
    clear() {
      if (isDrawn) process.stderr.write("\r\x1b[K");
      isDrawn = false;
    },
  };
}

function plain(textOf: TextOf): TrainProgress {
  let last = performance.now();
  return {
    update(step, loss) {
      if (performance.now() - last < PLAIN) return;
      last = performance.now();
      process.stderr.write(`${textOf(step, loss)}\n`);
    },
    clear() {},
  };
}
