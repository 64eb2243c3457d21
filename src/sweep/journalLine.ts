/**
 * One line of the journal: `{"sum":"<SHA-256>","result":{"run":"<name>",…}}`, or "failure" in place of "result". The sum
 * is over the bytes of the inner object, so that a line is checked and its run named without parsing it.
 */
import { createHash } from "node:crypto";
import type { RunFailure, RunResult } from "./result.js";

export type LineKind = "result" | "failure";

/** A line that passed its check. */
export interface CheckedLine {
  kind: LineKind;
  run: string;
}

const SUM = 8;
const KIND = SUM + 64;
const prefixes: Record<LineKind, Buffer> = {
  result: Buffer.from('","result":'),
  failure: Buffer.from('","failure":'),
};
const NAMED = /^\{"run":"([0-9a-f]{16})"[,}]$/;
/** Bytes of `{"run":"<16 digits>",`. */
const NAME = 26;

const checksum = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** The line with its line feed. */
export function encodeLine(kind: "result", value: RunResult): Buffer;
export function encodeLine(kind: "failure", value: RunFailure): Buffer;
export function encodeLine(kind: LineKind, { run, ...rest }: RunResult | RunFailure): Buffer {
  const text = JSON.stringify({ run, ...rest });
  return Buffer.from(`{"sum":"${checksum(text)}","${kind}":${text}}\n`);
}

const bodyOf = (line: Buffer, kind: LineKind): Buffer =>
  line.subarray(KIND + prefixes[kind].length, line.length - 1);

/** What a line (without its line feed) holds, or undefined when it is damaged. */
export function checkLine(line: Buffer): CheckedLine | undefined {
  for (const kind of ["result", "failure"] as const) {
    const prefix = prefixes[kind];
    if (!line.subarray(KIND, KIND + prefix.length).equals(prefix)) continue;
    const body = bodyOf(line, kind);
    const name = NAMED.exec(body.toString("latin1", 0, NAME));
    const whole =
      name !== null &&
      line.toString("latin1", 0, SUM) === '{"sum":"' &&
      line.at(-1) === 0x7d &&
      line.toString("latin1", SUM, KIND) === checksum(body);
    return whole ? { kind, run: name[1] } : undefined;
  }
  return undefined;
}

/** The value of a line that was checked. */
export const parseLine = (line: Buffer, kind: LineKind): RunResult | RunFailure =>
  JSON.parse(bodyOf(line, kind).toString("utf8"));
