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
  /** Topics: λ·2^32, what the upper half of a random word is held against. */
  topicThreshold: f64;

  vocabSize: u32;
  dim: u32;
  stride: u32;
  batchSize: u32;
  tied: u32;
  /** 0 none, 1 layernorm, 2 rmsnorm */
  norm: u32;
  /** Which optimizer (optimizer.ts), and where the f64 scalars of the update in hand are. */
  optimizer: u32;
  scalars: usize;
  /** 1 if steps take the gradient of the population loss (exact.ts). */
  exact: u32;
  /** 1 if a step takes the combined products of combined.ts. */
  combined: u32;
  /** Bytes of a row of a block of columns there. */
  columnBytes: u32;
  /** Vocabulary rows of a chunk: what stays in the L2 cache, and the grain of every sum over the vocabulary. */
  chunkRows: u32;
  /** Chunks of a segment; partial sums of segments are added in segment order. */
  segmentChunks: u32;
  segments: u32;
  /** Most inputs that are multiplied at once, a multiple of 8. */
  blockInputs: u32;
  /** Distinct inputs of the current batch, u, and the block of them in hand: its number, how many there are, its inputs. */
  distinctCount: u32;
  block: u32;
  blocks: u32;
  blockCount: u32;
  /** Combined step: parts that the sum over columns is cut into, and blocks of columns in each. */
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

  /** Each parameter with the first and the second array of its optimizer's state; 0 for what there is none of. */
  embedding: usize;
  embeddingState: usize;
  embeddingState2: usize;
  /** The same three as above when tied. */
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
  /** How targets are drawn (source.ts). Topics: how many, their alias tables one after another (V pairs of u32), and where
   * each begins and how many tokens it has (pairs of u32). Tables: an alias table an input (V × V pairs of u32). */
  targetKind: u32;
  topicCount: u32;
  topicStarts: usize;
  targetTables: usize;
  /** What a target's logit counts in the expected loss of an input. Topics: V f64 each, for any input and for those of its
   * topic. Tables: V × V f32, row b for the inputs a, and V f64, what they sum to for each input. */
  commonWeights: usize;
  topicWeights: usize;
  targetProbabilities: usize;
  targetSums: usize;
  /** B u32 each. */
  inputs: usize;
  targets: usize;
  /** V u32: 1 + the place of an input among the distinct ones, 0 if it is not there. */
  slots: usize;
  /** Entries of the batch (batch.ts): u32 each of slot, target and count, at most B; whether a batch is counted; of a
   * counted one, where the entries of each slot begin (min(V, B) + 1 u32). */
  counted: u32;
  entryCount: u32;
  entrySlots: usize;
  entryTargets: usize;
  entryCounts: usize;
  entryStarts: usize;
  /** V u32: 1 + the first entry with this target, 0 if none; an entry's: 1 + the next one with the same target, in a
   * combined step the address of its logit. */
  targetHeads: usize;
  entryNext: usize;
  /** min(V, B) u32 each: the distinct inputs in order of appearance, and how often they occur. */
  distinct: usize;
  counts: usize;
  /** min(V, B) f32 each: mean and 1/σ of the rows under the norm. */
  rowMean: usize;
  rowScale: usize;
  /** min(V, B) × stride each: normalised inputs, Σ of their targets' unembeddings, gradients. */
  x: usize;
  targetSum: usize;
  dx: usize;

  /** x transposed into panels of 16 columns (the last 8 or 16 wide), times log2 e. */
  panels: usize;
  /** V × block width (parts of them in a combined step): logits, then probabilities, of the current block.
   * Scratch of the spectrum and of symmetric.ts between steps. */
  logits: usize;
  /** segments × block each: largest logits, where the shift asks for them, and sums of probabilities. */
  segmentMax: usize;
  segmentSum: usize;
  /** segments × block f64: sums of the logits, in base 2, of an input's targets. */
  segmentTargetLogits: usize;
  /** block × stride: the block's inputs times n/(B Z). */
  scaledX: usize;
  /** segments × block × stride: partial Σ_b P_jb U_b. */
  segmentDx: usize;
  /** block floats each: n/(B Z), of a combined step, and the shift of the softmax in base 2. */
  inputScale: usize;
  inputShift: usize;
  /** V × stride, only where a gradient is needed whole: batches of more than one block, exact gradients, coupled Adam. */
  gradient: usize;
  /** 1 if an update needs the sums of the gradient's squares first; chunks × stride f64 of them. */
  squares: u32;
  chunkSquares: usize;
  /** Combined step: V u32, the distinct inputs first, and the place of each token there. */
  order: usize;
  places: usize;
  /** 2 × stride f64: rows that sums over entries, or over blocks of inputs, are formed in. */
  sumRows: usize;
  /** Lists of an evaluation: u32 inputs and f64 losses. */
  evaluationInputs: usize;
  evaluationLosses: usize;
  evaluationCount: u32;
  /** Inputs that an evaluation multiplies at once, a multiple of 8. */
  evaluationBlock: u32;
  /** 1 if all tokens are evaluated by symmetric.ts: partial sums (blocks × V f64, then blocks × V f32) in `logits`, V f64 of
   * expected logits and V f32 of shifts here. */
  symmetric: u32;
  expectedLogits: usize;
  pairShifts: usize;
  /** Pairs of an evaluation: where each input's begin (one more than inputs), targets (u32) and losses (f64). */
  pairStarts: usize;
  pairTargets: usize;
  pairLosses: usize;
  /** Predictions: f64 weights and entropies of the listed inputs, their softmax's shifts (f32), and V f64, the mean of what
   * they predict. */
  evaluationWeights: usize;
  evaluationEntropies: usize;
  evaluationShifts: usize;
  meanPrediction: usize;
  /** segments × evaluationBlock f64. */
  predictionParts: usize;
}
