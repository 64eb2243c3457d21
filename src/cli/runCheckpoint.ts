/** The latest state of a long run in a file of the working directory, so that a killed process costs half a minute. */
import { readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { configHash, type RunConfig } from "../config.js";
import { writeWhole } from "../disk/writeWhole.js";
import type { TrainingRecord } from "../training/record.js";
import { decodeSnapshot } from "../training/snapshot.js";
import type { Trainer } from "../training/trainer.js";

/** Milliseconds between two checkpoints. */
const EVERY = 30_000;

export class RunCheckpoint {
  /** Where it is, relative to the working directory. */
  readonly path: string;
  readonly #trainer: Trainer;
  readonly #every: number;
  #last = performance.now();
  #pause: number;
  /** Step of the checkpoint that is on disk: written here, or left by an earlier process. */
  #step = -1;
  #own: boolean;

  private constructor(trainer: Trainer, path: string, own: boolean, every: number) {
    this.path = path;
    this.#trainer = trainer;
    this.#own = own;
    this.#every = every;
    this.#pause = every;
  }

  static nameOf(config: RunConfig): string {
    return `unigram-lab-train-${configHash(config)}.snapshot`;
  }

  /**
   * Looks for what an earlier process left of the same run.
   * @param options.resumed the file that the trainer comes from
   * @param options.folder where it is kept; the working directory when left out
   * @param options.every milliseconds between two checkpoints
   */
  static async open(
    trainer: Trainer,
    { resumed, folder = "", every = EVERY }: { resumed?: string; folder?: string; every?: number } = {},
  ): Promise<RunCheckpoint> {
    const path = join(folder, RunCheckpoint.nameOf(trainer.config));
    const own = resumed !== undefined && resolve(resumed) === resolve(path);
    const checkpoint = new RunCheckpoint(trainer, path, own, every);
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

  /** Writes one, but never over one that is further. */
  async write(records: readonly TrainingRecord[] | undefined): Promise<void> {
    const from = performance.now();
    try {
      if (this.#trainer.stepCount <= this.#step) return;
      const bytes = await this.#trainer.snapshot({ records });
      await writeWhole(this.path, bytes, { kind: "snapshot" });
      this.#step = this.#trainer.stepCount;
      this.#own = true;
    } finally {
      this.#last = performance.now();
      // no more than a tenth of the time goes into checkpoints
      this.#pause = Math.max(this.#every, 10 * (this.#last - from));
    }
  }

  /** The run is over, and what was asked for is kept elsewhere. */
  async remove(): Promise<void> {
    if (this.#own) await rm(this.path, { force: true });
  }
}
