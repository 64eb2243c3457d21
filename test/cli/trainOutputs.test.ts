/** What `train` leaves: each file by itself, and what is said to be kept is what is on disk. */
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { keeping } from "../../src/cli/keeping.js";
import { besidePath, readBeside } from "../../src/cli/recordsBeside.js";
import { RunCheckpoint } from "../../src/cli/runCheckpoint.js";
import { shownEvery } from "../../src/cli/shownEvery.js";
import { writeSnapshot } from "../../src/cli/snapshotFile.js";
import { kindOf } from "../../src/disk/kind.js";
import { createTrainer } from "../../src/training/create.js";
import type { TrainingRecord } from "../../src/training/record.js";
import { decodeSnapshot } from "../../src/training/snapshot.js";
import { cli, unigramLab } from "./commandLine.js";
import { hasTerminal, onTerminal, screenOf } from "./terminal.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
const small = ["--vocab-size", "20", "--embedding-dim", "4", "--steps", "30", "--evaluate-every", "10"];
const tiny = { vocabSize: 10, embeddingDim: 1, evaluateEvery: 1 };

describe.skipIf(process.platform !== "linux")("an output that fails keeps none of the others", () => {
  const files = { out: "a.csv", weights: "w.safetensors", snapshot: "s" };
  const flags = Object.entries(files).flatMap(([flag, file]) => [`--${flag}`, file]);

  test.each([
    [["snapshot"], ", kept in a.csv and w.safetensors"],
    [["out"], ", kept in w.safetensors and s; unigram-lab train --resume s "],
    [["weights", "snapshot"], ", kept in a.csv"],
    [["out", "weights", "snapshot"], undefined],
  ] as const)("%j", async (full, kept) => {
    const dir = await folder();
    for (const name of full) await symlink("/dev/full", join(dir, files[name]));
    const { code, stderr } = await unigramLab(["train", ...small, ...flags], dir);
    const lines = stderr.trimEnd().split("\n");
    expect(lines.filter((line) => line.startsWith("error: "))).toEqual(
      full.map((name) => `error: ${files[name]}: the disk is full (ENOSPC)`),
    );
    const [where] = lines.filter((line) => !line.startsWith("error: "));
    if (kept === undefined) expect(where).toBeUndefined();
    else expect(where.startsWith(`step 30 of 30${kept}`), where).toBe(true);
    expect(code).toBe(1);
    for (const name of ["out", "weights", "snapshot"] as const)
      if (!(full as readonly string[]).includes(name))
        expect((await readFile(join(dir, files[name]))).length).toBeGreaterThan(100);
    expect(await readdir(dir)).toHaveLength(3);
  });
});

describe("records that a snapshot has no room for", () => {
  test("are beside it, and stay when the checkpoint goes", async () => {
    const dir = await folder();
    const trainer = await createTrainer({ ...tiny, steps: 20 });
    const records: TrainingRecord[] = [];
    for await (const record of trainer.run()) records.push(record);
    const checkpoint = await RunCheckpoint.open(trainer, { folder: dir, within: 5 });
    const own = checkpoint.path;
    for (const path of [join(dir, "s"), own]) {
      await checkpoint.write(records);
      const kept = [path, besidePath(path)];
      expect(await writeSnapshot(path, trainer, records, { most: 20 })).toBe(
        `${path} takes 20 records: the 21 of this run are beside it in ${kept[1]}`,
      );
      await checkpoint.remove({ kept: path, ended: true });
      const { state, config, records: within, recorded } = decodeSnapshot(await readFile(path));
      expect([state.step, within]).toEqual([20, undefined]);
      expect(await readBeside(path, config, recorded)).toEqual(records);
    }
    // where they are in it, those of an earlier one go
    expect(await writeSnapshot(own, trainer, records, { most: 21 })).toBeUndefined();
    expect(decodeSnapshot(await readFile(own)).records).toEqual(records);
    await checkpoint.remove({ kept: own, ended: true });
    expect((await readdir(dir)).sort()).toEqual(["s", "s.records", basename(own)]);
    trainer.dispose();
  });

  test("replace nobody's file, which is said before the run", async () => {
    const dir = await folder();
    await writeFile(join(dir, "s.records"), "mine");
    const run = ["train", "--vocab-size", "10", "--embedding-dim", "1", "--evaluate-every", "1"];
    const { code, stderr } = await unigramLab([...run, "--steps", "600000", "--snapshot", "s"], dir);
    expect(stderr).toBe(
      "error: s.records: expected a file of unigram-lab's or none, got another one (--force replaces it)\n",
    );
    expect(code).toBe(2);
    expect((await unigramLab([...run, "--steps", "60", "--snapshot", "s"], dir)).code).toBe(0);
    expect(await readFile(join(dir, "s.records"), "utf8")).toBe("mine");
    const trainer = await createTrainer({ ...tiny, steps: 20 });
    const records: TrainingRecord[] = [];
    for await (const record of trainer.run()) records.push(record);
    const path = join(dir, "s");
    await expect(writeSnapshot(path, trainer, records, { most: 20 })).rejects.toThrow("got another one");
    await writeSnapshot(path, trainer, records, { most: 20, force: true });
    expect(await kindOf(besidePath(path))).toBe("records");
    trainer.dispose();
  });
});

test("an output that became somebody else's file meanwhile is the user's to sort out", async () => {
  const dir = await folder();
  const run = ["train", "--vocab-size", "10", "--steps", "1000000000", "--out", "a.csv", "--json"];
  const child = spawn(process.execPath, [cli, ...run], { cwd: dir });
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  child.stdout.once("data", async () => {
    await writeFile(join(dir, "a.csv"), "mine");
    child.kill("SIGINT");
  });
  child.stdout.resume();
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(2);
  expect(stderr).toMatch(/\nerror: a\.csv: expected a file of .* \(--force replaces it\)\n$/);
  expect(await readFile(join(dir, "a.csv"), "utf8")).toBe("mine");
});

