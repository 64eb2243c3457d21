/** How runs lie on a device: the constants of their shaders, their stores and arrays, and how the vocabulary is cut. */
import type { RunConfig } from "../../config.js";
import { SCALARS, TABLES, TOPICS } from "../../kernel/constants.js";
import { normCode } from "../../model/norm.js";
import { optimizerOf } from "../../optimizer/index.js";
import { targetKindOf } from "../targetKind.js";
import { type Field, type FieldType, placesOf } from "./fields.js";
import { planResident, type ResidentChoice, type ResidentPlan } from "./resident.js";

/** What a device offers, in bytes and threads. */
export interface Limits {
  /** Bytes of one buffer, as a shader sees it. */
  binding: number;
  /** Bytes that the threads of a workgroup share, and how many they may be. */
  workgroup: number;
  invocations: number;
  /** Buffers of one shader. */
  buffers: number;
}

/** Rows of the vocabulary that are in one buffer of each kind: all of them where no limit asks for less. */
export interface Shard {
  firstRow: number;
  rows: number;
  firstTile: number;
  tiles: number;
  firstSlice: number;
  slices: number;
  firstChunk: number;
  chunks: number;
  firstGram: number;
  gramSlices: number;
}

/** What shaders are made for: the steps of a submission, by many workgroups or by one a member; or one list of inputs. */
export type Variant = "steps" | "resident" | "list";

export interface Plan {
  members: number;
  /** Equal plans have equal keys. */
  key: string;
  constants: Readonly<Record<string, number>>;
  variants: Readonly<Record<Variant, Record<string, number>>>;
  /** Buffers of several arrays. */
  stores: Readonly<Record<string, Record<string, Field>>>;
  /** Plain buffers, in words, of a shard where they have a row for every token. */
  arrays: Readonly<Record<string, number>>;
  shards: readonly Shard[];
  /** Those of the arrays that have a row for every token: each shard has its own. */
  sharded: ReadonlySet<string>;
  /** Steps of one submission, at most. */
  steps: number;
  /** The same where a workgroup does all steps of a member. */
  residentSteps: number;
  /** Slots of a block. */
  width: number;
  /** Blocks of a step. */
  blocks: number;
  /** Operations of a block of a step of one member. */
  blockCost: number;
  /** What dispatches are told, a set of words each: sets of one step, and room for those of several. */
  told: { step: number; capacity: number };
  /** Inputs and pairs of a list, at most. */
  slots: number;
  pairs: number;
  /** Tiles of dimensions that products are cut in. */
  dTiles: number;
  gramTiles: number;
  gramSide: number;
  /** How a workgroup holds a member for many steps; undefined where the large kernels do its steps. */
  resident: ResidentPlan | undefined;
  /** Whether an update waits for the whole gradient. */
  wholeGradient: boolean;
  bytes: number;
  /** Bytes of the largest buffer. */
  largest: number;
}

/** Tile sizes that a bench may try; what stands here is what is used. */
export interface Tiles {
  /** Workgroups that dx is spread over. */
  slices: number;
  /** Rows of the shallow side of a product that are in workgroup memory at a time. */
  depth: number;
  /** Rows of the vocabulary in one buffer, at most, where a limit asks for no fewer. */
  shardRows: number;
  /** How a workgroup holds a whole small model: chosen, or as given, or not at all. */
  resident: ResidentChoice | false;
}
export const defaultTiles: Tiles = { slices: 264, depth: 16, shardRows: 2 ** 32, resident: {} };
/** Parameters of a matrix that one workgroup is quicker with than many, and runs that are worth one each where there are more. */
const RESIDENT_SIZE = 12288;
const RESIDENT_MEMBERS = 32;

/** Slots of a block, at most. */
const WIDTH = 128;
/** Rows of one buffer, so that no dispatch over them has more workgroups than 65535 in a row. */
const MOST_ROWS = 2 ** 22 - 1024;
/** Rows that one thread sums up. */
const CHUNK_ROWS = 256;
/** Steps of a submission, and pairs of all of them, at most. */
const STEPS = 256;
const STEP_PAIRS = 2 ** 21;
/** Pairs and inputs of a list. */
const LIST_PAIRS = 2 ** 17;
const LIST_INPUTS = 1024;
/** Values of the slices of a Gram matrix that are read back. */
const GRAM_VALUES = 2 ** 22;

