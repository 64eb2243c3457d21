/** Files that a command leaves, each written by itself: one that fails keeps none of the others from being written. */
import { refusedUnless } from "./refused.js";

/** A file that was asked for, if it was, and what writes it. */
export type Output = [path: string | undefined, write: (path: string) => Promise<void>];

/** Writes them in their order, the most valuable first; `failures` has an error of one line for each that was not. */
export async function writeEach(
  outputs: readonly Output[],
): Promise<{ written: string[]; failures: Error[] }> {
  const written: string[] = [];
  const failures: Error[] = [];
  for (const [path, write] of outputs) {
    if (path === undefined) continue;
    try {
      await refusedUnless("--force", () => write(path));
      written.push(path);
    } catch (error) {
      const failure = error as Error;
      const [line] = failure.message.split("\n");
      // what kind of error it is decides on the exit code
      failures.push(Object.assign(failure, { message: line.includes(path) ? line : `${path}: ${line}` }));
    }
  }
  return { written, failures };
}