test.skipIf(process.platform !== "linux")(
  "the step that is said to be kept is that of the file on disk",
  async () => {
    const dir = await folder();
    const trainer = await createTrainer({ vocabSize: 400, embeddingDim: 8, steps: 10 });
    await trainer.advance(5);
    const checkpoint = await RunCheckpoint.open(trainer, { folder: dir });
    await checkpoint.write([]);
    trainer.dispose();
    const name = RunCheckpoint.nameOf(trainer.config);
    // files of more than 4 kB cannot be written
    const limited = `trap '' XFSZ; ulimit -f 4; exec "$@"`;
    const run = ["train", "--vocab-size", "400", "--embedding-dim", "8", "--steps", "10"];
    const command = [limited, "bash", process.execPath, cli, ...run, "--out", "a.csv", "--snapshot", "s"];
    const child = spawn("bash", ["-c", ...command], { cwd: dir });
    let stderr = "";
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(1);
    const goesOn = `unigram-lab train --resume ${name} --out a.csv --snapshot s goes on from there`;
    expect(stderr.trimEnd().split("\n")).toEqual([
      `${name} has this run up to step 5: ${goesOn}`,
      `no checkpoint of this run, the last one is of step 5: ${name}: cannot be written (EFBIG)`,
      `step 10 of 10, kept in a.csv; ${name} has step 5: ${goesOn}`,
      "error: s: cannot be written (EFBIG)",
    ]);
    expect(decodeSnapshot(await readFile(join(dir, name))).state.step).toBe(5);
    expect((await readdir(dir)).sort()).toEqual(["a.csv", name]);
  },
);

test("a later checkpoint that fails is said, once a kind until one is written; a longer interval is said anew", async () => {
  const told: string[] = [];
  let fails: string | undefined;
  const checkpoint = {
    path: "p.snapshot",
    step: undefined as number | undefined,
    interval: 30_100,
    due: true,
    write: async () => {
      if (fails !== undefined) throw new Error(fails);
      checkpoint.step = (checkpoint.step ?? 0) + 100;
    },
  };
  const { keep, keepWhenDue } = keeping(checkpoint as unknown as RunCheckpoint, {
    records: () => [],
    tell: (line) => void told.push(line),
    command: () => "CMD",
  });
  const saidAfter = async (why: string | undefined, write = keepWhenDue) => {
    fails = why;
    told.length = 0;
    await write();
    return [...told];
  };
  expect(await saidAfter("too long")).toEqual(["no checkpoint of this run: too long"]);
  expect(await saidAfter(undefined)).toEqual([
    "kept every 30 s in p.snapshot; should this process end, no more than that is lost, and CMD goes on from there",
  ]);
  expect(await saidAfter(undefined)).toEqual([]);
  expect(await saidAfter("full")).toEqual(["no checkpoint of this run, the last one is of step 200: full"]);
  expect(await saidAfter("too long")).toHaveLength(1);
  for (const again of ["full", "too long"]) expect(await saidAfter(again)).toEqual([]);
  expect(await saidAfter("gone", keep)).toHaveLength(1);
  checkpoint.interval = 59_000;
  expect(await saidAfter(undefined)).toEqual([]);
  expect(await saidAfter("full")).toHaveLength(1);
  checkpoint.interval = 75_000;
  expect(await saidAfter(undefined)).toEqual([expect.stringMatching(/^kept every 75 s in /)]);
  checkpoint.due = false;
  expect(await saidAfter("never tried")).toEqual([]);
});

test("of many evaluations some are shown", () => {
  expect([1, 500, 501, 5000, 5001, 1_960_001].map(shownEvery)).toEqual([1, 1, 10, 10, 100, 10_000]);
});

test.skipIf(!hasTerminal)(
  "a terminal shows a part of a file's many records, a pipe all of them",
  async () => {
    const dir = await folder();
    const run = ["train", "--vocab-size", "10", "--embedding-dim", "1", "--evaluate-every", "1"];
    const shown = async (...args: string[]) => {
      const terminal = onTerminal([...run, ...args], dir);
      expect(await terminal.exit).toBe(0);
      const lines = screenOf(terminal.written());
      const steps = lines.flatMap((line) => /^ +(\d+) +[\d.-]+ +[\d.]+ /.exec(line)?.[1] ?? []).map(Number);
      return { steps, said: lines.filter((line) => line.includes("evaluation is shown")) };
    };
    const many = await shown("--steps", "605", "--out", "a.csv");
    expect(many.steps).toEqual([...Array.from({ length: 61 }, (_, i) => 10 * i), 605]);
    expect(many.said).toEqual(["every 10th evaluation is shown, a.csv takes all"]);
    expect((await readFile(join(dir, "a.csv"), "utf8")).trim().split("\n")).toHaveLength(607);
    for (const args of [
      ["--steps", "605"],
      ["--steps", "499", "--out", "a.csv"],
    ])
      expect(await shown(...args)).toEqual({
        steps: Array.from({ length: Number(args[1]) + 1 }, (_, i) => i),
        said: [],
      });
    const piped = await unigramLab([...run, "--steps", "605", "--out", "a.csv"], dir);
    expect(piped.stdout.trim().split("\n")).toHaveLength(607);
    expect(piped.stderr).not.toContain("is shown");
  },
);
