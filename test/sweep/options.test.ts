/** What the library's functions are not made for is refused in one line, and nothing is begun. */
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ConfigError } from "../../src/config.js";
import { exportRuns, writeRecords, writeReport, writeSweepReport } from "../../src/report/index.js";
import { finishedRuns, Journal, runPool, type SweepOptions, sweep } from "../../src/sweep/index.js";

const description = { base: { vocabSize: 5, embeddingDim: 2, steps: 5 } };

test.each([
  [null, "options: expected an object, got null"],
  [{ thread: 3 }, "thread: unknown option, expected one of journal, shard, threads, "],
  [{ memory: Number.NaN }, "memory: expected a number of at least 0, got NaN"],
  [{ checkpointEvery: "1" }, 'checkpointEvery: expected a number of at least 0, got "1"'],
  [{ signal: true }, "signal: expected an AbortSignal, got true"],
])("sweep with %j", async (options, message) => {
  const directory = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  const given = options && { journal: join(directory, "results"), ...options };
  const refusal = expect(sweep(description, given as SweepOptions).next()).rejects;
  await refusal.toThrow(ConfigError);
  await refusal.toThrow(message);
  expect(await readdir(directory)).toEqual([]);
});

test("the others", async () => {
  const directory = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  // biome-ignore lint/suspicious/noExplicitAny: nonsense
  const any = (value: unknown) => value as any;
  for await (const _ of sweep(description, { journal: directory, threads: 1 }));
  const journal = await Journal.read(directory);
  for (const call of [
    () => runPool([], any({ treads: 1 })).next(),
    () => finishedRuns(directory, any({ were: [] })).next(),
    () => finishedRuns(directory, any(null)).next(),
    () => Journal.open(any(null)),
    () => Journal.read(any(5)),
    () => exportRuns(journal, join(directory, "x.csv"), "runs", any({ forced: true })),
    () => writeRecords(join(directory, "x.csv"), [], any(null)),
    () => writeSweepReport(journal, directory, any({ theme: "dark" })),
    () => writeReport(directory, any({}), any({ png: false })),
  ])
    await expect((async () => call())()).rejects.toThrow(ConfigError);
  await journal.close();
  expect(await readdir(directory)).toEqual(["journal.ndjson"]);
});
