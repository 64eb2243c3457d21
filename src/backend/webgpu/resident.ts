/**
 * Which runs a workgroup can hold for many steps in one dispatch, and how its work is cut: shaders/residentTokens.wgsl for the
 * smallest, with a thread a token, shaders/resident.wgsl for others.
 */
import type { RunConfig } from "../../config.js";
import { COUPLED_ADAM } from "../../kernel/constants.js";
import { optimizerOf } from "../../optimizer/index.js";

/** What a device offers. */
export interface ResidentLimits {
  /** Bytes that the threads of a workgroup share, and how many they may be. */
  workgroup: number;
  invocations: number;
  /** Buffers of one shader. */
  buffers: number;
}

/** Constants of resident.wgsl (of residentTokens.wgsl THREADS alone) beside those that all shaders have. */
export interface ResidentConstants {
  /** Threads of a workgroup. */
  THREADS: number;
  /** Inputs of a block. */
  SLOTS: number;
  /** Distinct inputs of a step, at most. */
  MOST: number;
  /** Whether the output matrix is kept in workgroup memory: 1, or 0. */
  RESIDENT: number;
  /** Quads of dimensions from one row of workgroup memory to the next. */
  STRIDE: number;
  /** Tokens of a tile of its gradient, and tiles of a thread. */
  TILE_ROWS: number;
  TILES: number;
  /** Whether the optimizer's state of it is kept in registers from step to step: 1, or 0. */
  KEEPS: number;
  /** Tokens of a tile of the logits. */
  LOGIT_ROWS: number;
  /** Parts of the vocabulary that a column is summed in. */
  PARTS: number;
  /** Bits of the count of one pair in a batch. */
  COUNT_BITS: number;
  /** Words of `scratch` that a member has. */
  SCRATCH: number;
}

export interface ResidentPlan {
  /** The shader that computes it; a workgroup a member. */
  shader: "resident" | "residentTokens";
  constants: Pick<ResidentConstants, "THREADS" | "SCRATCH"> & Partial<ResidentConstants>;
  threads: number;
  workgroupBytes: number;
  /** Buffers of the shader's head that this run does not have: they take no binding. */
  absent: string[];
}

/** Taken as given instead of chosen, to measure what is best. */
export type ResidentChoice = Partial<
  Pick<ResidentPlan, "shader"> &
    Pick<ResidentConstants, "THREADS" | "SLOTS" | "RESIDENT" | "TILE_ROWS" | "KEEPS" | "LOGIT_ROWS" | "PARTS">
>;

/** Pairs of a step that threads draw into their registers, and dimensions × tokens that they keep the gradient of. */
const MOST_PAIRS = 1024;
const PAIRS_OF_A_THREAD = 8;
const TILES_OF_A_THREAD = 2;
/** Quads of state that a thread keeps: with the gradient's as many, and half as many again for products, 8 are 150 registers. */
const KEPT = 8;
const TILE_ROWS = [1, 2, 4, 8];
/** Threads beyond which tiles become larger instead. */
const THREADS = 384;
const SLOTS = 32;
const PARTS = 16;
/** Buffers of the head of resident.wgsl. */
const BUFFERS = 12;
/** What a thread a token has registers for, and the pairs that so few threads draw in good time. */
const TOKENS = { vocabSize: 32, embeddingDim: 8, threads: 32, pairs: 4096 };

const roundUp = (x: number, to: number): number => Math.ceil(x / to) * to;

