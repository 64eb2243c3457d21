/**
 * A run as bytes: all that it needs to go on. Little-endian: magic "ULAB", version (u32), total length (u32 pair as f64),
 * length of the header (u32), the header (JSON: config, step, latest loss, arrays), the arrays (f32, row-major, unpadded,
 * in the header's order), and a SHA-256 of everything before it.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { OptimizerState, Weights } from "../backend/backend.js";
import { ConfigError, canonicalConfig, parseConfig, type RunConfig } from "../config.js";

const MAGIC = 0x42414c55;
const VERSION = 1;
const PREFIX = 20;
const CHECKSUM = 32;
/** As many as a config can ask for. */
const MOST_STEPS = 1e9;
const names = ["embedding", "unembedding", "gain", "bias"] as const;
const parts = ["weights", "firstMoment", "secondMoment"] as const;

export interface Snapshot {
  config: RunConfig;
  state: OptimizerState;
  /** Loss of the latest batch, null before the first step. */
  trainLoss: number | null;
}

/** Arrays of a config and their lengths, in the order in which they are stored. */
function shapes(config: RunConfig): [keyof Weights, number][] {
  const { vocabSize: V, embeddingDim: D, tied, norm } = config;
  return names
    .filter(
      (name) =>
        name === "embedding" ||
        (name === "unembedding" ? !tied : name === "gain" ? norm !== "none" : norm === "layernorm"),
    )
    .map((name) => [name, name === "embedding" || name === "unembedding" ? V * D : D]);
}

export function encodeSnapshot({ config, state, trainLoss }: Snapshot): Uint8Array {
  const header = new TextEncoder().encode(
    JSON.stringify({ config: JSON.parse(canonicalConfig(config)), step: state.step, trainLoss }),
  );
  const arrays = parts.flatMap((part) => shapes(config).map(([name]) => state[part][name] as Float32Array));
  const length = PREFIX + header.length + arrays.reduce((sum, a) => sum + a.byteLength, 0) + CHECKSUM;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setFloat64(8, length, true);
  view.setUint32(16, header.length, true);
  bytes.set(header, PREFIX);
  let at = PREFIX + header.length;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  bytes.set(sha256(bytes.subarray(0, at)), at);
  return bytes;
}

/** @throws ConfigError for anything that is not a whole, undamaged snapshot of a version this package knows */
export function decodeSnapshot(bytes: Uint8Array): Snapshot {
  const refuse = (why: string) => new ConfigError(`snapshot: ${why}`);
  if (!(bytes instanceof Uint8Array)) throw refuse(`expected a Uint8Array, got ${typeof bytes}`);
  if (bytes.length < PREFIX + CHECKSUM)
    throw refuse(`expected at least ${PREFIX + CHECKSUM} bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC)
    throw refuse("expected the bytes of a unigram-lab snapshot, got something else");
  if (view.getUint32(4, true) !== VERSION)
    throw refuse(`expected version ${VERSION}, got version ${view.getUint32(4, true)}`);
  const length = view.getFloat64(8, true);
  if (length !== bytes.length) throw refuse(`expected ${length} bytes, got ${bytes.length}`);
  const end = bytes.length - CHECKSUM;
  const sum = sha256(bytes.subarray(0, end));
  if (sum.some((byte, i) => byte !== bytes[end + i]))
    throw refuse("damaged, its checksum does not match its contents");
  const headerLength = view.getUint32(16, true);
  if (PREFIX + headerLength > end)
    throw refuse(`expected a header within its ${bytes.length} bytes, got one of ${headerLength}`);
  const { config, step, trainLoss } = decodeHeader(bytes.subarray(PREFIX, PREFIX + headerLength), refuse);
  // before anything of the config's size is allocated
  const values = shapes(config).reduce((sum, [, count]) => sum + count, 0);
  const expected = PREFIX + headerLength + 4 * parts.length * values + CHECKSUM;
  if (expected !== bytes.length)
    throw refuse(`expected ${expected} bytes for the arrays of its config, got ${bytes.length}`);
  let at = PREFIX + headerLength;
  const read = (count: number): Float32Array => {
    const array = new Float32Array(count);
    new Uint8Array(array.buffer).set(bytes.subarray(at, at + 4 * count));
    at += 4 * count;
    return array;
  };
  const weights = () =>
    Object.fromEntries(shapes(config).map(([name, count]) => [name, read(count)])) as unknown as Weights;
  const state = { step, weights: weights(), firstMoment: weights(), secondMoment: weights() };
  return { config, state, trainLoss };
}

/** A checksum keeps accidents out, not authors: what the header says is checked as any user's input is. */
function decodeHeader(
  bytes: Uint8Array,
  refuse: (why: string) => ConfigError,
): { config: RunConfig; step: number; trainLoss: number | null } {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw refuse("expected a header of JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw refuse("expected a header with config, step and trainLoss");
  const { config, step, trainLoss } = header as Record<string, unknown>;
  if (typeof config !== "object" || config === null) throw refuse("expected a config in its header");
  if (!Number.isInteger(step) || (step as number) < 0 || (step as number) > MOST_STEPS)
    throw refuse(`step: expected a whole number from 0 to ${MOST_STEPS}, got ${JSON.stringify(step)}`);
  if (trainLoss !== null && typeof trainLoss !== "number")
    throw refuse(`trainLoss: expected a number or null, got ${JSON.stringify(trainLoss)}`);
  try {
    return { config: parseConfig(config), step: step as number, trainLoss };
  } catch (error) {
    throw refuse((error as Error).message);
  }
}
