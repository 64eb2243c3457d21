/** The lock of a directory, as one process sees the files of others. */
import { utimesSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, expect, test, vi } from "vitest";
import { ConfigError } from "../../src/config.js";
import { thisProcess } from "../../src/disk/owner.js";
import { Lock, livingWriter } from "../../src/sweep/lock.js";

let dir = "";
const at = (name: string) => join(dir, name);
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "unigram-lab-"));
});
const me = thisProcess();
const dead = { ...me, pid: 1, started: "0" };
const away = { ...dead, host: "elsewhere", place: "elsewhere" };
const lockOf = (owner: object, pid = (owner as { pid: number }).pid) => {
  const name = `lock-${pid}-89abcdef`;
  return writeFile(at(name), JSON.stringify(owner)).then(() => name);
};

test("a lock is a file with its owner, there until it is released", async () => {
  const before = process.listenerCount("exit");
  const lock = await Lock.acquire(dir);
  const [name, ...others] = await readdir(dir);
  expect(name).toMatch(new RegExp(`^lock-${process.pid}-[0-9a-f]{8}$`));
  expect(others).toEqual([]);
  expect(JSON.parse(await readFile(at(name), "utf8"))).toEqual(me);
  expect([lock.held, livingWriter(dir), process.listenerCount("exit")]).toEqual([
    true,
    process.pid,
    before + 1,
  ]);
  await lock.release();
  expect([lock.held, livingWriter(dir), process.listenerCount("exit")]).toEqual([false, null, before]);
  expect(await readdir(dir)).toEqual([]);
});

test("a living owner of this machine is named, after four attempts that leave nothing", async () => {
  const name = await lockOf(me);
  vi.spyOn(Math, "random").mockReturnValue(0);
  const from = performance.now();
  const error = await Lock.acquire(dir).catch((thrown) => thrown);
  expect(performance.now() - from).toBeGreaterThan(85);
  expect(error).toBeInstanceOf(ConfigError);
  expect(error.message).toBe(
    `${dir}: expected a directory that no other process writes to, process ${process.pid} on ${hostname()} does`,
  );
  expect(await readdir(dir)).toEqual([name]);
  vi.restoreAllMocks();
});

test("one that goes while it is waited for is followed", async () => {
  const name = await lockOf(me);
  const lock = Lock.acquire(dir);
  await sleep(5);
  await rm(at(name));
  expect((await lock).held).toBe(true);
  await (await lock).release();
});

test("the dead are removed, at once", async () => {
  await lockOf(dead);
  expect(livingWriter(dir)).toBe(null);
  const lock = await Lock.acquire(dir);
  expect((await readdir(dir)).filter((name) => name.startsWith("lock-1-"))).toEqual([]);
  await lock.release();
});

test("what only looks like a lock, or has no sound owner, stays and holds nobody up", async () => {
  const unsound: [string, string | object][] = [
    ["lock-1-89abcde", dead],
    ["lock-1-89abcdef0", dead],
    ["a-lock-1-89abcdef", dead],
    ["lock-2-89abcdef", dead],
    ["lock-3-89abcdef", "no owner"],
    ["lock-4-89abcdef", { ...dead, pid: "4" }],
    ["lock-5-89abcdef", { ...dead, pid: 5, host: 7 }],
    ["lock-6-89abcdef", { ...dead, pid: 6, place: undefined }],
    ["lock-7-89abcdef", { ...dead, pid: 7, started: 7 }],
    ["lock-8-89abcdef", { ...dead, pid: 8, started: undefined }],
    ["lock-9-89abcdef", "null"],
  ];
  for (const [name, content] of unsound)
    await writeFile(at(name), typeof content === "string" ? content : JSON.stringify(content));
  await mkdir(at("lock-11-89abcdef"));
  await writeFile(at("mine"), JSON.stringify({ ...dead, pid: 12 }));
  await symlink("mine", at("lock-12-89abcdef"));
  const before = (await readdir(dir)).sort();
  const lock = await Lock.acquire(dir);
  await lock.release();
  expect((await readdir(dir)).sort()).toEqual(before);
  expect(livingWriter(dir)).toBe(null);
  expect(livingWriter(at("nowhere"))).toBe(null);
});

test("readers see no living writer in one of another place", async () => {
  await lockOf(away);
  expect(livingWriter(dir)).toBe(null);
  await writeFile(at("lock-1-89abcdee"), "no owner");
  await lockOf(me);
  expect(livingWriter(dir)).toBe(process.pid);
});

const times = { beat: 15, silence: 60 };

test("one of another place is followed once its heartbeat stands still for the whole silence", async () => {
  const name = await lockOf(away);
  const from = performance.now();
  const lock = await Lock.acquire(dir, times);
  expect(performance.now() - from).toBeGreaterThan(times.silence - 5);
  expect(await readdir(dir)).not.toContain(name);
  await lock.release();
  // without a start the system cannot tell whether the pid is the same process's
  const unknown = await lockOf({ ...me, started: null });
  const second = await Lock.acquire(dir, times);
  expect(await readdir(dir)).not.toContain(unknown);
  await second.release();
});

test("one that is released while its heartbeat is watched is followed", async () => {
  const name = await lockOf(away);
  const acquired = Lock.acquire(dir, { beat: 30, silence: 3e6 });
  await sleep(10);
  await rm(at(name));
  await (await acquired).release();
});

test("one of another place that beats is named", async () => {
  const name = await lockOf(away);
  let now = 1;
  const beating = setInterval(() => utimesSync(at(name), now, now++), 3);
  await expect(Lock.acquire(dir, times)).rejects.toThrow("process 1 on elsewhere does");
  clearInterval(beating);
  expect(await readdir(dir)).toEqual([name]);
});

test("a lock beats until it is released, and does not come back", async () => {
  const lock = await Lock.acquire(dir, { beat: 5, silence: 50 });
  const [name] = await readdir(dir);
  await utimes(at(name), 1, 1);
  // as long as it takes on a busy machine
  while ((await stat(at(name))).mtimeMs < 10_000) await sleep(2);
  await lock.release();
  await writeFile(at(name), "");
  await utimes(at(name), 1, 1);
  await sleep(30);
  expect((await stat(at(name))).mtimeMs).toBe(1000);
});

test("a directory that cannot be written is the file system's error, and leaves nothing", async () => {
  await expect(Lock.acquire(at("nowhere"))).rejects.toMatchObject({ code: "ENOENT" });
  expect(await readdir(dir)).toEqual([]);
});
