import { mkdtemp, readFile, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configHash, parseConfig } from "../../src/config.js";
import { createTrainer } from "../../src/index.js";
import { Journal, type RunResult, runPool, sweep, sweepConfigs } from "../../src/sweep/index.js";

const small = sweepConfigs({
  base: { embeddingDim: 12, steps: 60, evaluateEvery: 20 },
  axes: { vocabSize: [9, 40, 250], norm: ["none", "layernorm"] },
  seeds: 2,
});
const journalPath = async () => join(await mkdtemp(join(tmpdir(), "unigram-lab-")), "journal.ndjson");

/** What defines a result: times differ from run to run. */
const essence = (results: RunResult[]) =>
  results.map(({ seconds: _, stepSeconds: __, ...rest }) => rest).sort((a, b) => (a.run < b.run ? -1 : 1));

const collect = async (runs: AsyncIterable<RunResult>): Promise<RunResult[]> => {
  const results: RunResult[] = [];
  for await (const result of runs) results.push(result);
  return results;
};

test("1, 2 and 5 threads give the same bits as a trainer by itself", async () => {
  const one = essence(await collect(runPool(small, { threads: 1 })));
  expect(one).toHaveLength(12);
  expect(essence(await collect(runPool(small, { threads: 2 })))).toEqual(one);
  expect(essence(await collect(runPool(small, { threads: 5 })))).toEqual(one);
  for (const { config, finalEmbedding, records } of one) {
    const trainer = await createTrainer(config);
    await trainer.advance(60);
    expect((await trainer.evaluate()).loss).toBe(records.at(-1)?.loss);
    if (finalEmbedding) expect(Array.from((await trainer.weights()).embedding)).toEqual(finalEmbedding);
    trainer.dispose();
  }
});

test("equal configs are one run", async () => {
  const config = parseConfig({ vocabSize: 10, steps: 5 });
  expect(await collect(runPool([config, { ...config }]))).toHaveLength(1);
});

test("progress ends at the whole of the work", async () => {
  const shares: number[] = [];
  await collect(runPool(small, { threads: 2, onProgress: ({ share }) => shares.push(share) }));
  expect(shares.at(-1)).toBe(1);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
});

test("a diverged run is a result with its step", async () => {
  const [result] = await collect(
    runPool([parseConfig({ vocabSize: 20, embeddingDim: 4, learningRate: 1e30, steps: 50 })]),
  );
  expect(result.divergedAt).toBeGreaterThan(0);
  expect(result.records.at(-1)).toMatchObject({ diverged: true, loss: null });
});

test("a run that cannot start ends the pool with its name and reason", async () => {
  const config = parseConfig({ vocabSize: 1_000_000, embeddingDim: 2000 });
  await expect(collect(runPool([config]))).rejects.toThrow(
    `run ${configHash(config)}: vocabSize × embeddingDim: this run takes`,
  );
});

test("an abort keeps what is finished, and the next call runs only the rest", async () => {
  const path = await journalPath();
  const controller = new AbortController();
  const seen: RunResult[] = [];
  const journal = await Journal.open(path);
  await expect(
    (async () => {
      for await (const result of runPool(small, { threads: 2, journal, signal: controller.signal })) {
        seen.push(result);
        if (seen.length === 3) controller.abort(new Error("enough"));
      }
    })(),
  ).rejects.toThrow("enough");
  await journal.close();
  const kept = (await readFile(path, "utf8")).trim().split("\n").length;
  expect(kept).toBeGreaterThanOrEqual(3);

  const again = await Journal.open(path);
  const all = await collect(runPool(small, { threads: 2, journal: again }));
  await again.close();
  expect(all).toHaveLength(12);
  expect(new Set((await readFile(path, "utf8")).trim().split("\n")).size).toBe(12);
  expect(essence(all)).toEqual(essence(await collect(runPool(small))));
});

test("a signal that is aborted already starts nothing", async () => {
  await expect(collect(runPool(small, { signal: AbortSignal.abort(new Error("no")) }))).rejects.toThrow("no");
});

test("a torn last line and a damaged one are run again, the others are not", async () => {
  const path = await journalPath();
  const options = { journal: path, threads: 2 };
  const description = { base: { vocabSize: 10, embeddingDim: 4, steps: 20 }, seeds: 4 };
  const whole = await collect(sweep(description, options));
  const lines = (await readFile(path, "utf8")).trim().split("\n");
  lines[1] = lines[1].replace('"seed":', '"sEed":');
  const text = `${lines.join("\n")}\n`;
  await writeFile(path, text);
  await truncate(path, Buffer.byteLength(text) - 40);

  const journal = await Journal.open(path);
  expect(journal.damaged).toBe(1);
  expect(journal.torn).toBeGreaterThan(0);
  expect(journal.notices).toHaveLength(2);
  await journal.close();
  expect(essence(await collect(sweep(description, options)))).toEqual(essence(whole));
  // four, the one that was damaged, and the one that was torn
  expect((await readFile(path, "utf8")).trim().split("\n")).toHaveLength(6);
});

test.each([
  [
    { axes: { learningRate: [] } },
    "axes.learningRate: expected a list with at least one value or { kind, from, to, count }, got []",
  ],
  [{ axes: { "seed.inner": [1] } }, "axes.seed.inner: expected the path of a field, seed has no fields"],
  [{ axes: { "optimizer.momentum": [1] } }, "optimizer.momentum: unknown field"],
  [{ seeds: 0 }, "seeds: expected a whole number from 1 to 1000000 or a list of seeds, got 0"],
])("a bad sweep is one line: %j", (description, message) => {
  expect(() => sweepConfigs(description)).toThrow(message);
});
