import type { RunConfigInput } from "../../src/config.js";

/** Every architecture. */
export const architectures = [true, false].flatMap((tied) =>
  (["none", "layernorm", "rmsnorm"] as const).map((norm) => ({ tied, norm })),
);

/** Sizes around every edge: tiles of 2 and 4 rows, 8 and 16 columns, chunks of 96 rows, blocks of 128 inputs and 192 columns. */
export const raggedSizes: Pick<RunConfigInput, "vocabSize" | "embeddingDim" | "batchSize">[] = [
  [1, 1, 1],
  [2, 3, 1],
  [3, 4, 2],
  [4, 5, 3],
  [5, 1, 7],
  [7, 8, 4],
  [11, 12, 13],
  [12, 13, 24],
  [13, 16, 5],
  [37, 19, 25],
  [95, 33, 48],
  [96, 40, 33],
  [97, 17, 150],
  [191, 7, 48],
  [192, 24, 33],
  [193, 9, 150],
  [385, 20, 300],
  [2500, 6, 64],
  [30, 128, 12],
  [6, 195, 8],
  [6, 515, 8],
  [99, 390, 40],
].map(([vocabSize, embeddingDim, batchSize]) => ({ vocabSize, embeddingDim, batchSize }));
