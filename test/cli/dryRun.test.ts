/** What a sweep would do: what varies, the first runs, the checkpoints. */
import { spawn } from "node:child_process";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { cli, unigramLab } from "./commandLine.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
const dryRun = (dir: string, ...args: string[]) => unigramLab(["sweep", "--dry-run", ...args], dir);

test("values stand once, in 80 columns, and the first runs by what varies", async () => {
  const { stdout, stderr } = await dryRun(
    await folder(),
    ...[
      "--steps",
      "10",
      "--vary",
      "learningRate=log:1e-4:1:300",
      "--vary",
      "embeddingDim=2,3",
      "--seeds",
      "5",
    ],
  );
  const lines = stdout.trimEnd().split("\n");
  expect(lines.slice(0, 5)).toEqual([
    "learningRate (lr)  0.0001, 0.0001031, 0.0001064, 0.0001097, … 1 (300 values)",
    "embeddingDim (D)   2, 3",
    "seed               0, 1, 2, 3, 4",
    "",
    "run               state        time    memory",
  ]);
  expect(lines[5]).toMatch(/^[0-9a-f]{16} {2}waiting {6}0:00 +\d+ MiB {2}lr 0.0001, D 2, seed 0$/);
  expect(lines.slice(5, -1)).toHaveLength(20);
  expect(lines.at(-1)).toBe("and 2980 more; --json prints them all");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(stderr).toMatch(/^3000 runs, 3000 to run: /);
});

test("few values that are long stand on several lines", async () => {
  const rates = ["cosine:0.1:0:3000", "warmup:200:0.01", "wsd:100:0.1:2000:3000"].join(",");
  const { stdout } = await dryRun(await folder(), "--vary", `learningRate=${rates}`, "--seeds", "2");
  const lines = stdout.slice(0, stdout.indexOf("\n\n")).split("\n");
  expect(lines).toEqual([
    "learningRate (lr)  cosine 0.1 → 0; warmup 200 to 0.01;",
    "                   warmup 100, linear decay 0.1 → 0 from 2000",
    "seed               0, 1",
  ]);
});

test("where all is finished there is nothing to run", async () => {
  const dir = await folder();
  const args = ["--vocab-size", "5", "--steps", "2", "--seeds", "2"];
  await unigramLab(["sweep", ...args], dir);
  expect((await dryRun(dir, ...args)).stderr).toBe("2 runs, nothing to run\n");
});

test("a value that no run has is not listed, and a single run says that nothing varies", async () => {
  const dir = await folder();
  const { stdout } = await dryRun(dir, ...["--steps", "10", "--vary", "embeddingDim=4"]);
  expect(stdout).toMatch(/^nothing varies\n\nrun .*\n[0-9a-f]{16} .* V 100, D 4, seed 0\n$/);
  const shard = await dryRun(dir, ...["--steps", "10", "--vary", "embeddingDim=2,3,4,5", "--shard", "0/4"]);
  const named = [...shard.stdout.matchAll(/ {2}D (\d)$/gm)].map(([, value]) => value);
  expect(named.length).toBeLessThan(4);
  if (named.length > 1) expect(shard.stdout).toContain(`embeddingDim (D)  ${named.join(", ")}\n`);
});

test("seeds alone are a sweep of the default config, as best names one", async () => {
  const { code, stdout, stderr } = await dryRun(await folder(), "--seeds", "2");
  expect(code).toBe(0);
  expect(stdout).toContain("seed  0, 1\n");
  expect(stderr).toMatch(/^2 runs, 2 to run: /);
});

test("runs with a checkpoint say the step that they go on from, and cost what is left", async () => {
  const dir = await folder();
  const args = ["--vary", "vocabSize=2000", "--vary", "steps=20000", "--seeds", "2"];
  const child = spawn(process.execPath, [cli, "sweep", ...args, "--threads", "1"], { cwd: dir });
  const exit = new Promise((resolve) => child.on("exit", resolve));
  const status = () => unigramLab(["status", "unigram-lab-sweep"], dir);
  while (!/: step [1-9]\d* of /.test((await status()).stdout)) await sleep(50);
  child.kill("SIGINT");
  expect(await exit).toBe(130);
  const [file] = await readdir(join(dir, "unigram-lab-sweep/checkpoints"));
  const run = file.replace(".checkpoint", "");
  const { stdout, stderr } = await dryRun(dir, ...args);
  const [, step] = /at step (\d+) of 20000/.exec(stdout) as RegExpExecArray;
  expect(Number(step)).toBeGreaterThan(0);
  expect(stdout).toMatch(
    new RegExp(`\n\ncheckpoints to go on from\n${run}  at step ${step} of 20000, seed [01]\n$`),
  );
  expect(stderr).toContain("2 runs, 2 to run, 1 of them from checkpoints: ");
  const planned = (await dryRun(dir, ...args, "--json")).stdout
    .trim()
    .split("\n")
    .map((it) => JSON.parse(it));
  expect(planned.map(({ checkpointStep }) => checkpointStep).filter(Boolean)).toEqual([Number(step)]);
  const all = planned.reduce((sum, { operations }) => sum + operations, 0);
  const left = Number((/: (\S+) operations/.exec(stderr) as RegExpExecArray)[1]);
  expect(left).toBeLessThanOrEqual(all * 1.05 * (1 - Number(step) / 40000));
});
