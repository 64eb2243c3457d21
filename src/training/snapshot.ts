/**
 * A run as bytes: all that it needs to go on. Little-endian: magic "ULAB", version (u32), total length (f64), length of
 * the header (u32), the header (JSON), the arrays (f32, row-major, unpadded, in the header's order), and a SHA-256 of
 * everything before it.
 *
 * Header of version 2: config, step, trainLoss; `recorded`, the record that the snapshot stands after; `scalars`, what
 * the optimizer carries from step to step; `arrays`, their names and shapes; `records`, the run's records so far, where
 * whoever took the snapshot put them in; `bitsRevision`, where it is another than 2, which is what version 2 began with.
 * Version 1 (0.1 of this package) had config, step and trainLoss, and its arrays
 * in the order of `arrayNames`.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { OptimizerState } from "../backend/backend.js";
import { isObject } from "../checks.js";
import { canonicalConfig, parseConfig, type RunConfig } from "../config.js";
import { ConfigError, show } from "../configError.js";
import { bitsRevision } from "../kernel/bitsRevision.js";
import { parametersOf, type Weights } from "../model/parameters.js";
import { optimizerOf } from "../optimizer/index.js";
import { type Running, runningAfter } from "../optimizer/optimizer.js";
import { MOST_STEPS } from "../schema.js";
import type { TrainingRecord } from "./record.js";

const MAGIC = 0x42414c55;
const VERSION = 2;
/** Bits revision of a header that does not say it. */
const FIRST_REVISION = 2;
const PREFIX = 20;
const CHECKSUM = 32;

/** The record that a run stands after. */
export interface Recorded {
  step: number;
  /** Whether the run ended there because its loss was not finite. */
  diverged: boolean;
}

export interface Snapshot {
  /** Which bits it has; a trainer that goes on from it computes those of this version. */
  bitsRevision: number;
  config: RunConfig;
  state: OptimizerState;
  /** Loss of the latest batch, null before the first step. */
  trainLoss: number | null;
  /** Null before the first record. */
  recorded: Recorded | null;
  /** All records up to here; undefined where nobody put them in. */
  records?: readonly TrainingRecord[] | undefined;
}

interface StoredArray {
  name: string;
  shape: number[];
}

const size = ({ shape }: StoredArray): number => shape.reduce((product, length) => product * length, 1);

interface HeldArray extends StoredArray {
  parameter: keyof Weights;
  /** Which of the optimizer's arrays; undefined for the parameter itself. */
  state?: string;
}

/** Arrays of a config in the order in which they are stored: the parameters, then each of the optimizer's arrays of all of them. */
function arraysOf(config: RunConfig): HeldArray[] {
  const parameters = parametersOf(config);
  const { optimizer } = config;
  return [
    ...parameters.map(({ name, shape }) => ({ name, shape, parameter: name })),
    ...Object.entries(optimizerOf(optimizer).state(optimizer)).flatMap(([state, held]) =>
      parameters.map(({ name, shape, columns }) => ({
        name: `${name}.${state}`,
        shape: held === "row" ? [columns] : shape,
        parameter: name,
        state,
      })),
    ),
  ];
}

/**
 * Bytes of a snapshot's arrays.
 * @internal
 */
export const snapshotBytes = (config: RunConfig): number =>
  4 * arraysOf(config).reduce((sum, array) => sum + size(array), 0);

const storedArrays = (config: RunConfig): StoredArray[] =>
  arraysOf(config).map(({ name, shape }) => ({ name, shape }));

