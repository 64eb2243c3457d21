/** What a directory remembers of the sweeps that were run there, and what is refused for it. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unigramLab } from "./commandLine.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
const base = { vocabSize: 6, embeddingDim: 2, steps: 4 };
const first = { base, axes: { learningRate: [0.01, 0.1] }, seeds: 3 };
const second = { base, axes: { embeddingDim: [3, 4, 5] } };

/** A directory with both descriptions as files. */
async function place() {
  const dir = await folder();
  const write = (name: string, value: unknown) => writeFile(join(dir, name), JSON.stringify(value));
  await write("first.json", first);
  await write("second.json", second);
  await write("reordered.json", {
    seeds: [0, 1, 2],
    axes: first.axes,
    base: { steps: 4, embeddingDim: 2, vocabSize: 6 },
  });
  await write("extended.json", { ...first, seeds: 4 });
  const run = (...args: string[]) => unigramLab(["sweep", ...args, "--out", "results"], dir);
  const remembered = async () => JSON.parse(await readFile(join(dir, "results/sweep.json"), "utf8"));
  return { dir, run, remembered, write };
}

test("another sweep goes into a directory only when asked; status and export speak of both", async () => {
  const { dir, run, remembered } = await place();
  expect((await run("first.json")).code).toBe(0);
  expect(await remembered()).toMatchObject({
    generator: expect.stringMatching(/^unigram-lab /),
    sweeps: [first],
  });

  const refused = await run("second.json");
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toBe(
    "error: --out: expected the directory of this sweep, got results, which is of another one (axes, seeds differ); --add runs this one there too\n",
  );
  const longer = await run("extended.json");
  expect(longer.code).toBe(2);
  expect(longer.stderr).toContain("of another one (seeds differ); --add");
  expect((await remembered()).sweeps).toEqual([first]);

  const same = await run("reordered.json");
  expect(same.stderr).toContain("6 runs on");
  expect(same.stderr).toContain("6 of them finished before");
  const added = await run("second.json", "--add");
  expect(added.code).toBe(0);
  expect(added.stderr).toContain("3 of 3 runs in results/runs.parquet, and 6 others");
  expect((await remembered()).sweeps).toEqual([first, second]);
  // both go on now
  for (const file of ["first.json", "second.json"]) expect((await run(file)).code).toBe(0);
  expect((await unigramLab(["status", "results"], dir)).stdout).toContain("9 of 9 runs finished");
  const exported = await unigramLab(["export", "results", "--runs", "--out", "all.csv"], dir);
  expect(exported.stderr).toContain("9 rows of 9 runs");
  const merged = await unigramLab(["merge", "merged", "results"], dir);
  expect(merged.code).toBe(0);
  expect(JSON.parse(await readFile(join(dir, "merged/sweep.json"), "utf8")).sweeps).toEqual([first, second]);
});

test("the sweep.json of version 0.1, a description by itself, is read; what a directory wrote can be run", async () => {
  const { dir, run, remembered, write } = await place();
  await mkdir(join(dir, "results"));
  await write("results/sweep.json", first);
  expect((await run("second.json")).code).toBe(2);
  expect((await run("first.json")).code).toBe(0);
  expect((await run("results/sweep.json")).stderr).toContain("6 of them finished before");
  expect(await remembered()).toEqual(first);
  await unigramLab(["sweep", "first.json", "--out", "new"], dir);
  const again = await unigramLab(["sweep", "new/sweep.json", "--out", "results"], dir);
  expect(again.stderr).toContain("6 of them finished before");
});

test("a sweep.json that is something else is not replaced", async () => {
  const { dir, run } = await place();
  await mkdir(join(dir, "results"));
  for (const text of ["{}}", '{"name":"mine"}', '{"generator":"unigram-lab 9","sweeps":3}']) {
    await writeFile(join(dir, "results/sweep.json"), text);
    const { code, stderr } = await run("first.json", "--add");
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: results\/sweep.json: expected the sweeps of its directory, got another file \(.*\)\n$/,
    );
    expect(await readFile(join(dir, "results/sweep.json"), "utf8")).toBe(text);
  }
});

test("a directory of reproduce takes no sweep", async () => {
  const { dir, run } = await place();
  await mkdir(join(dir, "results"));
  const measured = { mean: 1, standardDeviation: 0, seeds: 1 };
  const claim = {
    experiment: "e",
    claim: "c",
    quantity: "q",
    post: null,
    measured,
    verdict: "holds",
    rule: "r",
  };
  await writeFile(join(dir, "results/claims.json"), JSON.stringify([claim], null, 2));
  for (const more of [[], ["--add"]]) {
    const { code, stderr } = await run("first.json", ...more);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "error: --out: expected a new directory or that of a sweep, got results, which holds a report of reproduce\n",
    );
  }
  expect(existsSync(join(dir, "results/sweep.json"))).toBe(false);
});

