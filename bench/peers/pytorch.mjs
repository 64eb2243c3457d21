/** PyTorch as a contender: bench/peers/pytorch.py in a process of its own, bound to a number of threads. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Debian's own interpreter is the one that has python3-torch, whatever stands first in the PATH. */
const python = process.env.PYTHON ?? (existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3");

export async function startPyTorch(threads = 1) {
  const child = spawn(python, [fileURLToPath(new URL("pytorch.py", import.meta.url))], {
    env: { ...process.env, OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (command) => {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    const { value, done } = await lines.next();
    if (done)
      throw new Error(`PyTorch (apt-get install python3-torch) ended: ${errors.trim().split("\n").at(-1)}`);
    return JSON.parse(value);
  };
  child.stdin.on("error", () => {});
  return { ask, stop: () => child.kill() };
}
