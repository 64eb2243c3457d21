/**
 * Finished runs on disk: one line of JSON each, appended as they finish and never rewritten. Memory holds where each
 * line stands, not what is in it.
 *
 * The kernel appends (O_APPEND), at whatever is the end then: a writer that was suspended, and taken for dead meanwhile,
 * wakes up to write behind the others' lines and not over them. Nothing is ever cut off, since a writer that has lost its
 * place would cut off what is another's; a line that was torn is closed by a line feed and passed over from then on.
 */
import type { BigIntStats } from "node:fs";
import { constants } from "node:fs";
import { access, type FileHandle, open, readdir, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ConfigError, show } from "../config.js";
import { makeFolders, syncFolder } from "../disk/folders.js";
import { kindOf } from "../disk/kind.js";
import { tidyPartials } from "../disk/partial.js";
import { whyUnread } from "../disk/whyUnread.js";
import { isFull } from "../disk/writeWhole.js";
import { revisionOf } from "../kernel/bitsRevision.js";
import { tidyCheckpoints } from "./checkpoint.js";
import {
  type CheckedLine,
  checkLine,
  encodeLine,
  LineCheck,
  type LineKind,
  parseLine,
} from "./journalLine.js";
import { Lock } from "./lock.js";
import type { RunFailure, RunResult } from "./result.js";
import { mixOf, type Revisions, revisionsOf } from "./revisions.js";
import { snapshotsIn } from "./snapshotFiles.js";

interface Place {
  offset: number;
  length: number;
}

interface Pending extends CheckedLine {
  line: Buffer;
  resolve: () => void;
  reject: (error: unknown) => void;
}

const CHUNK = 1 << 20;
/** Bytes of one write, beyond a first line. */
const BATCH = 1 << 23;

/** Calls back for every line of a file that is not empty; time is linear and memory constant, whatever the file holds. */
async function scan(
  file: FileHandle,
  found: (line: Place & { check: LineCheck; whole: boolean }) => void,
): Promise<void> {
  const chunk = Buffer.allocUnsafe(CHUNK);
  let check = new LineCheck();
  let offset = 0;
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK, at);
    if (bytesRead === 0) break;
    const bytes = chunk.subarray(0, bytesRead);
    for (let from = 0; from < bytesRead; ) {
      if (check.length === 0) {
        while (bytes[from] === 10) from++;
        offset = at + from;
      }
      const end = bytes.indexOf(10, from);
      check.push(bytes.subarray(from, end < 0 ? bytesRead : end));
      if (end < 0) break;
      found({ offset, length: check.length, check, whole: true });
      check = new LineCheck();
      from = end + 1;
    }
    at += bytesRead;
  }
  if (check.length > 0) found({ offset, length: check.length, check, whole: false });
}

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
export function journalFile(path: string): string {
  if (typeof path !== "string")
    throw new ConfigError(`journal: expected the path of a directory, got ${show(path)}`);
  return path.endsWith(".ndjson") ? path : join(path, "journal.ndjson");
}

const statOf = (path: string): Promise<BigIntStats | undefined> =>
  stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return undefined;
  });

/**
 * Checkpoints, tables and lock of a directory are those of one journal: none begins where another is. One that has begun
 * goes on, a copy of it beside it or not.
 */
async function refuseSecond(path: string): Promise<void> {
  const directory = dirname(path);
  const own = await statOf(path);
  if (own && own.size > 0) return;
  for (const name of await readdir(directory)) {
    const other = join(directory, name);
    if (!name.endsWith(".ndjson") || name === basename(path)) continue;
    const found = await stat(other, { bigint: true }).catch(() => undefined);
    if (!found?.isFile() || (found.dev === own?.dev && found.ino === own.ino)) continue;
    if ((await kindOf(other).catch(() => undefined)) === "journal")
      throw new ConfigError(`${path}: expected a directory without another journal, got one with ${name}`);
  }
}

/** Opening a pipe would wait for its other end. */
async function openRegular(path: string, flags: number): Promise<FileHandle> {
  const found = await statOf(path);
  if (found && !found.isFile()) throw new ConfigError(`${path}: expected a journal or none, got no file`);
  return open(path, flags);
}

export class Journal {
  /** The journal's file. */
  readonly path: string;
  readonly #file: FileHandle;
  readonly #lock: Lock | undefined;
  readonly #results = new Map<string, Place & { bitsRevision: number }>();
  readonly #failures = new Map<string, Place>();
  /** Where the file ends. */
  #size = 0;
  #damage = { count: 0, first: 0 };
  #torn = 0;
  #pending: Pending[] = [];
  #writing: Promise<void> | undefined;
  #broken: Error | undefined;

