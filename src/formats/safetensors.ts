/**
 * Weights as safetensors (huggingface.co/docs/safetensors): the length of a JSON header (u64), the header with dtype,
 * shape and place of every tensor, the data. Readable by the safetensors packages of PyTorch, JAX and NumPy.
 */

import { ConfigError, canonicalConfig, type RunConfigInput, show } from "../config.js";
import { parametersOf, type Weights } from "../model/parameters.js";
import { bytesOf, checkBytes, checkFloats, copied, isShape, sizeOf } from "./file.js";
import { repeatedName } from "./repeatedName.js";

/** All arrays that a model may have. */
const arraysOf = (vocabSize: number, embeddingDim: number) =>
  parametersOf({ vocabSize, embeddingDim, tied: false, norm: "layernorm" });
const NAMES = arraysOf(1, 1).map(({ name }) => name);
/**
 * The names of the same in PyTorch's modules: `embedding` an nn.Embedding(V, D), `unembedding` an nn.Linear(D, V), `norm` an
 * nn.LayerNorm(D) or nn.RMSNorm(D). A tied model has its one matrix once.
 * @internal
 */
export const moduleNames: Record<keyof Weights, string> = {
  embedding: "embedding.weight",
  unembedding: "unembedding.weight",
  gain: "norm.weight",
  bias: "norm.bias",
};
const PREFIX = 8;
/** Bytes, by the format. */
const LONGEST_HEADER = 100_000_000;

