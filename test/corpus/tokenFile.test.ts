import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type CorpusTokens, corpusDigest, decodeTokens, encodeTokens } from "../../src/corpus/index.js";
import { npyHeader } from "../../src/formats/npy.js";

/** A .npy file of these data. */
const file = (descr: string, data: ArrayBufferView, shape: number[]) =>
  Uint8Array.from([...npyHeader(descr, shape), ...new Uint8Array(data.buffer)]);

test("tokens come back, as 32-bit numbers whatever they were", () => {
  const tokens = [0, 1, 255, 256, 65535, 65536, 4294967295];
  expect(decodeTokens(encodeTokens(Uint32Array.from(tokens)))).toEqual(Uint32Array.from(tokens));
  expect(decodeTokens(encodeTokens(Uint8Array.of(3, 250)))).toEqual(Uint32Array.of(3, 250));
  expect(decodeTokens(encodeTokens(Uint16Array.of()))).toEqual(Uint32Array.of());
  // a part of a larger array
  const part = Uint32Array.of(1, 2, 3, 4).subarray(1, 3);
  expect(decodeTokens(encodeTokens(part))).toEqual(Uint32Array.of(2, 3));
});

test("as np.save writes them; the data are what the digest is of", () => {
  const tokens = Uint32Array.of(15496, 995);
  const bytes = encodeTokens(tokens);
  const header = "{'descr': '<u4', 'fortran_order': False, 'shape': (2,), }";
  expect(new TextDecoder("latin1").decode(bytes.subarray(0, 128))).toBe(
    `\x93NUMPY\x01\0\x76\0${header.padEnd(117)}\n`,
  );
  expect(bytes.length).toBe(136);
  expect(createHash("sha256").update(bytes.subarray(128)).digest("hex")).toBe(corpusDigest(tokens));
});

test.each([
  ["|u1", Uint8Array.of(1, 255), Uint8Array.of(1, 255)],
  ["<u2", Uint16Array.of(1, 65535), Uint16Array.of(1, 65535)],
  ["<i4", Int32Array.of(7, 2147483647), Uint32Array.of(7, 2147483647)],
  ["<i8", BigInt64Array.of(7n, 4294967295n), Uint32Array.of(7, 4294967295)],
])("%s is read", (descr, data, tokens) => {
  expect(decodeTokens(file(descr, data, [2]))).toEqual(tokens as CorpusTokens);
});

describe("anything else is refused in one line", () => {
  test.each([
    [
      file("<i4", Int32Array.of(1, -2), [2]),
      "npy: expected tokens from 0 to 4294967295, got -2 at position 1",
    ],
    [
      file("<i8", BigInt64Array.of(4294967296n), [1]),
      "npy: expected tokens from 0 to 4294967295, got 4294967296 at position 0",
    ],
    [
      file("<f4", Float32Array.of(1), [1]),
      "npy: expected descr '|u1' or '<u2' or '<u4' or '<i4' or '<i8', got '<f4'",
    ],
    [
      file("<u4", Uint32Array.of(1, 2), [1, 2]),
      "npy: expected tokens in one dimension, got the shape [1, 2]",
    ],
    [encodeTokens(Uint32Array.of(1, 2)).subarray(0, -1), "npy: expected 8 bytes of data, got 7"],
    ["tokens", 'npy: expected a Uint8Array, got "tokens"'],
  ])("%#", (bytes, message) => {
    expect(() => decodeTokens(bytes as never)).toThrow(message);
  });
});
