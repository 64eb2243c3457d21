/**
 * Where a run's arrays stand in the kernel's memory: the one allocator. The fields are assembly/run.ts's, in its order.
 */
import { ConfigError, type RunConfig } from "../../config.js";

const doubles = [
  "seed",
  "step",
  "beta1",
  "beta2",
  "eps",
  "beta1Power",
  "beta2Power",
  "stepSize",
  "secondScale",
  "loss",
  "meanEnergyShare",
  "probabilitySum",
] as const;
const words = [
  "vocabSize",
  "dim",
  "stride",
  "batchSize",
  "tied",
  "norm",
  "combined",
  "columnBytes",
  "chunkRows",
  "segmentChunks",
  "segments",
  "blockInputs",
  "distinctCount",
  "block",
  "blocks",
  "blockCount",
  "parts",
  "partBlocks",
  "members",
  "wide",
  "crew",
  "scratch",
  "scratchBytes",
  "embedding",
  "embeddingFirst",
  "embeddingSecond",
  "unembedding",
  "unembeddingFirst",
  "unembeddingSecond",
  "gain",
  "gainFirst",
  "gainSecond",
  "bias",
  "biasFirst",
  "biasSecond",
  "dGain",
  "dBias",
  "probabilities",
  "aliasTable",
  "inputs",
  "targets",
  "slots",
  "counted",
  "entryCount",
  "entrySlots",
  "entryTargets",
  "entryCounts",
  "entryStarts",
  "targetHeads",
  "entryNext",
  "distinct",
  "counts",
  "rowMean",
  "rowScale",
  "x",
  "targetSum",
  "dx",
  "panels",
  "logits",
  "segmentMax",
  "segmentSum",
  "segmentTargetLogits",
  "scaledX",
  "segmentDx",
  "inputScale",
  "inputShift",
  "gradient",
  "order",
  "places",
  "sumRows",
  "evaluationInputs",
  "evaluationLosses",
  "evaluationCount",
  "evaluationBlock",
  "symmetric",
  "expectedLogits",
  "pairShifts",
  "sampleStarts",
  "sampleTargets",
] as const;

export type DoubleField = (typeof doubles)[number];
export type WordField = (typeof words)[number];

export const doubleIndex = Object.fromEntries(doubles.map((name, i) => [name, i])) as Record<
  DoubleField,
  number
>;
export const wordIndex = Object.fromEntries(words.map((name, i) => [name, 2 * doubles.length + i])) as Record<
  WordField,
  number
>;
export const runBytes = 8 * doubles.length + 4 * words.length;

/** Bytes by which WebAssembly's memory grows. */
export const PAGE = 65536;
/** Inputs multiplied at once: at B = 128 every batch is one block. */
const BLOCK_INPUTS = 128;
/** Vocabulary rows of a chunk; with its logits about 80 kB at D = 100. */
const CHUNK_ROWS = 96;
/** Largest vocabulary whose symmetric logits are evaluated by halves: beyond it the partial sums outgrow a step's logits. */
const SYMMETRIC_ROWS = 16384;
/** Partial sums over the vocabulary: what threads share of a forward pass. */
const SEGMENTS = 24;
/** Largest vocabulary of the combined step: beyond it there is little left to save. */
const COMBINED_ROWS = 512;
/** Columns of a block of it, of its moments, and of a chunk's gradient (DEPTH of assembly/logits.ts). */
const BLOCK_COLUMNS = 192;
/** Partial sums over the blocks of columns there. */
const PARTS = 10;
/** Largest batch whose pairs are taken one by one; of a larger one distinct pairs are counted first (assembly/batch.ts). */
const UNCOUNTED_PAIRS = 128;
/** Bytes of the crew's control block (assembly/crew.ts). */
const CREW_BYTES = 384;
/** Steps whose rates are handed to the kernel in one call. */
export const RATES = 4096;

const roundUp = (x: number, to: number): number => Math.ceil(x / to) * to;

