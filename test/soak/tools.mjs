/** What the three soaks share: draws that repeat, folders that go away, and the command line as a process. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const dist = (name) => new URL(`../../dist/${name}`, import.meta.url).href;
const cli = fileURLToPath(dist("cli.js"));

/** Random numbers of a seed (mulberry32): `draw(n)` is a whole number from 0 to n - 1. */
export function draws(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return Math.floor((((x ^ (x >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** A folder for `use`, removed afterwards. */
export async function inFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), "unigram-lab-soak-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const unigramLab = (args, cwd) =>
  new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd, maxBuffer: 1 << 28 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, stdout, stderr }),
    );
  });

/** What must not happen ends the soak. */
export function check(holds, ...what) {
  if (!holds) throw new Error(what.join(" "));
}

/** A line that stays one, on a terminal. */
export const progress = (text) => {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}   `);
};
