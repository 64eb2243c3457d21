/** The journal's file under a writer that runs in this process: disks that fail, and others that touch the file. */
import {
  appendFile,
  type FileHandle,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConfigError } from "../../src/config.js";
import { writeCheckpoint } from "../../src/sweep/checkpoint.js";
import { Journal, type RunFailure, type RunResult } from "../../src/sweep/index.js";
import { encodeLine } from "../../src/sweep/journalLine.js";
import { runOf } from "../experiments/syntheticRuns.js";

const resultOf = (seed: number): RunResult =>
  runOf({ vocabSize: 3, embeddingDim: 2, steps: 100, seed }, { excess: (step) => 1 / (3 + step) });
const [zero, one, two, three] = [0, 1, 2, 3].map(resultOf);
const failureOf = ({ run, config }: RunResult): RunFailure => ({ run, config, error: "x", attempts: 2 });
const lineOf = (result: RunResult) => encodeLine("result", result);
const lines = (...results: RunResult[]) => Buffer.concat(results.map(lineOf));

let dir = "";
let path = "";
let handles: FileHandle;
type WriteBytes = (
  this: FileHandle,
  bytes: Buffer,
  from: number,
  length: number,
) => ReturnType<FileHandle["write"]>;
let opened: Journal[] = [];
const opening = async (how: "open" | "read", at = dir) => {
  const journal = await Journal[how](at);
  opened.push(journal);
  return journal;
};
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
  path = join(dir, "journal.ndjson");
  const file = await open(dir);
  handles = Object.getPrototypeOf(file);
  await file.close();
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const journal of opened) await journal.close().catch(() => {});
  opened = [];
});

test("results and failures by name, in this process and read back", async () => {
  const journal = await opening("open", join(dir, "new", "sweep"));
  expect(journal.directory).toBe(join(dir, "new", "sweep"));
  expect(journal.path).toBe(join(dir, "new", "sweep", "journal.ndjson"));
  await journal.appendFailure(failureOf(one));
  await journal.appendFailure(failureOf(two));
  await journal.appendFailure({ ...failureOf(two), error: "y" });
  for (const result of [one, three]) await journal.append(result);
  await journal.append({ ...three, seconds: 99 });
  const again = await opening("read", journal.path);
  for (const { runs, failedRuns } of [journal, again]) {
    expect(runs).toEqual([one.run, three.run].sort());
    expect(failedRuns).toEqual([two.run]);
  }
  for (const known of [journal, again]) {
    expect([one, two, three].map(({ run }) => known.has(run))).toEqual([true, false, true]);
    expect([one, two, three].map(({ run }) => known.hasFailed(run))).toEqual([false, true, false]);
    expect([await known.get(one.run), await known.get(two.run)]).toEqual([one, undefined]);
    expect((await known.get(three.run))?.seconds).toBe(three.seconds);
    expect((await known.failure(two.run))?.error).toBe("y");
    expect(await known.failure(three.run)).toBeUndefined();
    const listed = [];
    for await (const { run } of known.results([three.run, two.run, one.run])) listed.push(run);
    expect(listed).toEqual([three.run, one.run]);
    const all = [];
    for await (const { run } of known.results()) all.push(run);
    expect(all).toEqual(known.runs);
    expect([known.damaged, known.torn, known.notices]).toEqual([0, 0, []]);
  }
  const failures = [failureOf(one), failureOf(two), { ...failureOf(two), error: "y" }];
  expect(await readFile(journal.path)).toEqual(
    Buffer.concat([...failures.map((failure) => encodeLine("failure", failure)), lines(one, three)]),
  );
});

test("names are sorted, whatever the order of the lines", async () => {
  const results = Array.from({ length: 12 }, (_, seed) => resultOf(seed));
  const names = (some: RunResult[]) => some.map(({ run }) => run).sort();
  const failures = results.slice(6).map((result) => encodeLine("failure", failureOf(result)));
  await writeFile(path, Buffer.concat([lines(...results.slice(0, 6)), ...failures]));
  const journal = await opening("read");
  expect(journal.runs).toEqual(names(results.slice(0, 6)));
  expect(journal.failedRuns).toEqual(names(results.slice(6)));
});

test("of two results of one run in the file the first counts, of two failures the last", async () => {
  await writeFile(path, lines(one, { ...one, seconds: 9 }));
  await appendFile(path, encodeLine("failure", failureOf(two)));
  await appendFile(path, encodeLine("failure", { ...failureOf(two), error: "last" }));
  const journal = await opening("read");
  expect((await journal.get(one.run))?.seconds).toBe(one.seconds);
  expect((await journal.failure(two.run))?.error).toBe("last");
});

