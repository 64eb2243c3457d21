/** status.json in a directory: how its sweep or its report stands, for `unigram-lab status`. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RunConfig } from "../config.js";
import { generator } from "../disk/generator.js";
import { writeWhole } from "../disk/writeWhole.js";
import { journalFile } from "./journal.js";
import type { PoolProgress, RunningRun } from "./poolOptions.js";

export interface LiveStatus {
  /** Runs of all sweeps, or experiments, of the directory. */
  total: number;
  /** Share of the work that is done. */
  share: number;
  secondsLeft: number | null;
  /** `name`: by what differs between the runs; absent where version 0.2 or an older one wrote it. */
  running: { run: string; name?: string; step: number; steps: number }[];
  /** Process that wrote it; absent as `name` is. */
  pid?: number;
}

/** Also of a journal that is named itself. */
const pathIn = (directory: string): string => join(dirname(journalFile(directory)), "status.json");

const isNumber = (value: unknown): boolean => typeof value === "number" && value >= 0;

function isStatus(value: unknown): value is LiveStatus {
  if (typeof value !== "object" || value === null) return false;
  const { total, share, secondsLeft, running, pid } = value as Partial<LiveStatus>;
  return (
    isNumber(total) &&
    isNumber(share) &&
    (secondsLeft === null || isNumber(secondsLeft)) &&
    (pid === undefined || isNumber(pid)) &&
    Array.isArray(running) &&
    running.every(
      (task) =>
        typeof task?.run === "string" &&
        (task.name === undefined || typeof task.name === "string") &&
        isNumber(task.step) &&
        isNumber(task.steps),
    )
  );
}

/** The status of a directory. One that is not what a sweep writes is as none, and a notice says so. */
export async function readStatus(directory: string): Promise<{ status?: LiveStatus; notice?: string }> {
  const path = pathIn(directory);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? {} : { notice: `${path}: passed over, it cannot be read (${code})` };
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isStatus(value)) return { status: value };
  } catch {
    // not even JSON
  }
  return { notice: `${path}: passed over, it is not the status of a sweep` };
}

const EVERY = 2000;

/** Writes status.json every two seconds; a disk that is full must not end the work here. */
export class StatusWriter {
  readonly #path: string;
  readonly #total: number;
  readonly #nameOf: (config: RunConfig) => string;
  readonly #force: boolean;
  #last = 0;
  #writing: Promise<void> = Promise.resolve();
  #progress: PoolProgress | undefined;

  /**
   * @param total runs of all sweeps, or experiments, of the directory
   * @param nameOf what tells its runs apart
   * @param force replaces somebody else's file
   */
  constructor(directory: string, total: number, nameOf: (config: RunConfig) => string, force = false) {
    this.#path = pathIn(directory);
    this.#total = total;
    this.#nameOf = nameOf;
    this.#force = force;
  }

  update(progress: PoolProgress, secondsLeft: number | null): void {
    this.#progress = progress;
    if (performance.now() - this.#last < EVERY) return;
    this.#last = performance.now();
    this.#write(progress, secondsLeft);
  }

  #write({ share, running }: PoolProgress, secondsLeft: number | null): void {
    const runs = running.flatMap((task) => (task ? [this.#runningOf(task)] : []));
    const status: LiveStatus = { total: this.#total, share, secondsLeft, running: runs, pid: process.pid };
    const text = `${JSON.stringify({ generator: generator(), ...status })}\n`;
    this.#writing = this.#writing
      .then(() => writeWhole(this.#path, text, { kind: "status", force: this.#force }))
      .catch(() => {});
  }

  #runningOf({ run, config, step }: RunningRun): LiveStatus["running"][number] {
    return { run, name: this.#nameOf(config), step, steps: config.steps };
  }

  /** The last state, with nothing running. */
  async close(): Promise<void> {
    if (!this.#progress) return;
    this.#write({ ...this.#progress, running: [] }, null);
    await this.#writing;
  }
}