/** How a workgroup computes a run of this shape on such an adapter; undefined where it cannot. */
export function planResident(
  config: RunConfig,
  limits: ResidentLimits,
  choice: ResidentChoice = {},
): ResidentPlan | undefined {
  const ofTokens = choice.shader === "resident" ? undefined : planTokens(config, limits);
  if (ofTokens || choice.shader === "residentTokens") return ofTokens;
  const { vocabSize: V, embeddingDim: D, optimizer } = config;
  const exact = config.gradient === "exact";
  const pairs = exact ? 0 : config.batchSize;
  const absent = absentBuffers(config);
  // token and target of a pair share a word
  if (pairs > MOST_PAIRS || V > 0xffff || BUFFERS - absent.length > limits.buffers) return;
  const quads = Math.ceil(D / 4);
  const most = exact ? V : Math.min(V, pairs);
  const allowed = limits.invocations;
  const tilesOf = (rows: number) => Math.ceil(V / rows) * quads;
  const preferred = Math.min(THREADS, allowed);
  const tileRows =
    choice.TILE_ROWS ?? TILE_ROWS.find((rows) => tilesOf(rows) <= preferred) ?? (TILE_ROWS.at(-1) as number);
  const tiles = tilesOf(tileRows);
  const least = Math.min(Math.ceil(tiles / Math.ceil(tiles / preferred)), preferred);
  const threads = choice.THREADS ?? roundUp(Math.max(least, Math.ceil(pairs / PAIRS_OF_A_THREAD), 1), 32);
  const perThread = Math.ceil(tiles / threads);
  if (threads > allowed || perThread > TILES_OF_A_THREAD || Math.ceil(pairs / threads) > PAIRS_OF_A_THREAD)
    return;
  const { code, state } = optimizerOf(optimizer);
  const coupled = code(optimizer) === COUPLED_ADAM;
  const hasState = Object.keys(state(optimizer)).length > 0;
  for (const resident of choice.RESIDENT === undefined ? [1, 0] : [choice.RESIDENT])
    for (let slots = choice.SLOTS ?? Math.min(SLOTS, roundUp(most, 4)); slots >= 4; slots -= 4) {
      const constants: ResidentConstants = {
        THREADS: threads,
        SLOTS: slots,
        MOST: most,
        RESIDENT: resident,
        STRIDE: quads | 1,
        TILE_ROWS: tileRows,
        TILES: perThread,
        KEEPS: hasState ? (choice.KEEPS ?? (perThread * tileRows <= KEPT ? 1 : 0)) : 0,
        LOGIT_ROWS: choice.LOGIT_ROWS ?? logitRows(V, slots, threads),
        PARTS: Math.min(choice.PARTS ?? PARTS, V, Math.floor(threads / (slots / 4))),
        COUNT_BITS: pairs < 256 ? 8 : 16,
        SCRATCH: (most + 2) * D + (coupled ? 4 * tiles : 0),
      };
      const workgroupBytes = bytesOf(config, constants);
      if (workgroupBytes <= limits.workgroup)
        return { shader: "resident", constants, threads, workgroupBytes, absent };
      // with fewer at a time there would be more waiting than work
      if (choice.SLOTS !== undefined || slots <= 8) break;
    }
  return undefined;
}

function planTokens(config: RunConfig, limits: ResidentLimits): ResidentPlan | undefined {
  const { vocabSize: V, embeddingDim: D, gradient, batchSize, norm, optimizer } = config;
  const absent = [...absentBuffers(config), "scratch"];
  const pairs = gradient === "exact" ? 0 : batchSize;
  if (V > TOKENS.vocabSize || D > TOKENS.embeddingDim || pairs > TOKENS.pairs) return;
  const coupled = optimizerOf(optimizer).code(optimizer) === COUPLED_ADAM;
  const parts = (norm === "none" ? 1 : 2 * V * D) + (coupled ? 2 * V * D : 1);
  const workgroupBytes = 4 * (2 * V * V + 2 * V * D + 2 * D + V + parts + 1);
  if (workgroupBytes > limits.workgroup || BUFFERS - absent.length > limits.buffers) return;
  const { threads } = TOKENS;
  const constants = { THREADS: threads, SCRATCH: 0 };
  return { shader: "residentTokens", constants, threads, workgroupBytes, absent };
}

/** As tall as leaves most threads something to do. */
const logitRows = (V: number, slots: number, threads: number): number =>
  [4, 2].find((rows) => Math.ceil(V / rows) * (slots / 4) >= 0.4 * threads) ?? 1;

/** Bytes of all `var<workgroup>` together, each in its own alignment. */
function bytesOf(config: RunConfig, constants: ResidentConstants): number {
  const { vocabSize: V, norm, tied, gradient } = config;
  const { SLOTS, STRIDE, MOST, RESIDENT, PARTS, COUNT_BITS } = constants;
  const exact = gradient === "exact";
  const copies = norm !== "none" || !tied || !RESIDENT;
  const words = [
    RESIDENT ? 4 * V * STRIDE : 4,
    copies ? 4 * SLOTS * STRIDE : 4,
    V * SLOTS,
    3 * SLOTS,
    norm === "none" ? 2 : 2 * MOST,
    2 * PARTS * SLOTS,
    V,
    Math.ceil(V / 32),
    MOST,
    exact ? 1 : ((V * SLOTS) / 4) * (COUNT_BITS / 8),
    // slotCount, toDo, meanLoss
    3,
  ];
  return words.reduce((sum, count) => sum + roundUp(4 * count, 16), 0);
}

/** Arrays of both heads that a run has not: they take no binding. */
function absentBuffers({ norm, tied, optimizer }: RunConfig): string[] {
  const states = Object.keys(optimizerOf(optimizer).state(optimizer)).length;
  const suffixes = ["", "State", "State2"];
  const absent: string[] = [];
  for (const [name, present] of [
    ["embedding", true],
    ["unembedding", !tied],
    ["gainBias", norm !== "none"],
  ] as const)
    absent.push(...suffixes.slice(present ? 1 + states : 0).map((suffix) => name + suffix));
  return absent;
}
