/** From one directory to tables, and from many directories to one. */
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { beforeAll, describe, expect, test } from "vitest";
import { exportRuns } from "../../src/report/index.js";
import { finishedRuns, groupBy, Journal, merge, type RunResult, sweep } from "../../src/sweep/index.js";
import { unigramLab } from "../cli/commandLine.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
const description = {
  base: { embeddingDim: 5, steps: 60, evaluateEvery: 20 },
  axes: { vocabSize: [7, 12, 20, 33], learningRate: [0.001, 0.01, 1e30] },
  seeds: 8,
};
const runInto = async (journal: string, options: object = {}) => {
  for await (const _ of sweep(description, { journal, onlyNew: true, ...options }));
};
const table = async (directory: string, name: string, kind?: "runs"): Promise<Buffer> => {
  const journal = await Journal.read(directory);
  const path = join(directory, name);
  await exportRuns(journal, path, kind);
  await journal.close();
  return readFile(path);
};
const formats = ["all.parquet", "all.csv", "all.json"];

let whole = "";
beforeAll(async () => {
  whole = await folder();
  await runInto(whole);
});

test("1, 2 and 5 workers: the same bytes in every format", async () => {
  for (const threads of [1, 5]) {
    const other = await folder();
    await runInto(other, { threads });
    for (const name of formats)
      expect((await table(other, name)).equals(await table(whole, name))).toBe(true);
    expect((await table(other, "runs.csv", "runs")).equals(await table(whole, "runs.csv", "runs"))).toBe(
      true,
    );
  }
});

describe("DuckDB", () => {
  const query = async (sql: string): Promise<Record<string, unknown>[]> => {
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    try {
      return (await connection.runAndReadAll(sql)).getRowObjects();
    } finally {
      connection.closeSync();
    }
  };

  test("opens all three, with plain types and every bit", async () => {
    for (const name of formats) await table(whole, name);
    await table(whole, "runs.parquet", "runs");
    const types = await query(`DESCRIBE SELECT * FROM '${whole}/all.parquet'`);
    expect(new Set(types.map(({ column_type }) => column_type))).toEqual(
      new Set(["VARCHAR", "INTEGER", "BIGINT", "DOUBLE", "BOOLEAN"]),
    );
    const expected: [string, number, number | null][] = [];
    for await (const { run, records } of finishedRuns(whole))
      for (const { step, loss } of records) expected.push([run, step, loss]);
    for (const name of formats) {
      const from = name.endsWith("csv")
        ? `read_csv('${whole}/${name}', types={'run': 'VARCHAR'})`
        : `'${whole}/${name}'`;
      const rows = await query(`SELECT run, step, loss FROM ${from}`);
      expect(rows.map(({ run, step, loss }) => [run, Number(step), loss])).toEqual(expected);
    }
    const [means] = await query(
      `SELECT count(*) AS runs, count(divergedAt) AS diverged FROM '${whole}/runs.parquet'`,
    );
    expect([Number(means.runs), Number(means.diverged)]).toEqual([96, 32]);
  });
});

test("from code: a filter, and groups by axis in the order of their values", async () => {
  const groups = await groupBy(
    finishedRuns(whole, { where: [{ path: "vocabSize", atMost: 12 }] }),
    "vocabSize",
    "learningRate",
  );
  expect(groups.map(({ values, runs }) => [values.vocabSize, values.learningRate, runs.length])).toEqual([
    [7, 0.001, 8],
    [7, 0.01, 8],
    [7, 1e30, 8],
    [12, 0.001, 8],
    [12, 0.01, 8],
    [12, 1e30, 8],
  ]);
  expect(groups[0].runs.map(({ config }) => config.seed)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("16 shards merged are the sweep, and a second merge adds nothing", async () => {
  const shards: string[] = [];
  for (let index = 0; index < 16; index++) {
    shards.push(await folder());
    await runInto(shards[index], { shard: { index, count: 16 } });
  }
  const out = await folder();
  expect(await merge(out, shards)).toMatchObject({
    added: 96,
    duplicates: 0,
    runs: 96,
    failed: [],
    notices: [],
  });
  for (const name of formats) expect((await table(out, name)).equals(await table(whole, name))).toBe(true);
  expect(await merge(out, shards)).toMatchObject({ added: 0, duplicates: 96, runs: 96 });
});

test("two results of one run that differ are refused, and nothing is written", async () => {
  const results: RunResult[] = [];
  for await (const result of finishedRuns(whole)) results.push(result);
  const [honest, forged, out] = [await folder(), await folder(), await folder()];
  for (const [directory, loss] of [
    [honest, results[0].records[1].loss],
    [forged, 1.5],
  ] as const) {
    const journal = await Journal.open(directory);
    const records = results[0].records.map((record, i) => (i === 1 ? { ...record, loss } : record));
    await journal.append({ ...results[0], records, seconds: Math.random() });
    await journal.close();
  }
  await expect(merge(out, [honest, forged])).rejects.toThrow(
    `run ${results[0].run}: expected one result, ${honest} and ${forged} have different ones`,
  );
  expect(await readdir(out)).toEqual([]);
});

test("the command line: dry run, shards, status, merge that says what is missing, export", async () => {
  const dir = await folder();
  const sweepJson = { base: { vocabSize: 9, steps: 30 }, axes: { embeddingDim: [2, 3, 4] }, seeds: 4 };
  await writeFile(join(dir, "sweep.json"), JSON.stringify(sweepJson));
  const dry = await unigramLab(["sweep", "sweep.json", "--dry-run"], dir);
  expect(dry.stdout.trim().split("\n").slice(0, 3)).toEqual([
    "embeddingDim (D)  2, 3, 4",
    "seed              0, 1, 2, 3",
    "",
  ]);
  expect(dry.stdout.match(/^[0-9a-f]{16} {2}waiting /gm)).toHaveLength(12);
  expect(dry.stderr).toMatch(/^12 runs, 12 to run: .* operations, about 0:00 of one core, .* MiB a run\n$/);
  expect(await readdir(dir)).toEqual(["sweep.json"]);

  for (const i of [0, 1]) {
    const { code } = await unigramLab(
      ["sweep", "sweep.json", "--shard", `${i}/3`, "--out", `part-${i}`],
      dir,
    );
    expect(code).toBe(0);
  }
  const merged = await unigramLab(["merge", "all", "part-0", "part-1"], dir);
  const missing = merged.stdout.trim().split("\n");
  expect(merged.code).toBe(1);
  expect(merged.stderr).toContain(`${missing.length} runs of the sweep are missing in all`);
  const status = JSON.parse((await unigramLab(["status", "all", "--json"], dir)).stdout);
  expect(status).toMatchObject({ finished: 12 - missing.length, failed: 0, writer: null });

  const events = await unigramLab(["sweep", "sweep.json", "--out", "all", "--json"], dir);
  const finished = events.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event === "finished");
  expect(finished.map(({ run }) => `missing ${run}`).sort()).toEqual(missing.sort());
  expect((await unigramLab(["sweep", "sweep.json", "--out", "all", "--dry-run"], dir)).stderr).toContain(
    "12 runs, nothing to run",
  );
  const exported = await unigramLab(["export", "all", "--out", "all.csv", "--runs"], dir);
  expect(exported.stderr).toBe("12 rows of 12 runs in all.csv\n");
  expect((await readFile(join(dir, "all.csv"), "utf8")).trim().split("\n")).toHaveLength(13);
});
