/** Results that are of other bits than are computed now. */
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ConfigError } from "../../src/config.js";
import { bitsRevision } from "../../src/kernel/bitsRevision.js";
import { Journal, type RunResult, sweep, sweepConfigs } from "../../src/sweep/index.js";
import { runOf } from "../experiments/syntheticRuns.js";

const base = { vocabSize: 3, embeddingDim: 2, steps: 20 };
const [first, second] = sweepConfigs({ base, seeds: 2 }).map((config) => runOf(config, { excess: () => 1 }));

async function directoryOf(...results: RunResult[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  const journal = await Journal.open(directory);
  for (const result of results) await journal.append(result);
  await journal.close();
  return directory;
}

const runsOf = async (directory: string, seeds: number) => {
  const found: RunResult[] = [];
  for await (const result of sweep({ base, seeds }, { journal: directory, threads: 1 })) found.push(result);
  return found;
};

test("results say their revision, and are computed into no directory of another one", async () => {
  const computed = await runsOf(await directoryOf(), 1);
  expect(computed.map((result) => result.bitsRevision)).toEqual([bitsRevision]);
  for (const revision of [undefined, bitsRevision + 1]) {
    const old: RunResult = { ...first, bitsRevision: revision };
    if (revision === undefined) delete old.bitsRevision;
    const directory = await directoryOf(old);
    const before = await readFile(join(directory, "journal.ndjson"), "utf8");
    const error = await runsOf(directory, 2).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toBe(
      `journal: expected results of bits revision ${bitsRevision}, which this version computes, got 1 of ${revision ?? 1} in ${directory}; start in another directory, or go on with the version that made them`,
    );
    expect(await readFile(join(directory, "journal.ndjson"), "utf8")).toBe(before);
    // what is finished there is read as ever
    expect(await runsOf(directory, 1)).toEqual([old]);
  }
  expect(await runsOf(await directoryOf(first), 2)).toHaveLength(2);
});

test("a journal that mixes them says so to whoever opens it", async () => {
  const directory = await directoryOf({ ...first, bitsRevision: 7 }, second);
  const mix = `results of 2 bits revisions (1 of ${bitsRevision} and 1 of 7): a config gives other bits in each`;
  for (const open of [Journal.read, Journal.open]) {
    const journal = await open(directory);
    expect(journal.notices).toEqual([`${join(directory, "journal.ndjson")}: ${mix}`]);
    expect([...journal.revisions.keys()]).toEqual([bitsRevision, 7]);
    await journal.close();
  }
});
