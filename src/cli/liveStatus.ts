/** status.json in a directory: how its sweep stands, for `unigram-lab status`. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { generator } from "../disk/generator.js";
import { writeWhole } from "../disk/writeWhole.js";
import { journalFile } from "../sweep/journal.js";
import type { PoolProgress } from "../sweep/poolOptions.js";

export interface LiveStatus {
  /** Runs of all sweeps of the directory. */
  total: number;
  /** Share of the work that is done. */
  share: number;
  secondsLeft: number | null;
  running: { run: string; step: number; steps: number }[];
}

/** Also of a journal that is named itself. */
const pathIn = (directory: string): string => join(dirname(journalFile(directory)), "status.json");

const isNumber = (value: unknown): boolean => typeof value === "number" && value >= 0;

function isStatus(value: unknown): value is LiveStatus {
  if (typeof value !== "object" || value === null) return false;
  const { total, share, secondsLeft, running } = value as Partial<LiveStatus>;
  return (
    isNumber(total) &&
    isNumber(share) &&
    (secondsLeft === null || isNumber(secondsLeft)) &&
    Array.isArray(running) &&
    running.every((task) => typeof task?.run === "string" && isNumber(task.step) && isNumber(task.steps))
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

/** Writes status.json every two seconds; a disk that is full must not end a sweep here. */
export class StatusWriter {
  readonly #path: string;
  readonly #total: number;
  #last = 0;
  #writing: Promise<void> = Promise.resolve();
  #status: LiveStatus | undefined;

  /** @param total runs of all sweeps of the directory */
  constructor(directory: string, total: number) {
    this.#path = pathIn(directory);
    this.#total = total;
  }

  update({ share, running }: PoolProgress, secondsLeft: number | null): void {
    const runs = running.flatMap((task) =>
      task ? [{ run: task.run, step: task.step, steps: task.config.steps }] : [],
    );
    this.#status = { total: this.#total, share, secondsLeft, running: runs };
    if (performance.now() - this.#last < EVERY) return;
    this.#last = performance.now();
    this.#write();
  }

  #write(): void {
    const text = `${JSON.stringify({ generator: generator(), ...this.#status })}\n`;
    this.#writing = this.#writing
      .then(() => writeWhole(this.#path, text, { kind: "status" }))
      .catch(() => {});
  }

  /** The last state, with nothing running. */
  async close(): Promise<void> {
    if (!this.#status) return;
    this.#status = { ...this.#status, running: [], secondsLeft: null };
    this.#write();
    await this.#writing;
  }
}
