/** The records of a long run beside its checkpoint: as many as there are, and a checkpoint takes no longer for them. */
import { spawn } from "node:child_process";
import { appendFile, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { besidePath, RecordsBeside, readBeside } from "../../src/cli/recordsBeside.js";
import { RunCheckpoint } from "../../src/cli/runCheckpoint.js";
import { parseConfig } from "../../src/config.js";
import { kindOf } from "../../src/disk/kind.js";
import { createTrainer, restoreTrainer } from "../../src/training/create.js";
import type { TrainingRecord } from "../../src/training/record.js";
import { decodeSnapshot } from "../../src/training/snapshot.js";
import { cli, unigramLab } from "./commandLine.js";

const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
const input = { vocabSize: 10, embeddingDim: 1, evaluateEvery: 1, steps: 3000 };
const config = parseConfig(input);
const recordsTo = (step: number): TrainingRecord[] =>
  Array.from(
    { length: step + 1 },
    (_, i) => ({ step: i, loss: 1 / (i + 1), diverged: false }) as TrainingRecord,
  );

describe("the file", () => {
  test("takes what is new, and is read up to the snapshot's record", async () => {
    const snapshot = join(await folder(), "run.snapshot");
    const path = besidePath(snapshot);
    const records = recordsTo(2500);
    const beside = new RecordsBeside(snapshot, config);
    await beside.write(records.slice(0, 1500));
    const { ino } = await stat(path);
    await beside.write(records.slice(0, 1501));
    await beside.write(records);
    expect((await stat(path)).ino).toBe(ino);
    expect(await kindOf(path)).toBe("records");
    const read = (step: number) => readBeside(snapshot, config, { step, diverged: false });
    for (const step of [0, 1499, 1500, 2500]) expect(await read(step)).toEqual(records.slice(0, step + 1));
    // fewer than the snapshot stands behind are not all
    expect(await read(2501)).toBeUndefined();
    expect(await readBeside(snapshot, config, { step: 2500, diverged: true })).toBeUndefined();
    expect(await readBeside(snapshot, config, null)).toBeUndefined();
    const other = { ...config, seed: 1 };
    expect(await readBeside(snapshot, other, { step: 5, diverged: false })).toBeUndefined();
    // a process that was killed here
    await appendFile(path, '{"step":2501,"lo');
    expect(await read(2500)).toEqual(records);
    expect(await read(2501)).toBeUndefined();
  });

  test("is written anew where somebody else wrote, or the run began afresh", async () => {
    const snapshot = join(await folder(), "run.snapshot");
    const records = recordsTo(40);
    const read = () => readBeside(snapshot, config, { step: 40, diverged: false });
    const [one, two] = [new RecordsBeside(snapshot, config), new RecordsBeside(snapshot, config)];
    await one.write(records.slice(0, 20));
    await appendFile(besidePath(snapshot), '{"step":20,"lo');
    await one.write(records);
    expect(await read()).toEqual(records);
    await two.write(records.slice(0, 30));
    await one.write(records.slice(0, 35));
    await two.write(records);
    expect(await read()).toEqual(records);
    const afresh = records.map((record) => ({ ...record, loss: 7 }));
    await two.write(afresh);
    expect(await read()).toEqual(afresh);
  });
});

test("a disk that is full is said in the words of every other file, also behind the first records", async () => {
  const snapshot = join(await folder(), "run.snapshot");
  const beside = new RecordsBeside(snapshot, config);
  const records = recordsTo(40);
  await beside.write(records.slice(0, 20));
  const before = await readFile(besidePath(snapshot));
  const handle = await open(besidePath(snapshot));
  const datasync = vi.spyOn(Object.getPrototypeOf(handle), "datasync");
  await handle.close();
  const failures: [Error, string][] = [
    [Object.assign(new Error(), { code: "ENOSPC" }), `${besidePath(snapshot)}: the disk is full (ENOSPC)`],
    [new Error("no code"), "no code"],
  ];
  for (const [error, message] of failures) {
    datasync.mockRejectedValueOnce(error);
    await expect(beside.write(records)).rejects.toThrow(expect.objectContaining({ message }));
    expect(await readFile(besidePath(snapshot))).toEqual(before);
  }
  datasync.mockRestore();
});

describe("a checkpoint", () => {
  /** One of 300 records, and its run 100 further; the next snapshot fails, as if the process were killed before it. */
  async function kept() {
    const dir = await folder();
    const trainer = await createTrainer(input);
    const records: TrainingRecord[] = [];
    const to = async (step: number) => {
      for await (const record of trainer.run()) if (records.push(record) > step) break;
    };
    await to(299);
    const open = (of = trainer) => RunCheckpoint.open(of, { folder: dir, within: 100 });
    const checkpoint = await open();
    await checkpoint.write(records);
    await to(399);
    const bytes = await trainer.snapshot();
    vi.spyOn(trainer, "snapshot").mockRejectedValueOnce(new Error("killed here"));
    return { dir, trainer, records, open, path: checkpoint.path, bytes };
  }

  test("never takes another device's records for its own, whenever its process ends", async () => {
    const { dir, trainer, records, open, path, bytes } = await kept();
    const afresh = records.map((record) => ({ ...record, loss: (record.loss ?? 0) + 1e-7 }));
    const checkpoint = await open();
    await expect(checkpoint.write(afresh)).rejects.toThrow("killed here");
    expect(await readdir(dir)).toEqual([basename(besidePath(path))]);
    expect(checkpoint.step).toBeUndefined();
    await checkpoint.write(afresh);
    expect(checkpoint.step).toBe(399);
    expect(await readFile(path)).toEqual(Buffer.from(bytes));
    const { recorded } = decodeSnapshot(bytes);
    expect(await readBeside(path, config, recorded)).toEqual(afresh);
    trainer.dispose();
  });

  test("stays where a process goes on with its records", async () => {
    const { dir, trainer, records, open, path } = await kept();
    const checkpoint = await open();
    await expect(checkpoint.write(records)).rejects.toThrow("killed here");
    expect(await readdir(dir)).toHaveLength(2);
    expect(checkpoint.step).toBe(299);
    const { recorded } = decodeSnapshot(await readFile(path));
    expect(await readBeside(path, config, recorded)).toEqual(records.slice(0, 300));
    trainer.dispose();
  });

  test("that is kept as what was asked for needs no records beside it, where they are in it", async () => {
    const { dir, trainer, records, path } = await kept();
    const resumed = await restoreTrainer(await readFile(path), { steps: 4000 });
    const longer = await RunCheckpoint.open(resumed, { folder: dir, resumed: path });
    // without them it would be the one that needs those
    await writeFile(path, await resumed.snapshot());
    await longer.remove({ kept: path, ended: true });
    expect(await readdir(dir)).toHaveLength(2);
    await writeFile(path, await resumed.snapshot({ records: records.slice(0, 300) }));
    await longer.remove({ kept: path, ended: true });
    expect(await readdir(dir)).toEqual([basename(path)]);
    for (const each of [trainer, resumed]) each.dispose();
  });

  test("whose snapshot alone was removed leaves nothing to the next one", async () => {
    const { dir, trainer, path, open } = await kept();
    await rm(path);
    await RunCheckpoint.open(trainer, { folder: dir, resumed: join(dir, "moved.snapshot") });
    expect(await readdir(dir)).toHaveLength(1);
    await open();
    expect(await readdir(dir)).toEqual([]);
    trainer.dispose();
  });

  test("has few records in it and many beside it; both go at the end", async () => {
    const dir = await folder();
    const trainer = await createTrainer(input);
    const records: TrainingRecord[] = [];
    const checkpoint = await RunCheckpoint.open(trainer, { folder: dir, within: 100 });
    const name = RunCheckpoint.nameOf(config);
    const to = async (step: number) => {
      for await (const record of trainer.run()) if (records.push(record) > step) break;
      await checkpoint.write(records);
      return decodeSnapshot(await readFile(join(dir, name)));
    };
    expect((await to(99)).records).toHaveLength(100);
    expect(await readdir(dir)).toEqual([name]);
    for (const step of [100, 400]) {
      const { records: within, recorded } = await to(step);
      expect(within).toBeUndefined();
      expect(await readBeside(checkpoint.path, config, recorded)).toEqual(records);
    }
    expect((await readdir(dir)).sort()).toEqual([besidePath(name), name]);
    // a longer run that went on from it is at its end
    const resumed = await restoreTrainer(await readFile(checkpoint.path), { steps: 4000 });
    const longer = await RunCheckpoint.open(resumed, { folder: dir, resumed: checkpoint.path });
    await longer.remove({ ended: false });
    expect(await readdir(dir)).toHaveLength(2);
    await longer.remove({ ended: true });
    expect(await readdir(dir)).toEqual([]);
    await checkpoint.write(records);
    expect(await readdir(dir)).toEqual([]);
    await to(401);
    expect(await readdir(dir)).toHaveLength(2);
    await checkpoint.remove();
    expect(await readdir(dir)).toEqual([]);
    for (const each of [trainer, resumed]) each.dispose();
  });

  test("takes another name where somebody has a file that its records would lie in", async () => {
    const dir = await folder();
    const trainer = await createTrainer(input);
    await trainer.advance(5);
    const name = RunCheckpoint.nameOf(config);
    await writeFile(join(dir, besidePath(name)), "mine");
    const checkpoint = await RunCheckpoint.open(trainer, { folder: dir, within: 1 });
    await checkpoint.write(recordsTo(5));
    const second = name.replace(".snapshot", "-2.snapshot");
    expect((await readdir(dir)).sort()).toEqual([besidePath(name), second, besidePath(second)].sort());
    await checkpoint.remove();
    expect(await readFile(join(dir, besidePath(name)), "utf8")).toBe("mine");
    trainer.dispose();
  });
});

test("a run of many records goes on from its checkpoint, and its --out is that of one go", async () => {
  const dir = await folder();
  const tiny = ["--vocab-size", "10", "--embedding-dim", "1", "--evaluate-every", "1"];
  const run = ["train", ...tiny, "--steps", "1000000000", "--out", "a.csv"];
  const child = spawn(process.execPath, [cli, ...run], { cwd: dir });
  let [lines, stderr] = [0, ""];
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  let asked = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    lines += text.split("\n").length - 1;
    if (!asked && lines > 11_000) asked = child.kill("SIGINT");
  });
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130);
  const name = /--resume (\S+) --out a\.csv goes on from there\n$/.exec(stderr)?.[1] as string;
  expect((await readdir(dir)).sort()).toEqual(["a.csv", besidePath(name), name]);
  const { state, records } = decodeSnapshot(await readFile(join(dir, name)));
  expect(records).toBeUndefined();
  // what a process leaves that is killed between the two files
  const later = recordsTo(state.step + 1).slice(-1);
  await appendFile(join(dir, besidePath(name)), `${JSON.stringify(later[0])}\n{"step":`);

  const steps = String(state.step + 500);
  const resumed = await unigramLab(["train", "--resume", name, "--steps", steps, "--out", "a.csv"], dir);
  expect(resumed.code).toBe(0);
  // its run is longer, and may yet go on
  expect((await readdir(dir)).sort()).toEqual(["a.csv", besidePath(name), name]);
  await unigramLab(["train", ...tiny, "--steps", steps, "--out", "whole.csv"], dir);
  expect(await readFile(join(dir, "a.csv"))).toEqual(await readFile(join(dir, "whole.csv")));
});
