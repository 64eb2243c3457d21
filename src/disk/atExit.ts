/** Files that go when the process does, however it ends (kill -9 apart): locks and half-written files. */
import { rmSync } from "node:fs";

const held = new Set<string>();

const removeAll = (): void => {
  for (const path of held)
    try {
      rmSync(path, { force: true });
    } catch {
      // the next process that opens the directory tidies it
    }
};

/** One listener for them all: Node warns of a leak from the eleventh on. */
export function removeAtExit(path: string): void {
  if (held.size === 0) process.on("exit", removeAll);
  held.add(path);
}

export function keepAtExit(path: string): void {
  if (held.delete(path) && held.size === 0) process.off("exit", removeAll);
}
