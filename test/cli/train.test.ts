import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unigramLab } from "./commandLine.js";

const run = [
  "train",
  "--vocab-size",
  "700",
  "--embedding-dim",
  "40",
  "--steps",
  "30",
  "--evaluate-every",
  "10",
  "--json",
];

test("any number of threads prints the same records", async () => {
  const alone = await unigramLab([...run, "--threads", "1"]);
  expect(alone.code).toBe(0);
  expect(alone.stdout.trim().split("\n")).toHaveLength(4);
  for (const threads of [["--threads", "3"], []])
    expect((await unigramLab([...run, ...threads])).stdout).toBe(alone.stdout);
});

test("--verbose says how many threads, one for a run too small to share", async () => {
  const said = async (...args: string[]) => (await unigramLab([...run, ...args, "--verbose"])).stderr;
  expect(await said()).toMatch(/^run [0-9a-f]{16}: 1 thread, /m);
  expect(await said("--threads", "2")).toMatch(/: 2 threads, /);
});

test("the files that it wrote are named, and a run at its end says so", async () => {
  const dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  const written = ["--out", "r.csv", "--snapshot", "s", "--weights", "w.safetensors"];
  const first = await unigramLab([...run.slice(0, -1), ...written], dir);
  expect(first.code).toBe(0);
  const [, hash] = /^written: r\.csv, w\.safetensors, s\n(final weights [0-9a-f]{12} \(sha256\)\n)$/.exec(
    first.stderr,
  ) as string[];
  expect(await unigramLab(["train", "--resume", "s"], dir)).toEqual({
    code: 0,
    stdout: "",
    stderr: `the run is at its end, step 30 of 30; --steps goes on\n${hash}`,
  });
});

test.each([
  [["--threads", "0"], '--threads: expected a whole number from 1 to 255, got "0"'],
  [["--threads", "2", "--backend", "reference"], "threads: expected 1 with the reference backend, got 2"],
])("refuses %j in one line", async (args, message) => {
  const { code, stderr } = await unigramLab([...run, ...args]);
  expect(code).toBe(2);
  expect(stderr).toBe(`error: ${message}\n`);
});
