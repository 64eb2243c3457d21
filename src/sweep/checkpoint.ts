/**
 * A run half done, on disk: length of the header (u32, little-endian), the header (JSON), the header's SHA-256, and a
 * snapshot, which carries a checksum of its own.
 */
import { createHash } from "node:crypto";
import { lstat, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ComputedBy } from "../backend/backend.js";
import { kindOf } from "../disk/kind.js";
import { tidyPartials } from "../disk/partial.js";
import { openWhole } from "../disk/writeWhole.js";
import { bitsRevision } from "../kernel/bitsRevision.js";
import type { TrainingRecord } from "../training/record.js";

export interface CheckpointHeader {
  /** Which bits it has: those of this version where nothing is said in writing, of 0.1 where nothing is read. */
  bitsRevision?: number;
  /** Who computed it; absent where arithmetic is strict. */
  computedBy?: ComputedBy | undefined;
  /** Evaluations so far. */
  records: TrainingRecord[];
  /** Wall seconds so far, and those spent in steps. */
  seconds: number;
  stepSeconds: number;
}

const SUM = 32;
const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

/** Writes a checkpoint whole or not at all, and waits until it is on disk. */
export async function writeCheckpoint(
  path: string,
  header: CheckpointHeader,
  snapshot: Uint8Array,
): Promise<void> {
  const text = Buffer.from(JSON.stringify({ bitsRevision, ...header }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const file = await openWhole(path, { kind: "checkpoint" });
  try {
    await file.write(Buffer.concat([length, text, sha256(text)]));
    await file.write(snapshot);
    await file.commit();
  } finally {
    await file.discard();
  }
}

/** The checkpoint at `path`, or undefined when there is none that is whole. */
export async function readCheckpoint(
  path: string,
): Promise<{ header: CheckpointHeader; snapshot: Uint8Array } | undefined> {
  const bytes = await readFile(path).catch((error) => {
    // short of descriptors or memory now: the checkpoint is sound
    if (["EMFILE", "ENFILE", "ENOMEM"].includes(error.code)) throw error;
  });
  if (!bytes || bytes.length < 4) return undefined;
  const end = 4 + bytes.readUInt32LE(0);
  const text = bytes.subarray(4, end);
  if (bytes.length < end + SUM || !sha256(text).equals(bytes.subarray(end, end + SUM))) return undefined;
  return { header: JSON.parse(text.toString()), snapshot: bytes.subarray(end + SUM) };
}

/** Names of checkpoints, with the run; version 0.1 wrote a half one to the second. */
const CHECKPOINT = /^([0-9a-f]{16})\.checkpoint$/;
const FIRST_PARTIAL = /^[0-9a-f]{16}\.checkpoint\.partial$/;

/**
 * Removes what ended processes left in a directory of checkpoints: those of runs that are done, and half-written ones.
 * Only files with our content; for the one that holds the directory's lock. Never throws.
 */
export async function tidyCheckpoints(
  directory: string,
  journal: { has(run: string): boolean },
): Promise<void> {
  await tidyPartials(directory);
  for (const name of await readdir(directory).catch(() => [])) {
    const run = CHECKPOINT.exec(name)?.[1];
    if (!(run ? journal.has(run) : FIRST_PARTIAL.test(name))) continue;
    const path = join(directory, name);
    const ours = await isCheckpoint(path).catch(() => false);
    if (ours) await rm(path, { force: true }).catch(() => {});
  }
}

const isCheckpoint = async (path: string): Promise<boolean> =>
  (await lstat(path)).isFile() && (await kindOf(path)) === "checkpoint";
