/** Exports of any length, which give back what they opened. */
import { mkdtemp, readdir, readFile, readlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync } from "hyparquet";
import { expect, test } from "vitest";
import { generator } from "../../src/disk/generator.js";
import { exportRuns } from "../../src/report/index.js";
import { Journal, type RunResult } from "../../src/sweep/index.js";
import { runOf } from "../experiments/syntheticRuns.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
/** More evaluations than a call takes arguments. */
const COUNT = 130_000;
const long: RunResult = runOf(
  { vocabSize: 40, embeddingDim: 30, steps: COUNT - 1, evaluateEvery: 1 },
  { excess: (step) => 1 / (3 + step) },
);

async function rowsIn(path: string): Promise<number> {
  if (path.endsWith(".parquet"))
    return Number((await parquetMetadataAsync(await asyncBufferFromFile(path))).num_rows);
  const text = await readFile(path, "utf8");
  if (path.endsWith(".json")) return JSON.parse(text).length;
  return text.trim().split("\n").length - (path.endsWith(".csv") ? 1 : 0);
}

test.each(["csv", "json", "ndjson", "parquet"])("a run of 130,000 evaluations, as %s", async (extension) => {
  const directory = await folder();
  const journal = await Journal.open(directory);
  await journal.append(long);
  await journal.append(runOf({ vocabSize: 4, steps: 100 }, { excess: () => 1 }));
  const path = join(directory, `all.${extension}`);
  expect(await exportRuns(journal, path)).toBe(COUNT + 2);
  await journal.close();
  expect(await rowsIn(path)).toBe(COUNT + 2);
});

test("a Parquet export says what made it", async () => {
  const directory = await folder();
  const journal = await Journal.open(directory);
  await journal.append(runOf({ vocabSize: 4, steps: 100 }, { excess: () => 1 }));
  const path = join(directory, "all.parquet");
  await exportRuns(journal, path);
  await journal.close();
  const { key_value_metadata } = await parquetMetadataAsync(await asyncBufferFromFile(path));
  expect(key_value_metadata).toContainEqual({ key: "generator", value: generator() });
});

test.each(["csv", "json", "parquet"])(
  "an export as %s that fails closes and removes its file",
  async (extension) => {
    const directory = await folder();
    const run = runOf({ vocabSize: 4, steps: 100 }, { excess: () => 1 });
    let passes = 0;
    const journal = {
      async *results() {
        yield run;
        if (++passes === 2) throw new Error("the disk was pulled out");
      },
    } as unknown as Journal;
    await expect(exportRuns(journal, join(directory, `all.${extension}`))).rejects.toThrow("pulled out");
    expect(await readdir(directory)).toEqual([]);
    if (process.platform !== "linux") return;
    for (const fd of await readdir("/proc/self/fd"))
      expect(await readlink(`/proc/self/fd/${fd}`).catch(() => "")).not.toContain(directory);
  },
);
