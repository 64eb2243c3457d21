/** What each command says of results and snapshots that are of other bits. */
import { copyFile, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bitsRevision } from "../../src/kernel/bitsRevision.js";
import { Journal, sweepConfigs } from "../../src/sweep/index.js";
import { runOf } from "../experiments/syntheticRuns.js";
import { unigramLab, withoutHash } from "./commandLine.js";

const sweepOf = (seeds: number) => ({ base: { vocabSize: 6, embeddingDim: 2, steps: 4 }, seeds });
const [old, ...young] = sweepConfigs(sweepOf(3)).map((config) => runOf(config, { excess: () => 1 }));

/** A directory with the journal of an earlier version and that of this one. */
async function place() {
  const dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  const { bitsRevision: _, ...first } = old;
  for (const [name, results] of [
    ["old", [first]],
    ["young", young],
  ] as const) {
    const journal = await Journal.open(join(dir, name));
    for (const result of results) await journal.append(result);
    await journal.close();
  }
  await writeFile(join(dir, "sweep.json"), JSON.stringify(sweepOf(3)));
  return { dir, run: (...args: string[]) => unigramLab(args, dir) };
}

test("a sweep does not go on where results are of other bits, and leaves all as it is", async () => {
  const { dir, run } = await place();
  const remembered = { generator: "unigram-lab 0.1.0", sweeps: [sweepOf(3)] };
  await writeFile(join(dir, "old/sweep.json"), JSON.stringify(remembered));
  const refused = await run("sweep", "sweep.json", "--out", "old");
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toBe(
    `error: journal: expected results of bits revision ${bitsRevision}, which this version computes, got 1 of 1 in old; start in another directory, or go on with the version that made them\n`,
  );
  expect(JSON.parse(await readFile(join(dir, "old/sweep.json"), "utf8"))).toEqual(remembered);
  expect((await run("sweep", "sweep.json", "--out", "young")).code).toBe(0);
  expect(JSON.parse(await readFile(join(dir, "young/sweep.json"), "utf8"))).toMatchObject({ bitsRevision });
});

test("merge, status, export and report name a mix", async () => {
  const { dir, run } = await place();
  const mix = `results of 2 bits revisions (1 of 1 and 2 of ${bitsRevision}): a config gives other bits in each`;
  const merged = await run("merge", "both", "old", "young");
  expect(merged.code).toBe(0);
  expect(merged.stderr.match(/^both.*/gm)).toEqual([`both/journal.ndjson: ${mix}`]);
  expect(JSON.parse((await run("status", "both", "--json")).stdout)).toMatchObject({
    bitsRevisions: [1, bitsRevision],
    notices: [`both/journal.ndjson: ${mix}`],
  });
  const columns = async (directory: string) => {
    expect((await run("export", directory, "--runs", "--out", `${directory}.csv`)).code).toBe(0);
    const [head, ...rows] = (await readFile(join(dir, `${directory}.csv`), "utf8")).trim().split("\n");
    const at = head.split(",").indexOf("bitsRevision");
    return at < 0 ? undefined : rows.map((row) => Number(row.split(",")[at])).sort();
  };
  expect(await columns("both")).toEqual([1, bitsRevision, bitsRevision]);
  // of one revision the table is as it was
  for (const directory of ["old", "young"]) expect(await columns(directory)).toBeUndefined();
  expect((await run("report", "both")).stderr).toContain(mix);
  const page = async (directory: string) => readFile(join(dir, directory, "report.html"), "utf8");
  expect(await page("both")).toContain(`This page shows ${mix}.`);
  await run("report", "young");
  expect(await page("young")).not.toContain("bits revision");
});

test("a run that goes on from a snapshot of other bits says so in one line", async () => {
  const { dir, run } = await place();
  const first = new URL("../fixtures/version-0.1/tied.snapshot", import.meta.url);
  await copyFile(first, join(dir, "first.snapshot"));
  const resumed = await run("train", "--resume", "first.snapshot", "--snapshot", "second.snapshot", "--json");
  expect(resumed.code).toBe(0);
  expect(withoutHash(resumed.stderr)).toBe(
    `first.snapshot is of bits revision 1, this version computes ${bitsRevision}: from step 17 on the bits are others than those of the version that wrote it\nwritten: second.snapshot\n`,
  );
  const again = await run("train", "--resume", "second.snapshot", "--steps", "50", "--json");
  expect(withoutHash(again.stderr)).toBe("");
});