/** @throws ConfigError for records that no reader would take */
export function encodeSnapshot({
  config,
  state,
  trainLoss,
  recorded,
  records,
}: Omit<Snapshot, "bitsRevision">): Uint8Array {
  if (records !== undefined) checkRecords(records, state.step);
  const header = new TextEncoder().encode(
    JSON.stringify({
      config: JSON.parse(canonicalConfig(config)),
      step: state.step,
      trainLoss,
      recorded,
      scalars: state.scalars,
      arrays: storedArrays(config),
      records,
      bitsRevision: bitsRevision === FIRST_REVISION ? undefined : bitsRevision,
    }),
  );
  const arrays = arraysOf(config).map(
    ({ parameter, state: name }) =>
      (name === undefined ? state.weights : state.arrays[name])[parameter] as Float32Array,
  );
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

const refuse = (why: string) => new ConfigError(`snapshot: ${why}`);

/** @throws ConfigError for anything that is not a whole, undamaged snapshot of a version this package knows */
export function decodeSnapshot(input: Uint8Array): Snapshot {
  if (!(input instanceof Uint8Array)) throw refuse(`expected a Uint8Array, got ${show(input)}`);
  // shared memory may change after its checksum was taken
  const bytes = input.buffer instanceof ArrayBuffer ? input : Uint8Array.from(input);
  if (bytes.length < PREFIX + CHECKSUM)
    throw refuse(`expected at least ${PREFIX + CHECKSUM} bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC)
    throw refuse("expected the bytes of a unigram-lab snapshot, got something else");
  const version = view.getUint32(4, true);
  if (version < 1 || version > VERSION)
    throw refuse(`expected version 1 to ${VERSION}, got version ${version}`);
  const length = view.getFloat64(8, true);
  if (length !== bytes.length) throw refuse(`expected ${length} bytes, got ${bytes.length}`);
  const end = bytes.length - CHECKSUM;
  const sum = sha256(bytes.subarray(0, end));
  if (sum.some((byte, i) => byte !== bytes[end + i]))
    throw refuse("damaged, its checksum does not match its contents");
  const headerLength = view.getUint32(16, true);
  if (PREFIX + headerLength > end)
    throw refuse(`expected a header within its ${bytes.length} bytes, got one of ${headerLength}`);
  const header = decodeHeader(bytes.subarray(PREFIX, PREFIX + headerLength), version);
  const { config, step, arrays, trainLoss, recorded, records } = header;
  // before anything of the config's size is allocated
  const values = arrays.reduce((sum, array) => sum + size(array), 0);
  const expected = PREFIX + headerLength + 4 * values + CHECKSUM;
  if (expected !== bytes.length)
    throw refuse(`expected ${expected} bytes for the arrays of its config, got ${bytes.length}`);
  const found = new Map<string, Float32Array>();
  let at = PREFIX + headerLength;
  for (const array of arrays) {
    const read = new Float32Array(size(array));
    new Uint8Array(read.buffer).set(bytes.subarray(at, at + read.byteLength));
    found.set(array.name, read);
    at += read.byteLength;
  }
  const weights: Partial<Weights> = {};
  const held: Record<string, Weights> = {};
  for (const { name, parameter, state } of arraysOf(config)) {
    if (state !== undefined) held[state] ??= {} as Weights;
    (state === undefined ? weights : held[state])[parameter] = found.get(name);
  }
  const state: OptimizerState = {
    step,
    weights: weights as Weights,
    arrays: held,
    scalars: header.scalars ?? runningAfter(factorsOf(config), step),
  };
  return { bitsRevision: header.bitsRevision, config, state, trainLoss, recorded, records };
}

type Header = Omit<Snapshot, "state"> & {
  step: number;
  scalars: Running | undefined;
  arrays: StoredArray[];
};

const isStep = (value: unknown, most: number): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;

/** A checksum keeps accidents out, not authors: what the header says is checked as any user's input is. */
function decodeHeader(bytes: Uint8Array, version: number): Header {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw refuse("expected a header of JSON");
  }
  if (!isObject(header)) throw refuse("expected a header with config, step and trainLoss");
  const { step, trainLoss } = header;
  if (!isObject(header.config)) throw refuse("expected a config in its header");
  if (!isStep(step, MOST_STEPS))
    throw refuse(`step: expected a whole number from 0 to ${MOST_STEPS}, got ${show(step)}`);
  if (trainLoss !== null && typeof trainLoss !== "number")
    throw refuse(`trainLoss: expected a number or null, got ${show(trainLoss)}`);
  let config: RunConfig;
  try {
    config = parseConfig(header.config);
  } catch (error) {
    throw refuse((error as Error).message);
  }
  if (version === 1) {
    // it does not say; beyond step 0 its record was always taken first
    const recorded = step > 0 ? { step, diverged: false } : null;
    const arrays = storedArrays(config);
    return { bitsRevision: 1, config, step, trainLoss, recorded, scalars: undefined, arrays };
  }
  const recorded = checkRecorded(header.recorded, step);
  const arrays = checkArrays(header.arrays, storedArrays(config));
  const scalars = checkScalars(header.scalars, config);
  const records = header.records === undefined ? undefined : checkRecords(header.records, step);
  const { bitsRevision: revision = FIRST_REVISION } = header;
  if (!(Number.isInteger(revision) && (revision as number) >= FIRST_REVISION))
    throw refuse(
      `bitsRevision: expected a whole number of at least ${FIRST_REVISION}, got ${show(revision)}`,
    );
  return {
    bitsRevision: revision as number,
    config,
    step,
    trainLoss,
    recorded,
    scalars,
    arrays,
    records,
  };
}

function checkRecorded(value: unknown, step: number): Recorded | null {
  if (value === null) return null;
  if (!isObject(value) || !isStep(value.step, step) || typeof value.diverged !== "boolean")
    throw refuse(`recorded: expected null or { step, diverged } up to step ${step}, got ${show(value)}`);
  return { step: value.step, diverged: value.diverged };
}

/** The arrays of the config, each once, in whatever order they are stored. */
function checkArrays(value: unknown, expected: StoredArray[]): StoredArray[] {
  const wanted = new Map(expected.map((array) => [array.name, array]));
  if (!Array.isArray(value)) throw refuse(`arrays: expected a list of { name, shape }, got ${show(value)}`);
  const arrays = value.map((entry: unknown, i): StoredArray => {
    const array = isObject(entry) ? wanted.get(String(entry.name)) : undefined;
    if (!array)
      throw refuse(`arrays.${i}: expected one of ${[...wanted.keys()].join(", ")}, got ${show(entry)}`);
    wanted.delete(array.name);
    const { shape } = entry as StoredArray;
    if (!Array.isArray(shape) || String(shape) !== String(array.shape))
      throw refuse(`arrays.${i}.shape: expected [${array.shape.join(", ")}], got ${show(shape)}`);
    return array;
  });
  if (wanted.size > 0) throw refuse(`arrays: expected ${[...wanted.keys()].join(", ")} as well`);
  return arrays;
}

const factorsOf = ({ optimizer }: RunConfig): Running => optimizerOf(optimizer).factors(optimizer);

/** The running products of the config's optimizer, from 0 to 1, all of them. */
function checkScalars(value: unknown, config: RunConfig): Running {
  const names = Object.keys(factorsOf(config));
  const running: Running = {};
  for (const name of names) {
    const product = isObject(value) ? value[name] : undefined;
    if (!(typeof product === "number" && product >= 0 && product <= 1))
      throw refuse(`scalars: expected ${names.join(" and ")} from 0 to 1, got ${show(value)}`);
    running[name] = product;
  }
  return running;
}

const isCell = (value: unknown): boolean =>
  value === null || ["number", "boolean", "string"].includes(typeof value);

function checkRecords(value: unknown, step: number): TrainingRecord[] {
  if (!Array.isArray(value)) throw refuse(`records: expected a list, got ${show(value)}`);
  for (const [i, record] of value.entries())
    if (
      !isObject(record) ||
      !isStep(record.step, step) ||
      (i > 0 && record.step <= value[i - 1].step) ||
      !Object.values(record).every(isCell)
    )
      throw refuse(`records.${i}: expected a record of a later step, up to ${step}, got ${show(record)}`);
  return value;
}
