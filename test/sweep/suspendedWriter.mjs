/**
 * A writer that stops itself between its look at the lock and its write, as a suspended machine does: node
 * suspendedWriter.mjs DIR RESULTS. Appends the results of a JSON file one after the other; stops before its second write, and
 * prints a line for each run that is on disk, and for the error that ended it.
 */
import { open, readFile } from "node:fs/promises";
import { Journal } from "../../dist/sweep.js";

const [directory, results] = process.argv.slice(2);
const probe = await open(process.execPath);
const handle = Object.getPrototypeOf(probe);
await probe.close();
const { write } = handle;
let writes = 0;
handle.write = function (...args) {
  if (++writes === 2) process.kill(process.pid, "SIGSTOP");
  return write.apply(this, args);
};

const journal = await Journal.open(directory);
try {
  for (const result of JSON.parse(await readFile(results, "utf8"))) {
    await journal.append(result);
    process.stdout.write(`kept ${result.run}\n`);
  }
} catch (error) {
  process.stdout.write(`error ${error.message}\n`);
}
await journal.close().catch((error) => process.stdout.write(`error ${error.message}\n`));