export interface Layout {
  values: Record<WordField, number>;
  /** Address of the struct itself, of the rates, and of the spectrum's eigenvalues. */
  run: number;
  rates: number;
  eigenvalues: number;
  /** Columns of a block of the moments, which stand block after block (assembly/combined.ts); all of them in other steps. */
  momentColumns: number;
  /** Bytes of memory in all, whole pages. */
  bytes: number;
}

/** Inputs that one evaluation lists. */
const evaluationListLength = (config: RunConfig): number => {
  const { evaluation, vocabSize } = config;
  if (evaluation.kind === "stratified")
    return Math.max(Math.min(evaluation.exactInputs, vocabSize), evaluation.sampledInputs, BLOCK_INPUTS);
  return Math.max(vocabSize, BLOCK_INPUTS);
};

/**
 * Plans the memory of a run: weights and two moments, one block of probabilities (V × min(V, B, 128)), and what is
 * small beside them, some of it once a thread. A batch with more than 128 distinct inputs adds one gradient (V × D).
 * @throws ConfigError when it would not fit into WebAssembly's 4 GiB
 */
export function planLayout(config: RunConfig, heapBase: number, threads = 1): Layout {
  const { vocabSize: V, embeddingDim: D, batchSize: B } = config;
  let stride = roundUp(D, 4);
  if (stride % 128 === 0) stride += 16;
  const most = Math.min(V, B);
  const blockInputs = Math.min(roundUp(Math.max(most, 1), 8), BLOCK_INPUTS);
  const combined = config.tied && config.norm === "none" && V <= COMBINED_ROWS && most <= BLOCK_INPUTS;
  const columnBytes = 4 * (stride <= BLOCK_COLUMNS ? stride : BLOCK_COLUMNS + 16);
  const columnBlocks = Math.ceil(stride / BLOCK_COLUMNS);
  const partBlocks = combined ? Math.ceil(columnBlocks / PARTS) : 1;
  const parts = combined ? Math.ceil(columnBlocks / partBlocks) : 1;
  const evaluationBlock = Math.min(roundUp(V, 8), BLOCK_INPUTS);
  const evaluationBlocks = Math.ceil(V / evaluationBlock);
  const symmetric =
    config.tied &&
    config.norm === "none" &&
    config.evaluation.kind === "exact" &&
    evaluationBlocks > 1 &&
    V <= SYMMETRIC_ROWS;
  const chunks = Math.ceil(V / CHUNK_ROWS);
  const segmentChunks = Math.ceil(chunks / SEGMENTS);
  const segments = Math.ceil(chunks / segmentChunks);
  const n = Math.min(V, D);
  const even = roundUp(n, 2);
  const spectrumBytes = config.spectrum ? 8 * (n * even + 64 * even + 4 * even + D) : 0;
  const pairBytes = symmetric ? 12 * evaluationBlocks * V : 0;
  const counted = B > UNCOUNTED_PAIRS;
  const logitsBytes = 4 * parts * V * blockInputs;
  const sampled = config.evaluation.kind === "sampled" ? config.evaluation.size : 0;
  const list = evaluationListLength(config);
  // a member's space: columns, gradient and panels, or a chunk's gradient; and what a block of inputs takes to evaluate
  const stepScratch = combined
    ? 2 * V * columnBytes + 4 * BLOCK_COLUMNS * blockInputs
    : 4 * CHUNK_ROWS * Math.min(stride, BLOCK_COLUMNS) + (counted ? 8 * stride : 0);
  const evaluationScratch = 4 * evaluationBlock * (stride + D + Math.max(CHUNK_ROWS, evaluationBlock) + 5);
  const scratchBytes = roundUp(Math.max(stepScratch, evaluationScratch), 64);

  let next = roundUp(heapBase, 64);
  const allocate = (bytes: number): number => {
    const at = next;
    next = roundUp(next + bytes, 64);
    return at;
  };
  const matrix = () => allocate(4 * V * stride);
  const row = () => allocate(4 * stride);
  const ofGeneralStep = (bytes: number) => allocate(combined ? 0 : bytes);
  const run = allocate(runBytes);
  const rates = allocate(8 * RATES);
  const eigenvalues = allocate(config.spectrum ? 8 * n : 0);
  const embedding = matrix();
  const embeddingFirst = matrix();
  const embeddingSecond = matrix();
  const targets = allocate(4 * B);
  const values: Record<WordField, number> = {
    vocabSize: V,
    dim: D,
    stride,
    batchSize: B,
    tied: config.tied ? 1 : 0,
    norm: { none: 0, layernorm: 1, rmsnorm: 2 }[config.norm],
    combined: combined ? 1 : 0,
    columnBytes,
    chunkRows: CHUNK_ROWS,
    segmentChunks,
    segments,
    blockInputs,
    distinctCount: 0,
    block: 0,
    blocks: 0,
    blockCount: 0,
    parts,
    partBlocks,
    members: 1,
    wide: 0,
    crew: allocate(CREW_BYTES),
    scratch: allocate(threads * scratchBytes),
    scratchBytes,
    evaluationCount: 0,
    evaluationBlock,
    embedding,
    embeddingFirst,
    embeddingSecond,
    unembedding: config.tied ? embedding : matrix(),
    unembeddingFirst: config.tied ? embeddingFirst : matrix(),
    unembeddingSecond: config.tied ? embeddingSecond : matrix(),
    gain: row(),
    gainFirst: row(),
    gainSecond: row(),
    bias: row(),
    biasFirst: row(),
    biasSecond: row(),
    dGain: row(),
    dBias: row(),
    probabilities: allocate(8 * V),
    aliasTable: allocate(8 * V),
    inputs: allocate(4 * B),
    targets,
    slots: allocate(4 * V),
    counted: counted ? 1 : 0,
    entryCount: counted ? 0 : B,
    entrySlots: allocate(4 * B),
    entryTargets: counted ? allocate(4 * B) : targets,
    entryCounts: allocate(4 * B),
    entryStarts: allocate(counted ? 4 * (most + 1) : 0),
    targetHeads: allocate(4 * V),
    entryNext: allocate(4 * B),
    distinct: allocate(4 * most),
    counts: allocate(4 * most),
    rowMean: allocate(4 * most),
    rowScale: allocate(4 * most),
    x: ofGeneralStep(4 * most * stride),
    targetSum: ofGeneralStep(4 * most * stride),
    dx: ofGeneralStep(4 * most * stride),
    panels: ofGeneralStep(4 * D * blockInputs),
    logits: allocate(Math.max(logitsBytes, spectrumBytes, pairBytes, 12 * V)),
    segmentMax: allocate(4 * segments * blockInputs),
    segmentSum: allocate(4 * segments * blockInputs),
    segmentTargetLogits: ofGeneralStep(8 * segments * blockInputs),
    scaledX: ofGeneralStep(4 * blockInputs * stride),
    segmentDx: ofGeneralStep(4 * segments * blockInputs * stride),
    inputScale: allocate(4 * blockInputs),
    inputShift: allocate(4 * blockInputs),
    gradient: most > blockInputs ? matrix() : 0,
    order: allocate(combined ? 4 * V : 0),
    places: allocate(combined ? 4 * V : 0),
    sumRows: ofGeneralStep(16 * stride),
    evaluationInputs: allocate(4 * list),
    evaluationLosses: allocate(8 * list),
    symmetric: symmetric ? 1 : 0,
    expectedLogits: allocate(symmetric ? 8 * V : 0),
    pairShifts: allocate(symmetric ? 4 * (V + 3) : 0),
    sampleStarts: allocate(sampled ? 4 * (V + 1) : 0),
    sampleTargets: allocate(4 * sampled),
  };
  if (next > 65535 * PAGE)
    throw new ConfigError(
      `vocabSize × embeddingDim: this run takes ${next} bytes of memory, WebAssembly has ${65535 * PAGE} at most`,
    );
  // memory comes by the page
  const bytes = roundUp(next, PAGE);
  const momentColumns = combined ? Math.min(stride, BLOCK_COLUMNS) : stride;
  return { values, run, rates, eigenvalues, momentColumns, bytes };
}
