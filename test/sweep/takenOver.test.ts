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
import { cli } from "../cli/commandLine.js";
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

/** A process that appends the results one after the other, and stops itself between its look at the lock and its second write. */
async function suspendedWriter(directory: string, results: RunResult[]) {
  const script = fileURLToPath(new URL("suspendedWriter.mjs", import.meta.url));
  await writeFile(join(directory, "results"), JSON.stringify(results));
  const child = spawn(process.execPath, [script, directory, join(directory, "results")]);
  let said = "";
  child.stdout.on("data", (text) => {
    said += text;
  });
  const exit = once(child, "close");
  await stopped(child.pid as number);
  /** Wakes it. */
  const wake = () => child.kill("SIGCONT");
  /** What it says is on disk, and the last line that it said. */
  const end = async () => {
    await exit;
    const lines = said.trim().split("\n");
    return { kept: results.filter(({ run }) => lines.includes(`kept ${run}`)), last: lines.at(-1) };
  };
  return { wake, end };
}

const linux = process.platform === "linux";
test.skipIf(!linux).each([1, 2, 3, 4, 5])(
  "a writer stopped after its look at the lock, taken over and woken: every line on disk stays (%i)",
  async (round) => {
    const directory = await folder();
    const theirs = Array.from({ length: 6 }, (_, i) => result(100 + i));
    const { wake, end } = await suspendedWriter(directory, theirs);

    // as the owner on another machine does, once this one's heart has stood still
    await removeLock(directory);
    const kept: RunResult[] = [];
    const journal = await Journal.open(directory);
    const write = async (seed: number) => {
      await journal.append(result(seed));
      kept.push(result(seed));
    };
    for (let seed = 0; seed < round; seed++) await write(seed);
    wake();
    let error: Error | undefined;
    try {
      for (let seed = round; seed < 40; seed++) await write(seed);
      await end();
      await write(40);
    } catch (thrown) {
      error = thrown as Error;
    }
    const other = await end();
    await journal.close().catch(() => {});
    expect(error?.message).toMatch(
      /journal\.ndjson: was written to by another process while this process was writing it/,
    );
    expect(other.last).toMatch(/^error .*(lost its lock|another process)/);
    // the line that it woke up to write is on disk, and it knows
    expect(other.kept).toHaveLength(2);
    kept.push(...other.kept);

    const after = await Journal.read(directory);
    expect(after.notices).toEqual([]);
    for (const each of kept) expect(await after.get(each.run)).toEqual(each);
    await after.close();
  },
);

test.skipIf(!linux)("a line that lands behind another's torn one is not said to be kept", async () => {
  const directory = await folder();
  const { wake, end } = await suspendedWriter(directory, [result(1), result(2), result(3)]);
  await appendFile(fileOf(directory), '{"sum":"012');
  wake();
  const { kept, last } = await end();
  expect(kept).toEqual([result(1)]);
  expect(last).toMatch(/^error .*was written to by another process/);
  const after = await Journal.open(directory);
  expect(after.runs).toEqual([result(1).run]);
  await after.append(result(2));
  await after.close();
});

test("a sweep whose journal is deleted ends with an error, not with all of its runs", async () => {
  const directory = await folder();
  const axes = ["vocabSize=300", "steps=1000"].flatMap((axis) => ["--vary", axis]);
  const args = ["sweep", ...axes, "--seeds", "30", "--threads", "1", "--json", "--out", directory];
  const child = spawn(process.execPath, [cli, ...args]);
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  let deleted: Promise<void> | undefined;
  child.stdout.on("data", (text) => {
    if (`${text}`.includes('"finished"')) deleted ??= rm(fileOf(directory));
  });
  const [code] = await once(child, "close");
  await deleted;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: \S+journal\.ndjson: was deleted while this process was writing it/m);
  expect(stderr).not.toContain("30 of 30");
});

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
