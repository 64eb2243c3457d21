/** What a directory keeps of runs that are half done, for those who only look. */
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ComputedBy } from "../backend/backend.js";
import type { RunConfig } from "../config.js";
import { journalFile } from "../sweep/journal.js";
import { processorOf } from "../sweep/processor.js";
import { findCheckpoint } from "../sweep/run.js";
import { decodeSnapshot } from "../training/snapshot.js";

export class KeptCheckpoints {
  readonly #folder: string;
  readonly #names: ReadonlySet<string>;
  readonly #device: ComputedBy | undefined;

  private constructor(folder: string, names: ReadonlySet<string>, device: ComputedBy | undefined) {
    this.#folder = folder;
    this.#names = names;
    this.#device = device;
  }

  /** @param device what computes in place of this machine's processor */
  static async in(directory: string, device?: ComputedBy): Promise<KeptCheckpoints> {
    const folder = join(dirname(journalFile(directory)), "checkpoints");
    return new KeptCheckpoints(folder, new Set(await readdir(folder).catch(() => [])), device);
  }

  /** The step that a run would go on from; undefined where it would begin anew. */
  async stepOf(run: string, config: RunConfig): Promise<number | undefined> {
    const name = `${run}.checkpoint`;
    if (!this.#names.has(name)) return undefined;
    const task = {
      run,
      checkpoint: join(this.#folder, name),
      computedBy: this.#device ?? processorOf(config),
    };
    try {
      const found = await findCheckpoint(task, () => {});
      return found && decodeSnapshot(found.snapshot).state.step;
    } catch {
      // it may be gone by now: the run was finished meanwhile
      return undefined;
    }
  }
}
