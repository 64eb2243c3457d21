import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { utimesSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ConfigError } from "../../src/config.js";
import { Journal, type RunResult } from "../../src/sweep/index.js";
import { Lock } from "../../src/sweep/lock.js";
import { runOf } from "../experiments/syntheticRuns.js";

const run = promisify(execFile);
const folder = () => mkdtemp(join(tmpdir(), "unigram-lab-"));
const results = (count: number): RunResult[] =>
  Array.from({ length: count }, (_, seed) =>
    runOf({ vocabSize: 5, embeddingDim: 2, steps: 100, seed }, { excess: (step) => 1 / (3 + step + seed) }),
  );
const opened: Journal[] = [];
const read = async (directory: string): Promise<Journal> => {
  const journal = await Journal.read(directory);
  opened.push(journal);
  return journal;
};
afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.close();
});
const fileOf = (directory: string) => join(directory, "journal.ndjson");
async function written(count: number): Promise<{ directory: string; bytes: Buffer; kept: RunResult[] }> {
  const directory = await folder();
  const kept = results(count);
  const journal = await Journal.open(directory);
  await Promise.all(kept.map((result) => journal.append(result)));
  await journal.close();
  return { directory, bytes: await readFile(fileOf(directory)), kept };
}

test("many results that come at once are one write, and each is read back as it was", async () => {
  const { directory, bytes, kept } = await written(300);
  expect(bytes.toString().trim().split("\n")).toHaveLength(300);
  const journal = await read(directory);
  expect(journal.notices).toEqual([]);
  for (const result of kept) expect(await journal.get(result.run)).toEqual(result);
  expect(journal.runs).toEqual(kept.map((result) => result.run).sort());
  expect(await readdir(directory)).toEqual(["journal.ndjson"]);
});

test("a result is written once, whatever comes after it", async () => {
  const { directory, bytes, kept } = await written(2);
  const journal = await Journal.open(directory);
  await journal.append({ ...kept[0], seconds: 99 });
  await journal.appendFailure({ run: kept[1].run, config: kept[1].config, error: "late", attempts: 2 });
  expect(journal.failedRuns).toEqual([]);
  await journal.close();
  const after = await readFile(fileOf(directory));
  expect(after.subarray(0, bytes.length)).toEqual(bytes);
  expect((await (await read(directory)).get(kept[0].run))?.seconds).toBe(kept[0].seconds);
});

test("cut at every byte of its last record: the others stay, the cut is said, the next append is sound", async () => {
  const { directory, bytes, kept } = await written(3);
  const start = bytes.lastIndexOf(10, bytes.length - 2) + 1;
  for (let end = start; end < bytes.length; end++) {
    await writeFile(fileOf(directory), bytes);
    await truncate(fileOf(directory), end);
    const journal = await Journal.open(directory);
    expect(journal.runs).toEqual([kept[0].run, kept[1].run].sort());
    expect(journal.torn).toBe(end - start);
    expect(journal.notices).toHaveLength(end > start ? 1 : 0);
    await journal.append(kept[2]);
    await journal.close();
    // nothing is cut off: a line feed closes what is torn
    const torn = end > start ? [bytes.subarray(start, end), Buffer.from("\n")] : [];
    const expected = Buffer.concat([bytes.subarray(0, start), ...torn, bytes.subarray(start)]);
    expect((await readFile(fileOf(directory))).equals(expected)).toBe(true);
    const again = await read(directory);
    expect(again.runs).toHaveLength(3);
    expect(again.torn).toBe(0);
    // one that lacks nothing but its line feed is whole with it
    expect(again.damaged).toBe(end > start && end < bytes.length - 1 ? 1 : 0);
  }
});

test("a bit flipped at 1000 random places: never a wrong result, and every flip is reported", async () => {
  const { directory, bytes, kept } = await written(8);
  const truth = new Map(kept.map((result) => [result.run, JSON.stringify(result)]));
  for (let i = 0; i < 1000; i++) {
    const damaged = Buffer.from(bytes);
    const at = Math.floor(Math.random() * bytes.length);
    damaged[at] ^= 1 << Math.floor(Math.random() * 8);
    await writeFile(fileOf(directory), damaged);
    const journal = await Journal.open(directory);
    for await (const result of journal.results()) expect(JSON.stringify(result)).toBe(truth.get(result.run));
    expect(journal.notices.length, `byte ${at}`).toBeGreaterThan(0);
    // one record, or two when it was the line feed between them
    expect(journal.runs.length).toBeGreaterThanOrEqual(6);
    expect(journal.runs.length).toBeLessThan(8);
    for (const result of kept) await journal.append(result);
    await journal.close();
    const again = await read(directory);
    expect(again.runs).toHaveLength(8);
    for await (const result of again.results()) expect(JSON.stringify(result)).toBe(truth.get(result.run));
  }
});

