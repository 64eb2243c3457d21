/**
 * Finished runs on disk: one line of JSON each, appended as they finish and never rewritten. Memory holds where each
 * line stands, not what is in it.
 */
import { constants } from "node:fs";
import { access, type FileHandle, mkdir, open, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConfigError } from "../config.js";
import { checkLine, encodeLine, type LineKind, parseLine } from "./journalLine.js";
import { Lock } from "./lock.js";
import type { RunFailure, RunResult } from "./result.js";

interface Place {
  offset: number;
  length: number;
}

interface Pending {
  kind: LineKind;
  run: string;
  line: Buffer;
  resolve: () => void;
  reject: (error: unknown) => void;
}

const CHUNK = 1 << 20;

/** Lines of a file with their offsets, without line feeds; the last one may be torn (`whole` false). */
async function* lines(file: FileHandle): AsyncGenerator<Place & { bytes: Buffer; whole: boolean }> {
  let rest = Buffer.alloc(0);
  let offset = 0;
  for (let at = 0; ; ) {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const { bytesRead } = await file.read(chunk, 0, CHUNK, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    rest = rest.length ? Buffer.concat([rest, chunk.subarray(0, bytesRead)]) : chunk.subarray(0, bytesRead);
    let from = 0;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, from)) {
      yield { offset: offset + from, length: end - from, bytes: rest.subarray(from, end), whole: true };
      from = end + 1;
    }
    rest = rest.subarray(from);
    offset += from;
  }
  if (rest.length > 0) yield { offset, length: rest.length, bytes: rest, whole: false };
}

const isFull = (error: unknown): boolean =>
  ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");

/** A write that failed, as one line. */
const writeError = (path: string, error: unknown): Error => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (isFull(error))
    return new Error(
      `${path}: the disk is full (${code}); every run that was reported finished is kept, the same command goes on once there is room`,
    );
  return new Error(`${path}: cannot be written (${code ?? message})`);
};

const unwritable = (directory: string, code: string | undefined) =>
  new ConfigError(`--out: expected a directory that can be written, got ${directory} (${code})`);

/** The file of a sweep's directory; a path that ends in .ndjson is the file itself. */
export const journalFile = (path: string): string =>
  path.endsWith(".ndjson") ? path : join(path, "journal.ndjson");

export class Journal {
  /** The journal's file. */
  readonly path: string;
  readonly #file: FileHandle;
  readonly #lock: Lock | undefined;
  readonly #results = new Map<string, Place>();
  readonly #failures = new Map<string, Place>();
  #size = 0;
  #damage: number[] = [];
  #torn = 0;
  #pending: Pending[] = [];
  #writing: Promise<void> | undefined;
  #broken: Error | undefined;
  /** Whether the disk is nearly full: records go out one by one. */
  #short = false;

  private constructor(path: string, file: FileHandle, lock?: Lock) {
    this.path = path;
    this.#file = file;
    this.#lock = lock;
  }

