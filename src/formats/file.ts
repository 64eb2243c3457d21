/** What every reader and writer here asks of its input, and bytes of its own. */
import { ConfigError, show } from "../configError.js";

/** @throws ConfigError for anything but a Uint8Array */
export function checkBytes(format: string, bytes: unknown): asserts bytes is Uint8Array {
  if (!(bytes instanceof Uint8Array))
    throw new ConfigError(`${format}: expected a Uint8Array, got ${show(bytes)}`);
}

/** @throws ConfigError for anything but a Float32Array */
export function checkFloats(name: string, array: unknown): asserts array is Float32Array {
  if (!(array instanceof Float32Array))
    throw new ConfigError(`${name}: expected a Float32Array, got ${show(array)}`);
}

/** Bytes in memory of their own, aligned for any type. Not `slice`: a Node Buffer's gives a view of its whole pool. */
export function copied(bytes: Uint8Array, from: number, to = bytes.length): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(to - from);
  copy.set(bytes.subarray(from, to));
  return copy;
}

/** The bytes of an array, as they lie in memory: little-endian. */
export const bytesOf = (array: Float32Array | Uint32Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Values of an array of this shape; 1 for none. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);

/** Whether a value is a list of sizes: whole numbers of at least 0, exact as floats. */
export const isShape = (shape: unknown): shape is number[] =>
  Array.isArray(shape) && Array.from(shape).every((size) => Number.isSafeInteger(size) && size >= 0);