test("what is torn, damaged or empty between the lines is passed over and told", async () => {
  const broken = Buffer.from(lineOf(two).toString().replace('"seed":2', '"seed":4'));
  const text = Buffer.concat([Buffer.from("\n\n"), lineOf(one), broken, Buffer.from("\n"), lineOf(three)]);
  await writeFile(path, text);
  const first = 2 + lineOf(one).length;
  const journal = await opening("read");
  expect(journal.runs).toEqual([one.run, three.run].sort());
  expect([await journal.get(one.run), await journal.get(three.run)]).toEqual([one, three]);
  expect([journal.damaged, journal.torn]).toEqual([1, 0]);
  const passed = "passed over; a run without a sound record is run again";
  expect(journal.notices).toEqual([`${path}: 1 damaged or torn record (first at byte ${first}) ${passed}`]);

  await appendFile(path, Buffer.concat([broken, lineOf(two).subarray(0, 150)]));
  const damaged = `${path}: 2 damaged or torn records (first at byte ${first}) ${passed}`;
  const read = await opening("read");
  expect(read.notices).toEqual([
    `${path}: its last record was torn (150 bytes); its run is not done`,
    damaged,
  ]);
  expect(read.torn).toBe(150);
  const { size } = await stat(path);
  const written = await opening("open");
  expect(written.notices).toEqual([
    `${path}: its last record was torn (150 bytes) and is passed over from now on; its run is not done`,
    damaged,
  ]);
  // closed by a line feed, and on disk before anything else
  expect((await readFile(path)).subarray(size).toString()).toBe("\n");
  await written.append(two);
  expect(await written.get(two.run)).toEqual(two);
  await written.close();
  expect((await readFile(path)).subarray(size + 1)).toEqual(lineOf(two));
});

test("lines across the pieces that a file is read in", async () => {
  // its lines end before, at and behind a multiple of 1 MiB
  const long = (result: RunResult, bytes: number): RunResult => {
    const missing = bytes - lineOf({ ...result, note: "" } as RunResult).length;
    return { ...result, note: "x".repeat(missing) } as RunResult;
  };
  for (const end of [-2, -1, 0, 1, 2]) {
    await writeFile(path, lines(long(one, 2 ** 20 + end), two, long(three, 3 * 2 ** 20)));
    const journal = await opening("read");
    expect(journal.notices).toEqual([]);
    expect(await journal.get(two.run)).toEqual(two);
    expect(await journal.get(three.run)).toEqual(long(three, 3 * 2 ** 20));
  }
});

test("many at once are one write and one sync, beyond 8 MB several", async () => {
  const journal = await opening("open");
  const writes = vi.spyOn(handles, "write");
  const syncs = vi.spyOn(handles, "datasync");
  await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => journal.append(resultOf(seed))));
  // the first goes out at once, the others together
  expect([writes.mock.calls.length, syncs.mock.calls.length]).toEqual([2, 2]);
  const big = [7, 8, 9, 10].map((seed) => ({ ...resultOf(seed), note: "x".repeat(3.5 * 2 ** 20) }));
  await Promise.all(big.map((result) => journal.append(result)));
  expect([writes.mock.calls.length, syncs.mock.calls.length]).toEqual([5, 5]);
  for (const result of big) expect(await journal.get(result.run)).toEqual(result);
});

test("a write that takes only some of the bytes goes on with the others", async () => {
  const journal = await opening("open");
  const write = handles.write as WriteBytes;
  vi.spyOn(handles, "write").mockImplementation(function (
    this: FileHandle,
    bytes: Buffer,
    from: number,
    length: number,
  ) {
    return write.call(this, bytes, from, Math.min(100, length));
  } as WriteBytes as FileHandle["write"]);
  await Promise.all([journal.append(one), journal.append(two)]);
  expect(await journal.get(two.run)).toEqual(two);
  expect(await readFile(path)).toEqual(lines(one, two));
});

const failing = (code: string) => Object.assign(new Error(`${code}: no`), { code });
const full = (name: string) =>
  `${name}: the disk is full (ENOSPC); every run that was reported finished is kept, the same command goes on once there is room`;

test.each([
  ["ENOSPC", full],
  ["EDQUOT", (name: string) => full(name).replace("ENOSPC", "EDQUOT")],
  ["EIO", (name: string) => `${name}: cannot be written (EIO)`],
])("a disk that fails with %s: nothing is written from then on", async (code, message) => {
  const journal = await opening("open");
  await journal.append(one);
  vi.spyOn(handles, "write").mockRejectedValueOnce(failing(code));
  const appended = [two, three].map((result) => journal.append(result));
  for (const append of appended) await expect(append).rejects.toThrow(message(path));
  await expect(journal.append(three)).rejects.toThrow(message(path));
  await expect(journal.appendFailure(failureOf(two))).rejects.toThrow(message(path));
  expect(journal.runs).toEqual([one.run]);
  // was said already
  await journal.close();
  expect(await readFile(path)).toEqual(lines(one));
});

