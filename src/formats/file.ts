/** What every reader here asks of a file: bytes of its own, and messages that stay short whatever the file holds. */
import { ConfigError } from "../config.js";

const LONGEST = 80;

/** A value for a message. Nothing is walked through: a file's JSON may be nested deeper than the stack. */
export const shown = (value: unknown): string => {
  const items = Array.isArray(value) ? Array.from(value.slice(0, 5), plain).join(", ") : "";
  const text = Array.isArray(value) ? `[${items}${value.length > 5 ? ", …" : ""}]` : plain(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
};

/** A text in quotes, a number as it is, an object by its kind. */
const plain = (value: unknown): string =>
  typeof value === "string"
    ? JSON.stringify(value.slice(0, LONGEST))
    : typeof value === "object" && value !== null
      ? Object.prototype.toString.call(value).slice("[object ".length, -1)
      : typeof value === "function"
        ? "a function"
        : String(value);

/** @throws ConfigError for anything but a Uint8Array */
export function checkBytes(format: string, bytes: unknown): asserts bytes is Uint8Array {
  if (!(bytes instanceof Uint8Array))
    throw new ConfigError(`${format}: expected a Uint8Array, got ${shown(bytes)}`);
}

/** @throws ConfigError for anything but a Float32Array */
export function checkFloats(name: string, array: unknown): asserts array is Float32Array {
  if (!(array instanceof Float32Array))
    throw new ConfigError(`${name}: expected a Float32Array, got ${shown(array)}`);
}

/** Bytes in memory of their own, aligned for any type. Not `slice`: a Node Buffer's gives a view of its whole pool. */
export function copied(bytes: Uint8Array, from: number, to = bytes.length): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(to - from);
  copy.set(bytes.subarray(from, to));
  return copy;
}

/** The bytes of an array, as they lie in memory: little-endian. */
export const bytesOf = (array: Float32Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Values of an array of this shape; 1 for none. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);

/** Whether a value is a list of sizes: whole numbers of at least 0, exact as floats. */
export const isShape = (shape: unknown): shape is number[] =>
  Array.isArray(shape) && Array.from(shape).every((size) => Number.isSafeInteger(size) && size >= 0);
