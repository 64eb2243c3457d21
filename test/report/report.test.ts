import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { ConfigError } from "../../src/config.js";
import { experiments } from "../../src/experiments/index.js";
import { shortNumber } from "../../src/figures/labels.js";
import { writeRecords, writeReport } from "../../src/report/index.js";
import { escapeHtml } from "../../src/report/page.js";
import type { ListedRun } from "../../src/report/table.js";
import { writeTable } from "../../src/report/writeTable.js";
import { runOf, syntheticRuns } from "../experiments/syntheticRuns.js";

const folder = () => mkdtemp(join(process.env.REPORT_OUT ?? tmpdir(), "unigram-report-"));
const shape = { excess: (step: number) => 1 / (3 + step) };

const readBack = async (bytes: Uint8Array) =>
  parquetReadObjects({
    file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
  });

async function parquetOf(runs: ListedRun[]): Promise<Uint8Array> {
  const path = join(await folder(), "runs.parquet");
  await writeTable(path, () => runs);
  return readFile(path);
}

test("a whole report", async () => {
  const dir = await folder();
  const ofThePost = experiments.filter(({ part }) => part === "post");
  const content = ofThePost.map(({ name, conditions }) => ({
    name,
    conditions: conditions(false),
    runs: syntheticRuns(conditions(false), 3),
  }));
  const claims = await writeReport(dir, {
    experiments: content,
    quick: false,
    seeds: 3,
    seconds: 432.1,
    threads: 2,
  });
  expect((await readdir(dir)).sort()).toEqual(["claims.json", "figures", "index.html", "runs.parquet"]);

  const html = await readFile(join(dir, "index.html"), "utf8");
  expect(html).not.toMatch(/(src|href)\s*=\s*["']?(https?:)?\/\//i);
  expect(html).not.toMatch(/url\(\s*["']?https?:|@import|<script|<link rel="stylesheet/i);
  expect(html).toContain("unigram-lab reproduce scaling-law --seeds 3");
  expect(html).toContain("prefers-color-scheme: dark");
  expect(html).toContain("7 min 12 s of computing, shared by 2 threads");
  expect(html).not.toContain("quick profile:");
  expect(html).not.toMatch(/undefined|NaN|\[object/);
  const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);

  const figures = await readdir(join(dir, "figures"));
  for (const { name } of ofThePost)
    expect(figures).toEqual(expect.arrayContaining([`${name}.svg`, `${name}.png`]));
  for (const file of figures.filter((name) => name.endsWith(".svg"))) {
    const svg = await readFile(join(dir, "figures", file), "utf8");
    expect(svg).toMatch(/^<svg[^>]+width="\d+/);
    expect(svg).not.toMatch(/NaN|undefined/);
    expect(svg.match(/<text/g)?.length).toBeGreaterThan(10);
  }

  const stored = JSON.parse(await readFile(join(dir, "claims.json"), "utf8"));
  expect(stored).toEqual(claims);
  for (const claim of stored) {
    expect(Object.keys(claim)).toEqual([
      "experiment",
      "claim",
      "quantity",
      "post",
      "measured",
      "verdict",
      "rule",
      "whose",
      "falsifiedBy",
      "sampledOver",
    ]);
    expect(Object.keys(claim.measured)).toEqual(["mean", "standardDeviation", "seeds"]);
    expect(["holds", "fails", "inconclusive"]).toContain(claim.verdict);
  }

  const rows = await readBack(await readFile(join(dir, "runs.parquet")));
  expect(rows).toHaveLength(
    content.reduce((sum, { runs }) => sum + runs.reduce((n, run) => n + run.records.length, 0), 0),
  );
});

test("an unfinished quick report leaves out what did not finish and says so", async () => {
  const dir = await folder();
  const [first, second] = experiments;
  const conditions = first.conditions(true);
  await writeReport(dir, {
    experiments: [
      { name: first.name, conditions, runs: syntheticRuns(conditions.slice(0, 1), 1) },
      { name: second.name, conditions: second.conditions(true), runs: [] },
    ],
    quick: true,
    seeds: 3,
    seconds: 3,
    threads: 1,
  });
  const html = await readFile(join(dir, "index.html"), "utf8");
  expect(html).toContain("quick profile");
  expect(html).toContain(`none of its runs finished: ${second.name}`);
  expect(html).toContain("untied (0 of 3 seeds)");
});

test("parquet keeps every bit, null and whole number", async () => {
  const values = [0.1 + 0.2, 5e-324, Number.MAX_VALUE, -0, 1 / 3];
  const run = runOf(
    {
      steps: 400,
      learningRate: {
        kind: "piecewise-linear",
        points: [
          [0, 0],
          [9, 0.1],
        ],
      },
    },
    { excess: (step) => (step === 300 ? null : values[step / 100]) },
  );
  const rows = await readBack(await parquetOf([{ ...run, experiment: "warmup" }]));
  expect(rows.map(({ excessLoss }) => excessLoss)).toEqual(run.records.map(({ excessLoss }) => excessLoss));
  expect(rows.map(({ loss }) => loss)).toEqual(run.records.map(({ loss }) => loss));
  expect(rows[3].loss).toBeNull();
  expect(rows[1]).toMatchObject({
    experiment: "warmup",
    run: run.run,
    step: 100,
    vocabSize: 100,
    "distribution.exponent": 1,
    "init.std": 0.1,
    diverged: false,
    learningRate: 0.01,
    "config.learningRate": null,
    "config.learningRateSchedule": '{"kind":"piecewise-linear","points":[[0,0],[9,0.1]]}',
  });
});

test("records in the format of the file name", async () => {
  const dir = await folder();
  const run = runOf(
    { vocabSize: 2, steps: 100, distribution: { kind: "given", probabilities: [0.25, 0.75] } },
    shape,
  );
  for (const extension of ["parquet", "csv", "json", "ndjson"])
    await writeRecords(join(dir, `r.${extension}`), [run]);
  const json = JSON.parse(await readFile(join(dir, "r.json"), "utf8"));
  expect(json[1].excessLoss).toBe(1 / 103);
  expect(json[1]["distribution.probabilities"]).toBe("[0.25,0.75]");
  const ndjson = (await readFile(join(dir, "r.ndjson"), "utf8")).trim().split("\n");
  expect(ndjson.map((line) => JSON.parse(line))).toEqual(json);
  const csv = await readFile(join(dir, "r.csv"), "utf8");
  expect(csv).toContain('"[0.25,0.75]"');
  expect(csv.trim().split("\n")).toHaveLength(3);
  await expect(writeRecords(join(dir, "r.xlsx"), [run])).rejects.toThrow(ConfigError);
  expect((await readdir(dir)).sort()).toEqual(["r.csv", "r.json", "r.ndjson", "r.parquet"]);
});

test("text is made safe and numbers short", () => {
  expect(escapeHtml(`<a href="x">'&`)).toBe("&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
  expect(shortNumber(0.0000123)).toBe("1.23e-5");
  expect(shortNumber(22.4291)).toBe("22.43");
});
