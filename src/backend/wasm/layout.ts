/**
 * Where a run's arrays stand in the kernel's memory: the one allocator. The fields are assembly/run.ts's, in its order.
 */
import { ConfigError, type RunConfig } from "../../config.js";
import { BLOCK_COLUMNS, INDEPENDENT, PAGE, SCALARS } from "../../kernel/constants.js";
import { normCode } from "../../model/norm.js";
import { parametersOf, type Weights } from "../../model/parameters.js";
import { optimizerOf } from "../../optimizer/index.js";
import { targetKindOf } from "../targetKind.js";
import { type SourceField, sourceBytes, topicCountOf } from "./source.js";

const doubles = ["seed", "step", "loss", "meanEnergyShare", "probabilitySum", "topicThreshold"] as const;
const words = [
  "vocabSize",
  "dim",
  "stride",
  "batchSize",
  "tied",
  "norm",
  "optimizer",
  "scalars",
  "exact",
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
  "threads",
  "wide",
  "control",
  "scratch",
  "scratchBytes",
  "embedding",
  "embeddingState",
  "embeddingState2",
  "unembedding",
  "unembeddingState",
  "unembeddingState2",
  "gain",
  "gainState",
  "gainState2",
  "bias",
  "biasState",
  "biasState2",
  "dGain",
  "dBias",
  "probabilities",
  "aliasTable",
  "targetKind",
  "topicCount",
  "topicStarts",
  "targetTables",
  "commonWeights",
  "topicWeights",
  "targetProbabilities",
  "targetSums",
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
  "squares",
  "chunkSquares",
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
  "pairStarts",
  "pairTargets",
  "pairLosses",
  "evaluationWeights",
  "evaluationEntropies",
  "evaluationShifts",
  "meanPrediction",
  "predictionParts",
] as const;

/** What the kernel calls the first and the second array of an optimizer's state. */
export const stateSuffixes = ["State", "State2"] as const;
type ParameterField = `${keyof Weights}${"" | (typeof stateSuffixes)[number]}`;

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

/** Inputs multiplied at once: at B = 128 every batch is one block. */
const BLOCK_INPUTS = 128;
/** Vocabulary rows of a chunk; with its logits about 80 kB at D = 100. */
const CHUNK_ROWS = 96;
/** Largest vocabulary evaluated by assembly/symmetric.ts: beyond it the partial sums outgrow a step's logits. */
const SYMMETRIC_ROWS = 16384;
/** Most segments of a forward pass, which threads share. */
const SEGMENTS = 24;
/** Largest vocabulary of the combined step: beyond it the saving is small. */
const COMBINED_ROWS = 512;
/** Most parts of the sum over columns in a combined step. */
const PARTS = 10;
/** Largest batch whose pairs are taken one by one; in a larger one equal pairs are counted first (assembly/batch.ts). */
const UNCOUNTED_PAIRS = 128;
/** Bytes of the threads' control block (assembly/parallel.ts). */
const CONTROL_BYTES = 384;
/** Steps whose scalars are handed to the kernel in one call. */
export const STEPS = 1024;
/** Fewest pairs that there is room to draw or evaluate in one call. */
const PAIRS = 4096;

const roundUp = (x: number, to: number): number => Math.ceil(x / to) * to;

