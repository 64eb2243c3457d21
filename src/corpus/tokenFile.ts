/** Tokens as .npy: a list of 32-bit numbers, so that its data are the bytes that the digest is of. */
import { ConfigError } from "../configError.js";
import type { CorpusTokens } from "../data/digest.js";
import { bytesOf } from "../formats/file.js";
import { npyHeader, readNpy } from "../formats/npy.js";

/** The bytes of a .npy file of tokens (uint32, one dimension), in two pieces. */
export const tokenFilePieces = (tokens: CorpusTokens): [Uint8Array, Uint8Array] => [
  npyHeader("<u4", [tokens.length]),
  bytesOf(tokens instanceof Uint32Array ? tokens : Uint32Array.from(tokens)),
];

/** The bytes of a .npy file of tokens (uint32, one dimension), as np.load reads it. */
export function encodeTokens(tokens: CorpusTokens): Uint8Array {
  const [header, data] = tokenFilePieces(tokens);
  const bytes = new Uint8Array(header.length + data.length);
  bytes.set(header);
  bytes.set(data, header.length);
  return bytes;
}

/**
 * The tokens of a .npy file: a list of whole numbers, unsigned in 8, 16 or 32 bits, which stay as narrow, or signed in 32 or 64
 * (NumPy's default).
 * @throws ConfigError for anything else, and for a number below 0 or above 2^32 - 1
 */
export function decodeTokens(bytes: Uint8Array): CorpusTokens {
  const { descr, shape, data } = readNpy(bytes, ["|u1", "<u2", "<u4", "<i4", "<i8"]);
  if (shape.length !== 1)
    throw new ConfigError(`npy: expected tokens in one dimension, got the shape [${shape.join(", ")}]`);
  if (descr === "|u1") return data;
  if (descr === "<u2") return new Uint16Array(data.buffer);
  if (descr === "<u4") return new Uint32Array(data.buffer);
  const signed = descr === "<i4" ? new Int32Array(data.buffer) : new BigInt64Array(data.buffer);
  return Uint32Array.from(signed as ArrayLike<number | bigint>, (value, i) => {
    const token = Number(value);
    if (token < 0 || token > 0xffffffff)
      throw new ConfigError(`npy: expected tokens from 0 to 4294967295, got ${value} at position ${i}`);
    return token;
  });
}