interface Tensor {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const refuse = (why: string) => new ConfigError(`safetensors: ${why}`);

/**
 * The arrays of a model under their own names: matrices of [V, D], gain and bias of [D].
 * @param config of the model; its canonical form is kept in the file's metadata as `config`
 * @throws ConfigError when an array is no Float32Array or does not have the config's size, when there is none, and when
 * the config (given probabilities) is longer than the format's 100 MB
 */
export function encodeSafetensors(weights: Weights, config: RunConfigInput): Uint8Array {
  const canonical = canonicalConfig(config);
  const { vocabSize, embeddingDim } = JSON.parse(canonical) as { vocabSize: number; embeddingDim: number };
  const tensors = arraysOf(vocabSize, embeddingDim).flatMap(({ name, shape }): GivenTensor[] => {
    const array = weights?.[name];
    return array ? [[name, shape, array]] : [];
  });
  if (tensors.length === 0) throw new ConfigError(`weights: expected at least one of ${NAMES.join(", ")}`);
  return encodeTensors(tensors, { config: canonical });
}

/** @internal a tensor with the name that it gets */
export type GivenTensor = [name: string, shape: number[], array: Float32Array];

/**
 * F32 tensors as a file, with texts about them.
 * @internal
 */
export function encodeTensors(tensors: GivenTensor[], metadata: Record<string, string>): Uint8Array {
  const header: Record<string, Tensor | Record<string, string>> = {
    __metadata__: { format: "pt", producer: "unigram-lab", ...metadata },
  };
  let size = 0;
  for (const [name, shape, array] of tensors) {
    checkFloats(name, array);
    const length = sizeOf(shape);
    if (array.length !== length)
      throw new ConfigError(`${name}: expected ${length} values (${shape.join(" × ")}), got ${array.length}`);
    header[name] = { dtype: "F32", shape, data_offsets: [size, size + 4 * length] };
    size += 4 * length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // spaces behind the header keep the data aligned
  const length = Math.ceil(json.length / 8) * 8;
  if (length > LONGEST_HEADER)
    throw new ConfigError(`config: expected at most ${LONGEST_HEADER} bytes of JSON, got ${json.length}`);
  const bytes = new Uint8Array(PREFIX + length + size).fill(0x20, PREFIX, PREFIX + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, PREFIX);
  let at = PREFIX + length;
  for (const [, , array] of tensors) {
    bytes.set(bytesOf(array), at);
    at += array.byteLength;
  }
  return bytes;
}

/**
 * The F32 tensors `embedding`, `unembedding`, `gain` and `bias` of a file, as far as there are any, also under PyTorch's names
 * (`embedding.weight`, `unembedding.weight`, `norm.weight`, `norm.bias`); `trainer.load` takes them and checks their sizes.
 * @throws ConfigError for a damaged file, another dtype, other names or none of these, and for what the format forbids:
 * names given twice, and data that tensors share, leave out or do not fill
 */
export function decodeSafetensors(bytes: Uint8Array): Partial<Weights> {
  checkBytes("safetensors", bytes);
  if (bytes.length < PREFIX) throw refuse(`expected at least ${PREFIX} bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > LONGEST_HEADER)
    throw refuse(`expected a header of at most ${LONGEST_HEADER} bytes, got ${headerLength}`);
  const from = PREFIX + headerLength;
  if (from > bytes.length)
    throw refuse(`expected a header of ${headerLength} bytes, got ${bytes.length} bytes in all`);
  const tensors = decodeHeader(copied(bytes, PREFIX, from));
  const weights: Partial<Weights> = {};
  // in the order of the data, each begins where the one before it ends
  let at = 0;
  for (const [name, { shape, data_offsets }] of tensors) {
    const [begin, end] = data_offsets;
    if (begin !== at) throw refuse(`${name}: expected data from byte ${at} on, got ${show(data_offsets)}`);
    const length = 4 * sizeOf(shape);
    if (end - begin !== length || from + end > bytes.length)
      throw refuse(`${name}: expected ${length} bytes within the file, got ${show(data_offsets)}`);
    weights[name] = new Float32Array(copied(bytes, from + begin, from + end).buffer);
    at = end;
  }
  if (tensors.length === 0) throw refuse("expected at least one tensor, got none");
  if (from + at !== bytes.length) throw refuse(`expected ${at} bytes of data, got ${bytes.length - from}`);
  return weights;
}

/** The tensors in the order of their data, each by itself as the format has it. */
function decodeHeader(bytes: Uint8Array): [keyof Weights, Tensor][] {
  let text: string;
  let header: Record<string, unknown>;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch {
    throw refuse("expected a header of JSON");
  }
  if (!text.startsWith("{")) throw refuse("expected a header that begins with {");
  const twice = repeatedName(text);
  if (twice !== undefined) throw refuse(`${show(twice)}: expected each name once, got it twice`);
  const tensors: [keyof Weights, Tensor][] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") checkMetadata(entry);
    else {
      const own = NAMES.find((one) => name === one || name === moduleNames[one]);
      if (!own) throw refuse(`expected tensors named ${NAMES.join(", ")}, got ${show(name)}`);
      if (tensors.some(([other]) => other === own)) throw refuse(`${own}: expected once, got it twice`);
      tensors.push([own, tensorOf(name, entry)]);
    }
  }
  return tensors.sort(([, a], [, b]) => byRange(a.data_offsets, b.data_offsets));
}

const byRange = (a: [number, number], b: [number, number]): number => a[0] - b[0] || a[1] - b[1];

function checkMetadata(entry: unknown): void {
  if (!(entry instanceof Object) || Array.isArray(entry))
    throw refuse(`__metadata__: expected an object, got ${show(entry)}`);
  for (const [name, value] of Object.entries(entry))
    if (typeof value !== "string")
      throw refuse(`__metadata__: expected texts, got ${show(value)} for ${show(name)}`);
}

function tensorOf(name: string, entry: unknown): Tensor {
  const { dtype, shape, data_offsets } = (entry ?? {}) as Partial<Record<keyof Tensor, unknown>>;
  if (dtype !== "F32") throw refuse(`${name}: expected dtype F32, got ${show(dtype)}`);
  if (!isShape(shape)) throw refuse(`${name}: expected a shape of whole numbers, got ${show(shape)}`);
  if (!isShape(data_offsets) || data_offsets.length !== 2)
    throw refuse(`${name}: expected data_offsets [begin, end], got ${show(data_offsets)}`);
  const [begin, end] = data_offsets;
  return { dtype, shape, data_offsets: [begin, end] };
}
