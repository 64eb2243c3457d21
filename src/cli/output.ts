/** Standard output: every line is taken by whoever reads it, or the work ends as Ctrl-C ends it. */
import { fstatSync, writeSync } from "node:fs";
import { Interrupted } from "./failure.js";
import { interrupt } from "./interrupt.js";

let broken: Interrupted | undefined;

/** Nobody reads on, or the disk behind it is full. */
function fail(error: NodeJS.ErrnoException): Interrupted {
  const how = error.code === "EPIPE" ? "was closed" : "cannot be written";
  broken ??= new Interrupted(`the output ${how} (${error.code ?? error.message})`, 1);
  interrupt(broken);
  return broken;
}

process.stdout.on("error", fail);
// messages and bars that nobody reads are no reason to stop
process.stderr.on("error", () => {});

const isFile = (() => {
  try {
    return fstatSync(1).isFile();
  } catch {
    return false;
  }
})();

/** All of the text: on a disk that is nearly full Node's own stream takes a part of it for the whole. */
function toFile(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

async function write(text: string): Promise<void> {
  if (broken) throw broken;
  try {
    if (isFile) toFile(Buffer.from(text));
    else
      await new Promise<void>((resolve, reject) =>
        process.stdout.write(text, (error) => (error ? reject(error) : resolve())),
      );
  } catch (error) {
    throw fail(error as NodeJS.ErrnoException);
  }
}

/**
 * Writes to stdout and waits until it is taken. When it is closed or full the work is interrupted, so that a caller
 * who cannot wait hears of it by the signal.
 * @throws Interrupted from then on
 */
export function say(text: string): Promise<void> {
  const written = write(text);
  written.catch(() => {});
  return written;
}

/** @throws Interrupted when not everything that was written to stdout has been taken */
export const allTaken = (): Promise<void> => write("");
