/** NumPy's .npy, version 1.0 (numpy.lib.format): one array with its shape, as np.save writes it and np.load reads it. */
import { ConfigError } from "../config.js";

/** An array of a file. `data` is row-major. */
export interface NpyArray {
  data: Float32Array;
  shape: number[];
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const PREFIX = 10;
/** NumPy pads the header so that the data start at a multiple of this. */
const ALIGNMENT = 64;

const refuse = (why: string) => new ConfigError(`npy: ${why}`);
const product = (shape: number[]): number => shape.reduce((product, size) => product * size, 1);

/**
 * A float32 array as the bytes of a .npy file.
 * @param shape its product is the length of `data`, such as [V, D] for an embedding
 * @throws ConfigError when the shape does not fit
 */
export function encodeNpy(data: Float32Array, shape: number[]): Uint8Array {
  if (!shape.every((size) => Number.isInteger(size) && size >= 0) || product(shape) !== data.length)
    throw new ConfigError(`shape: expected sizes whose product is ${data.length}, got [${shape.join(", ")}]`);
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${tuple}), }`;
  const length = Math.ceil((PREFIX + header.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(length + 4 * data.length);
  bytes.set(MAGIC);
  bytes[6] = 1;
  new DataView(bytes.buffer).setUint16(8, length - PREFIX, true);
  bytes.set(new TextEncoder().encode(`${header.padEnd(length - PREFIX - 1)}\n`), PREFIX);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), length);
  return bytes;
}

/**
 * The array of a .npy file: little-endian float32, or float64 (NumPy's default), whose values are rounded to float32.
 * @throws ConfigError for anything else, and for a file that is cut or has bytes left over
 */
export function decodeNpy(bytes: Uint8Array): NpyArray {
  if (!(bytes instanceof Uint8Array)) throw refuse(`expected a Uint8Array, got ${typeof bytes}`);
  if (bytes.length < PREFIX + 2 || MAGIC.some((byte, i) => bytes[i] !== byte))
    throw refuse("expected the bytes of a .npy file, got something else");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6];
  if (version < 1 || version > 3) throw refuse(`expected version 1, 2 or 3, got ${version}`);
  const prefix = version === 1 ? PREFIX : PREFIX + 2;
  const from = prefix + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (from > bytes.length)
    throw refuse(`expected a header of ${from} bytes, got ${bytes.length} bytes in all`);
  const header = new TextDecoder().decode(bytes.subarray(prefix, from));
  const descr = /'descr': *'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order': *(True|False)/.exec(header)?.[1];
  const tuple = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1];
  if (tuple === undefined || order === undefined)
    throw refuse("expected a header with descr, fortran_order and shape");
  if (descr !== "<f4" && descr !== "<f8") throw refuse(`expected descr '<f4' or '<f8', got '${descr}'`);
  if (order !== "False") throw refuse("expected row-major order, got fortran_order (np.ascontiguousarray)");
  const shape = tuple
    .split(",")
    .filter((size) => size.trim() !== "")
    .map(Number);
  const count = product(shape);
  const width = descr === "<f4" ? 4 : 8;
  if (bytes.length - from !== width * count)
    throw refuse(`expected ${width * count} bytes of data, got ${bytes.length - from}`);
  // a copy, since the data of a view need not be aligned
  const { buffer } = bytes.slice(from);
  return {
    data: Float32Array.from(width === 4 ? new Float32Array(buffer) : new Float64Array(buffer)),
    shape,
  };
}
