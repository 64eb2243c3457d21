/**
 * The latest state of a long run in a file of the working directory, so that a killed process costs half a minute. Its records
 * are in it, or, where they are many, in a second file.
 */
import { existsSync } from "node:fs";
import { readFile, rm, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { configHash, type RunConfig } from "../config.js";
import { type Kind, kindOf } from "../disk/kind.js";
import { writeWhole } from "../disk/writeWhole.js";
import { isLonger } from "../training/longerRun.js";
import type { TrainingRecord } from "../training/record.js";
import { decodeSnapshot } from "../training/snapshot.js";
import type { Trainer } from "../training/trainer.js";
import { besidePath, RecordsBeside } from "./recordsBeside.js";

/** Its name, whatever the run. */
const CHECKPOINT = /^unigram-lab-train-[0-9a-f]{16}(-\d+)?\.snapshot$/;
/** Milliseconds between two checkpoints. */
const EVERY = 30_000;
/** Records that the snapshot itself holds; more are beside it. */
const MOST_WITHIN = 10_000;

/** Not those of somebody else. */
async function removeRecords(snapshot: string): Promise<void> {
  const path = besidePath(snapshot);
  if ((await kindOf(path).catch(() => undefined)) === "records") await rm(path, { force: true });
}

/** Whether a snapshot has all records in it, so that those beside it, if any, are of an earlier one. */
async function hasRecords(snapshot: string): Promise<boolean> {
  try {
    return decodeSnapshot(await readFile(snapshot)).records !== undefined;
  } catch {
    return false;
  }
}

/** Whether somebody else has a file, or a folder, of this name. */
async function isOthers(path: string, ours: Kind): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return false;
  const kind = found.isFile() ? await kindOf(path).catch(() => undefined) : undefined;
  return kind !== ours && kind !== "empty";
}

export class RunCheckpoint {
  /** Where it is, relative to the working directory. */
  readonly path: string;
  readonly #trainer: Trainer;
  readonly #beside: RecordsBeside;
  readonly #within: number;
  readonly #every: number;
  #last = performance.now();
  #pause: number;
  /** Milliseconds that the last one took. */
  #took = 0;
  /** Step of the checkpoint that is on disk: written here, or left by an earlier process. */
  #step = -1;
  #own: boolean;
  /** The file that the run comes from, when that is another one. */
  #resumed: string | undefined;

  private constructor(
    trainer: Trainer,
    path: string,
    own: boolean,
    { every, within }: { every: number; within: number },
  ) {
    this.path = path;
    this.#trainer = trainer;
    this.#beside = new RecordsBeside(path, trainer.config);
    this.#within = within;
    this.#own = own;
    this.#every = every;
    this.#pause = every;
  }

  static nameOf(config: RunConfig): string {
    return `unigram-lab-train-${configHash(config)}.snapshot`;
  }

  /** Its name, or that with a number where somebody else's file has the name: the run is kept all the same. */
  static async #pathOf(folder: string, config: RunConfig): Promise<string> {
    const first = join(folder, RunCheckpoint.nameOf(config));
    for (let path = first, n = 2; ; path = first.replace(/\.snapshot$/, `-${n++}.snapshot`)) {
      if (await isOthers(path, "snapshot")) continue;
      if (!(await isOthers(besidePath(path), "records"))) return path;
    }
  }

  /**
   * Looks for what an earlier process left of the same run.
   * @param options.resumed the file that the trainer comes from
   * @param options.folder where it is kept; the working directory when left out
   * @param options.every milliseconds between two checkpoints
   * @param options.within records that the snapshot itself holds at most
   */
  static async open(
    trainer: Trainer,
    {
      resumed,
      folder = "",
      every = EVERY,
      within = MOST_WITHIN,
    }: { resumed?: string; folder?: string; every?: number; within?: number } = {},
  ): Promise<RunCheckpoint> {
    const path = await RunCheckpoint.#pathOf(folder, trainer.config);
    const own = resumed !== undefined && resolve(resumed) === resolve(path);
    const checkpoint = new RunCheckpoint(trainer, path, own, { every, within });
    if (!own && resumed !== undefined) checkpoint.#resumed = resumed;
    // what a process left that was killed between the two files; those of a resumed run may be of a snapshot that was moved
    if (resumed === undefined && !existsSync(path)) await removeRecords(path);
    const bytes = await readFile(path).catch(() => undefined);
    try {
      if (bytes) checkpoint.#step = decodeSnapshot(bytes).state.step;
    } catch {
      // not a snapshot: writing will say so
    }
    return checkpoint;
  }

  /** Step of the checkpoint on disk; undefined when there is none. */
  get step(): number | undefined {
    return this.#step < 0 ? undefined : this.#step;
  }

  /** Whether the last one is long enough ago. */
  get due(): boolean {
    return performance.now() - this.#last > this.#pause;
  }

  /** Milliseconds between this one and the next. */
  get interval(): number {
    return this.#pause + this.#took;
  }

  /** Writes one, but never over one that is further. */
  async write(records: readonly TrainingRecord[] | undefined): Promise<void> {
    const from = performance.now();
    try {
      if (this.#trainer.stepCount <= this.#step) return;
      const many = records !== undefined && records.length > this.#within;
      if (many) await this.#beside.write(records);
      const bytes = await this.#trainer.snapshot({ records: many ? undefined : records });
      await writeWhole(this.path, bytes, { kind: "snapshot" });
      this.#step = this.#trainer.stepCount;
      this.#own = true;
    } catch (error) {
      if (!existsSync(this.path)) this.#step = -1;
      throw error;
    } finally {
      this.#last = performance.now();
      this.#took = this.#last - from;
      // no more than a tenth of the time goes into checkpoints
      this.#pause = Math.max(this.#every, 10 * this.#took);
    }
  }

  /**
   * The run is over, and what was asked for is kept elsewhere.
   * @param options.kept a file that was asked for, and stays
   * @param options.ended whether the run is at its end: then the checkpoint of fewer steps that it went on from goes too
   */
  async remove({ kept, ended = false }: { kept?: string; ended?: boolean } = {}): Promise<void> {
    const isKept = (path: string): boolean => kept !== undefined && resolve(kept) === resolve(path);
    const removeAt = async (path: string): Promise<void> => {
      // a kept snapshot may need what is beside it
      if (isKept(path) && !(await hasRecords(path))) return;
      // a snapshot without its records would be worse than records without their snapshot
      if (!isKept(path)) await rm(path, { force: true });
      await removeRecords(path);
    };
    if (this.#own || isKept(this.path)) await removeAt(this.path);
    const earlier = this.#resumed;
    if (ended && earlier !== undefined && (await this.#isOver(earlier))) await removeAt(earlier);
  }

  /** Whether a file is a checkpoint whose run this one has gone beyond. */
  async #isOver(path: string): Promise<boolean> {
    if (!CHECKPOINT.test(basename(path))) return false;
    try {
      return isLonger(this.#trainer.config, decodeSnapshot(await readFile(path)).config);
    } catch {
      return false;
    }
  }
}
