/** What two runs with the same bits have in common. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { hashNumbers } from "../data/digest.js";
import type { Weights } from "./parameters.js";

/**
 * SHA-256 over the arrays of a model, in 64 hexadecimal digits: of those that it has, in the order embedding, unembedding,
 * gain, bias, the name in ASCII and then the numbers, row-major, as 32-bit little-endian floats; a NaN counts as 0x7fc00000.
 * In Python, of the file that `train --weights` writes:
 *
 * ```python
 * tensors, digest = safetensors.numpy.load_file("run.safetensors"), hashlib.sha256()
 * names = {"embedding": "embedding.weight", "unembedding": "unembedding.weight", "gain": "norm.weight", "bias": "norm.bias"}
 * for name in (name for name in names if names[name] in tensors):
 *     values = tensors[names[name]].astype("<f4")
 *     values[numpy.isnan(values)] = numpy.nan
 *     digest.update(name.encode() + values.tobytes())
 * print(digest.hexdigest())
 * ```
 */
export function weightsHash(weights: Weights): string {
  const hash = sha256.create();
  for (const name of ["embedding", "unembedding", "gain", "bias"] as const) {
    const values = weights[name];
    if (values === undefined) continue;
    hash.update(new TextEncoder().encode(name));
    hashNumbers(hash, values, 4, (view, at, value) =>
      // machines differ in the bits of a NaN
      Number.isNaN(value) ? view.setUint32(at, 0x7fc00000, true) : view.setFloat32(at, value, true),
    );
  }
  return bytesToHex(hash.digest());
}