export interface Layout {
  values: Record<WordField, number>;
  /** Address of the struct itself, of the steps' scalars, and of the spectrum's eigenvalues. */
  run: number;
  scalars: number;
  eigenvalues: number;
  /**
   * Columns of a block of the optimizer's state, which stands block after block (assembly/combined.ts); all of them in
   * other steps.
   */
  stateColumns: number;
  /** Pairs that one call draws or evaluates, and inputs that one call evaluates. */
  pairs: number;
  inputs: number;
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
 * Plans the memory of a run: weights and the optimizer's state, one block of probabilities (V × min(V, B, 128)), and
 * smaller arrays, some of them once a thread. A batch with more than 128 distinct inputs, an exact gradient or a
 * coupled Adam adds one gradient (V × D), low-rank targets 12 V² bytes.
 * @throws ConfigError when it would not fit into WebAssembly's 4 GiB
 */
export function planLayout(config: RunConfig, heapBase: number, threads = 1): Layout {
  const { vocabSize: V, embeddingDim: D } = config;
  const exact = config.gradient === "exact";
  const corpus = config.distribution.kind === "corpus";
  const B = exact ? 0 : config.batchSize;
  let stride = roundUp(D, 4);
  if (stride % 128 === 0) stride += 16;
  const most = exact ? V : Math.min(V, B);
  const blockInputs = Math.min(roundUp(Math.max(most, 1), 8), BLOCK_INPUTS);
  const targetKind = targetKindOf(config);
  const combined =
    !exact && config.tied && config.norm === "none" && V <= COMBINED_ROWS && most <= BLOCK_INPUTS;
  const columnBytes = 4 * (stride <= BLOCK_COLUMNS ? stride : BLOCK_COLUMNS + 16);
  const columnBlocks = Math.ceil(stride / BLOCK_COLUMNS);
  const partBlocks = combined ? Math.ceil(columnBlocks / PARTS) : 1;
  const parts = combined ? Math.ceil(columnBlocks / partBlocks) : 1;
  const evaluationBlock = Math.min(roundUp(V, 8), BLOCK_INPUTS);
  const evaluationBlocks = Math.ceil(V / evaluationBlock);
  const symmetric =
    config.tied &&
    config.norm === "none" &&
    targetKind === INDEPENDENT &&
    !corpus &&
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
  const optimizer = optimizerOf(config.optimizer);
  const state = Object.values(optimizer.state(config.optimizer));
  const squares = optimizer.needsWholeGradient?.(config.optimizer) ?? false;
  const pairwise = config.evaluation.kind === "sampled" || corpus;
  const conditional = targetKind !== INDEPENDENT || corpus;
  const pairs = pairwise ? Math.max(V, PAIRS) : 0;
  const list = evaluationListLength(config);
  // scratch of a thread: in a combined step columns, gradient and panels, else a chunk's gradient; or a block's evaluation
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
  const allocateIf = (needed: boolean, bytes: number): number => (needed ? allocate(bytes) : 0);
  const ofGeneralStep = (bytes: number) => allocate(combined ? 0 : bytes);
  const run = allocate(runBytes);
  const scalars = allocate(8 * SCALARS * STEPS);
  const eigenvalues = allocate(config.spectrum ? 8 * n : 0);
  const parameters = {} as Record<ParameterField, number>;
  for (const { name, rows } of parametersOf(config)) {
    parameters[name] = allocate(4 * rows * stride);
    for (const [i, suffix] of stateSuffixes.entries())
      parameters[`${name}${suffix}`] =
        state[i] === undefined ? 0 : allocate(4 * (state[i] === "row" ? 1 : rows) * stride);
  }
  for (const name of ["unembedding", "gain", "bias"] as const)
    for (const suffix of ["", ...stateSuffixes] as const)
      parameters[`${name}${suffix}`] ??= name === "unembedding" ? parameters[`embedding${suffix}`] : 0;
  const tables = Object.fromEntries(
    Object.entries(sourceBytes(config)).map(([name, bytes]) => [name, allocateIf(bytes > 0, bytes)]),
  ) as Record<SourceField, number>;
  const targets = allocate(4 * B);
  const values: Record<WordField, number> = {
    vocabSize: V,
    dim: D,
    stride,
    batchSize: B,
    tied: config.tied ? 1 : 0,
    norm: normCode[config.norm],
    optimizer: optimizer.code(config.optimizer),
    scalars,
    exact: exact ? 1 : 0,
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
    threads: 1,
    wide: 0,
    control: allocate(CONTROL_BYTES),
    scratch: allocate(threads * scratchBytes),
    scratchBytes,
    ...parameters,
    dGain: allocate(4 * stride),
    dBias: allocate(4 * stride),
    probabilities: allocate(8 * V),
    aliasTable: allocate(8 * V),
    targetKind,
    topicCount: topicCountOf(config),
    ...tables,
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
    targetSum: exact ? 0 : ofGeneralStep(4 * most * stride),
    dx: ofGeneralStep(4 * most * stride),
    panels: ofGeneralStep(4 * D * blockInputs),
    logits: allocate(Math.max(logitsBytes, spectrumBytes, pairBytes, 12 * V)),
    segmentMax: allocate(4 * segments * blockInputs),
    segmentSum: allocate(4 * segments * blockInputs),
    segmentTargetLogits: ofGeneralStep(8 * segments * blockInputs),
    scaledX: exact ? 0 : ofGeneralStep(4 * blockInputs * stride),
    segmentDx: ofGeneralStep(4 * segments * blockInputs * stride),
    inputScale: allocate(4 * blockInputs),
    inputShift: allocate(4 * blockInputs),
    gradient: allocateIf(exact || (!combined && squares) || most > blockInputs, 4 * V * stride),
    squares: squares ? 1 : 0,
    chunkSquares: allocateIf(squares && !combined, 8 * chunks * stride),
    order: allocate(combined ? 4 * V : 0),
    places: allocate(combined ? 4 * V : 0),
    sumRows: ofGeneralStep(16 * stride),
    evaluationInputs: allocate(4 * list),
    evaluationLosses: allocate(8 * list),
    evaluationCount: 0,
    evaluationBlock,
    symmetric: symmetric ? 1 : 0,
    expectedLogits: allocate(symmetric ? 8 * V : 0),
    pairShifts: allocate(symmetric ? 4 * (V + 3) : 0),
    pairStarts: allocateIf(pairs > 0, 4 * (list + 1)),
    pairTargets: allocateIf(pairs > 0, 4 * pairs),
    pairLosses: allocateIf(pairs > 0, 8 * pairs),
    evaluationWeights: allocateIf(conditional, 8 * list),
    evaluationEntropies: allocateIf(conditional, 8 * list),
    evaluationShifts: allocateIf(conditional, 4 * roundUp(list, 8)),
    meanPrediction: allocateIf(conditional, 8 * V),
    predictionParts: allocateIf(conditional, 8 * segments * evaluationBlock),
  };
  if (next > 65535 * PAGE)
    throw new ConfigError(
      `vocabSize × embeddingDim: this run takes ${next} bytes of memory, WebAssembly has ${65535 * PAGE} at most`,
    );
  // memory comes by the page
  const bytes = roundUp(next, PAGE);
  const stateColumns = combined ? Math.min(stride, BLOCK_COLUMNS) : stride;
  return { values, run, scalars, eigenvalues, stateColumns, pairs, inputs: list, bytes };
}