  private constructor(path: string, file: FileHandle, lock?: Lock) {
    this.path = path;
    this.#file = file;
    this.#lock = lock;
  }

  /**
   * Opens or creates the journal of a directory for writing: takes the directory's lock, closes a torn last line, and
   * removes what ended processes left half done.
   * @param at the sweep's directory (made if need be), or the path of its journal, ending in .ndjson
   * @throws ConfigError when the directory cannot be written, another process writes to it or it has another journal,
   *   or the file is no journal
   */
  static async open(at: string): Promise<Journal> {
    const path = journalFile(at);
    const directory = dirname(path);
    let lock: Lock | undefined;
    let file: FileHandle | undefined;
    try {
      await makeFolders(directory);
      await access(directory, constants.W_OK);
      await refuseSecond(path);
      lock = await Lock.acquire(directory);
      file = await openRegular(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND);
      const journal = new Journal(path, file, lock);
      await journal.#scan();
      if (journal.#torn > 0) {
        await file.write("\n");
        await file.datasync();
        journal.#size++;
      }
      await syncFolder(directory);
      await tidyPartials(directory);
      await tidyPartials(snapshotsIn(directory));
      await tidyCheckpoints(join(directory, "checkpoints"), journal);
      return journal;
    } catch (error) {
      await file?.close();
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
    let file: FileHandle | undefined;
    try {
      file = await openRegular(path, constants.O_RDONLY);
      const journal = new Journal(path, file);
      await journal.#scan();
      return journal;
    } catch (error) {
      await file?.close();
      if (error instanceof ConfigError) throw error;
      throw new ConfigError(
        `DIR: expected the directory of a sweep (with journal.ndjson), got ${at} (${whyUnread(error as Error)})`,
      );
    }
  }

  /** @throws ConfigError for a file that is somebody else's: no line passes its check, and not all begin as ours do */
  async #scan(): Promise<void> {
    let sound = false;
    let strange = false;
    await scan(this.#file, ({ offset, length, check, whole }) => {
      this.#size = offset + length + (whole ? 1 : 0);
      strange ||= !check.beginsAsOurs;
      if (!whole) {
        this.#torn = length;
        return;
      }
      const line = check.end();
      if (line) {
        sound = true;
        this.#index(line, { offset, length });
      } else if (this.#damage.count++ === 0) this.#damage.first = offset;
    });
    if (strange && !sound)
      throw new ConfigError(`${this.path}: expected a journal or none, got another file`);
    this.#size = (await this.#file.stat()).size;
  }

  /** The first result of a run stays; the last failure counts until there is a result. */
  #index({ kind, run, bitsRevision }: CheckedLine, place: Place): void {
    if (kind === "failure") this.#failures.set(run, place);
    else if (!this.#results.has(run))
      this.#results.set(run, { ...place, bitsRevision: revisionOf({ bitsRevision }) });
  }

  /** Directory of the journal: checkpoints and descriptions stand beside it. */
  get directory(): string {
    return dirname(this.path);
  }

  /** Lines in the middle that do not pass their checksum: their runs count as not done. */
  get damaged(): number {
    return this.#damage.count;
  }

  /** Bytes of a torn last line that opening closed (or reading passed over). */
  get torn(): number {
    return this.#torn;
  }