describe("the lock", () => {
  test("a second process is refused with the first one's pid, and may write once that is gone, however it went", async () => {
    const directory = await folder();
    const holder = spawn(process.execPath, [
      "--input-type=module",
      "-e",
      `import { Journal } from ${JSON.stringify(new URL("../../dist/sweep.js", import.meta.url).href)};
       await Journal.open(${JSON.stringify(directory)}); console.log("open"); setInterval(() => {}, 1000);`,
    ]);
    await once(holder.stdout, "data");
    await expect(Journal.open(directory)).rejects.toThrow(
      `${directory}: expected a directory that no other process writes to, process ${holder.pid} on `,
    );
    expect((await read(directory)).runs).toEqual([]);
    holder.kill("SIGKILL");
    await once(holder, "exit");
    expect((await readdir(directory)).some((name) => name.startsWith("lock-"))).toBe(true);
    await (await Journal.open(directory)).close();
    expect(await readdir(directory)).toEqual(["journal.ndjson"]);
  });

  test("of eight that start at once at most one goes on, five times over", async () => {
    const directory = await folder();
    let held = 0;
    for (let i = 0; i < 5; i++) {
      const locks = await Promise.allSettled(Array.from({ length: 8 }, () => Lock.acquire(directory)));
      const own = locks.flatMap((lock) => (lock.status === "fulfilled" ? [lock.value] : []));
      expect(own.length).toBeLessThanOrEqual(1);
      held += own.length;
      for (const lock of own) await lock.release();
    }
    expect(held).toBeGreaterThan(0);
  });

  test("a pid that was given to another process is not its owner", async () => {
    const directory = await folder();
    const lock = await Lock.acquire(directory);
    const [name] = await readdir(directory);
    const owner = JSON.parse(await readFile(join(directory, name), "utf8"));
    await lock.release();
    await writeFile(join(directory, "lock-1-0123abcd"), JSON.stringify({ ...owner, pid: 1, started: "1" }));
    const taken = await Lock.acquire(directory);
    expect(await readdir(directory)).not.toContain("lock-1-0123abcd");
    await taken.release();
  });

  test("an owner on another machine is known by its heartbeat, and its lock is taken once that stands still", async () => {
    const directory = await folder();
    const times = { beat: 20, silence: 200 };
    const theirs = JSON.stringify({ pid: 1, started: "1", host: "elsewhere", place: "elsewhere" });
    await writeFile(join(directory, "lock-1-89abcdef"), theirs);
    // as an owner beats: the file's time, never its contents
    const beating = setInterval(
      () => utimesSync(join(directory, "lock-1-89abcdef"), new Date(), new Date()),
      10,
    );
    await expect(Lock.acquire(directory, times)).rejects.toThrow("process 1 on elsewhere does");
    clearInterval(beating);
    const lock = await Lock.acquire(directory, times);
    expect(lock.held).toBe(true);
    await lock.release();
  });

  test("a writer that was taken over for dead writes nothing more", async () => {
    const directory = await folder();
    const [first, second] = results(2);
    const journal = await Journal.open(directory);
    await journal.append(first);
    for (const name of await readdir(directory))
      if (name.startsWith("lock-")) await run("rm", [join(directory, name)]);
    const { size } = await stat(fileOf(directory));
    await expect(journal.append(second)).rejects.toThrow("has lost its lock");
    await journal.close();
    expect((await stat(fileOf(directory))).size).toBe(size);
  });
});

/** Needs root, for a file system of its own. */
const mounts = process.platform === "linux" && process.getuid?.() === 0;
describe.skipIf(!mounts)("a small tmpfs", () => {
  let small = "";
  let locked = "";
  beforeAll(async () => {
    small = await folder();
    locked = await folder();
    await run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", small]);
    await run("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", locked]);
  });
  afterAll(async () => {
    await run("umount", [small]);
    await run("umount", [locked]);
  });

  test("a full disk: one clear line, what was acknowledged is kept, and the next opening closes what was torn", async () => {
    const journal = await Journal.open(small);
    const acknowledged: RunResult[] = [];
    let error: unknown;
    for (const result of results(300)) {
      try {
        await journal.append(result);
        acknowledged.push(result);
      } catch (thrown) {
        error = thrown;
        break;
      }
    }
    expect((error as Error).message).toMatch(/journal.ndjson: the disk is full \(ENOSPC\); every run/);
    expect(acknowledged.length).toBeGreaterThan(3);
    await journal.close();
    const bytes = await readFile(fileOf(small));
    const again = await read(small);
    expect(again.notices).toHaveLength(bytes.at(-1) === 10 ? 0 : 1);
    for (const result of acknowledged) expect(await again.get(result.run)).toEqual(result);
    expect(again.runs).toHaveLength(acknowledged.length);
    await run("mount", ["-o", "remount,size=1m", small]);
    const more = await Journal.open(small);
    for (const result of results(300)) await more.append(result);
    await more.close();
    expect((await readFile(fileOf(small))).subarray(0, bytes.length)).toEqual(bytes);
    expect((await read(small)).runs).toHaveLength(300);
  });

  test("a full disk under many appends at once: those that landed whole are kept, every other is refused, and no promise is left alone", async () => {
    await rm(fileOf(small));
    await run("mount", ["-o", "remount,size=300k", small]);
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", listen);
    const journal = await Journal.open(small);
    const all = results(600);
    const writes = all.map((result) => journal.append(result));
    // as a caller does who awaits one after the other, with work of its own in between
    await sleep(100);
    const kept: RunResult[] = [];
    for (const [i, write] of writes.entries())
      await write.then(
        () => kept.push(all[i]),
        (error) => expect(error.message).toMatch(/the disk is full/),
      );
    await journal.close();
    process.off("unhandledRejection", listen);
    expect(unhandled).toEqual([]);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(600);
    const again = await read(small);
    for (const result of kept) expect(await again.get(result.run)).toEqual(result);
    expect(again.runs).toHaveLength(kept.length);
  });

  test("a read-only file system is the user's mistake", async () => {
    const error = await Journal.open(locked).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/^--out: expected a directory that can be written, got .* \(EROFS\)$/);
  });
});

test("a path through a file is the user's mistake", async () => {
  const directory = await folder();
  await writeFile(join(directory, "file"), "");
  await mkdir(join(directory, "fine"));
  await expect(Journal.open(join(directory, "file", "sweep"))).rejects.toThrow(ConfigError);
  await expect(read(join(directory, "fine"))).rejects.toThrow("expected the directory of a sweep");
});
