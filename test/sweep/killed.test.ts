/** Processes and threads that are killed: every run is there once, with the bytes of a sweep that nobody touched. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { exportRuns } from "../../src/report/export.js";
import { FailedRuns, Journal, type PoolEvent, runPool, sweepConfigs } from "../../src/sweep/index.js";

const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));

/** All that a journal holds and that does not depend on the clock, sorted. */
async function contents(directory: string): Promise<string> {
  const journal = await Journal.read(directory);
  const lines = [];
  for await (const { seconds: _, stepSeconds: __, ...rest } of journal.results())
    lines.push(JSON.stringify(rest));
  await journal.close();
  return lines.join("\n");
}

/** The sweep's export, byte for byte. */
async function exported(directory: string, extension: string): Promise<Buffer> {
  const journal = await Journal.read(directory);
  const path = join(directory, `export.${extension}`);
  await exportRuns(journal, path);
  await journal.close();
  return readFile(path);
}

/** Runs the 200 runs in a process and kills it after `delay` milliseconds from its first result; true when it was done before. */
const process200 = (directory: string, threads: number, delay: number | null): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [beside("sweepProcess.mjs"), directory, String(threads)]);
    let stderr = "";
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child.stdout.once("data", () => delay !== null && setTimeout(() => child.kill("SIGKILL"), delay));
    child.on("exit", (code, signal) => {
      expect(stderr).toBe("");
      expect(signal ?? code).toBe(signal === null ? 0 : "SIGKILL");
      resolve(code === 0);
    });
  });

test("kill -9 at 50 random moments, then resume: exactly 200 results, the same bytes", async () => {
  const whole = await folder();
  await process200(whole, 2, null);
  const expected = await contents(whole);
  expect(expected.split("\n")).toHaveLength(200);

  let kills = 0;
  for (let directory = await folder(); kills < 50; ) {
    // now and then before the first result is on disk
    const done = await process200(directory, 1 + (kills % 3), Math.random() < 0.1 ? 0 : Math.random() * 25);
    if (!done) kills++;
    else {
      expect(await contents(directory)).toBe(expected);
      directory = await folder();
    }
    if (kills === 50) {
      while (!(await process200(directory, 2, null)));
      expect(await contents(directory)).toBe(expected);
      const lines = (await readFile(join(directory, "journal.ndjson"), "utf8")).trim().split("\n");
      expect(lines).toHaveLength(200);
      for (const extension of ["parquet", "csv", "json"])
        expect((await exported(directory, extension)).equals(await exported(whole, extension))).toBe(true);
    }
  }
});

test.each([1, 2, 5])(
  "threads killed at random among %i: reported, tried again, the same bytes",
  async (threads) => {
    const configs = sweepConfigs({
      base: { embeddingDim: 6, steps: 60, evaluateEvery: 20 },
      axes: { vocabSize: [7, 12, 20], learningRate: [0.001, 0.01] },
      seeds: 5,
    });
    const [whole, crashed] = [await folder(), await folder()];
    const all = async (directory: string, options: object) => {
      const journal = await Journal.open(directory);
      try {
        for await (const _ of runPool(configs, { journal, threads, ...options }));
      } finally {
        await journal.close();
      }
    };
    await all(whole, {});
    const events: PoolEvent[] = [];
    for (let round = 0; round < 50; round++) {
      try {
        await all(crashed, {
          workerFile: beside("crashingWorker.mjs"),
          retryFailed: true,
          onEvent: (event: PoolEvent) => events.push(event),
        });
        break;
      } catch (error) {
        expect(error).toBeInstanceOf(FailedRuns);
      }
    }
    expect(events.filter(({ event }) => event === "retried").length).toBeGreaterThan(0);
    const finished = events.flatMap(({ event, run }) => (event === "finished" ? [run] : []));
    expect(finished).toHaveLength(30);
    expect(new Set(finished).size).toBe(30);
    expect(await contents(crashed)).toBe(await contents(whole));
  },
);

test("a run that fails twice is recorded with its error, the others go on, and only --retry-failed tries it again", async () => {
  const directory = await folder();
  const configs = sweepConfigs({ base: { vocabSize: 9, embeddingDim: 4, steps: 20 }, seeds: 6 });
  const attempt = async (options: object) => {
    const journal = await Journal.open(directory);
    const events: PoolEvent[] = [];
    const onEvent = (event: PoolEvent) => events.push(event);
    let error: unknown;
    try {
      for await (const _ of runPool(configs, { journal, threads: 2, onEvent, onlyNew: true, ...options }));
    } catch (thrown) {
      error = thrown;
    } finally {
      await journal.close();
    }
    return { error: error as FailedRuns, kinds: events.map(({ event }) => event).sort(), journal };
  };
  const workerFile = beside("failingWorker.mjs");
  const first = await attempt({ workerFile });
  expect(first.error).toBeInstanceOf(FailedRuns);
  expect(first.error.count).toBe(2);
  expect(first.error.failures.map(({ error }) => error).sort()).toEqual([
    "seed 2 does not work",
    "worker exited with code: 3",
  ]);
  expect(first.error.failures.every(({ attempts }) => attempts === 2)).toBe(true);
  expect(first.kinds.filter((kind) => kind === "finished")).toHaveLength(4);
  expect(first.kinds.filter((kind) => kind === "retried")).toHaveLength(2);

  const second = await attempt({});
  expect(second.error.count).toBe(2);
  expect(second.kinds).toEqual([]);
  const third = await attempt({ retryFailed: true });
  expect(third.error).toBeUndefined();
  expect(third.kinds).toEqual(["finished", "finished", "started", "started"]);
  const journal = await Journal.read(directory);
  expect(journal.runs).toHaveLength(6);
  expect(journal.failedRuns).toEqual([]);
  await journal.close();
});
