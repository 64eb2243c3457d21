/** The report as a view of its journal, made up here so that nothing is trained. */
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { experiments } from "../../src/experiments/index.js";
import { Journal } from "../../src/sweep/index.js";
import { syntheticRuns } from "../experiments/syntheticRuns.js";
import { unigramLab } from "./commandLine.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));

/** A directory whose journal has all runs of the named experiments. */
async function journalOf(directory: string, names: string[], seeds: number, quick = false) {
  const journal = await Journal.open(directory);
  for (const { name, conditions } of experiments)
    if (names.includes(name))
      for (const run of syntheticRuns(conditions(quick), seeds)) await journal.append(run);
  await journal.close();
}
/** Without a name it is the post's. */
const all = experiments.filter(({ part }) => part === "post").map(({ name }) => name);

const claimsOf = async (directory: string): Promise<{ experiment: string }[]> =>
  JSON.parse(await readFile(join(directory, "claims.json"), "utf8"));
async function rowsOf(directory: string) {
  const { buffer, byteOffset, length } = await readFile(join(directory, "runs.parquet"));
  return parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer });
}
const runsOf = async (directory: string) =>
  new Set((await rowsOf(directory)).map(({ experiment, run }) => `${experiment} ${run}`)).size;
const filesOf = async (directory: string) =>
  Promise.all(["index.html", "claims.json", "runs.parquet"].map((name) => readFile(join(directory, name))));

test("an experiment by itself leaves the others in page, claims and tables", {
  timeout: 600_000,
}, async () => {
  const dir = await folder();
  await journalOf(join(dir, "report"), all, 5);
  expect((await unigramLab(["reproduce", "--out", "report"], dir)).code).toBe(0);
  const report = join(dir, "report");
  const [claims, runs, files] = [await claimsOf(report), await runsOf(report), await filesOf(report)];
  expect(new Set(claims.map(({ experiment }) => experiment))).toEqual(new Set(all));

  const named = ["reproduce", "representation-collapse", "--out", "report"];
  const again = await unigramLab(named, dir);
  expect(again.code).toBe(0);
  expect(await claimsOf(report)).toEqual(claims);
  expect(await runsOf(report)).toBe(runs);
  expect(await filesOf(report)).toEqual(files);
  // stdout speaks of what was asked for
  const printed = JSON.parse((await unigramLab([...named, "--json"], dir)).stdout);
  expect(printed).toEqual(claims.filter(({ experiment }) => experiment === "representation-collapse"));

  // fewer seeds hide none
  expect((await unigramLab(["reproduce", "--seeds", "1", "--out", "report"], dir)).code).toBe(0);
  expect(await filesOf(report)).toEqual(files);
});

test("what is not finished is not there, and said", { timeout: 600_000 }, async () => {
  const dir = await folder();
  await journalOf(join(dir, "report"), ["representation-collapse"], 2);
  await journalOf(join(dir, "report"), ["warmup"], 3);
  const named = ["reproduce", "representation-collapse", "--seeds", "2", "--out", "report"];
  expect((await unigramLab(named, dir)).code).toBe(0);
  const claims = await claimsOf(join(dir, "report"));
  expect(new Set(claims.map(({ experiment }) => experiment))).toEqual(
    new Set(["representation-collapse", "warmup"]),
  );
  const page = await readFile(join(dir, "report/index.html"), "utf8");
  expect(page).toContain("trained anew with 2 to 3 seeds");
  expect(page).toContain("none of its runs finished: embedding-1d, scaling-law, learning-rate-decay");
  expect(page).toContain("unigram-lab reproduce representation-collapse --seeds 2");
  expect(page).toContain("unigram-lab reproduce warmup --seeds 3");
  expect(page).not.toContain("Not all runs finished");
});

