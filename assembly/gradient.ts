/** The gradient of U, a chunk of its rows at a time, and the way back through the norm into E's rows, gain and bias. */
import { blockWidth, DEPTH } from "./logits";
import { multiply } from "./matmul";
import { word, words } from "./memory";
import { normBackward } from "./norm";
import { Run } from "./run";
import { addRow, addScaledRow, addSquares, addToDoubles, fromDoubles } from "./vector";

/** out (rows × width floats) ← Σ_j P_bj scaledX_j, columns d … d + width, for one chunk and the block in hand. */
export function chunkGradient(run: Run, out: usize, outStride: usize, chunk: u32, rows: u32, d: u32, width: u32): void {
  const count = run.blockCount;
  const widthBytes = words(blockWidth(count));
  const rowBytes = words(run.stride);
  multiply(
    out, outStride, run.logits + chunk * run.chunkRows * widthBytes, widthBytes, 4,
    word(run.scaledX, d), rowBytes, rows, width, count, false, run.wide,
  );
}

/** Where the gradient is needed whole: run.gradient's chunk += the current block's dU, targets not yet subtracted. */
export function accumulateChunk(run: Run, chunk: u32, thread: u32): void {
  const row = chunk * run.chunkRows;
  const rows = min(run.chunkRows, run.vocabSize - row);
  const rowBytes = words(run.stride);
  if (run.block == 0) {
    chunkGradient(run, run.gradient + row * rowBytes, rowBytes, chunk, rows, 0, run.stride);
    return;
  }
  const part = run.scratch + <usize>thread * run.scratchBytes;
  for (let d: u32 = 0; d < run.stride; d += DEPTH) {
    const width = min(DEPTH, run.stride - d);
    const widthBytes = words(width);
    chunkGradient(run, part, widthBytes, chunk, rows, d, width);
    let to = word(run.gradient + row * rowBytes, d);
    for (let from = part; from < part + rows * widthBytes; from += widthBytes) {
      addRow(to, from, widthBytes);
      to += rowBytes;
    }
  }
}

/**
 * gradient (`rows` rows from token `row` on; of each `bytes` bytes, from byte `columns` of the whole row on) −= Σ x/B
 * over the entries with that target, and += dx when tied.
 */
export function addTargets(
  run: Run, gradient: usize, bytes: usize, row: u32, rows: u32, columns: usize, sumRow: usize,
): void {
  const rowBytes = words(run.stride);
  const minusPerPair = -1.0 / f64(run.batchSize);
  for (let token = words(row); token < words(row + rows); token += 4) {
    let entry = load<u32>(run.targetHeads + token);
    const summed = run.counted && entry != 0;
    if (summed) memory.fill(sumRow, 0, bytes << 1);
    // only now: a count subtracted from unnormalised probabilities would round away
    while (entry != 0) {
      const at = words(entry - 1);
      const x = run.x + load<u32>(run.entrySlots + at) * rowBytes + columns;
      if (summed) addToDoubles(sumRow, x, f64(load<u32>(run.entryCounts + at)), bytes);
      else addScaledRow(gradient, x, f32(minusPerPair), bytes);
      entry = load<u32>(run.entryNext + at);
    }
    if (summed) fromDoubles(gradient, sumRow, minusPerPair, true, bytes);
    if (run.tied) {
      const slot = load<u32>(run.slots + token);
      if (slot) addRow(gradient, run.dx + (slot - 1) * rowBytes + columns, bytes);
    }
    gradient += bytes;
  }
}

/**
 * Finishes a chunk of run.gradient: targets, and dx when tied. Where the optimizer needs it, Σ g² over its rows → the
 * chunk's row of chunkSquares.
 */
export function finishChunk(run: Run, chunk: u32, thread: u32): void {
  const row = chunk * run.chunkRows;
  const rows = min(run.chunkRows, run.vocabSize - row);
  const rowBytes = words(run.stride);
  const gradient = run.gradient + row * rowBytes;
  const sumRow = run.scratch + <usize>thread * run.scratchBytes;
  addTargets(run, gradient, rowBytes, row, rows, 0, sumRow);
  if (!run.squares) return;
  const squares = run.chunkSquares + chunk * (rowBytes << 1);
  memory.fill(squares, 0, rowBytes << 1);
  for (let at = gradient; at < gradient + rows * rowBytes; at += rowBytes) addSquares(squares, at, rowBytes);
}

/**
 * dx → gradients of the embedding's rows, in place, and of gain and bias, which are summed over blocks of inputs in
 * f64.
 */
export function backThroughNorm(run: Run): void {
  if (run.norm == 0) return;
  const rowBytes = words(run.stride);
  const sums = run.sumRows;
  memory.fill(sums, 0, rowBytes << 2);
  for (let first: u32 = 0; first < run.distinctCount; first += run.blockInputs) {
    memory.fill(run.dGain, 0, rowBytes);
    memory.fill(run.dBias, 0, rowBytes);
    const end = min(run.distinctCount, first + run.blockInputs);
    for (let j = first; j < end; j++) {
      normBackward(
        run.dx + j * rowBytes,
        run.embedding + load<u32>(word(run.distinct, j)) * rowBytes,
        run.gain, run.dGain, run.dBias, run.norm, run.dim,
        load<f32>(word(run.rowMean, j)), load<f32>(word(run.rowScale, j)),
      );
    }
    if (run.blocks == 1) return;
    addToDoubles(sums, run.dGain, 1, rowBytes);
    addToDoubles(sums + (rowBytes << 1), run.dBias, 1, rowBytes);
  }
  fromDoubles(run.dGain, sums, 1, false, rowBytes);
  fromDoubles(run.dBias, sums + (rowBytes << 1), 1, false, rowBytes);
}
