/** What stands beside the journal in a sweep's directory: sweep.json, the sweep as it was last run, and status.json. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { atomicWrite } from "../report/atomicWrite.js";
import { parseSweep, type SweepDescription } from "../sweep/description.js";
import type { PoolProgress } from "../sweep/pool.js";

/** How a sweep stands, for `unigram-lab status`. */
export interface LiveStatus {
  total: number;
  share: number;
  secondsLeft: number | null;
  running: { run: string; step: number; steps: number }[];
}

const readJson = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
};

export const writeDescription = (directory: string, description: SweepDescription): Promise<void> =>
  atomicWrite(join(directory, "sweep.json"), `${JSON.stringify(description, null, 2)}\n`);

/** The sweep of a directory, or undefined when it holds none (that of `reproduce`). */
export async function readDescription(directory: string): Promise<SweepDescription | undefined> {
  const value = await readJson(join(directory, "sweep.json"));
  return value === undefined ? undefined : parseSweep(value);
}

export const readStatus = async (directory: string): Promise<LiveStatus | undefined> =>
  (await readJson(join(directory, "status.json"))) as LiveStatus | undefined;

const EVERY = 2000;

/** Writes status.json every two seconds; a disk that is full must not end a sweep here. */
export class StatusWriter {
  readonly #path: string;
  #last = 0;
  #writing: Promise<void> = Promise.resolve();
  #status: LiveStatus | undefined;

  constructor(directory: string) {
    this.#path = join(directory, "status.json");
  }

  update({ total, share, running }: PoolProgress, secondsLeft: number | null): void {
    const runs = running.flatMap((task) =>
      task ? [{ run: task.run, step: task.step, steps: task.config.steps }] : [],
    );
    this.#status = { total, share, secondsLeft, running: runs };
    if (performance.now() - this.#last < EVERY) return;
    this.#last = performance.now();
    this.#write();
  }

  #write(): void {
    const text = `${JSON.stringify(this.#status)}\n`;
    this.#writing = this.#writing.then(() => atomicWrite(this.#path, text)).catch(() => {});
  }

  /** The last state, with nothing running. */
  async close(): Promise<void> {
    if (!this.#status) return;
    this.#status = { ...this.#status, running: [], secondsLeft: null };
    this.#write();
    await this.#writing;
  }
}