test("a task of an array that is submitted again goes on with its own share", async () => {
  const { dir } = await place();
  const task = (id: number, [min, max, count]: number[], out: string, shard = "slurm") => {
    const SLURM = { ID: id, MIN: min, MAX: max, COUNT: count };
    const environment = Object.fromEntries(
      Object.entries(SLURM).map(([name, value]) => [`SLURM_ARRAY_TASK_${name}`, String(value)]),
    );
    return unigramLab(["sweep", "first.json", "--out", out, "--shard", shard], dir, {
      ...process.env,
      ...environment,
    });
  };
  const all = [3, 6, 3];
  const finished: string[] = [];
  for (const id of [3, 4, 5, 6]) {
    const { code, stderr } = await task(id, [3, 6, 4], `results-${id}`);
    expect(code).toBe(0);
    finished.push(/^(\d+) runs?/.exec(stderr)?.[1] ?? "");
  }
  expect(finished.reduce((sum, count) => sum + Number(count), 0)).toBe(6);
  const record = JSON.parse(await readFile(join(dir, "results-4/sweep.json"), "utf8"));
  expect(record.array).toEqual({ first: 3, width: 1, count: 4 });
  // alone, Slurm tells of an array of one; with another, of two that are far apart
  for (const array of [[4, 4, 1], all])
    expect((await task(4, array, "results-4")).stderr).toMatch(new RegExp(`^${finished[1]} runs? on`));

  const fresh = await task(4, [4, 4, 1], "fresh");
  expect(fresh.code).toBe(2);
  expect(fresh.stderr).toContain("expected an array of at least 2 tasks, got 1");
  expect(existsSync(join(dir, "fresh"))).toBe(false);
  expect((await task(7, [7, 7, 1], "results-4")).stderr).toContain("expected a task of the array 3-6, got 7");
  expect((await task(0, all, "results-4", "1/2")).stderr).toBe(
    'error: --shard: expected a share of 4, as this directory has it, got "1/2"\n',
  );
  expect((await task(0, all, "results-4", "1/4")).code).toBe(0);
  const merged = await unigramLab(["merge", "whole", ...[3, 4, 5, 6].map((id) => `results-${id}`)], dir);
  expect(merged.code).toBe(0);
  expect(JSON.parse(await readFile(join(dir, "whole/sweep.json"), "utf8")).array).toBeUndefined();
});

test.each<[string[], string]>([
  [
    ["--vary", "learningRate=0.1,0.2", "--vary", "learningRate=0.3"],
    "--vary learningRate: expected once, got it twice",
  ],
  [
    ["--vary", "seed=5,6,7", "--seeds", "2"],
    "seeds: expected a field that is set once, axes.seed sets it too",
  ],
  [
    ["first.json", "--vary", "learningRate=0.3"],
    "--vary learningRate: expected a field that first.json does not vary, got one of its axes",
  ],
  [
    ["first.json", "--seeds", "5"],
    "--seeds: expected a file without seeds, got first.json, which has its own",
  ],
  [
    ["twice.json"],
    'FILE: expected a sweep as JSON, got twice.json (line 1, column 57: "steps" is given twice)',
  ],
  [["deep.json"], "sweep: expected at most 64 levels of lists and objects, got more"],
  [
    ["--vary", "learningRate=log:1:2:100000", "--vary", "init.std=log:1:2:100000"],
    "sweep: expected at most 10000000 combinations, got 10000000000",
  ],
])("what would be lost or never end is one line: %j", async (args, message) => {
  const { dir } = await place();
  await writeFile(
    join(dir, "twice.json"),
    '{"base":{"steps":3},"axes":{"steps":[1],"vocabSize":[5],"steps":[2]}}',
  );
  await writeFile(join(dir, "deep.json"), `{"base":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}`);
  const { code, stderr, stdout } = await unigramLab(["sweep", ...args], dir);
  expect({ code, stderr, stdout }).toEqual({ code: 2, stderr: `error: ${message}\n`, stdout: "" });
});

test("a status file that no sweep wrote is as none, and status says so", async () => {
  const { dir, run } = await place();
  await run("first.json");
  for (const text of [
    "null",
    "[]",
    "{",
    '{"total":3}',
    '{"total":1,"share":0,"secondsLeft":0,"running":[null]}',
  ]) {
    await writeFile(join(dir, "results/status.json"), text);
    const { code, stdout } = await unigramLab(["status", "results"], dir);
    expect(code).toBe(0);
    expect(stdout).toContain("6 of 6 runs finished");
    expect(stdout).toContain("results/status.json: passed over, it is not the status of a sweep");
  }
});

test("a dry run counts failed runs as to be run when they are to be tried again", async () => {
  const dir = await folder();
  const args = [
    "sweep",
    "--vary",
    "vocabSize=10,1000000",
    "--vary",
    "embeddingDim=2000",
    "--vary",
    "steps=0",
  ];
  const run = (...more: string[]) => unigramLab([...args, "--out", "swept", ...more], dir);
  expect((await run()).code).toBe(1);
  expect((await run("--dry-run")).stderr).toContain("2 runs, nothing to run");
  expect((await run("--dry-run", "--retry-failed")).stderr).toContain("2 runs, 1 to run");
});
