/**
 * One run in linear memory: its sizes and where its arrays stand. The caller (src/backend/wasm/layout.ts, which lists
 * these fields in the same order) allocates everything and fills this in; kernels take a pointer to it.
 *
 * Matrices are row-major with rows of `stride` floats: D rounded up to 4, plus 16 where the row would otherwise be a
 * multiple of 512 bytes, so that rows do not fall into the same cache sets. Padding columns are zero and stay zero.
 */
@unmanaged
export class Run {
  // f64 first, so that they are aligned
  seed: f64;
  step: f64;
  loss: f64;
  meanEnergyShare: f64;
  /** Σ p: 1 up to rounding. */
  probabilitySum: f64;
  /** Topics: λ·2^32; a target keeps to its input's topic where the upper 32 bits of a random word are below it. */
  topicThreshold: f64;

  vocabSize: u32;
  dim: u32;
  stride: u32;
  batchSize: u32;
  tied: u32;
  /** 0 none, 1 layernorm, 2 rmsnorm */
  norm: u32;
  /** Which optimizer (optimizer.ts), and where the f64 scalars of the current update stand. */
  optimizer: u32;
  scalars: usize;
  /** 1 if steps take the gradient of the population loss (exact.ts). */
  exact: u32;
  /** 1 if steps are those of combined.ts. */
  combined: u32;
  /** Combined step: bytes of a row in a block of columns. */
  columnBytes: u32;
  /** Vocabulary rows of a chunk, which stays in the L2 cache. */
  chunkRows: u32;
  /** Chunks of a segment; partial sums of segments are added in segment order. */
  segmentChunks: u32;
  segments: u32;
  /** Most inputs of a block, a multiple of 8. */
  blockInputs: u32;
  /** u, the distinct inputs of the current batch; the number of the current block, the count of blocks, its inputs. */
  distinctCount: u32;
  block: u32;
  blocks: u32;
  blockCount: u32;
  /** Combined step: parts of the sum over columns, and blocks of columns in a part. */
  parts: u32;
  partBlocks: u32;
  /** Threads at work (1: the caller alone). */
  threads: u32;
  /** Whether the products take the tile for vectors of 256 bits (matmul.ts). */
  wide: u32;
  /** Control block of the threads (parallel.ts). */
  control: usize;
  /** Scratch of one thread; each loop's body lays it out. */
  scratch: usize;
  scratchBytes: u32;

  /** Each parameter, and the first and the second array of its optimizer's state; 0 where there is none. */
  embedding: usize;
  embeddingState: usize;
  embeddingState2: usize;
  /** When tied, the three addresses above. */
  unembedding: usize;
  unembeddingState: usize;
  unembeddingState2: usize;
  gain: usize;
  gainState: usize;
  gainState2: usize;
  bias: usize;
  biasState: usize;
  biasState2: usize;
  dGain: usize;
  dBias: usize;

  /** V f64 */
  probabilities: usize;
  /** V pairs of u32: threshold, alias. */
  aliasTable: usize;
  /**
   * How targets are drawn (source.ts). Topics: their number, the first column and the size of each one's alias table
   * (pairs of u32), and the tables, one after another (V pairs of u32). Tables: an alias table for each input (V × V
   * pairs of u32).
   */
  targetKind: u32;
  topicCount: u32;
  topicStarts: usize;
  targetTables: usize;
  /**
   * P(b|a), for expected losses and exact gradients. Topics, V f64 each: commonWeights[b], plus topicWeights[b] where a
   * and b share a topic. Tables: V × V f32, row b, column a; and V f64, Σ_b P(b|a) as stored.
   */
  commonWeights: usize;
  topicWeights: usize;
  targetProbabilities: usize;
  targetSums: usize;
  /** B u32 each. */
  inputs: usize;
  targets: usize;
  /** V u32: 1 + the slot of an input, which is its place among the distinct ones; 0 for a token that is no input. */
  slots: usize;
  /**
   * Entries of the batch (batch.ts): whether equal pairs are counted; how many entries; slot, target and count of each
   * (B u32 at most); where pairs are counted, the first entry of each slot (min(V, B) + 1 u32).
   */
  counted: u32;
  entryCount: u32;
  entrySlots: usize;
  entryTargets: usize;
  entryCounts: usize;
  entryStarts: usize;
  /**
   * V u32: 1 + the first entry with this target, 0 if none. B u32: 1 + the next entry with the same target; in a combined
   * step the address of the entry's logit.
   */
  targetHeads: usize;
  entryNext: usize;
  /** min(V, B) u32 each: the distinct inputs in order of appearance, and how often they occur. */
  distinct: usize;
  counts: usize;
  /** min(V, B) f32 each: mean and 1/σ of the rows under the norm. */
  rowMean: usize;
  rowScale: usize;
  /** min(V, B) × stride each: x = norm(E_a) of the distinct inputs, Σ of U_b over their targets, dL/dx. */
  x: usize;
  targetSum: usize;
  dx: usize;

  /** x transposed into panels of 16 columns (the last 8 or 16 wide), times log2 e. */
  panels: usize;
  /**
   * V × block width, in a combined step once a part: the current block's logits, later its probabilities. Between steps,
   * scratch of the spectrum and of symmetric.ts.
   */
  logits: usize;
  /** segments × block each: largest logits, where these are the shift; Σ of unnormalised probabilities. */
  segmentMax: usize;
  segmentSum: usize;
  /** segments × block f64: Σ of the logits, in base 2, of an input's targets. */
  segmentTargetLogits: usize;
  /** block × stride: the block's inputs times n/(B Z). */
  scaledX: usize;
  /** segments × block × stride: partial Σ_b P_jb U_b. */
  segmentDx: usize;
  /** block floats each: what makes G of probabilities (combined step n/(B Z), exact gradient p/Z); the softmax's shift in
   * base 2. */
  inputScale: usize;
  inputShift: usize;
  /** V × stride, only where a gradient is needed whole: batches of more than one block, exact gradients, coupled Adam. */
  gradient: usize;
  /** 1 if the update first needs Σ g² over the vocabulary (coupled Adam); chunks × stride f64 of partial sums. */
  squares: u32;
  chunkSquares: usize;
  /** Combined step, V u32 each: the tokens, distinct inputs first; the place of each token in that order. */
  order: usize;
  places: usize;
  /** 2 × stride f64: for sums over entries, and over blocks of inputs. */
  sumRows: usize;
  /** Lists of an evaluation: u32 inputs and f64 losses. */
  evaluationInputs: usize;
  evaluationLosses: usize;
  evaluationCount: u32;
  /** Inputs that an evaluation multiplies at once, a multiple of 8. */
  evaluationBlock: u32;
  /**
   * 1 if symmetric.ts evaluates all tokens. Its partial sums (blocks × V f64, then blocks × V f32) stand in `logits`;
   * here V f64 of expected logits and V f32 of shifts.
   */
  symmetric: u32;
  expectedLogits: usize;
  pairShifts: usize;
  /** Pairs of an evaluation: the first pair of each input (one more than inputs), targets (u32), losses (f64). */
  pairStarts: usize;
  pairTargets: usize;
  pairLosses: usize;
  /**
   * Predictions: weights of the listed inputs and entropies of their q_a (f64), shifts of their softmax (f32), and the mean
   * prediction Σ weight·q_a (V f64).
   */
  evaluationWeights: usize;
  evaluationEntropies: usize;
  evaluationShifts: usize;
  meanPrediction: usize;
  /** segments × evaluationBlock f64: Σ e·(logit − shift) with e = 2^(logit − shift). */
  predictionParts: usize;
}
