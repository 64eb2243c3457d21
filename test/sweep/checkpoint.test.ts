/** A run half done, on disk. */
import { type FileHandle, mkdir, mkdtemp, open, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { bitsRevision } from "../../src/kernel/bitsRevision.js";
import { readCheckpoint, tidyCheckpoints, writeCheckpoint } from "../../src/sweep/checkpoint.js";
import { runOf } from "../experiments/syntheticRuns.js";

const readable = vi.hoisted(() => ({ error: undefined as Error | undefined }));
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const readFile = (...args: Parameters<typeof real.readFile>) =>
    readable.error ? Promise.reject(readable.error) : real.readFile(...args);
  return { ...real, readFile };
});

let dir = "";
let path = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  path = join(dir, "0123456789abcdef.checkpoint");
});
afterEach(() => {
  vi.restoreAllMocks();
  readable.error = undefined;
});
const { records } = runOf({ vocabSize: 3, steps: 100 }, { excess: () => 1 });
const header = { records, seconds: 2, stepSeconds: 1 };
const snapshot = Uint8Array.of(1, 2, 3, 250);

test("a checkpoint is read back as it was, and replaces the one before", async () => {
  await writeCheckpoint(path, { ...header, records: [] }, new Uint8Array(1000));
  await writeCheckpoint(path, header, snapshot);
  const read = await readCheckpoint(path);
  expect(read?.header).toEqual({ bitsRevision, ...header });
  expect(Uint8Array.from(read?.snapshot ?? [])).toEqual(snapshot);
  expect(await readdir(dir)).toEqual(["0123456789abcdef.checkpoint"]);
  await writeCheckpoint(path, header, new Uint8Array(0));
  expect((await readCheckpoint(path))?.snapshot).toHaveLength(0);
});

test("one whose header is not whole, or damaged, is none", async () => {
  await writeCheckpoint(path, { ...header, records: [] }, snapshot);
  const bytes = await readFile(path);
  const end = bytes.length - snapshot.length;
  for (let i = 0; i < end; i++) {
    await writeFile(path, bytes.subarray(0, i));
    expect(await readCheckpoint(path), `${i} bytes`).toBeUndefined();
    const wrong = Buffer.from(bytes);
    wrong[i] ^= 1;
    await writeFile(path, wrong);
    expect(await readCheckpoint(path), `byte ${i}`).toBeUndefined();
  }
  // the snapshot looks after itself
  await writeFile(path, bytes.subarray(0, end));
  expect(await readCheckpoint(path)).toBeDefined();
});

test("one that cannot be read is none, but where only descriptors or memory are short", async () => {
  expect(await readCheckpoint(path)).toBeUndefined();
  await mkdir(path);
  expect(await readCheckpoint(path)).toBeUndefined();
  for (const code of ["EMFILE", "ENFILE", "ENOMEM"]) {
    readable.error = Object.assign(new Error(code), { code });
    await expect(readCheckpoint(path)).rejects.toThrow(code);
  }
});

test("a checkpoint replaces a checkpoint only, no other file of ours", async () => {
  const table = '[{"experiment":"x","claim":"","quantity":"","post":1,"measured":1,"verdict":"","rule":""}]';
  await writeFile(path, table);
  await expect(writeCheckpoint(path, header, snapshot)).rejects.toThrow(path);
  expect(await readFile(path, "utf8")).toBe(table);
});

test("one that cannot be written leaves the one before and nothing half done", async () => {
  await writeCheckpoint(path, header, snapshot);
  const file = await open(dir);
  const handles: FileHandle = Object.getPrototypeOf(file);
  await file.close();
  for (const method of ["write", "writeFile", "sync", "datasync"] as const)
    vi.spyOn(handles, method).mockRejectedValue(Object.assign(new Error("no"), { code: "EIO" }));
  await expect(writeCheckpoint(path, header, new Uint8Array(9))).rejects.toThrow("EIO");
  vi.restoreAllMocks();
  expect(await readdir(dir)).toEqual(["0123456789abcdef.checkpoint"]);
  expect((await readCheckpoint(path))?.snapshot).toHaveLength(4);
});

test("tidying removes ours of runs that are done and what version 0.1 left half written, and nothing else", async () => {
  const [done, open, theirs] = ["0".repeat(16), "1".repeat(16), "2".repeat(16)];
  const at = (name: string) => join(dir, name);
  for (const name of [
    `${done}.checkpoint`,
    `${open}.checkpoint`,
    `${open}.checkpoint.partial`,
    `x${done}.checkpoint`,
    `${done}.checkpointed`,
    `${done}0.checkpoint`,
    `x${done}.checkpoint.partial`,
    `${done}.checkpoint.partially`,
  ])
    await writeCheckpoint(at(name), header, snapshot);
  await writeFile(at(`${theirs}.checkpoint`), "weights of mine");
  await writeFile(at(`${theirs}.checkpoint.partial`), "weights of mine");
  await mkdir(at(`${"3".repeat(16)}.checkpoint`));
  await tidyCheckpoints(dir, { has: (run) => run !== open });
  expect((await readdir(dir)).sort()).toEqual(
    [
      `${open}.checkpoint`,
      `x${done}.checkpoint`,
      `${done}.checkpointed`,
      `${done}0.checkpoint`,
      `x${done}.checkpoint.partial`,
      `${done}.checkpoint.partially`,
      `${theirs}.checkpoint`,
      `${theirs}.checkpoint.partial`,
      `${"3".repeat(16)}.checkpoint`,
    ].sort(),
  );
  await tidyCheckpoints(at("nowhere"), { has: () => true });
});