test.each([50, lineOf(two).length - 1])(
  "a disk that is full %d bytes into a line: what landed whole is kept, the torn line is closed",
  async (bytesLeft) => {
    const journal = await opening("open");
    const write = handles.write as WriteBytes;
    const room = lineOf(one).length + bytesLeft;
    // the first of three goes out at once, the others together
    const spy = vi.spyOn(handles, "write").mockImplementationOnce(write as FileHandle["write"]);
    spy.mockImplementationOnce(function (this: FileHandle, bytes: Buffer, from: number) {
      return write.call(this, bytes, from, room);
    } as WriteBytes as FileHandle["write"]);
    spy.mockRejectedValueOnce(failing("ENOSPC"));
    const [before, first, second] = [zero, one, two].map((result) => journal.append(result));
    await Promise.all([before, first]);
    await expect(second).rejects.toThrow(full(path));
    expect(journal.runs).toEqual([zero.run, one.run].sort());
    expect(await journal.get(one.run)).toEqual(one);
    await journal.close();
    const text = Buffer.concat([lines(zero, one), lineOf(two).subarray(0, bytesLeft), Buffer.from("\n")]);
    expect(await readFile(path)).toEqual(text);
  },
);

test("a disk without room for the line feed either: the next opening closes the line", async () => {
  const journal = await opening("open");
  const write = handles.write as WriteBytes;
  const spy = vi.spyOn(handles, "write");
  spy.mockImplementationOnce(function (this: FileHandle, bytes: Buffer, from: number) {
    return write.call(this, bytes, from, 50);
  } as WriteBytes as FileHandle["write"]);
  spy.mockRejectedValueOnce(failing("ENOSPC")).mockRejectedValueOnce(failing("ENOSPC"));
  await expect(journal.append(one)).rejects.toThrow(full(path));
  await journal.close();
  expect(await readFile(path)).toEqual(lineOf(one).subarray(0, 50));
  expect((await opening("open")).torn).toBe(50);
});

const lost: [string, () => Promise<unknown>][] = [
  ["was deleted", () => rename(path, `${path}.away`)],
  [
    "was replaced by another file",
    () => rename(path, `${path}.away`).then(() => writeFile(path, lines(one))),
  ],
  ["was written to by another process", () => appendFile(path, "x")],
  ["was cut short", () => truncate(path, 10)],
];
test.each(lost)("a file that %s is not written to", async (how, change) => {
  const message = `${path}: ${how} while this process was writing it, which stops here`;
  for (const use of [(journal: Journal) => journal.append(two), (journal: Journal) => journal.close()]) {
    await writeFile(path, "");
    const journal = await opening("open");
    await journal.append(one);
    await change();
    await expect(use(journal)).rejects.toThrow(message);
    await journal.close().catch(() => {});
    expect((await readdir(dir)).filter((name) => name.startsWith("lock-"))).toEqual([]);
  }
});

test.each<[string, Buffer, boolean]>([
  ["whole lines", lineOf(three), true],
  ["a torn line", lineOf(three).subarray(0, 60), false],
])("%s of another writer at the same moment", async (_, theirs, sound) => {
  const journal = await opening("open");
  const write = handles.write as WriteBytes;
  const spy = vi.spyOn(handles, "write").mockImplementationOnce(write as FileHandle["write"]);
  spy.mockImplementationOnce(function (this: FileHandle, bytes: Buffer, from: number, length: number) {
    const append = () => write.call(this, bytes, from, length);
    return appendFile(path, theirs).then(append);
  } as WriteBytes as FileHandle["write"]);
  const message = `${path}: was written to by another process while this process was writing it, which stops here`;
  const [before, first, second] = [zero, one, two].map((result) => journal.append(result));
  await before;
  // behind a torn line the first is part of that
  await (sound ? first : expect(first).rejects.toThrow(message));
  await second;
  expect(await journal.get(two.run)).toEqual(two);
  expect(journal.runs).toEqual((sound ? [zero.run, one.run, two.run] : [zero.run, two.run]).sort());
  await expect(journal.append(three)).rejects.toThrow(message);
  await journal.close();
  expect(await readFile(path)).toEqual(Buffer.concat([lineOf(zero), theirs, lines(one, two)]));
});

