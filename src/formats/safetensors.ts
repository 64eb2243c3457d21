/**
 * Weights as safetensors (huggingface.co/docs/safetensors): the length of a JSON header (u64), the header with dtype,
 * shape and place of every tensor, the data. Readable by the safetensors packages of PyTorch, JAX and NumPy.
 */
import type { Weights } from "../backend/backend.js";
import { ConfigError, canonicalConfig, type RunConfigInput } from "../config.js";

const NAMES = ["embedding", "unembedding", "gain", "bias"] as const;
const PREFIX = 8;

interface Tensor {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const refuse = (why: string) => new ConfigError(`safetensors: ${why}`);

/**
 * The arrays of a model under their own names: matrices of [V, D], gain and bias of [D].
 * @param config of the model; its canonical form is kept in the file's metadata as `config`
 * @throws ConfigError when an array does not have the config's size
 */
export function encodeSafetensors(weights: Weights, config: RunConfigInput): Uint8Array {
  const canonical = canonicalConfig(config);
  const { vocabSize, embeddingDim } = JSON.parse(canonical) as { vocabSize: number; embeddingDim: number };
  const header: Record<string, Tensor | Record<string, string>> = {
    __metadata__: { format: "pt", producer: "unigram-lab", config: canonical },
  };
  let size = 0;
  const arrays: Float32Array[] = [];
  for (const name of NAMES) {
    const array = weights[name];
    if (!array) continue;
    const shape = name.endsWith("embedding") ? [vocabSize, embeddingDim] : [embeddingDim];
    const length = shape.reduce((product, size) => product * size, 1);
    if (array.length !== length)
      throw new ConfigError(`${name}: expected ${length} values (${shape.join(" × ")}), got ${array.length}`);
    header[name] = { dtype: "F32", shape, data_offsets: [size, size + 4 * length] };
    size += 4 * length;
    arrays.push(array);
  }
  const text = JSON.stringify(header);
  // spaces behind the header keep the data aligned
  const json = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const bytes = new Uint8Array(PREFIX + json.length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, PREFIX);
  let at = PREFIX + json.length;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return bytes;
}

/**
 * The F32 tensors `embedding`, `unembedding`, `gain` and `bias` of a file, as far as there are any; `trainer.load` takes
 * them and checks their sizes.
 * @throws ConfigError for a damaged file, another dtype, other names or none of these
 */
export function decodeSafetensors(bytes: Uint8Array): Partial<Weights> {
  if (!(bytes instanceof Uint8Array)) throw refuse(`expected a Uint8Array, got ${typeof bytes}`);
  if (bytes.length < PREFIX) throw refuse(`expected at least ${PREFIX} bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = PREFIX + Number(view.getBigUint64(0, true));
  if (from > bytes.length)
    throw refuse(`expected a header of ${from - PREFIX} bytes, got ${bytes.length} bytes in all`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(PREFIX, from)));
  } catch {
    throw refuse("expected a header of JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw refuse("expected a header with an entry a tensor");
  const weights: Partial<Weights> = {};
  for (const [name, tensor] of Object.entries(header as Record<string, Tensor>)) {
    if (name === "__metadata__") continue;
    if (!NAMES.includes(name as keyof Weights))
      throw refuse(`expected tensors named ${NAMES.join(", ")}, got ${JSON.stringify(name)}`);
    const { dtype, shape, data_offsets } = tensor ?? {};
    if (dtype !== "F32") throw refuse(`${name}: expected dtype F32, got ${JSON.stringify(dtype)}`);
    if (!Array.isArray(shape) || !Array.isArray(data_offsets))
      throw refuse(`${name}: expected shape and data_offsets`);
    const [begin, end] = data_offsets;
    const length = shape.reduce((product, size) => product * size, 1);
    const inside =
      [begin, end, length].every((x) => Number.isSafeInteger(x) && x >= 0) && from + end <= bytes.length;
    if (!inside || end - begin !== 4 * length)
      throw refuse(`${name}: expected ${4 * length} bytes within the file, got [${begin}, ${end}]`);
    weights[name as keyof Weights] = new Float32Array(bytes.slice(from + begin, from + end).buffer);
  }
  if (Object.keys(weights).length === 0) throw refuse("expected at least one tensor, got none");
  return weights;
}
