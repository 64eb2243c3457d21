/** The update of all parameters; a chunk's gradient is formed right before its update unless it is needed whole. */
import { LAYERNORM } from "../src/kernel/constants";
import { coupleMoments } from "./adam";
import { addTargets, chunkGradient, finishChunk } from "./gradient";
import { DEPTH } from "./logits";
import { word, words } from "./memory";
import { at, updateParameters } from "./optimizer";
import { parallelFor } from "./parallel";
import { Run } from "./run";
import { addSquares } from "./vector";

@inline
export function chunkCount(run: Run): u32 {
  return (run.vocabSize + run.chunkRows - 1) / run.chunkRows;
}

/** whole: run.gradient holds the gradient of U, targets not yet subtracted. */
export function update(run: Run, whole: bool): void {
  const chunks = chunkCount(run);
  if (whole) parallelFor(run, chunks, finishChunk);
  if (run.squares) coupleAll(run);
  if (whole) parallelFor(run, chunks, updateWholeChunk);
  else parallelFor(run, chunks, updateChunk);
  if (run.norm) updateParameters(run, run.gain, run.gainState, run.gainState2, run.dGain, run.stride);
  if (run.norm == LAYERNORM) updateParameters(run, run.bias, run.biasState, run.biasState2, run.dBias, run.stride);
}

/**
 * Coupled Adam's second moments: one row for a matrix, from Σ g² over its rows, which is added in chunk order (U) or slot
 * order (untied E); gain and bias are a single row anyway.
 */
function coupleAll(run: Run): void {
  const rowBytes = words(run.stride);
  const squares = run.chunkSquares;
  const size = rowBytes << 1;
  for (let chunk: u32 = 1; chunk < chunkCount(run); chunk++) {
    const more = squares + chunk * size;
    for (let d: usize = 0; d < size; d += 8) store<f64>(squares + d, load<f64>(squares + d) + load<f64>(more + d));
  }
  coupleMoments(run, run.unembeddingState2, squares, run.vocabSize, run.stride);
  if (!run.tied) {
    memory.fill(squares, 0, size);
    for (let j: u32 = 0; j < run.distinctCount; j++) addSquares(squares, run.dx + j * rowBytes, rowBytes);
    coupleMoments(run, run.embeddingState2, squares, run.vocabSize, run.stride);
  }
  if (run.norm) coupleRow(run, run.gainState2, run.dGain);
  if (run.norm == LAYERNORM) coupleRow(run, run.biasState2, run.dBias);
}

function coupleRow(run: Run, second: usize, gradient: usize): void {
  const rowBytes = words(run.stride);
  memory.fill(run.chunkSquares, 0, rowBytes << 1);
  addSquares(run.chunkSquares, gradient, rowBytes);
  coupleMoments(run, second, run.chunkSquares, 1, run.stride);
}

/** The update of a chunk whose gradient is finished. */
function updateWholeChunk(run: Run, chunk: u32, _thread: u32): void {
  const row = chunk * run.chunkRows;
  const rows = min(run.chunkRows, run.vocabSize - row);
  const rowBytes = words(run.stride);
  const first = row * rowBytes;
  if (run.squares)
    for (let here = first; here < first + rows * rowBytes; here += rowBytes)
      updateParameters(
        run, run.unembedding + here, at(run.unembeddingState, here), run.unembeddingState2, run.gradient + here, run.stride,
      );
  else
    updateParameters(
      run, run.unembedding + first, at(run.unembeddingState, first), at(run.unembeddingState2, first),
      run.gradient + first, rows * run.stride,
    );
  if (!run.tied) updateInputs(run, row, rows);
}

/**
 * Gradient and update of a chunk, for a batch of one block: no V×D gradient is stored. Columns come in blocks that stay in
 * the L2 cache with their weights and state.
 */
function updateChunk(run: Run, chunk: u32, thread: u32): void {
  const row = chunk * run.chunkRows;
  const rows = min(run.chunkRows, run.vocabSize - row);
  const rowBytes = words(run.stride);
  const scratch = run.scratch + <usize>thread * run.scratchBytes;
  // behind the chunk's gradient a row of f64, where the batch is counted
  const sumRow = scratch + run.chunkRows * words(min(DEPTH, run.stride));
  for (let d: u32 = 0; d < run.stride; d += DEPTH) {
    const width = min(DEPTH, run.stride - d);
    const columns = words(d);
    const gradientStride = words(width);
    chunkGradient(run, scratch, gradientStride, chunk, rows, d, width);
    addTargets(run, scratch, gradientStride, row, rows, columns, sumRow);
    // rows of full width are contiguous
    const together: u32 = width == run.stride ? rows : 1;
    let here = row * rowBytes + columns;
    let gradient = scratch;
    for (let r: u32 = 0; r < rows; r += together) {
      updateParameters(
        run, run.unembedding + here, at(run.unembeddingState, here), at(run.unembeddingState2, here), gradient,
        together * width,
      );
      here += rowBytes;
      gradient += gradientStride;
    }
  }
  if (!run.tied) updateInputs(run, row, rows);
}

/**
 * Rows of an untied embedding. Those that are no inputs of this step have a gradient of zeros; the optimizer moves them
 * too.
 */
function updateInputs(run: Run, row: u32, rows: u32): void {
  const rowBytes = words(run.stride);
  for (let r = row; r < row + rows; r++) {
    const slot = load<u32>(word(run.slots, r));
    const here = r * rowBytes;
    const state2 = run.squares ? run.embeddingState2 : at(run.embeddingState2, here);
    updateParameters(
      run, run.embedding + here, at(run.embeddingState, here), state2, slot ? run.dx + (slot - 1) * rowBytes : 0, run.stride,
    );
  }
}
