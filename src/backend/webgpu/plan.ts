/** The buffers of a run on a GPU, in words of 4 bytes, and the constants of its shaders. */
import type { RunConfig } from "../../config.js";
import { SCALARS, TABLES, TOPICS } from "../../kernel/constants.js";
import { normCode } from "../../model/norm.js";
import { optimizerOf } from "../../optimizer/index.js";
import { targetKindOf } from "../targetKind.js";
import { CONTROL_WORDS, type Constants } from "./program.js";

export interface Plan {
  constants: Constants;
  buffers: Record<string, number>;
  /** Steps of one submission, at most. */
  steps: number;
  /** Distinct inputs of a step, and of a list, at most. */
  most: number;
  slots: number;
  /** Pairs of an evaluation's list, at most. */
  pairs: number;
  /** Different blocks of one submission, at most. */
  blockSlots: number;
  bytes: number;
  /** Bytes of the largest buffer. */
  largest: number;
}

/** Slots of a block, where a limit does not ask for fewer. */
const WIDTH = 128;
const ROWS = 256;
/** Words of the logits that are held at once, at most: 128 MiB of them. */
const LOGITS = 1 << 25;
const STEPS = 256;
const PAIRS = 65536;

const roundUp = (x: number, to: number): number => Math.ceil(x / to) * to;

export function planRun(config: RunConfig): Plan {
  const { vocabSize: V, embeddingDim: D, targets, tied, norm, optimizer } = config;
  const exact = config.gradient === "exact";
  const B = exact ? 0 : config.batchSize;
  const most = exact ? V : Math.min(V, B);
  const slots = Math.max(most, Math.min(V, 1024));
  const width = Math.max(16, Math.min(WIDTH, roundUp(slots, 16), Math.floor(LOGITS / V / 16) * 16));
  const chunks = Math.ceil(V / ROWS);
  const slices = Math.max(1, Math.min(64, Math.ceil(V / 256)));
  const kind = targetKindOf(config);
  const topics = kind === TOPICS && targets?.kind === "topics" ? targets : { count: 1, strength: 0 };
  const { state, code } = optimizerOf(optimizer);
  const shapes = Object.values(state(optimizer));
  const steps = Math.max(1, Math.min(STEPS, Math.floor(2 ** 22 / Math.max(1, B))));
  const pairs = Math.max(B, PAIRS);
  const threshold = topics.strength * 2 ** 32;
  const sizeOf = (shape: "parameter" | "row" | undefined) =>
    shape === undefined ? 1 : shape === "row" ? D : V * D;
  const buffers: Record<string, number> = {
    control: CONTROL_WORDS,
    keys: 2 * steps,
    scalars: SCALARS * steps,
    stepLosses: steps,
    aliasTable: 2 * V,
    probabilities: V,
    topicStarts: 2 * topics.count,
    targetTables:
      kind === TABLES && config.distribution.kind !== "corpus" ? 2 * V * V : kind === TOPICS ? 2 * V : 2,
    conditional: kind === TABLES ? V * V : topics.count,
    inputs: Math.max(1, B * steps),
    targets: Math.max(B * steps, pairs),
    firstPair: V,
    tokenSlot: V,
    distinct: slots,
    counts: slots,
    slots: pairs,
    leaders: Math.max(1, B),
    x: slots * D,
    moments: 2 * slots,
    logits: V * width,
    parts: 4 * chunks * width,
    columns: 4 * slots,
    losses: pairs,
    dxParts: slices * width * D,
    dx: most * D,
    gradient: V * D,
    gainBias: 2 * D,
    gainBiasParts: norm === "none" ? 2 : 2 * most * D,
    gainBiasState: 2 * D,
    gainBiasState2: 2 * D,
    shares: slots,
    entropies: slots,
    meanPrediction: V,
    embedding: V * D,
    embeddingState: sizeOf(shapes[0]),
    embeddingState2: sizeOf(shapes[1]),
  };
  if (!tied)
    Object.assign(buffers, {
      unembedding: V * D,
      unembeddingState: sizeOf(shapes[0]),
      unembeddingState2: sizeOf(shapes[1]),
    });
  const blockSlots = 8 + Math.ceil(slots / width) * 2;
  const sizes = Object.values(buffers);
  return {
    constants: {
      V,
      D,
      B: Math.max(1, B),
      WIDTH: width,
      ROWS,
      CHUNKS: chunks,
      SLICES: slices,
      NORM: normCode[norm],
      OPTIMIZER: code(optimizer),
      HAS_STATE: shapes.length > 0 ? 1 : 0,
      EXACT: exact ? 1 : 0,
      TARGET_KIND: kind,
      TOPIC_COUNT: topics.count,
      TOPIC_THRESHOLD: Math.min(0xffffffff, Math.ceil(threshold)),
      TOPIC_ALWAYS: threshold >= 2 ** 32 ? 1 : 0,
      TOPIC_STRENGTH: topics.strength,
    },
    buffers,
    steps,
    most,
    slots,
    pairs,
    blockSlots,
    bytes: 4 * sizes.reduce((sum, words) => sum + Math.max(4, words), 0) + 256 * blockSlots,
    largest: 4 * Math.max(...sizes),
  };
}
