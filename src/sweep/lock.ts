/**
 * One writer a directory, by a lock that no kill -9 can leave behind for ever. Every process puts in a file of its own
 * and then looks for those of others: whoever looks second sees the first, so two never both go on. A file whose owner is
 * surely dead is removed by whoever finds it; its name is its owner's alone, so this can hit no other.
 *
 * An owner is known by pid and start time (a pid is used again) within its machine, boot and pid namespace. Where one
 * cannot see the other (another machine on a shared disk, another container), the file's heartbeat decides.
 */
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync, rmSync, statSync, utimesSync } from "node:fs";
import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError } from "../config.js";

interface Owner {
  pid: number;
  /** Start of the process in ticks since boot, null where the system does not tell. */
  started: string | null;
  host: string;
  /** Machine, boot and pid namespace: where `pid` means something. */
  place: string;
}

export interface LockTimes {
  /** Milliseconds between two heartbeats. */
  beat: number;
  /** Milliseconds without a heartbeat after which an owner that cannot be seen is taken for dead. */
  silence: number;
}

const PREFIX = "lock-";
const defaults: LockTimes = { beat: 5000, silence: 30_000 };
const ATTEMPTS = 4;

const attempt = <T>(read: () => T): T | null => {
  try {
    return read();
  } catch {
    return null;
  }
};

/** Field 22 of /proc/PID/stat; the name in field 2 may hold spaces and brackets. */
const startOf = (pid: number): string | null =>
  attempt(() => {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
  });

const place = (): string =>
  [
    hostname(),
    attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim()),
    attempt(() => readlinkSync("/proc/self/ns/pid")),
  ].join(" ");

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

/** What can be known of an owner at once. */
function judge(owner: Owner): "alive" | "dead" | "unseen" {
  if (owner.place !== place()) return "unseen";
  if (!exists(owner.pid)) return "dead";
  if (owner.started === null) return "unseen";
  return startOf(owner.pid) === owner.started ? "alive" : "dead";
}

const readOwner = (text: string | null): Owner | null =>
  attempt(() => {
    const owner = JSON.parse(text ?? "") as Owner;
    return Number.isInteger(owner.pid) && typeof owner.place === "string" ? owner : null;
  });

/** Whether the file's heartbeat stands still. */
async function silent(path: string, { beat, silence }: LockTimes): Promise<boolean> {
  const mtime = () =>
    stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => null,
    );
  const first = await mtime();
  for (let waited = 0; waited < silence; waited += beat) {
    await sleep(beat);
    const now = await mtime();
    if (now === null) return true;
    if (now !== first) return false;
  }
  return true;
}

/** The pid of a process of this machine that surely writes into the directory now, or null. For readers. */
export function livingWriter(directory: string): number | null {
  for (const name of attempt(() => readdirSync(directory)) ?? []) {
    if (!name.startsWith(PREFIX) || name.endsWith(".partial")) continue;
    const owner = readOwner(attempt(() => readFileSync(join(directory, name), "utf8")));
    if (owner && judge(owner) === "alive") return owner.pid;
  }
  return null;
}

export class Lock {
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  readonly #atExit = () => rmSync(this.#path, { force: true });

  private constructor(path: string, beat: number) {
    this.#path = path;
    this.#timer = setInterval(() => attempt(() => utimesSync(path, new Date(), new Date())), beat);
    this.#timer.unref();
    process.on("exit", this.#atExit);
  }

  /**
   * @throws ConfigError when another process holds the directory, with its pid
   * @throws the file system's error when the directory cannot be written
   */
  static async acquire(directory: string, times: LockTimes = defaults): Promise<Lock> {
    const owner: Owner = {
      pid: process.pid,
      started: startOf(process.pid),
      host: hostname(),
      place: place(),
    };
    for (let left = ATTEMPTS; ; left--) {
      const name = `${PREFIX}${process.pid}-${randomBytes(4).toString("hex")}`;
      const path = join(directory, name);
      try {
        // whole or not at all: a lock file without its owner could not be judged
        await writeFile(`${path}.partial`, JSON.stringify(owner));
        await rename(`${path}.partial`, path);
      } catch (error) {
        await rm(`${path}.partial`, { force: true });
        throw error;
      }
      const lock = new Lock(path, times.beat);
      const other = await otherOwner(directory, name, times);
      if (other === null) return lock;
      await lock.release();
      // two that started at once both step back: one of them comes first the next time
      if (left > 1) await sleep(30 + Math.random() * 120);
      else
        throw new ConfigError(
          `${directory}: expected a directory that no other process writes to, process ${other.pid} on ${other.host} does`,
        );
    }
  }

  /** False once another process has taken the directory over, having found this one silent. */
  get held(): boolean {
    return attempt(() => statSync(this.#path)) !== null;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    process.off("exit", this.#atExit);
    await rm(this.#path, { force: true });
  }
}

/** The living owner of another lock file in the directory, or null; files of the dead are removed on the way. */
async function otherOwner(directory: string, own: string, times: LockTimes): Promise<Owner | null> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith(PREFIX) || name === own) continue;
    const path = join(directory, name);
    // a file that is still being put in place: its process looks after this one and steps back by itself
    if (name.endsWith(".partial")) {
      if (!exists(Number(name.slice(PREFIX.length).split("-")[0]))) await rm(path, { force: true });
      continue;
    }
    const text = await readFile(path, "utf8").catch(() => null);
    if (text === null) continue;
    const owner = readOwner(text);
    const state = owner ? judge(owner) : "dead";
    if (owner && (state === "alive" || (state === "unseen" && !(await silent(path, times))))) return owner;
    await rm(path, { force: true });
  }
  return null;
}