const roundUp = (x: number, to: number): number => Math.ceil(x / to) * to;
const clamp = (x: number, least: number, most: number): number => Math.max(least, Math.min(most, x));
const field = (type: FieldType, count: number): Field => ({ type, count: Math.max(1, count) });

/** @param sources token sources that differ */
export function planRuns(
  config: RunConfig,
  members: number,
  sources: number,
  limits: Limits,
  tiles: Tiles = defaultTiles,
): Plan {
  const { vocabSize: V, embeddingDim: D, targets, tied, norm, optimizer } = config;
  const M = members;
  const exact = config.gradient === "exact";
  const B = exact ? 1 : config.batchSize;
  const most = exact ? V : Math.min(V, B);
  const width = Math.min(WIDTH, roundUp(most, 16));
  const D4 = Math.ceil(D / 4);
  const groups = Math.ceil(D4 / 2);
  const dTiles = Math.ceil(groups / 16);
  const dGroups = Math.ceil(groups / dTiles);

  // 16 KiB are what every device has; most have 32
  const isSmall = limits.workgroup < 32768;
  const tokenGroups = Math.min(isSmall ? 8 : 16, Math.ceil(V / 8));
  const depthRows = isSmall ? Math.min(8, tiles.depth) : tiles.depth;
  const depth = depthOf(D4, isSmall ? 3 : 5);

  const perRow = 16 * Math.max(D4, width / 4);
  const fitting = Math.min(limits.binding / (perRow * M), tiles.shardRows, MOST_ROWS);
  const rowsOfShard = V <= fitting ? V : roundDown(fitting, 1024);
  const sliceRows = roundUp(
    Math.ceil(V / clamp(Math.round(tiles.slices / (dTiles * M)), 1, Math.ceil(V / 64))),
    16,
  );
  const gramSide = Math.min(V, D);
  const gramTiles = Math.ceil(gramSide / 128);
  const ofDimensions = D <= V;
  const gramSlices = clamp(Math.floor(GRAM_VALUES / (gramSide * gramSide * M)), 1, 64);
  const gramRows = roundUp(Math.ceil((ofDimensions ? V : D) / gramSlices), 8);
  const shards = shardsOf(V, rowsOfShard, {
    tile: 8 * tokenGroups,
    slice: sliceRows,
    chunk: CHUNK_ROWS,
    gram: ofDimensions ? gramRows : undefined,
    gramSlices: ofDimensions ? undefined : Math.ceil(D / gramRows),
  });
  const last = shards[shards.length - 1];
  const allChunks = last.firstChunk + last.chunks;
  const allSlices = last.firstSlice + last.slices;
  const allTiles = last.firstTile + last.tiles;
  const allGrams = last.firstGram + last.gramSlices;

  const kind = targetKindOf(config);
  const topics = kind === TOPICS && targets?.kind === "topics" ? targets : { count: 1, strength: 0 };
  const threshold = topics.strength * 2 ** 32;
  const { state, code, needsWholeGradient } = optimizerOf(optimizer);
  const shapes = Object.values(state(optimizer));
  const slots = clamp(Math.floor(2 ** 20 / M), Math.min(V, width), Math.min(V, Math.max(most, LIST_INPUTS)));
  const pairs = Math.max(256, Math.floor(LIST_PAIRS / M));
  const blocks = Math.ceil(most / width);
  const toldStep = 2 * shards.length * (blocks + 4) + 4;
  const wholeGradient = exact || blocks > 1 || (needsWholeGradient?.(optimizer) ?? false);
  const sampled = !exact;
  const drawnByHost = config.distribution.kind === "corpus";

  const resident =
    tiles.resident && !drawnByHost && (V * D <= RESIDENT_SIZE || M >= RESIDENT_MEMBERS)
      ? planResident(config, limits, tiles.resident)
      : undefined;
  // those that a workgroup does by itself need no room for their pairs
  const steps = resident ? 1 : clamp(Math.floor(STEP_PAIRS / (B * M)), 1, STEPS);
  const residentSteps = resident ? STEPS : 0;
  const parameter = 4 * M * rowsOfShard * D4;
  const stateWords = (shape: "parameter" | "row" | undefined) =>
    shape === undefined ? 4 : shape === "row" ? 4 * M * D4 : parameter;
  const gramWords = 4 * M * allGrams * gramSide * Math.ceil(gramSide / 4);
  const arrays: Record<string, number> = {
    embedding: parameter,
    embeddingState: stateWords(shapes[0]),
    embeddingState2: stateWords(shapes[1]),
    ...(resident ? { scratch: M * resident.constants.SCRATCH } : {}),
    ...(tied
      ? {}
      : {
          unembedding: parameter,
          unembeddingState: stateWords(shapes[0]),
          unembeddingState2: stateWords(shapes[1]),
        }),
    gainBias: 8 * M * D4,
    gainBiasState: 8 * M * D4,
    gainBiasState2: 8 * M * D4,
    logits: M * rowsOfShard * width,
    parts: 2 * M * allTiles * width,
    columnParts: 4 * M * allChunks * width,
    rowParts: 4 * M * allChunks * D4,
    dxParts: 4 * M * allSlices * width * D4,
    gradient: wholeGradient ? parameter : 4,
    // one that is too large is the host's to make
    gram: gramWords * 4 <= limits.binding ? gramWords : 4,
  };
  /** What a list of an evaluation has of it is less: its pairs come sorted from the host. */
  const listOf = (
    lists: number,
    length: number,
    inputs: number,
    isGrouped: boolean,
  ): Record<string, Field> => {
    const own = isGrouped ? M * lists : 0;
    return {
      distinctCount: field("u32", M * lists),
      pairCount: field("u32", M),
      inputs: field("u32", M * lists * length),
      targets: field("u32", M * lists * length),
      distinct: field("u32", M * lists * inputs),
      pairs: field("vec2u", M * lists * length),
      starts: field("u32", own * (inputs + 1)),
      counts: field("u32", own * inputs),
      keptCounts: field("u32", own * inputs),
      places: field("vec4u", own * length),
      weights: field("u32", own * length),
    };
  };
  const stores: Record<string, Record<string, Field>> = {
    run: {
      control: field("Control", M),
      members: field("Member", M),
      scalars: field("f32", M * Math.max(steps, residentSteps) * SCALARS),
    },
    tables: {
      aliasTable: field("vec2u", sources * V),
      targetTables: field(
        "vec2u",
        sources * (kind === TABLES && !drawnByHost && sampled ? V * V : kind === TOPICS ? V : 1),
      ),
      probabilities: field("f32", sources * V),
      conditional: field("f32", sources * (kind === TABLES ? V * V : topics.count)),
    },
    batch: listOf(steps, B, exact ? 1 : most, sampled),
    list: listOf(1, pairs, slots, false),
    work: {
      x: field("vec4f", M * width * D4),
      dx: field("vec4f", M * most * D4),
      gainBiasParts: field("vec4f", norm === "none" ? 1 : M * most * 2 * D4),
      moments: field("vec2f", M * width),
      tokenSlot: field("vec2u", sampled ? M * V : 1),
      most: field("f32", M * width),
      factor: field("f32", M * width),
      logSum: field("f32", M * width),
      slotLoss: field("f32", M * most),
    },
    results: {
      meanRow: field("vec4f", M * D4),
      losses: field("f32", M * pairs),
      inputLosses: field("f32", M * slots),
      entropies: field("f32", M * slots),
      shares: field("f32", M * slots),
      meanPrediction: field("f32", M * V),
    },
  };
  const storeWords = Object.values(stores).map((fields) => placesOf(fields).words);
  const sharded = new Set(
    Object.keys(arrays).filter(
      (name) =>
        ["embedding", "unembedding", "logits", "gradient"].includes(name) ||
        (name.endsWith("embeddingState") && shapes[0] === "parameter") ||
        (name.endsWith("embeddingState2") && shapes[1] === "parameter"),
    ),
  );
  const bytes = Object.entries(arrays).reduce(
    (sum, [name, words]) => sum + 4 * words * (sharded.has(name) ? shards.length : 1),
    storeWords.reduce((sum, words) => sum + 4 * words, 0),
  );
  const plan = {
    members,
    constants: {
      V,
      D,
      D4,
      ROWS: rowsOfShard,
      WIDTH: width,
      TILES: allTiles,
      SLICES: allSlices,
      SLICE_ROWS: sliceRows,
      CHUNKS: allChunks,
      CHUNK_ROWS,
      TOKEN_GROUPS: tokenGroups,
      D_GROUPS: dGroups,
      DEPTH: depth,
      LANES: Math.min(32, D4),
      PARTS: Math.min(8, allSlices),
      PIECE: B <= 64 ? roundUp(B, 8) : 256,
      DEPTH_ROWS: depthRows,
      GRAM_SIDE: gramSide,
      GRAM_TILES: gramTiles,
      GRAM_SLICES: allGrams,
      GRAM_ROWS: gramRows,
      OF_DIMENSIONS: ofDimensions ? 1 : 0,
      TIED: tied ? 1 : 0,
      NORM: normCode[norm],
      OPTIMIZER: code(optimizer),
      HAS_STATE: shapes.length > 0 ? 1 : 0,
      TARGET_KIND: kind,
      TOPIC_COUNT: topics.count,
      TOPIC_THRESHOLD: Math.min(0xffffffff, Math.ceil(threshold)),
      TOPIC_ALWAYS: threshold >= 2 ** 32 ? 1 : 0,
      TOPIC_STRENGTH: topics.strength,
    },
    variants: {
      steps: { B, MOST: most, STEPS: steps, EVERY_INPUT: exact ? 1 : 0 },
      resident: { B, STEPS: residentSteps, EVERY_INPUT: exact ? 1 : 0, ...resident?.constants },
      list: { B: pairs, MOST: slots, STEPS: 1, EVERY_INPUT: 0 },
    },
    stores,
    arrays,
    shards,
    sharded,
    steps,
    residentSteps,
    width,
    blocks,
    told: { step: toldStep, capacity: 2 * toldStep + 512 + Math.min(toldStep * steps, 8192) },
    blockCost: 6 * width * V * D,
    slots,
    pairs,
    dTiles,
    gramTiles,
    gramSide,
    wholeGradient,
    resident,
    bytes,
    largest: 4 * Math.max(...storeWords, ...Object.values(arrays)),
  };
  return { ...plan, key: JSON.stringify([plan.constants, plan.variants, plan.stores]) };
}

