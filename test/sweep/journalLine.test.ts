/** One line of the journal: what is written, and what is taken for sound when it is read. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { bitsRevision } from "../../src/kernel/bitsRevision.js";
import { checkLine, encodeLine, LineCheck, type LineKind, parseLine } from "../../src/sweep/journalLine.js";
import type { RunFailure } from "../../src/sweep/result.js";
import { runOf } from "../experiments/syntheticRuns.js";

const result = runOf({ vocabSize: 3, embeddingDim: 2, steps: 100 }, { excess: (step) => 1 / (1 + step) });
const { run, config } = result;
/** A result of version 0.1, which does not say its revision. */
const { bitsRevision: _, ...first } = result;
const failure: RunFailure = { run, config, error: "it threw: {ä}", attempts: 2 };
const lines: [LineKind, object, Buffer, object][] = [
  ["result", result, encodeLine("result", result), { kind: "result", run, bitsRevision }],
  ["result", first, encodeLine("result", first), { kind: "result", run, bitsRevision: 1 }],
  ["failure", failure, encodeLine("failure", failure), { kind: "failure", run }],
];
const sum = "0".repeat(64);
const whole = (kind: string, text: string) =>
  Buffer.from(`{"sum":"${createHash("sha256").update(text).digest("hex")}","${kind}":${text}}`);

test.each(lines)("a %s is a sum and its JSON, the run first", (kind, value, line, checked) => {
  const { run, bitsRevision, ...rest } = value as RunFailure & { bitsRevision?: number };
  const revised = bitsRevision === undefined ? {} : { bitsRevision };
  expect(line.toString()).toBe(`${whole(kind, JSON.stringify({ run, ...revised, ...rest }))}\n`);
  expect(encodeLine(kind as "failure", { ...rest, ...revised, run })).toEqual(line);
  expect(checkLine(line.subarray(0, -1))).toEqual(checked);
  expect(parseLine(line.subarray(0, -1), kind)).toEqual(value);
});

test.each(lines)("a %s in pieces of any size is the same", (_kind, _value, line, checked) => {
  for (const size of [
    1,
    2,
    3,
    7,
    64,
    103,
    104,
    105,
    106,
    107,
    108,
    109,
    120,
    125,
    128,
    129,
    130,
    131,
    132,
    300,
    line.length,
  ]) {
    const check = new LineCheck();
    for (let at = 0; at < line.length - 1; at += size) {
      check.push(line.subarray(at, Math.min(at + size, line.length - 1)));
      check.push(Buffer.alloc(0));
      expect(check.beginsAsOurs).toBe(true);
      expect(check.length).toBe(Math.min(at + size, line.length - 1));
    }
    expect(check.end()).toEqual(checked);
  }
});

test.each(lines)("a %s that lacks a byte, has one too many, or a wrong one, is none", (_, __, line) => {
  const text = line.subarray(0, -1);
  for (let i = 0; i < text.length; i++) {
    expect(checkLine(text.subarray(0, i)), `${i} bytes`).toBeUndefined();
    const wrong = Buffer.from(text);
    wrong[i] ^= 1;
    expect(checkLine(wrong), `byte ${i}`).toBeUndefined();
  }
  for (const more of ["}", " ", "x"])
    expect(checkLine(Buffer.concat([text, Buffer.from(more)]))).toBeUndefined();
});

test("what has a right sum and another shape is none", () => {
  const name = "0123456789abcdef";
  expect(checkLine(whole("result", `{"run":"${name}"}`))).toEqual({
    kind: "result",
    run: name,
    bitsRevision: 1,
  });
  const revised = (field: string) => checkLine(whole("result", `{"run":"${name}",${field}}`))?.bitsRevision;
  expect(revised('"bitsRevision":3')).toBe(3);
  expect(revised('"bitsRevision":123456789,"config":{}')).toBe(123456789);
  // what is no revision in the place of one is as none
  for (const other of ['"bitsRevision":"3"', '"bitsRevision":-1', '"bitsRevision":3.5', '"config":{}'])
    expect(revised(other)).toBe(1);
  expect(checkLine(whole("failure", `{"run":"${name}"}`))).toEqual({ kind: "failure", run: name });
  // shorter than any of ours: what its sum is of is no JSON
  expect(checkLine(whole("result", `{"run":"${name}"`))).toBeUndefined();
  expect(checkLine(whole("results", `{"run":"${name}"}`))).toBeUndefined();
  expect(checkLine(whole("result", `{"run":"${name}0"}`))).toBeUndefined();
  expect(checkLine(whole("result", `{"run":"${name.slice(1)}"}`))).toBeUndefined();
  expect(checkLine(whole("result", `{"run":"${name.toUpperCase()}"}`))).toBeUndefined();
  expect(checkLine(whole("result", `{"name":"${name}"}`))).toBeUndefined();
  expect(checkLine(Buffer.concat([Buffer.from(" "), whole("result", `{"run":"${name}"}`)]))).toBeUndefined();
});

test.each([
  ["", true],
  ["{", true],
  ['{"sum":"', true],
  [`{"sum":"${sum}","fail`, true],
  [`{"sum":"${sum}","res`, true],
  [`{"sum":"${sum}","result":{"run":"0123456789abcdef","x`, true],
  [`{"sum":"${sum}","result":{"run":"0123456789abcdef"}}`, true],
  ["[", false],
  ["best: 0.01", false],
  ['{"step"', false],
  [`{"sum":"${sum}","file"`, false],
  [`{"sum":"${sum}"}`, false],
  [`{"sum":"${sum}","result":{"run":"0123456789abcdeg","x`, false],
  [`{{"sum":"${sum}","result":{"run":"0123456789abcdef","x`, false],
  [`x{"sum":"${sum}","result":{"run":"0123456789abcdef","x`, false],
])("%s begins as ours: %s", (text, ours) => {
  const inOne = new LineCheck();
  inOne.push(Buffer.from(text));
  const bytes = new LineCheck();
  for (const byte of Buffer.from(text)) bytes.push(Buffer.from([byte]));
  for (const check of [inOne, bytes]) expect(check.beginsAsOurs).toBe(ours);
});
