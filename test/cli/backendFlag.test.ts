/** `--backend webgpu` where there is no such thing, and what is known of runs that one computed. */
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { experiments } from "../../src/experiments/index.js";
import { conditionsOf } from "../../src/experiments/profile.js";
import { Journal, type RunResult } from "../../src/sweep/index.js";
import { hasRelaxed } from "../../src/sweep/processor.js";
import { runOf, syntheticRuns } from "../experiments/syntheticRuns.js";
import { unigramLab } from "./commandLine.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
const install =
  "--backend: expected WebGPU, which is not here; in Node, install the package webgpu: npm install webgpu";

test.each([
  [["train", "--backend", "webgpu"], install],
  [["sweep", "--vary", "seed=1,2", "--backend", "webgpu"], install],
  [["sweep", "--vary", "seed=1,2", "--backend", "webgpu", "--dry-run"], install],
  [["reproduce", "--quick", "--backend", "webgpu"], install],
  [
    ["sweep", "--vary", "seed=1,2", "--backend", "reference"],
    '--backend: expected "wasm" or "webgpu", got "reference"',
  ],
  [
    ["sweep", "--vary", "seed=1,2", "--backend", "webgpu", "--threads", "2"],
    "--threads: expected nothing with --backend webgpu, got 2",
  ],
  [
    ["reproduce", "--backend", "webgpu", "--threads", "1"],
    "--threads: expected nothing with --backend webgpu, got 1",
  ],
  [
    ["train", "--backend", "webgpu", "--arithmetic", "strict"],
    '--arithmetic: expected "relaxed" with --backend webgpu, whose rounding may differ from device to device, got "strict"',
  ],
  [
    ["train", "--backend", "webgpu", "--config", "strict.json"],
    'arithmetic: expected "relaxed" with --backend webgpu, whose rounding may differ from device to device, got "strict"',
  ],
  [
    ["sweep", "sweep.json", "--backend", "webgpu"],
    'arithmetic: expected "relaxed" with --backend webgpu, whose rounding may differ from device to device, got "strict"',
  ],
  [
    ["sweep", "--vary", "arithmetic=relaxed,strict", "--backend", "webgpu"],
    'arithmetic: expected "relaxed" with --backend webgpu, whose rounding may differ from device to device, got "strict"',
  ],
  [
    ["sweep", "--vary", "seed=1,2", "--fall-back"],
    "--fall-back: expected --backend webgpu with it, got none",
  ],
  [
    ["reproduce", "--backend", "wasm", "--allow-fallback-adapter"],
    "--allow-fallback-adapter: expected --backend webgpu with it, got wasm",
  ],
])("refuses in one line, and makes nothing: %j", async (args, message) => {
  const dir = await folder();
  await writeFile(join(dir, "strict.json"), JSON.stringify({ arithmetic: "strict", steps: 1 }));
  await writeFile(join(dir, "sweep.json"), JSON.stringify({ base: { arithmetic: "strict" }, seeds: 2 }));
  const { code, stdout, stderr } = await unigramLab(args, dir);
  expect(stderr).toBe(`error: ${message}\n`);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect((await readdir(dir)).sort()).toEqual(["strict.json", "sweep.json"]);
});

test("falls back to the processor when it is asked to, and says so", async () => {
  const dir = await folder();
  const small = ["--vocab-size", "5", "--embedding-dim", "2", "--steps", "2"];
  const args = ["sweep", ...small, "--seeds", "2", "--backend", "webgpu", "--fall-back", "--out", "s"];
  const { code, stderr } = await unigramLab(args, dir);
  if (!hasRelaxed()) {
    expect(code).toBe(2);
    expect(stderr).toBe(
      `error: ${install}; and the processor cannot take its place: this runtime has no relaxed SIMD\n`,
    );
    return;
  }
  expect(code).toBe(0);
  expect(stderr).toContain(`${install}; falling back to the processor, relaxed arithmetic\n`);
  const status = JSON.parse((await unigramLab(["status", "s", "--json"], dir)).stdout);
  expect(status.computedBy).toEqual([expect.objectContaining({ backend: "wasm", runs: 2 })]);
});

