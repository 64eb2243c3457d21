/** `train --resume`: the file holds the whole run, and what cannot be obeyed is refused; runs that are stopped go on. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { RunCheckpoint } from "../../src/cli/runCheckpoint.js";
import { parseConfig } from "../../src/config.js";
import { createTrainer, restoreTrainer } from "../../src/training/create.js";
import { decodeSnapshot } from "../../src/training/snapshot.js";
import { cli, unigramLab, withoutHash } from "./commandLine.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
const small = ["--vocab-size", "50", "--embedding-dim", "8"];
const train = (args: string[], cwd: string) => unigramLab(["train", ...args], cwd);

test.each(["csv", "json", "ndjson", "parquet"])("a resumed run's .%s holds the whole run", async (format) => {
  const dir = await folder();
  const out = `run.${format}`;
  await train([...small, "--steps", "300", "--out", `whole.${format}`], dir);
  const whole = await readFile(join(dir, `whole.${format}`));
  // stopped between two evaluations, at one, at the end, and once more at the end
  await train([...small, "--steps", "130", "--snapshot", "s", "--out", out], dir);
  let isLast = false;
  for (const steps of ["200", "300", "300"]) {
    const { code, stderr } = await train(
      ["--resume", "s", "--steps", steps, "--snapshot", "s", "--out", out],
      dir,
    );
    expect(withoutHash(stderr)).toMatch(
      steps === "300" && isLast ? /^the run is at its end, .*\nwritten: / : /^written: run\.\w+, s\n$/,
    );
    isLast = steps === "300";
    expect(code).toBe(0);
  }
  expect(await readFile(join(dir, out))).toEqual(whole);
});

test("a snapshot without records costs no file that may have them", async () => {
  const dir = await folder();
  const trainer = await createTrainer({ vocabSize: 50, embeddingDim: 8, steps: 300 });
  await trainer.advance(150);
  await writeFile(join(dir, "library"), await trainer.snapshot());
  trainer.dispose();
  await train([...small, "--steps", "150", "--out", "run.csv"], dir);
  const before = await readFile(join(dir, "run.csv"));
  const refused = await train(["--resume", "library", "--out", "run.csv"], dir);
  expect(refused.stderr).toBe(
    "error: --out: expected a new file, got run.csv, which may hold the records up to step 150 that the snapshot does not have (--force replaces it)\n",
  );
  expect(refused.code).toBe(2);
  expect(await readFile(join(dir, "run.csv"))).toEqual(before);
  const fresh = await train(["--resume", "library", "--out", "rest.csv", "--snapshot", "later"], dir);
  expect(withoutHash(fresh.stderr)).toBe(
    "the snapshot has no records up to step 150: rest.csv begins there\nwritten: rest.csv, later\n",
  );
  const steps = (await readFile(join(dir, "rest.csv"), "utf8")).trim().split("\n").slice(1);
  expect(steps.map((line) => line.split(",")[1])).toEqual(["200", "300"]);
  // half of the records would pass for all of them
  expect(decodeSnapshot(await readFile(join(dir, "later"))).records).toBeUndefined();
});

describe("a resumed run obeys its flags or names the one it cannot obey", () => {
  let dir = "";
  beforeAll(async () => {
    dir = await folder();
    const config = { vocabSize: 50, embeddingDim: 8, steps: 200, evaluation: { kind: "sampled", size: 777 } };
    await writeFile(join(dir, "same.json"), JSON.stringify(config));
    await writeFile(join(dir, "other.json"), JSON.stringify({ ...config, batchSize: 64 }));
    await writeFile(join(dir, "rate.json"), JSON.stringify({ ...config, steps: 300, learningRate: 0.1 }));
    await writeFile(join(dir, "fewer.json"), JSON.stringify({ ...config, steps: 100 }));
    await writeFile(join(dir, "invalid.json"), JSON.stringify({ vocabsize: 50 }));
    await train(["--config", "same.json", "--snapshot", "s"], dir);
  });

  test.each([
    [["--seed", "5"], "--seed: expected seed 0 as in the snapshot, got 5"],
    [
      ["--learning-rate", "0.1"],
      "--learning-rate: expected --steps above 200 with it, all that the snapshot's run has, got 200",
    ],
    [["--config", "rate.json"], "--config: expected learningRate 0.001 as in the snapshot, got 0.1"],
    [["--vocab-size", "60"], "--vocab-size: expected vocabSize 50 as in the snapshot, got 60"],
    [["--batch-size", "64"], "--batch-size: expected batchSize 128 as in the snapshot, got 64"],
    [["--no-tied"], "--no-tied: expected tied true as in the snapshot, got false"],
    [["--norm", "rmsnorm"], '--norm: expected norm "none" as in the snapshot, got "rmsnorm"'],
    [["--beta1", "0.5"], "--beta1: expected optimizer.beta1 0.9 as in the snapshot, got 0.5"],
    [
      ["--evaluation", "exact"],
      '--evaluation: expected evaluation.kind "sampled" as in the snapshot, got "exact"',
    ],
    [["--steps", "199"], "--steps: expected steps of at least 200, which the snapshot has done, got 199"],
    [["--config", "other.json"], "--config: expected batchSize 128 as in the snapshot, got 64"],
    [
      ["--config", "fewer.json"],
      "--config: expected steps of at least 200, which the snapshot has done, got 100",
    ],
    [["--config", "invalid.json"], "vocabsize: unknown field (did you mean vocabSize?)"],
    [["--config", "absent.json"], "--config: expected a JSON file, got absent.json (no such file)"],
    [["--seed", "-1"], "--seed: expected a whole number from 0 to 9007199254740991, got -1"],
  ])("%j", async (flags, message) => {
    const { code, stdout, stderr } = await train(["--resume", "s", ...flags], dir);
    expect(stderr).toBe(`error: ${message}\n`);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test("flags that repeat what the snapshot has are fine, and so is its config", async () => {
    const same = ["--seed", "0", "--learning-rate", "1e-3", "--vocab-size", "50", "--tied", "--norm", "none"];
    for (const flags of [
      [...same, "--batch-size", "128", "--evaluation", "sampled"],
      ["--config", "same.json"],
      ["--config", "same.json", "--steps", "210"],
      ["--steps", "220"],
    ])
      expect((await train(["--resume", "s", ...flags], dir)).code).toBe(0);
  });
});

test("--evaluation keeps the numbers of a config of that kind", async () => {
  const dir = await folder();
  await writeFile(
    join(dir, "c.json"),
    JSON.stringify({ steps: 0, evaluation: { kind: "stratified", exactInputs: 7, sampledInputs: 9 } }),
  );
  const evaluationOf = async (...flags: string[]) => {
    await train(["--config", "c.json", ...flags, "--snapshot", "s"], dir);
    return decodeSnapshot(await readFile(join(dir, "s"))).config.evaluation;
  };
  expect(await evaluationOf("--evaluation", "stratified")).toEqual({
    kind: "stratified",
    exactInputs: 7,
    sampledInputs: 9,
  });
  expect(await evaluationOf("--evaluation", "sampled")).toEqual({ kind: "sampled", size: 2_000_000 });
});

test("outputs are tried before the first step, and their folders made", async () => {
  const dir = await folder();
  await writeFile(join(dir, "file"), "x");
  await writeFile(join(dir, "notes.csv"), "my,notes\n");
  const long = [...small, "--steps", "1000000000"];
  for (const [flags, message] of [
    [["--out", "file/run.csv"], /^error: file\/run\.csv: expected a file that can be written, got \w+\n$/],
    [["--snapshot", "file/s"], /^error: file\/s: expected a file that can be written, got \w+\n$/],
    [["--out", "notes.csv"], /^error: notes\.csv: expected a file of unigram-lab's or none, got another one/],
    [
      ["--snapshot", "notes.csv"],
      /^error: notes\.csv: expected a file of unigram-lab's or none, got another/,
    ],
    [["--out", "a.csv", "--snapshot", "./a.csv"], /^error: --snapshot: expected another file than --out/],
  ] as const) {
    const { code, stdout, stderr } = await train([...long, ...flags], dir);
    expect(stderr).toMatch(message);
    expect(stderr.split("\n")).toHaveLength(2);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  }
  expect(await readFile(join(dir, "notes.csv"), "utf8")).toBe("my,notes\n");
  const made = await train([...small, "--steps", "5", "--out", "a/b/run.csv", "--snapshot", "c/s"], dir);
  expect(made.code).toBe(0);
  expect(existsSync(join(dir, "a/b/run.csv")) && existsSync(join(dir, "c/s"))).toBe(true);
  expect((await train([...small, "--steps", "5", "--out", "notes.csv", "--force"], dir)).code).toBe(0);
});

test("Ctrl-C in a long run without --snapshot keeps a checkpoint and says how to go on", async () => {
  const dir = await folder();
  const long = [
    "train",
    "--vocab-size",
    "2000",
    "--steps",
    "100000",
    "--evaluate-every",
    "4",
    "--out",
    "it's.csv",
  ];
  const child = spawn(process.execPath, [cli, ...long], { cwd: dir });
  const read = { stdout: "", stderr: "" };
  let asked = false;
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].on("data", (text) => {
      read[stream] += text;
      // the header and the records of steps 0 and 4 at least
      if (asked || read.stdout.split("\n").length < 4) return;
      // a second one would end it at once
      asked = child.kill("SIGINT");
    });
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130);
  const [, step, file, command] =
    /^interrupted: step (\d+) of 100000, kept in it's\.csv and (unigram-lab-train-[0-9a-f]{16}\.snapshot); unigram-lab (.*) goes on from there\n$/.exec(
      read.stderr,
    ) as string[];
  expect(command).toBe(`train --resume ${file} --out 'it'\\''s.csv'`);
  expect((await readdir(dir)).sort()).toEqual(["it's.csv", file]);

  const again = spawn(process.execPath, [cli, ...long], { cwd: dir });
  let hint = "";
  again.stderr.on("data", (text) => {
    if (hint === "") again.kill("SIGINT");
    hint += text;
  });
  await new Promise((resolve) => again.on("close", resolve));
  expect(hint).toContain(
    `${file} has this run up to step ${step}: unigram-lab ${command} goes on from there\n`,
  );

  const end = String(Number(step) + 2);
  const { code } = await train(["--resume", file, "--steps", end, "--out", "it's.csv"], dir);
  expect(code).toBe(0);
  const fresh = ["--vocab-size", "2000", "--evaluate-every", "4", "--steps", end, "--out", "fresh.csv"];
  await train(fresh, dir);
  expect(await readFile(join(dir, "it's.csv"))).toEqual(await readFile(join(dir, "fresh.csv")));
});

test("a checkpoint is written when it is due, never over a further one, and removed at the end", async () => {
  const dir = await folder();
  const config = { vocabSize: 20, embeddingDim: 4, steps: 300 };
  const path = join(dir, RunCheckpoint.nameOf(parseConfig(config)));
  const stepOf = async () => decodeSnapshot(await readFile(path)).state.step;
  const trainer = await createTrainer(config);
  const checkpoint = await RunCheckpoint.open(trainer, { folder: dir, every: 0 });
  expect(checkpoint.step).toBeUndefined();
  expect(await RunCheckpoint.open(trainer, { folder: dir }).then(({ due }) => due)).toBe(false);
  await trainer.advance(120);
  expect(checkpoint.due).toBe(true);
  await checkpoint.write([]);
  expect(await stepOf()).toBe(120);

  // another process that began anew stands behind it
  const other = await createTrainer(config);
  const behind = await RunCheckpoint.open(other, { folder: dir, every: 0 });
  expect(behind.step).toBe(120);
  await other.advance(100);
  await behind.write([]);
  expect(await stepOf()).toBe(120);
  await behind.remove();
  expect(await stepOf()).toBe(120);
  await other.advance(100);
  await behind.write([]);
  expect(await stepOf()).toBe(200);

  const resumed = await restoreTrainer(await readFile(path));
  const own = await RunCheckpoint.open(resumed, { folder: dir, resumed: path });
  await own.remove();
  expect(existsSync(path)).toBe(false);
  for (const each of [trainer, other, resumed]) each.dispose();
});
