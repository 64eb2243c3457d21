/**
 * A run half done, on disk: length of the header (u32, little-endian), the header (JSON), the header's SHA-256, and a
 * snapshot, which carries a checksum of its own.
 */
import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { TrainingRecord } from "../training/record.js";

export interface CheckpointHeader {
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
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const partial = `${path}.partial`;
  await mkdir(dirname(path), { recursive: true });
  try {
    const file = await open(partial, "w");
    try {
      for (const part of [length, text, sha256(text), snapshot]) await file.writeFile(part);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** The checkpoint at `path`, or undefined when there is none that is whole. */
export async function readCheckpoint(
  path: string,
): Promise<{ header: CheckpointHeader; snapshot: Uint8Array } | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes || bytes.length < 4) return undefined;
  const end = 4 + bytes.readUInt32LE(0);
  const text = bytes.subarray(4, end);
  if (bytes.length < end + SUM || !sha256(text).equals(bytes.subarray(end, end + SUM))) return undefined;
  return { header: JSON.parse(text.toString()), snapshot: bytes.subarray(end + SUM) };
}
