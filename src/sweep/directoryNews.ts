/**
 * What is new in a directory of a sweep or a report, while it is written or not. The journal only grows, and its lines are
 * never rewritten: a cursor says which file was read, how far, and what stands right before that, since a file made anew may
 * get the number of the one that was removed. A line that is not ended yet is read the next time.
 */
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { revisionOf } from "../kernel/bitsRevision.js";
import { journalFile } from "./journal.js";
import { checkLine, parseLine } from "./journalLine.js";
import { type LiveStatus, readStatus } from "./liveStatus.js";
import { livingWriter } from "./lock.js";
import type { RunFailure, RunResult } from "./result.js";

/** A finished run, without its weights. */
export type FollowedRun = Pick<RunResult, "run" | "config" | "records" | "divergedAt" | "computedBy"> & {
  bitsRevision: number;
};

export type FollowedFailure = Pick<RunFailure, "run" | "config" | "error">;

export interface DirectoryNews {
  directory: string;
  /** Where to go on from. */
  cursor: string;
  /** Whether the cursor was of another journal, or there was none: what was read before counts no more. */
  anew: boolean;
  runs: FollowedRun[];
  /** A run that is finished later counts as finished. */
  failed: FollowedFailure[];
  /** Whether there is more in the journal by now: to be asked for at once. */
  more: boolean;
  /** Lines that were damaged and passed over. */
  damaged: number;
  /** Whether a process of this machine writes there. */
  writing: boolean;
  /** Runs in all, as the last process that wrote there counted them; null where none did. */
  total: number | null;
  running: LiveStatus["running"];
  secondsLeft: number | null;
  notices: string[];
}

/** Bytes of the journal that one answer has, beyond its first line. */
const PAGE = 1 << 20;
const LINE_FEED = 10;
/** Bytes before a cursor by which it is known again: the end of a line that has times of its own. */
const END = 256;

interface Lines {
  cursor: string;
  anew: boolean;
  lines: Buffer[];
  more: boolean;
}

/** @param cursor what the last answer had; from the beginning when left out, or of another file */
export async function readDirectory(directory: string, cursor?: string): Promise<DirectoryNews> {
  const path = journalFile(directory);
  const [{ status, notice }, writer] = [await readStatus(directory), livingWriter(dirname(path))];
  const { lines, ...place } = await newLines(path, cursor);
  const runs: FollowedRun[] = [];
  const failed: FollowedFailure[] = [];
  let damaged = 0;
  for (const line of lines) {
    const checked = checkLine(line);
    if (!checked) damaged++;
    else if (checked.kind === "result") runs.push(withoutWeights(parseLine(line, "result") as RunResult));
    else {
      const { run, config, error } = parseLine(line, "failure") as RunFailure;
      failed.push({ run, config, error });
    }
  }
  // what a process that was killed left of itself says nothing of the one that writes now
  const live = writer !== null && (status?.pid ?? writer) === writer ? status : undefined;
  return {
    directory,
    ...place,
    ...{ runs, failed, damaged },
    writing: writer !== null,
    total: status?.total ?? null,
    running: live?.running ?? [],
    secondsLeft: live?.secondsLeft ?? null,
    notices: notice === undefined ? [] : [notice],
  };
}

const withoutWeights = (result: RunResult): FollowedRun => {
  const { run, config, records, divergedAt, computedBy } = result;
  return {
    run,
    bitsRevision: revisionOf(result),
    config,
    records,
    divergedAt,
    ...(computedBy ? { computedBy } : {}),
  };
};

/** Whole lines behind the cursor, about a page of them. */
async function newLines(path: string, cursor: string | undefined): Promise<Lines> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    if (!["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    return { cursor: "", anew: true, lines: [], more: false };
  }
  try {
    const { dev, ino, size } = await file.stat({ bigint: true });
    const identity = `${dev}-${ino}`;
    const [, known, at, end] = /^(\d+-\d+)-(\d{1,15})-([0-9a-f]{16})$/.exec(cursor ?? "") ?? [];
    const anew = known !== identity || BigInt(at) > size || end !== (await endBefore(file, Number(at)));
    const from = anew ? 0 : Number(at);
    const { lines, next } = await linesFrom(file, from, Number(size));
    return {
      cursor: `${identity}-${next}-${await endBefore(file, next)}`,
      anew,
      lines,
      more: lines.length > 0 && next < Number(size),
    };
  } finally {
    await file.close();
  }
}

/** Hash of what stands before a place. */
async function endBefore(file: FileHandle, at: number): Promise<string> {
  const from = Math.max(0, at - END);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(at - from), 0, at - from, from);
  return createHash("sha256").update(buffer.subarray(0, bytesRead)).digest("hex").slice(0, 16);
}

/** Lines that begin within a page of `from`, or the one that does when it is longer; those that are ended before `size`. */
async function linesFrom(
  file: FileHandle,
  from: number,
  size: number,
): Promise<{ lines: Buffer[]; next: number }> {
  let bytes: Buffer = Buffer.alloc(0);
  let end = -1;
  while (end < 0 && from + bytes.length < size) {
    const piece = Buffer.allocUnsafe(Math.min(PAGE, size - from - bytes.length));
    const { bytesRead } = await file.read(piece, 0, piece.length, from + bytes.length);
    if (bytesRead === 0) break;
    bytes = Buffer.concat([bytes, piece.subarray(0, bytesRead)]);
    end = bytes.lastIndexOf(LINE_FEED);
  }
  const lines: Buffer[] = [];
  for (let at = 0; at <= end; ) {
    const stop = bytes.indexOf(LINE_FEED, at);
    if (stop > at) lines.push(bytes.subarray(at, stop));
    at = stop + 1;
  }
  return { lines, next: from + end + 1 };
}