  /**
   * Opens or creates the journal of a directory for writing: takes the directory's lock and cuts off a torn last line.
   * @param at the sweep's directory (made if need be), or the path of its journal, ending in .ndjson
   * @throws ConfigError when the directory cannot be written, or another process writes to it
   */
  static async open(at: string): Promise<Journal> {
    const path = journalFile(at);
    const directory = dirname(path);
    let lock: Lock | undefined;
    try {
      await mkdir(directory, { recursive: true });
      await access(directory, constants.W_OK);
      lock = await Lock.acquire(directory);
      const file = await open(path, constants.O_RDWR | constants.O_CREAT);
      const journal = new Journal(path, file, lock);
      await journal.#scan();
      if (journal.#torn > 0) {
        await file.truncate(journal.#size);
        await file.datasync();
      }
      await syncDirectory(directory);
      return journal;
    } catch (error) {
      await lock?.release();
      const { code } = error as NodeJS.ErrnoException;
      if (error instanceof ConfigError || code === undefined) throw error;
      throw isFull(error) || code === "EIO" ? writeError(directory, error) : unwritable(directory, code);
    }
  }

  /**
   * Opens a journal for reading, without the lock and without changing anything: also while a sweep writes it.
   * @throws ConfigError when there is none
   */
  static async read(at: string): Promise<Journal> {
    const path = journalFile(at);
    try {
      const journal = new Journal(path, await open(path, "r"));
      await journal.#scan();
      return journal;
    } catch (error) {
      throw new ConfigError(
        `DIR: expected the directory of a sweep (with journal.ndjson), got ${at} (${(error as NodeJS.ErrnoException).code})`,
      );
    }
  }

  async #scan(): Promise<void> {
    for await (const { offset, length, bytes, whole } of lines(this.#file)) {
      if (!whole) {
        this.#torn = length;
        break;
      }
      this.#size = offset + length + 1;
      const line = checkLine(bytes);
      if (!line) this.#damage.push(offset);
      else this.#index(line.kind, line.run, { offset, length });
    }
  }

  /** The first result of a run stays; the last failure counts until there is a result. */
  #index(kind: LineKind, run: string, place: Place): void {
    if (kind === "failure") this.#failures.set(run, place);
    else if (!this.#results.has(run)) this.#results.set(run, place);
  }

  /** Directory of the journal: checkpoints and descriptions stand beside it. */
  get directory(): string {
    return dirname(this.path);
  }

  /** Lines in the middle that do not pass their checksum: their runs count as not done. */
  get damaged(): number {
    return this.#damage.length;
  }

  /** Bytes of a torn last line that opening cut off (or reading passed over). */
  get torn(): number {
    return this.#torn;
  }

  /** What opening found wrong, a line each; empty for a sound journal. */
  get notices(): string[] {
    const notices = [];
    if (this.#torn > 0)
      notices.push(
        `${this.path}: its last record was torn (${this.#torn} bytes)${this.#lock ? " and is cut off" : ""}; its run is not done`,
      );
    const count = this.#damage.length;
    if (count > 0)
      notices.push(
        `${this.path}: ${count} damaged ${count === 1 ? "record" : "records"} (first at byte ${this.#damage[0]}) passed over; a run without a sound record is run again`,
      );
    return notices;
  }

  has(run: string): boolean {
    return this.#results.has(run);
  }

  /** Whether the run failed and has no result. */
  hasFailed(run: string): boolean {
    return this.#failures.has(run) && !this.#results.has(run);
  }

  /** Names of the finished runs, sorted. */
  get runs(): string[] {
    return [...this.#results.keys()].sort();
  }

  /** Names of the runs that failed and have no result, sorted. */
  get failedRuns(): string[] {
    return [...this.#failures.keys()].filter((run) => !this.#results.has(run)).sort();
  }

  /** A finished run, read back from disk and checked anew. */
  async get(run: string): Promise<RunResult | undefined> {
    return (await this.#read("result", run, this.#results.get(run))) as RunResult | undefined;
  }

  async failure(run: string): Promise<RunFailure | undefined> {
    return (await this.#read("failure", run, this.#failures.get(run))) as RunFailure | undefined;
  }

  async #read(kind: LineKind, run: string, place: Place | undefined) {
    if (!place) return undefined;
    const bytes = Buffer.allocUnsafe(place.length);
    await this.#file.read(bytes, 0, place.length, place.offset);
    if (checkLine(bytes)?.run !== run)
      throw new Error(`${this.path}: the record at byte ${place.offset} was damaged while it was in use`);
    return parseLine(bytes, kind);
  }

  /** The finished runs, one at a time, sorted by name. */
  async *results(runs: Iterable<string> = this.runs): AsyncGenerator<RunResult> {
    for (const run of runs) {
      const result = await this.get(run);
      if (result) yield result;
    }
  }

  /** Writes a finished run and waits until it is on disk; a run that has a result keeps it. */
  append(result: RunResult): Promise<void> {
    if (this.has(result.run)) return Promise.resolve();
    return this.#append("result", result.run, encodeLine("result", result));
  }

  appendFailure(failure: RunFailure): Promise<void> {
    return this.#append("failure", failure.run, encodeLine("failure", failure));
  }

  #append(kind: LineKind, run: string, line: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ kind, run, line, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  /** What came in while the disk was busy goes out in one write and one sync. */
  async #write(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending.splice(0, this.#short ? 1 : this.#pending.length);
      try {
        if (this.#broken) throw this.#broken;
        if (this.#lock?.held !== true)
          throw new Error(`${this.directory}: this process has lost its lock, another one may write there`);
        const bytes = Buffer.concat(batch.map(({ line }) => line));
        for (let at = 0; at < bytes.length; )
          at += (await this.#file.write(bytes, at, bytes.length - at, this.#size + at)).bytesWritten;
        await this.#file.datasync();
      } catch (error) {
        if (isFull(error) && batch.length > 1) {
          // not all of them fit, but some may
          this.#short = true;
          this.#pending.unshift(...batch);
          await this.#file.truncate(this.#size).catch(() => {});
        } else await this.#fail(error, batch);
        continue;
      }
      for (const { kind, run, line, resolve } of batch) {
        this.#index(kind, run, { offset: this.#size, length: line.length - 1 });
        this.#size += line.length;
        resolve();
      }
    }
    this.#writing = undefined;
  }

  /** After a failed write the file ends where it did before, and nothing more is written to it. */
  async #fail(error: unknown, batch: Pending[]): Promise<void> {
    if (!this.#broken) {
      this.#broken =
        (error as NodeJS.ErrnoException).code === undefined ? (error as Error) : writeError(this.path, error);
      if (this.#lock?.held) await this.#file.truncate(this.#size).catch(() => {});
    }
    for (const { reject } of batch) reject(this.#broken);
  }

  /** Waits for what is being written, then gives file and lock back. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
    if (!this.#lock) return;
    await rmdir(join(this.directory, "checkpoints")).catch(() => {});
    await this.#lock.release();
  }
}

/** Makes the names in a directory last; not every file system can. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
