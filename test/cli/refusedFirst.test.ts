/** What cannot be written is refused before a run is trained, in words that the command understands. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { RunCheckpoint } from "../../src/cli/runCheckpoint.js";
import { experiments } from "../../src/experiments/index.js";
import { Journal } from "../../src/sweep/index.js";
import { createTrainer, restoreTrainer } from "../../src/training/create.js";
import { syntheticRuns } from "../experiments/syntheticRuns.js";
import { unigramLab } from "./commandLine.js";

let dir = "";
const at = (name: string) => join(dir, name);
const run = (...args: string[]) => unigramLab(args, dir);
const tiny = ["--vary", "vocabSize=5", "--vary", "embeddingDim=2", "--vary", "steps=3"];
const sweep = (...args: string[]) => run("sweep", ...tiny, ...args);
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
});

/** The journal of a report, made up. */
async function reported(name: string, quick: boolean): Promise<void> {
  const journal = await Journal.open(at(name));
  const [{ conditions }] = experiments.filter((experiment) => experiment.name === "warmup");
  for (const result of syntheticRuns(conditions(quick), 1)) await journal.append(result);
  await journal.close();
}

describe.skipIf(process.platform !== "linux")(
  "a folder that cannot be made is an error, and no endless loop",
  () => {
    test.each([
      [["train", "--vocab-size", "5", "--steps", "0", "--out", "/proc/x/run.csv"]],
      [["sweep", ...tiny, "--out", "/proc/zz/d"]],
      [["merge", "/proc/zz/d", "swept"]],
      [["export", "swept", "--out", "/proc/zz/d/x.csv"]],
    ])("%j", async (args) => {
      await reported("swept", true);
      const { code, stderr } = await run(...args);
      expect(stderr).toMatch(/^error: [^\n]*expected a [^\n]*ENOENT\)?\n$/);
      expect(code).toBe(2);
    });
  },
);

describe("sweep", () => {
  test.each(["runs.parquet", "status.json"])("is refused at somebody's %s at once", async (name) => {
    await mkdir(at("swept"));
    await writeFile(at(`swept/${name}`), "mine");
    const refusal = `swept/${name}: expected a file of unigram-lab's or none, got another one\n`;
    expect(await sweep("--out", "swept")).toEqual({ code: 2, stdout: "", stderr: `error: ${refusal}` });
    expect(await readdir(at("swept"))).toEqual([name]);
    expect((await sweep("--out", "swept", "--dry-run")).stderr).toContain(refusal);
  });

  test("a folder has one journal", async () => {
    expect((await sweep("--out", "w/a.ndjson")).code).toBe(0);
    const before = await readFile(at("w/sweep.json"));
    for (const out of ["w/b.ndjson", "w"]) {
      const { code, stderr } = await sweep("--seeds", "2", "--add", "--out", out);
      expect(stderr).toMatch(
        /^error: w\/\S+: expected a directory without another journal, got one with a\.ndjson\n$/,
      );
      expect(code).toBe(2);
    }
    expect(await readFile(at("w/sweep.json"))).toEqual(before);
    // a copy of it is in nobody's way
    await writeFile(at("w/kept.ndjson"), await readFile(at("w/a.ndjson")));
    expect((await sweep("--out", "w/a.ndjson")).code).toBe(0);
    const journal = await Journal.open(at("w/a.ndjson"));
    expect((await run("status", "w/a.ndjson")).stdout).toContain(`process ${process.pid} is running`);
    await journal.close();
    // the report is beside it
    expect((await run("report", "w/a.ndjson")).stderr).toBe("report: w/report.html\n");
  });

  test("a dry run passes over no journal, and nothing else", async () => {
    expect((await sweep("--out", "new", "--dry-run")).code).toBe(0);
    await mkdir(at("theirs"));
    await writeFile(at("theirs/journal.ndjson"), "notes\n");
    const { code, stderr } = await sweep("--out", "theirs", "--dry-run");
    expect(stderr).toBe("error: theirs/journal.ndjson: expected a journal or none, got another file\n");
    expect(code).toBe(2);
  });

  test("runs of other shares are others, and all shares without --shard are said", async () => {
    const shares = ["--seeds", "4", "--out", "shares"];
    for (const share of ["0/2", "1/2"]) await sweep(...shares, "--shard", share);
    const { stderr } = await sweep(...shares);
    expect(stderr).toContain(
      "shares is of one task of an array of 2; without --shard the runs of all of them are run here\n",
    );
    expect((await sweep(...shares, "--shard", "0/2")).stderr).toMatch(
      / in \S+runs\.parquet, and \d others?\n/,
    );
    expect((await sweep("--out", "one")).stderr).toMatch(
      /^1 run on .*\n(.*\n)*1 of 1 run in one\/runs\.parquet\nunigram-lab best one and unigram-lab report one show it\n$/,
    );
    expect((await run("status", "one")).stdout).toContain("1 of 1 run finished");
  });
});

