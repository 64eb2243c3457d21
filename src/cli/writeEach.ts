/** Files that a command leaves, each written by itself: one that fails keeps none of the others from being written. */
import { refusedUnless } from "./refused.js";

/** A file that was asked for, if it was, and what writes it. */
export type Output = [path: string | undefined, write: (path: string) => Promise<void>];

/** Writes them in their order, the most valuable first; `failures` has a line for each that was not. */
export async function writeEach(
  outputs: readonly Output[],
): Promise<{ written: string[]; failures: string[] }> {
  const written: string[] = [];
  const failures: string[] = [];
  for (const [path, write] of outputs) {
    if (path === undefined) continue;
    try {
      await refusedUnless("--force", () => write(path));
      written.push(path);
    } catch (error) {
      const [line] = (error as Error).message.split("\n");
      failures.push(line.includes(path) ? line : `${path}: ${line}`);
    }
  }
  return { written, failures };
}
