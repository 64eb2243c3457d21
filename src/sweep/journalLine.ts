/**
 * One line of the journal: `{"sum":"<SHA-256>","result":{"run":"<name>","bitsRevision":2,…}}`, or "failure" in place of
 * "result" (which has no revision, as results of version 0.1 have none). The sum is over the bytes of the inner object, so
 * that a line is checked, and its run and revision told, without parsing it.
 */
import { createHash, type Hash } from "node:crypto";
import { revisionOf } from "../kernel/bitsRevision.js";
import type { RunFailure, RunResult } from "./result.js";

export type LineKind = "result" | "failure";

/** A line that passed its check. */
export interface CheckedLine {
  kind: LineKind;
  run: string;
  /** Of a result. */
  bitsRevision?: number;
}

/** How every line begins: sum, kind and run. */
const SHAPE = /^\{"sum":"([0-9a-f]{64})","(result|failure)":\{"run":"([0-9a-f]{16})"[,}]/;
/** One of each kind, to complete what is shorter than that. */
const samples = (["result", "failure"] as const).map(
  (kind) => `{"sum":"${"0".repeat(64)}","${kind}":{"run":"${"0".repeat(16)}",`,
);
const HEAD = Math.max(...samples.map(({ length }) => length));
/** What may follow that. */
const REVISION = /^.*?"run":"[0-9a-f]{16}","bitsRevision":(\d{1,9})[,}]/;
const REVISION_END = HEAD + `"bitsRevision":999999999,`.length;
const NONE = Buffer.alloc(0);
/** Bytes before the inner object. */
const bodyAt = (kind: LineKind): number => `{"sum":"","${kind}":`.length + 64;

const checksum = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** The line with its line feed. */
export function encodeLine(kind: "result", value: RunResult): Buffer;
export function encodeLine(kind: "failure", value: RunFailure): Buffer;
export function encodeLine(kind: LineKind, value: RunResult | RunFailure): Buffer {
  const { run, ...rest } = value;
  const { bitsRevision } = value as RunResult;
  // where it is undefined JSON has none
  const text = JSON.stringify({ run, bitsRevision, ...rest });
  return Buffer.from(`{"sum":"${checksum(text)}","${kind}":${text}}\n`);
}

/** A line in the making: takes it piece by piece, in memory that does not grow with it. */
export class LineCheck {
  #head: Buffer = NONE;
  #length = 0;
  #foreign = false;
  #shape: RegExpExecArray | null = null;
  #hash: Hash | undefined;
  /** The last byte so far: the outer brace, when the line ends here, is no part of the sum. */
  #last: Buffer = NONE;

  get length(): number {
    return this.#length;
  }

  push(piece: Buffer): void {
    if (piece.length === 0) return;
    // most lines of a file that is not ours are known by their first byte
    if (this.#length === 0) this.#foreign = piece[0] !== 0x7b;
    this.#length += piece.length;
    if (this.#hash) {
      this.#sum(piece);
      this.#keep(piece);
    } else if (!this.#foreign && this.#head.length < HEAD) {
      const start = Buffer.concat([this.#head, piece]);
      if (start.length >= HEAD) this.#begin(start);
      this.#keep(piece);
    }
  }

  #begin(start: Buffer): void {
    const shape = SHAPE.exec(start.toString("latin1", 0, HEAD));
    if (!shape) return;
    this.#shape = shape;
    this.#hash = createHash("sha256");
    this.#sum(start.subarray(bodyAt(shape[2] as LineKind)));
  }

  /** Of a line's start as much as tells what it is. */
  #keep(piece: Buffer): void {
    const room = REVISION_END - this.#head.length;
    if (room > 0) this.#head = Buffer.concat([this.#head, piece.subarray(0, room)]);
  }

  #sum(piece: Buffer): void {
    this.#hash?.update(this.#last).update(piece.subarray(0, -1));
    this.#last = Buffer.from(piece.subarray(-1));
  }

  /** Whether what is there so far begins as a line of a journal does. */
  get beginsAsOurs(): boolean {
    if (this.#foreign) return false;
    const head = this.#head.toString("latin1", 0, HEAD);
    return samples.some((sample) => SHAPE.test(head + sample.slice(head.length)));
  }

  /** What the line holds, or undefined when it is damaged. To be asked once. */
  end(): CheckedLine | undefined {
    if (!this.#shape || this.#last[0] !== 0x7d) return undefined;
    const [, sum, kind, run] = this.#shape;
    if (this.#hash?.digest("hex") !== sum) return undefined;
    if (kind === "failure") return { kind, run };
    const [, revision] = REVISION.exec(this.#head.toString("latin1")) ?? [];
    const bitsRevision = revisionOf({ bitsRevision: revision === undefined ? undefined : Number(revision) });
    return { kind: "result", run, bitsRevision };
  }
}

/** What a line (without its line feed) holds, or undefined when it is damaged. */
export function checkLine(line: Buffer): CheckedLine | undefined {
  const check = new LineCheck();
  check.push(line);
  return check.end();
}

/** The value of a line that was checked. */
export const parseLine = (line: Buffer, kind: LineKind): RunResult | RunFailure =>
  JSON.parse(line.toString("utf8", bodyAt(kind), line.length - 1));