test("a line that another writer appends right behind is told, ours stand", async () => {
  const journal = await opening("open");
  const write = handles.write as WriteBytes;
  vi.spyOn(handles, "write").mockImplementationOnce(async function (
    this: FileHandle,
    bytes: Buffer,
    from: number,
    length: number,
  ) {
    const written = await write.call(this, bytes, from, length);
    await appendFile(path, lineOf(three));
    return written;
  } as WriteBytes as FileHandle["write"]);
  await journal.append(one);
  expect(await journal.get(one.run)).toEqual(one);
  await expect(journal.append(two)).rejects.toThrow("was written to by another process");
});

test("a writer whose lock is gone writes nothing more", async () => {
  const journal = await opening("open");
  const [lock] = (await readdir(dir)).filter((name) => name.startsWith("lock-"));
  await rename(join(dir, lock), join(dir, "away"));
  await expect(journal.append(one)).rejects.toThrow(
    `${dir}: this process has lost its lock, another one may write there`,
  );
  await journal.close();
  expect(await readFile(path, "utf8")).toBe("");
});

test("a record that is damaged while it is in use is never given out", async () => {
  await writeFile(path, lines(one, two));
  const journal = await opening("read");
  const file = await open(path, "r+");
  await file.write("X", lineOf(one).length + 200);
  await file.close();
  expect(await journal.get(one.run)).toEqual(one);
  await expect(journal.get(two.run)).rejects.toThrow(
    `${path}: the record at byte ${lineOf(one).length} was damaged while it was in use`,
  );
});

test("reading changes nothing, writing leaves nothing behind", async () => {
  await mkdir(join(dir, "checkpoints"));
  await writeFile(path, lines(one));
  await writeCheckpoint(
    join(dir, "checkpoints", `${one.run}.checkpoint`),
    { records: [], seconds: 0, stepSeconds: 0 },
    new Uint8Array(9),
  );
  await (await Journal.read(dir)).close();
  await expect(Journal.read(dir).then((journal) => journal.append(two))).rejects.toThrow("lost its lock");
  expect((await readdir(dir)).sort()).toEqual(["checkpoints", "journal.ndjson"]);
  const sync = vi.spyOn(handles, "sync");
  const journal = await opening("open");
  expect(sync).toHaveBeenCalledTimes(1);
  expect(await readdir(join(dir, "checkpoints"))).toEqual([]);
  await journal.close();
  expect(await readdir(dir)).toEqual(["journal.ndjson"]);
});

test("what cannot be opened is said in one line, and nothing is left behind", async () => {
  const said = (at: string, how: "open" | "read") =>
    Journal[how](at).then(
      () => expect.unreachable(),
      (error) => [error instanceof ConfigError, error.message],
    );
  await writeFile(join(dir, "file"), "");
  await mkdir(join(dir, "empty"));
  await mkdir(join(dir, "folder.ndjson"));
  const inFile = join(dir, "file", "sweep");
  expect(await said(inFile, "open")).toEqual([
    true,
    `--out: expected a directory that can be written, got ${inFile} (ENOTDIR)`,
  ]);
  const missing = (at: string, code: string) => [
    true,
    `DIR: expected the directory of a sweep (with journal.ndjson), got ${at} (${code})`,
  ];
  expect(await said(inFile, "read")).toEqual(missing(inFile, "ENOTDIR"));
  expect(await said(join(dir, "empty"), "read")).toEqual(missing(join(dir, "empty"), "no such file"));
  for (const how of ["open", "read"] as const) {
    const folder = join(dir, "folder.ndjson");
    expect(await said(folder, how)).toEqual([true, `${folder}: expected a journal or none, got no file`]);
    await writeFile(path, "best: 0.01\n");
    expect(await said(dir, how)).toEqual([true, `${path}: expected a journal or none, got another file`]);
  }
  expect((await readdir(dir)).sort()).toEqual(["empty", "file", "folder.ndjson", "journal.ndjson"]);
  await writeFile(path, "{");
  for (const [code, message] of [
    ["ENOSPC", full(dir)],
    ["EIO", `${dir}: cannot be written (EIO)`],
  ]) {
    vi.spyOn(handles, "write").mockRejectedValueOnce(failing(code));
    vi.spyOn(handles, "datasync").mockRejectedValueOnce(failing(code));
    expect(await said(dir, "open")).toEqual([false, message]);
    vi.restoreAllMocks();
  }
  expect((await readdir(dir)).sort()).toEqual(["empty", "file", "folder.ndjson", "journal.ndjson"]);
});

test("somebody's file with a line of ours among others is a journal, without one it is not", async () => {
  await writeFile(path, Buffer.concat([Buffer.from("note\n"), lines(one)]));
  const journal = await opening("read");
  expect([journal.runs, journal.damaged]).toEqual([[one.run], 1]);
  await writeFile(path, Buffer.concat([lines(one).subarray(1), Buffer.from('{"sum":"')]));
  await expect(Journal.read(dir)).rejects.toThrow("got another file");
});
