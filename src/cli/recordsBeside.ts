/**
 * The records of a long run beside its checkpoint, one JSON line each behind a line that says whose they are. Each checkpoint
 * adds those that are new, so that it takes no longer the longer the run is, and there may be any number of them. They are
 * on disk before the snapshot that stands behind them: what a killed process has left here is at least what its snapshot
 * needs, and lines of later steps, whole or not, are passed over. A snapshot that other records would pass for its own beside
 * is removed before they are put there.
 */
import { open, readFile, realpath, rm, stat, truncate } from "node:fs/promises";
import { configHash, type RunConfig } from "../config.js";
import { generator } from "../disk/generator.js";
import { openWhole, withOneLine } from "../disk/writeWhole.js";
import type { TrainingRecord } from "../training/record.js";
import { decodeSnapshot, type Recorded, type Snapshot } from "../training/snapshot.js";

/** Where they are. */
export const besidePath = (snapshot: string): string => `${snapshot.replace(/\.snapshot$/, "")}.records`;

/** Records that are written at a time. */
const PIECE = 1000;

function* piecesOf(records: readonly TrainingRecord[], from = 0): Generator<Buffer> {
  for (let at = from; at < records.length; at += PIECE) {
    const lines = records.slice(at, at + PIECE).map((record) => `${JSON.stringify(record)}\n`);
    yield Buffer.from(lines.join(""));
  }
}

export class RecordsBeside {
  readonly #snapshot: string;
  readonly #path: string;
  readonly #run: string;
  readonly #force: boolean | undefined;
  /** What this process has written: how many, the last of them, and the bytes of the file. */
  #written: { count: number; last: TrainingRecord | undefined; size: number } | undefined;

  /** @param force replaces somebody else's file */
  constructor(snapshot: string, config: RunConfig, force?: boolean) {
    this.#snapshot = snapshot;
    this.#force = force;
    this.#path = besidePath(snapshot);
    this.#run = configHash(config);
  }

  /** Puts all of them on disk: the new ones behind the others, or all anew where anybody else wrote there. */
  async write(records: readonly TrainingRecord[]): Promise<void> {
    const before = this.#written;
    const size = await stat(this.#path).then(
      (found) => found.size,
      () => undefined,
    );
    const goesOn = before && size === before.size && records[before.count - 1] === before.last;
    const added = goesOn
      ? await withOneLine(this.#path, () => this.#append(records, before))
      : await this.#replace(records);
    this.#written = { count: records.length, last: records.at(-1), size: added };
  }

  async #append(
    records: readonly TrainingRecord[],
    { count, size }: { count: number; size: number },
  ): Promise<number> {
    let end = size;
    const file = await open(this.#path, "a");
    try {
      for (const piece of piecesOf(records, count)) {
        await file.writeFile(piece);
        end += piece.length;
      }
      await file.datasync();
    } catch (error) {
      // half a line would stand in the way of the next ones
      await truncate(this.#path, size).catch(() => {});
      throw error;
    } finally {
      await file.close();
    }
    return end;
  }

  async #replace(records: readonly TrainingRecord[]): Promise<number> {
    const file = await openWhole(this.#path, { kind: "records", force: this.#force });
    try {
      const head = Buffer.from(`${JSON.stringify({ generator: generator(), recordsOf: this.#run })}\n`);
      let size = head.length;
      await file.write(head);
      for (const piece of piecesOf(records)) {
        await file.write(piece);
        size += piece.length;
      }
      if (await this.#misleads(records)) await rm(await realpath(this.#snapshot), { force: true });
      await file.commit();
      return size;
    } finally {
      await file.discard();
    }
  }

  /**
   * Whether the snapshot on disk is of this run, but these are not known to begin with its records: another device has others
   * of the same steps. It is behind the run that these are of; were its process to end between the two files, the snapshot
   * would have them.
   */
  async #misleads(records: readonly TrainingRecord[]): Promise<boolean> {
    const bytes = await readFile(this.#snapshot).catch(() => undefined);
    if (!bytes) return false;
    let found: Snapshot;
    try {
      found = decodeSnapshot(bytes);
    } catch {
      // not a snapshot: writing will say so
      return false;
    }
    const { config, recorded, records: within } = found;
    if (within !== undefined || recorded === null || configHash(config) !== this.#run) return false;
    const own = await readBeside(this.#snapshot, config, recorded);
    return !own?.every((record, i) => JSON.stringify(record) === JSON.stringify(records[i]));
  }
}

/** The records of a snapshot that lie beside it, up to the one that it stands behind; undefined where not all do. */
export async function readBeside(
  snapshot: string,
  config: RunConfig,
  recorded: Recorded | null,
): Promise<TrainingRecord[] | undefined> {
  const records: TrainingRecord[] = [];
  const file = await open(besidePath(snapshot)).catch(() => undefined);
  if (!file) return undefined;
  let isHead = true;
  try {
    for await (const line of file.readLines()) {
      const value = JSON.parse(line);
      if (isHead && value.recordsOf !== configHash(config)) return undefined;
      if (!isHead && !(value.step <= (recorded?.step ?? -1))) break;
      if (!isHead) records.push(value);
      isHead = false;
    }
  } catch {
    // a line that was being written when its process ended
  } finally {
    await file.close();
  }
  const last = records.at(-1);
  return last && last.step === recorded?.step && last.diverged === recorded.diverged ? records : undefined;
}
