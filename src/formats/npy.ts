/** NumPy's .npy, version 1.0 (numpy.lib.format): one array with its shape, as np.save writes it and np.load reads it. */
import { ConfigError, show } from "../configError.js";
import { bytesOf, checkBytes, checkFloats, copied, isShape, sizeOf } from "./file.js";

/** An array of a file. `data` is row-major. */
export interface NpyArray {
  data: Float32Array;
  shape: number[];
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const PREFIX = 10;
/** NumPy pads the header so that the data start at a multiple of this. */
const ALIGNMENT = 64;
/** As many as every NumPy takes. */
const MOST_DIMENSIONS = 32;
/** As much as np.load reads. */
const LONGEST_HEADER = 10_000;

const refuse = (why: string) => new ConfigError(`npy: ${why}`);

/**
 * A float32 array as the bytes of a .npy file.
 * @param shape its product is the length of `data`, such as [V, D] for an embedding; at most 32 sizes
 * @throws ConfigError when `data` is no Float32Array or the shape does not fit
 */
export function encodeNpy(data: Float32Array, shape: number[]): Uint8Array {
  checkFloats("data", data);
  if (!isShape(shape)) throw new ConfigError(`shape: expected a list of sizes, got ${show(shape)}`);
  if (shape.length > MOST_DIMENSIONS)
    throw new ConfigError(`shape: expected at most ${MOST_DIMENSIONS} sizes, got ${shape.length}`);
  if (sizeOf(shape) !== data.length)
    throw new ConfigError(
      `shape: expected sizes whose product is ${data.length}, got [${shape.join(", ").slice(0, 200)}]`,
    );
  const header = npyHeader("<f4", shape);
  const bytes = new Uint8Array(header.length + 4 * data.length);
  bytes.set(header);
  bytes.set(bytesOf(data), header.length);
  return bytes;
}

/** What stands before the data: magic number, version and the dict, padded. */
export function npyHeader(descr: string, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const length = Math.ceil((PREFIX + header.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(length);
  bytes.set(MAGIC);
  bytes[6] = 1;
  new DataView(bytes.buffer).setUint16(8, length - PREFIX, true);
  bytes.set(new TextEncoder().encode(`${header.padEnd(length - PREFIX - 1)}\n`), PREFIX);
  return bytes;
}

/**
 * The array of a .npy file: little-endian float32, or float64 (NumPy's default), whose values are rounded to float32.
 * @throws ConfigError for anything else, and for a file that is cut or has bytes left over
 */
export function decodeNpy(bytes: Uint8Array): NpyArray {
  const { descr, shape, data } = readNpy(bytes, ["<f4", "<f8"]);
  return { data: new Float32Array(descr === "<f4" ? data.buffer : new Float64Array(data.buffer)), shape };
}

/**
 * The data of a .npy file as bytes of their own, aligned for any type.
 * @param descrs types that are taken; each ends in its bytes a value
 * @throws ConfigError as `decodeNpy`
 */
export function readNpy(
  bytes: Uint8Array,
  descrs: readonly string[],
): { descr: string; shape: number[]; data: Uint8Array<ArrayBuffer> } {
  checkBytes("npy", bytes);
  if (bytes.length < PREFIX + 2 || MAGIC.some((byte, i) => bytes[i] !== byte))
    throw refuse("expected the bytes of a .npy file, got something else");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [version, minor] = bytes.subarray(6, 8);
  if (version < 1 || version > 3 || minor !== 0)
    throw refuse(`expected version 1.0, 2.0 or 3.0, got ${version}.${minor}`);
  const prefix = version === 1 ? PREFIX : PREFIX + 2;
  const from = prefix + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (from > bytes.length)
    throw refuse(`expected a header of ${from} bytes, got ${bytes.length} bytes in all`);
  if (from > LONGEST_HEADER)
    throw refuse(`expected a header of at most ${LONGEST_HEADER} bytes, got ${from}`);
  const { descr, order, shape } = decodeHeader(new TextDecoder().decode(copied(bytes, prefix, from)));
  if (!descrs.includes(descr))
    throw refuse(
      `expected descr ${descrs.map((one) => `'${one}'`).join(" or ")}, got '${descr.slice(0, 80)}'`,
    );
  if (order !== "False") throw refuse("expected row-major order, got fortran_order (np.ascontiguousarray)");
  const expected = Number(descr.at(-1)) * sizeOf(shape);
  if (bytes.length - from !== expected)
    throw refuse(`expected ${expected} bytes of data, got ${bytes.length - from}`);
  return { descr, shape, data: copied(bytes, from) };
}

/** A text without escapes; whole numbers; a tuple as Python has it: `()`, `(7,)`, `(7, 5)`, while `(7)` is a number. */
const TEXT = `(?:'[ !#-&(-~]*'|"[ !#-&(-~]*")`;
const NUMBER = "(?:0|[1-9][0-9]*)";
const TUPLE = `\\((?:(?: *${NUMBER} *,)+(?: *${NUMBER})?)? *\\)`;
const ENTRY = `(${TEXT})\\s*:\\s*(${TEXT}|True|False|${TUPLE})`;
const ENTRIES = new RegExp(ENTRY, "g");
const HEADER = new RegExp(`^\\s*\\{\\s*(?:${ENTRY}(?:\\s*,\\s*${ENTRY})*\\s*(?:,\\s*)?)?\\}\\s*$`);

/** The header is a dict of Python's with three names, each once, and nothing behind it. */
function decodeHeader(header: string): { descr: string; order: string; shape: number[] } {
  const malformed = () =>
    refuse(`expected a header with descr, fortran_order and shape, each once, got ${show(header)}`);
  if (!HEADER.test(header)) throw malformed();
  const entries = [...header.matchAll(ENTRIES)].map(([, name, value]) => [name.slice(1, -1), value]);
  const { descr, fortran_order: order, shape } = Object.fromEntries(entries) as Record<string, string>;
  const isText = /^['"]/.test(descr ?? "");
  const isTruth = order === "True" || order === "False";
  if (entries.length !== 3 || !isText || !isTruth || !shape?.startsWith("(")) throw malformed();
  const sizes = (shape.match(/\d+/g) ?? []).map(Number);
  if (!isShape(sizes) || sizes.length > MOST_DIMENSIONS)
    throw refuse(`expected at most ${MOST_DIMENSIONS} sizes of at most 2^53 - 1, got ${show(shape)}`);
  return { descr: descr.slice(1, -1), order, shape: sizes };
}