test("train says who computed a relaxed run, in its table and in every line", async () => {
  const dir = await folder();
  const small = ["--vocab-size", "5", "--embedding-dim", "2", "--steps", "2", "--backend", "reference"];
  const relaxed = await unigramLab(
    ["train", ...small, "--arithmetic", "relaxed", "--out", "r.csv", "--json"],
    dir,
  );
  expect(relaxed.code).toBe(0);
  for (const line of relaxed.stdout.trim().split("\n"))
    expect(JSON.parse(line)).toMatchObject({
      backend: "reference",
      adapter: expect.stringContaining(process.arch),
    });
  expect(await readFile(join(dir, "r.csv"), "utf8")).toMatch(/^run,backend,adapter,driver,step,/);
  const strict = await unigramLab(["train", ...small, "--out", "s.csv", "--json"], dir);
  expect(strict.stdout).not.toContain("adapter");
  expect(await readFile(join(dir, "s.csv"), "utf8")).toMatch(/^run,step,/);
});

const by = (adapter: string) => ({ computedBy: { backend: "webgpu", adapter, driver: "d" } });
async function journalOf(directory: string, results: RunResult[]): Promise<void> {
  const journal = await Journal.open(directory);
  for (const result of results) await journal.append(result);
  await journal.close();
}

test("status and merge tell who computed, and how far relaxed results are from each other", async () => {
  const dir = await folder();
  const result = (loss: number) => {
    const run = runOf({ vocabSize: 3, steps: 0, arithmetic: "relaxed" }, { excess: () => 1 });
    return { ...run, records: run.records.map((record) => ({ ...record, loss })) };
  };
  await journalOf(join(dir, "a"), [{ ...result(1), ...by("one") }]);
  await journalOf(join(dir, "b"), [{ ...result(0.75), ...by("another") }]);
  const { stdout } = await unigramLab(["status", "a"], dir);
  expect(stdout).toContain("\n1 relaxed run by webgpu on one (d)\n");
  const merged = await unigramLab(["merge", "x", "a", "b"], dir);
  expect(merged.code).toBe(0);
  const { run } = result(1);
  expect(merged.stderr).toContain(
    `1 relaxed result differs from the one that is kept, by 2.5e-1 of the number at most (loss of run ${run})\n`,
  );
  const json = await unigramLab(["merge", "y", "a", "b", "--json"], dir);
  expect(JSON.parse(json.stdout)).toEqual({
    added: 1,
    snapshots: 0,
    duplicates: 1,
    differing: 1,
    largestDifference: { run, field: "loss", relative: 0.25 },
    runs: 1,
    failed: [],
    notices: [],
    missing: null,
  });
});

test("a report is of one arithmetic", { timeout: 120_000 }, async () => {
  const dir = await folder();
  const [first] = experiments;
  const conditions = conditionsOf(first, { quick: true, arithmetic: "relaxed" });
  const relaxed = syntheticRuns(conditions, 1).map((run) => ({ ...run, ...by("one") }));
  await journalOf(join(dir, "relaxed"), relaxed);
  await journalOf(join(dir, "strict"), syntheticRuns(first.conditions(true), 1));
  const args = ["reproduce", first.name, "--quick", "--seeds", "1"];
  expect((await unigramLab([...args, "--out", "relaxed"], dir)).stderr).toBe(
    "error: --out: expected a new directory or one of a quick report, got relaxed, which holds a relaxed full or relaxed quick report\n",
  );
  expect((await unigramLab([...args, "--backend", "webgpu", "--out", "strict"], dir)).stderr).toBe(
    "error: --out: expected a new directory or one of a relaxed quick report, got strict, which holds a full or quick report\n",
  );
  const merged = await unigramLab(["merge", "both", "strict", "relaxed"], dir);
  expect(merged.stderr).toBe(
    "error: DIR: expected reports of one profile, got strict of the full or quick one and relaxed of the relaxed full or relaxed quick one\n",
  );
});