  /** What is wrong with it, a line each; empty for a sound journal of one bits revision. */
  get notices(): string[] {
    const notices = [];
    if (this.#torn > 0)
      notices.push(
        `${this.path}: its last record was torn (${this.#torn} bytes)${this.#lock ? " and is passed over from now on" : ""}; its run is not done`,
      );
    const { count, first } = this.#damage;
    if (count > 0)
      notices.push(
        `${this.path}: ${count} damaged or torn ${count === 1 ? "record" : "records"} (first at byte ${first}) passed over; a run without a sound record is run again`,
      );
    const mix = mixOf(this.revisions);
    if (mix !== undefined) notices.push(`${this.path}: ${mix}`);
    return notices;
  }

  has(run: string): boolean {
    return this.#results.has(run);
  }

  /** How many results there are of each bits revision, the oldest first. */
  get revisions(): Revisions {
    return revisionsOf(this.#results.values());
  }

  /** The bits revision of a finished run. */
  revisionOf(run: string): number | undefined {
    return this.#results.get(run)?.bitsRevision;
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

  /**
   * Writes a finished run and waits until it is on disk; a run that has a result keeps it. After a write that failed all
   * others do, with the same error.
   */
  append(result: RunResult): Promise<void> {
    if (this.has(result.run)) return Promise.resolve();
    const of = { kind: "result", run: result.run, bitsRevision: revisionOf(result) } as const;
    return this.#append(of, () => encodeLine("result", result));
  }

  appendFailure(failure: RunFailure): Promise<void> {
    return this.#append({ kind: "failure", run: failure.run }, () => encodeLine("failure", failure));
  }

  #append(of: CheckedLine, encode: () => Buffer): Promise<void> {
    const appended = new Promise<void>((resolve, reject) => {
      this.#pending.push({ ...of, line: encode(), resolve, reject });
      this.#writing ??= this.#write();
    });
    // a caller with many of them at once awaits one after the other: none that fails first must end the process
    appended.catch(() => {});
    return appended;
  }

  /** What came in while the disk was busy goes out in one write and one sync. */
  async #write(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#nextBatch();
      let landed: (Place | undefined)[] = [];
      try {
        await this.#checkFile();
        if (this.#lock?.held !== true)
          throw new Error(`${this.directory}: this process has lost its lock, another one may write there`);
        landed = await this.#land(batch);
      } catch (error) {
        this.#break(error);
      }
      for (const [i, { resolve, reject, ...line }] of batch.entries()) {
        const place = landed[i];
        if (!place) {
          reject(this.#broken);
          continue;
        }
        this.#index(line, place);
        resolve();
      }
    }
    this.#writing = undefined;
  }

  #nextBatch(): Pending[] {
    let count = 1;
    for (let bytes = this.#pending[0].line.length; count < this.#pending.length; count++) {
      bytes += this.#pending[count].line.length;
      if (bytes > BATCH) break;
    }
    return this.#pending.splice(0, count);
  }

  /** Nothing more is written after the first error, whatever may have changed since. */
  #break(error: unknown): void {
    this.#broken ??=
      (error as NodeJS.ErrnoException).code === undefined ? (error as Error) : writeError(this.path, error);
  }

  /** Throws unless the file at the path is the one that this process knows, as long as it left it. */
  async #checkFile(): Promise<void> {
    const [handle, there] = [await this.#file.stat({ bigint: true }), await statOf(this.path)];
    if (this.#broken) throw this.#broken;
    if (!there) throw this.#lost("was deleted");
    if (there.dev !== handle.dev || there.ino !== handle.ino)
      throw this.#lost("was replaced by another file");
    if (Number(handle.size) > this.#size) throw this.#lost("was written to by another process");
    if (Number(handle.size) < this.#size) throw this.#lost("was cut short");
  }

  #lost(how: string): Error {
    return new Error(`${this.path}: ${how} while this process was writing it, which stops here`);
  }

  /**
   * Appends the lines and waits until they are on disk.
   * @returns where each stands; undefined for one that did not get there whole, which also breaks the journal
   */
  async #land(batch: readonly Pending[]): Promise<(Place | undefined)[]> {
    const bytes = Buffer.concat(batch.map(({ line }) => line));
    let written = 0;
    try {
      while (written < bytes.length)
        written += (await this.#file.write(bytes, written, bytes.length - written)).bytesWritten;
    } catch (error) {
      this.#break(error);
      // some of them may have fitted
      if (written === 0) return [];
    }
    await this.#file.datasync();
    const from = this.#size;
    this.#size = (await this.#file.stat()).size;
    if (this.#size !== from + written) {
      this.#break(this.#lost("was written to by another process"));
      return this.#find(batch, from);
    }
    const whole = bytes.lastIndexOf(10, written - 1) + 1;
    // where there is no room for that either, the next opening sees to it
    if (whole < written) this.#size += (await this.#file.write("\n").catch(nothing)).bytesWritten;
    let offset = from;
    return batch.map(({ line }) => {
      const place = { offset, length: line.length - 1 };
      offset += line.length;
      return offset <= from + whole ? place : undefined;
    });
  }

  /** Lines among those that others wrote at the same time. */
  async #find(batch: readonly Pending[], from: number): Promise<(Place | undefined)[]> {
    const region = Buffer.alloc(Math.max(0, this.#size - from));
    await this.#file.read(region, 0, region.length, from);
    return batch.map(({ line }) => {
      const at = region.indexOf(line);
      // behind another's torn line it is part of that
      const sound = at === 0 || (at > 0 && region[at - 1] === 10);
      return sound ? { offset: from + at, length: line.length - 1 } : undefined;
    });
  }

  /**
   * Waits for what is being written, then gives file and lock back.
   * @throws Error when the file was deleted, replaced or written to by another process meanwhile
   */
  async close(): Promise<void> {
    await this.#writing;
    try {
      if (this.#lock && !this.#broken) await this.#checkFile();
    } finally {
      await this.#file.close();
      if (this.#lock) {
        await rmdir(join(this.directory, "checkpoints")).catch(() => {});
        await this.#lock.release();
      }
    }
  }
}

const nothing = () => ({ bytesWritten: 0 });