describe("merge", () => {
  test("puts no sweep into a report", async () => {
    await reported("report", true);
    expect((await run("reproduce", "warmup", "--seeds", "1", "--quick", "--out", "report")).code).toBe(0);
    await sweep("--out", "swept");
    const before = await readFile(at("report/journal.ndjson"));
    expect(await run("merge", "report", "swept")).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "error: OUT: expected a new directory or that of a sweep, got report, which holds a report of reproduce\n",
    });
    expect(await readFile(at("report/journal.ndjson"))).toEqual(before);
    expect(existsSync(at("report/sweep.json"))).toBe(false);
  });

  test("mixes no profiles", async () => {
    await reported("quick", true);
    await reported("full", false);
    for (const args of [
      ["full", "quick"],
      ["new", "full", "quick"],
    ]) {
      const { code, stderr } = await run("merge", ...args);
      expect(stderr).toBe(
        "error: DIR: expected reports of one profile, got full of the full one and quick of the quick one\n",
      );
      expect(code).toBe(2);
    }
    expect(existsSync(at("new"))).toBe(false);
  });

  test("says what is wrong with a journal also when it fails", async () => {
    await sweep("--out", "swept");
    await writeFile(
      at("swept/journal.ndjson"),
      `${await readFile(at("swept/journal.ndjson"), "utf8")}{"sum":"torn`,
    );
    const { code, stderr } = await run("merge", "out", "swept", "absent");
    expect(stderr).toMatch(/^swept\/journal\.ndjson: its last record was torn .*\nerror: DIR: .*absent/);
    expect(code).toBe(2);
  });
});

describe("train", () => {
  const short = ["train", "--vocab-size", "20", "--embedding-dim", "4"];

  test("keeps a run beside somebody's file of its checkpoint's name", async () => {
    await run(...short, "--steps", "10", "--snapshot", "s");
    const trainer = await restoreTrainer(await readFile(at("s")));
    const name = RunCheckpoint.nameOf(trainer.config);
    await writeFile(at(name), "mine");
    const checkpoint = await RunCheckpoint.open(trainer, { folder: dir });
    await checkpoint.write(undefined);
    expect(await readFile(at(name), "utf8")).toBe("mine");
    expect(checkpoint.path).toBe(at(name.replace(".snapshot", "-2.snapshot")));
    expect(existsSync(checkpoint.path)).toBe(true);
    await checkpoint.remove({ kept: checkpoint.path });
    expect(existsSync(checkpoint.path)).toBe(true);
    await checkpoint.remove();
    expect((await readdir(dir)).sort()).toEqual(["s", name].sort());
    trainer.dispose();
  });

  test("removes the checkpoint that it went on from, also with more steps, but not with fewer or another rate", async () => {
    await run(...short, "--steps", "10", "--snapshot", "s");
    const name = "unigram-lab-train-0123456789abcdef.snapshot";
    await rename(at("s"), at(name));
    expect((await run("train", "--resume", name, "--steps", "20", "--snapshot", name)).code).toBe(0);
    expect(await readdir(dir)).toEqual([name]);
    const another = ["--steps", "30", "--learning-rate", "0.1"];
    expect((await run("train", "--resume", name, ...another)).code).toBe(0);
    expect(await readdir(dir)).toEqual([name]);
    expect((await run("train", "--resume", name, "--steps", "30")).code).toBe(0);
    expect(await readdir(dir)).toEqual([]);

    const trainer = await createTrainer({ vocabSize: 20, embeddingDim: 4, steps: 1000 });
    await trainer.advance(10);
    await writeFile(at(name), await trainer.snapshot());
    trainer.dispose();
    expect((await run("train", "--resume", name, "--steps", "20")).code).toBe(0);
    expect(await readdir(dir)).toEqual([name]);
  });

  test("names --force again in the command that goes on", async () => {
    const trainer = await createTrainer({ vocabSize: 20, embeddingDim: 4, steps: 10 });
    await trainer.advance(5);
    const checkpoint = await RunCheckpoint.open(trainer, { folder: dir });
    await checkpoint.write(undefined);
    trainer.dispose();
    await writeFile(at("notes.csv"), "mine");
    const { stderr } = await run(...short, "--steps", "10", "--out", "notes.csv", "--force");
    expect(stderr).toContain(".snapshot --out notes.csv --force goes on from there\n");
  });
});

describe("help", () => {
  test.each(["reproduce", "train", "sweep", "status", "report", "export", "merge"])(
    "%s fits 80 columns",
    async (name) => {
      const { stdout } = await run(name, "--help");
      for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
      expect(stdout).not.toMatch(/default: (\[\]|")/);
      expect(stdout).toMatch(/\nExamples?:\n/);
    },
  );
});
