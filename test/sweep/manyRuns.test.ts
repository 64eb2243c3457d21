import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { Journal } from "../../src/sweep/index.js";

test("100,000 trivial runs take no more memory at the end than early on", async () => {
  const directory = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  const script = fileURLToPath(new URL("trivialRuns.mjs", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, directory]);
  const { count, early, late, milliseconds } = JSON.parse(stdout);
  console.log(
    `${milliseconds.toFixed(3)} ms a trivial run; ${early} MiB after 20,000, ${late} MiB after 100,000`,
  );
  expect(count).toBe(100_000);
  // the results alone would be 80,000 × about 3 kB in memory
  expect(late - early).toBeLessThan(100);
  const journal = await Journal.read(directory);
  expect(journal.runs).toHaveLength(100_000);
  expect(journal.notices).toEqual([]);
  await journal.close();
  await rm(directory, { recursive: true });
});