const roundDown = (x: number, to: number): number => Math.max(to, Math.floor(x / to) * to);

/** Vectors of four dimensions that a product takes at a time: what D is best divided by. */
function depthOf(D4: number, most: number): number {
  let best = 1;
  for (let depth = 1; depth <= most; depth++)
    if (roundUp(D4, depth) - depth / 4 <= roundUp(D4, best) - best / 4) best = depth;
  return best;
}

function shardsOf(
  V: number,
  rowsOfShard: number,
  per: {
    tile: number;
    slice: number;
    chunk: number;
    gram: number | undefined;
    gramSlices: number | undefined;
  },
): Shard[] {
  const shards: Shard[] = [];
  let at = { firstRow: 0, firstTile: 0, firstSlice: 0, firstChunk: 0, firstGram: 0 };
  while (at.firstRow < V) {
    const rows = Math.min(rowsOfShard, V - at.firstRow);
    const shard = {
      ...at,
      rows,
      tiles: Math.ceil(rows / per.tile),
      slices: Math.ceil(rows / per.slice),
      chunks: Math.ceil(rows / per.chunk),
      gramSlices: per.gramSlices ?? Math.ceil(rows / (per.gram as number)),
    };
    shards.push(shard);
    at = {
      firstRow: at.firstRow + rows,
      firstTile: at.firstTile + shard.tiles,
      firstSlice: at.firstSlice + shard.slices,
      firstChunk: at.firstChunk + shard.chunks,
      firstGram: at.firstGram + shard.gramSlices,
    };
  }
  return shards;
}
