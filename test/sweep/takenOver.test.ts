/** Two writers of one journal, as it must not be: whatever they do to each other, no line that was on disk is lost. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Journal, type RunResult } from "../../src/sweep/index.js";
import { runOf } from "../experiments/syntheticRuns.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
/** Lines of different lengths. */
const result = (seed: number): RunResult =>
  runOf(
    { vocabSize: 5, embeddingDim: 2, steps: 100 * (1 + (seed % 7)), seed },
    { excess: (step) => 1 / (3 + step + seed) },
  );
const fileOf = (directory: string) => join(directory, "journal.ndjson");

/** Waits until the kernel has stopped the process. */
async function stopped(pid: number): Promise<void> {
  for (;;) {
    const text = await readFile(`/proc/${pid}/stat`, "latin1");
    if (text.slice(text.lastIndexOf(")") + 2).startsWith("T")) return;
    await sleep(5);
  }
}

async function removeLock(directory: string): Promise<void> {
  for (const name of await readdir(directory)) if (name.startsWith("lock-")) await rm(join(directory, name));
}

test.skipIf(process.platform !== "linux").each([1, 2, 3, 4, 5])(
  "a writer stopped after its look at the lock, taken over and woken: every line on disk stays (%i)",
  async (round) => {
    const directory = await folder();
    const script = fileURLToPath(new URL("suspendedWriter.mjs", import.meta.url));
    const theirs = Array.from({ length: 6 }, (_, i) => result(100 + i));
    await writeFile(join(directory, "results"), JSON.stringify(theirs));
    const child = spawn(process.execPath, [script, directory, join(directory, "results")]);
    let said = "";
    child.stdout.on("data", (text) => {
      said += text;
    });
    const exit = once(child, "exit");
    await stopped(child.pid as number);

    // as the owner on another machine does, once this one's heart has stood still
    await removeLock(directory);
    const kept: RunResult[] = [];
    const journal = await Journal.open(directory);
    const write = async (seed: number) => {
      await journal.append(result(seed));
      kept.push(result(seed));
    };
    for (let seed = 0; seed < round; seed++) await write(seed);
    child.kill("SIGCONT");
    let error: Error | undefined;
    try {
      for (let seed = round; seed < 40; seed++) await write(seed);
      await exit;
      await write(40);
    } catch (thrown) {
      error = thrown as Error;
    }
    await exit;
    await journal.close().catch(() => {});
    expect(error?.message).toMatch(
      /journal\.ndjson: was written to by another process while this process was writing it/,
    );
    const lines = said.trim().split("\n");
    expect(lines.at(-1)).toMatch(/^error .*(lost its lock|another process)/);
    kept.push(...theirs.filter(({ run }) => lines.includes(`kept ${run}`)));

    const after = await Journal.read(directory);
    expect(after.notices).toEqual([]);
    expect(kept.length).toBeGreaterThan(round);
    for (const each of kept) expect(await after.get(each.run)).toEqual(each);
    await after.close();
  },
);

test.each<[string, (file: string) => Promise<void>, RegExp]>([
  ["deleted", (file) => rm(file), /was deleted/],
  [
    "replaced",
    async (file) => {
      await writeFile(`${file}.new`, await readFile(file));
      await rename(`${file}.new`, file);
    },
    /was replaced by another file/,
  ],
  ["appended to", (file) => appendFile(file, "x\n"), /was written to by another process/],
  ["cut short", (file) => truncate(file, 10), /was cut short/],
])(
  "a journal that is %s under its owner ends it, at the next append or at the end",
  async (_, harm, message) => {
    for (const appending of [true, false]) {
      const directory = await folder();
      const journal = await Journal.open(directory);
      await journal.append(result(1));
      await harm(fileOf(directory));
      const before = await readFile(fileOf(directory)).catch(() => null);
      if (appending) await expect(journal.append(result(2))).rejects.toThrow(message);
      if (appending) await expect(journal.append(result(3))).rejects.toThrow(message);
      if (appending) await journal.close();
      else await expect(journal.close()).rejects.toThrow(message);
      expect(await readFile(fileOf(directory)).catch(() => null)).toEqual(before);
      expect((await readdir(directory)).filter((name) => name.startsWith("lock-"))).toEqual([]);
    }
  },
);

test("a directory that is removed under a sweep ends it: no success without a file", async () => {
  const directory = await folder();
  const journal = await Journal.open(directory);
  await journal.append(result(1));
  await rm(directory, { recursive: true });
  await expect(journal.close()).rejects.toThrow(/journal\.ndjson: was deleted/);
});
