/**
 * One writer a directory, by a lock that no kill -9 can leave behind for ever. Every process puts in a file of its own
 * and then looks for those of others: whoever looks second sees the first, so two never both go on. A file whose owner is
 * surely dead is removed by whoever finds it; its name is its owner's alone, so this can hit no other.
 * Where one cannot see the other (another machine on a shared disk, another container), the file's heartbeat decides.
 */
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync, utimesSync } from "node:fs";
import { lstat, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError } from "../config.js";
import { keepAtExit, removeAtExit } from "../disk/atExit.js";
import { attempt, judge, type Owner, thisProcess } from "../disk/owner.js";
import { partialPath } from "../disk/partial.js";

export interface LockTimes {
  /** Milliseconds between two heartbeats. */
  beat: number;
  /** Milliseconds without a heartbeat after which an owner that cannot be seen is taken for dead. */
  silence: number;
}

/** A lock's name, with its owner's pid; a file that only begins so is no lock. */
const NAME = /^lock-(\d+)-[0-9a-f]{8}$/;
const defaults: LockTimes = { beat: 5000, silence: 30_000 };
const ATTEMPTS = 4;

/** The owner that a lock file of this name tells of; null for a file that is no lock. */
const readOwner = (name: string, text: string | null): Owner | null =>
  attempt(() => {
    const owner = JSON.parse(text ?? "") as Owner;
    const { pid, started, host, place } = owner;
    const texts = typeof host === "string" && typeof place === "string";
    const sound = texts && (started === null || typeof started === "string");
    return sound && Number.isInteger(pid) && NAME.exec(name)?.[1] === String(pid) ? owner : null;
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
    if (!NAME.test(name)) continue;
    const owner = readOwner(
      name,
      attempt(() => readFileSync(join(directory, name), "utf8")),
    );
    if (owner && judge(owner) === "alive") return owner.pid;
  }
  return null;
}

export class Lock {
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(path: string, beat: number) {
    this.#path = path;
    this.#timer = setInterval(() => attempt(() => utimesSync(path, new Date(), new Date())), beat);
    this.#timer.unref();
    removeAtExit(path);
  }

  /**
   * @throws ConfigError when another process holds the directory, with its pid
   * @throws the file system's error when the directory cannot be written
   */
  static async acquire(directory: string, times: LockTimes = defaults): Promise<Lock> {
    const owner = JSON.stringify(thisProcess());
    for (let left = ATTEMPTS; ; left--) {
      const name = `lock-${process.pid}-${randomBytes(4).toString("hex")}`;
      const path = join(directory, name);
      const partial = partialPath(path);
      try {
        // whole or not at all: a lock file without its owner could not be judged
        await writeFile(partial, owner, { flag: "wx" });
        await rename(partial, path);
      } catch (error) {
        await rm(partial, { force: true });
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
    await rm(this.#path, { force: true });
    keepAtExit(this.#path);
  }
}

/** The living owner of another lock file in the directory, or null; files of the dead are removed on the way. */
async function otherOwner(directory: string, own: string, times: LockTimes): Promise<Owner | null> {
  for (const name of await readdir(directory)) {
    // a lock that is still being put in place: its process looks after this one and steps back by itself
    if (!NAME.test(name) || name === own) continue;
    const path = join(directory, name);
    if (!(await lstat(path).catch(() => null))?.isFile()) continue;
    const owner = readOwner(name, await readFile(path, "utf8").catch(() => null));
    if (!owner) continue;
    const state = judge(owner);
    if (state === "alive" || (state === "unseen" && !(await silent(path, times)))) return owner;
    await rm(path, { force: true });
  }
  return null;
}