test("quick and full reports have directories of their own, and sweeps theirs", {
  timeout: 600_000,
}, async () => {
  const dir = await folder();
  await journalOf(join(dir, "unigram-lab-report"), all, 1);
  await journalOf(join(dir, "unigram-lab-report-quick"), all, 1, true);
  const args = ["reproduce", "--seeds", "1"];
  for (const quick of [[], ["--quick"]]) expect((await unigramLab([...args, ...quick], dir)).code).toBe(0);
  const [full, quick] = await Promise.all(
    ["unigram-lab-report", "unigram-lab-report-quick"].map((name) => filesOf(join(dir, name))),
  );
  expect(full[0].includes("(quick profile)")).toBe(false);
  expect(quick[0].includes("(quick profile)")).toBe(true);

  await unigramLab(["sweep", "--vary", "vocabSize=5", "--vary", "steps=5", "--out", "swept"], dir);
  await journalOf(join(dir, "only-a-journal"), ["warmup"], 1, true);
  for (const [flags, refusal] of [
    [
      ["--quick", "--out", "unigram-lab-report"],
      "a quick report, got unigram-lab-report, which holds a full report",
    ],
    [
      ["--out", "unigram-lab-report-quick"],
      "a full report, got unigram-lab-report-quick, which holds a quick report",
    ],
    [["--out", "only-a-journal"], "a full report, got only-a-journal, which holds a quick report"],
    [["--out", "swept"], "a full report, got swept, which holds a sweep"],
  ] as const) {
    const { code, stderr } = await unigramLab([...args, ...flags], dir);
    expect(stderr).toBe(`error: --out: expected a new directory or one of ${refusal}\n`);
    expect(code).toBe(2);
  }
  expect(await filesOf(join(dir, "unigram-lab-report"))).toEqual(full);
  expect(await filesOf(join(dir, "unigram-lab-report-quick"))).toEqual(quick);
  expect(await readdir(join(dir, "swept"))).not.toContain("index.html");
});

test("without the package that draws PNGs all else is made, and a line says what is missing", {
  timeout: 600_000,
}, async () => {
  const dir = await folder();
  const env = {
    ...process.env,
    NODE_OPTIONS: `--import=${new URL("./withoutPng.mjs", import.meta.url).href}`,
  };
  const missing =
    "figures are written as SVG only: PNG needs the optional package @resvg/resvg-js, which is not installed\n";
  await journalOf(join(dir, "report"), all, 1);
  const reproduced = await unigramLab(["reproduce", "--seeds", "1", "--out", "report"], dir, env);
  expect(reproduced.stderr).toContain(missing);
  expect(reproduced.code).toBe(0);
  const made = await readdir(join(dir, "report"));
  expect(made).toEqual(expect.arrayContaining(["index.html", "claims.json", "runs.parquet"]));
  const reported = await unigramLab(["report", "report"], dir, env);
  expect(reported.stderr).toContain(missing);
  expect(reported.code).toBe(0);
  const figures = await readdir(join(dir, "report/figures"));
  for (const name of [...all, "excess-loss"]) expect(figures).toContain(`${name}.svg`);
  expect(figures.filter((name) => name.endsWith(".png"))).toEqual([]);
  const page = await readFile(join(dir, "report/index.html"), "utf8");
  expect(page).not.toContain("*.png");
});

test("--list names every experiment of both parts, what it asks and how many runs it takes", async () => {
  const { code, stdout } = await unigramLab(["reproduce", "--list", "--seeds", "2"]);
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(1 + experiments.length);
  for (const [i, { part, name, title, conditions }] of experiments.entries()) {
    expect(lines[i + 1].startsWith(part)).toBe(true);
    const runs = conditions(false).reduce((sum, { seeds = 2 }) => sum + Math.min(2, seeds), 0);
    expect(lines[i + 1].replaceAll(/ +/g, " ")).toBe(`${part} ${name} ${runs} ${title}`);
  }
  const listed = JSON.parse((await unigramLab(["reproduce", "--list", "--json"])).stdout);
  expect(listed.map(({ name }: { name: string }) => name)).toEqual(experiments.map(({ name }) => name));
  expect(listed[0]).toEqual({
    part: "post",
    name: "embedding-1d",
    title: experiments[0].title,
    summary: experiments[0].summary,
    seeds: 5,
    runs: 5 * experiments[0].conditions(false).length,
  });
});

test("what is neither an experiment nor a part is refused with what there is", async () => {
  const { code, stderr } = await unigramLab(["reproduce", "sticky"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^error: EXPERIMENT: expected post, .*embedding-1d, .*, got sticky \(did you mean sticky-plateau\?\)\n$/,
  );
});
