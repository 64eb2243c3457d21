/** Digests name arrays that are handed in at run time, so that a config that uses them stays small and plain data. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import * as v from "valibot";
import { ConfigError, show } from "../configError.js";
import { expected } from "../schema.js";

/** Tokens of a corpus in their order, in the narrowest type that holds them or any wider one; memory may be shared. */
export type CorpusTokens = Uint8Array | Uint16Array | Uint32Array;

/** @internal */
export function digestSchema() {
  const malformed = expected("a SHA-256 in 64 hexadecimal digits, lower case");
  return v.pipe(v.string(malformed), v.regex(/^[0-9a-f]{64}$/, malformed));
}

const PIECE = 1 << 15;

type Write = (view: DataView, at: number, value: number) => void;

/** Numbers into a hash, piece by piece: no copy of the whole. @internal */
export function hashNumbers(
  hash: { update(bytes: Uint8Array): unknown },
  values: ArrayLike<number>,
  bytes: number,
  write: Write,
): void {
  const view = new DataView(new ArrayBuffer(Math.min(values.length, PIECE) * bytes));
  for (let start = 0; start < values.length; start += PIECE) {
    const count = Math.min(PIECE, values.length - start);
    for (let i = 0; i < count; i++) write(view, i * bytes, values[start + i]);
    hash.update(new Uint8Array(view.buffer, 0, count * bytes));
  }
}

/** SHA-256 of numbers. */
function digestOf(values: ArrayLike<number>, bytes: number, write: Write): string {
  const hash = sha256.create();
  hashNumbers(hash, values, bytes, write);
  return bytesToHex(hash.digest());
}

/**
 * The digest by which a config names a corpus: SHA-256 of its tokens as 32-bit little-endian numbers, in hexadecimal. The
 * same for equal tokens in arrays of any width.
 * @throws ConfigError for what is no Uint8Array, Uint16Array or Uint32Array
 */
export function corpusDigest(tokens: CorpusTokens): string {
  // by name, since an array may be of another realm
  if (!/^Uint(8|16|32)Array$/.test((tokens as CorpusTokens | undefined)?.[Symbol.toStringTag] ?? ""))
    throw new ConfigError(
      `corpus: expected a Uint8Array, Uint16Array or Uint32Array of tokens, got ${show(tokens)}`,
    );
  return digestOf(tokens, 4, (view, at, token) => view.setUint32(at, token, true));
}

/**
 * The digest by which a config names a list of probabilities: SHA-256 of them as 64-bit little-endian floats, in
 * hexadecimal.
 * @throws ConfigError for what is no list of numbers
 */
export function probabilitiesDigest(values: ArrayLike<number>): string {
  const list = Array.isArray(values) || (values as Float64Array)?.[Symbol.toStringTag] === "Float64Array";
  if (!list || Array.prototype.some.call(values, (value) => typeof value !== "number"))
    throw new ConfigError(`probabilities: expected a Float64Array or a list of numbers, got ${show(values)}`);
  return digestOf(values, 8, (view, at, value) => view.setFloat64(at, value, true));
}

/** An array is hashed once, however many runs use it. */
const digests = new WeakMap<object, string>();

function hashed<T extends object>(values: T, digestOf: (values: T) => string): string {
  const found = digestOf(values);
  digests.set(values, found);
  return found;
}

/** Of several arrays the one of a digest. */
export const findByDigest = <T extends object>(
  digest: string,
  several: readonly T[],
  digestOf: (values: T) => string,
): T | undefined =>
  several.find((values) => digests.get(values) === digest) ??
  several.find((values) => hashed(values, digestOf) === digest);

/**
 * Checks that the array handed in is the one that the config names.
 * @param name of the option
 * @param what it holds
 * @throws ConfigError for nothing, for what is no such array, and for another array
 */
export function checkDigest<T extends ArrayLike<number>>(
  name: string,
  what: string,
  digest: string,
  values: T | undefined,
  digestOf: (values: T) => string,
): asserts values is T {
  if (values === undefined)
    throw new ConfigError(`${name}: expected the ${what} of this config's digest ${digest}, got nothing`);
  if (digests.get(values) === digest) return;
  // also one that was hashed before: it may have been changed since
  const found = hashed(values, digestOf);
  if (found !== digest)
    throw new ConfigError(`${name}: expected ${what} with the digest ${digest}, got ${found}`);
}
