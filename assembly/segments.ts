/**
 * Threads share a forward pass by segments of the vocabulary, each some chunks long. Their partial sums are added in the
 * order of the segments, whoever computed them.
 */
import { blockWidth, columnMax, logitsOfRows } from "./logits";
import { double, doubles, word, words } from "./memory";
import { parallelFor } from "./parallel";
import { Run } from "./run";

@inline
export function firstRowOf(run: Run, segment: u32): u32 {
  return segment * run.segmentChunks * run.chunkRows;
}
@inline
export function endRowOf(run: Run, segment: u32): u32 {
  return min(run.vocabSize, (segment + 1) * run.segmentChunks * run.chunkRows);
}

/** A segment's sums of probabilities (f32) and of target logits (f64), one an input of the block. */
@inline
export function sumsOf(run: Run, segment: u32): usize {
  return run.segmentSum + segment * words(run.blockInputs);
}
@inline
export function targetLogitsOf(run: Run, segment: u32): usize {
  return run.segmentTargetLogits + segment * doubles(run.blockInputs);
}
/** Its Σ_b P_jb U_b, rows of `stride` floats. */
@inline
export function dxOf(run: Run, segment: u32): usize {
  return run.segmentDx + <usize>segment * run.blockInputs * words(run.stride);
}

/** Σ of the logits of an input's targets, segment after segment. */
export function sumOfTargetLogits(run: Run, j: u32): f64 {
  let at = double(run.segmentTargetLogits, j);
  let total: f64 = 0;
  for (let s: u32 = 0; s < run.segments; s++) {
    total += load<f64>(at);
    at += doubles(run.blockInputs);
  }
  return total;
}

/** Z = Σ of an input's unnormalised probabilities, segment after segment. */
export function sumOfSegments(run: Run, j: u32): f64 {
  let at = word(run.segmentSum, j);
  let total: f64 = 0;
  for (let s: u32 = 0; s < run.segments; s++) {
    total += f64(load<f32>(at));
    at += words(run.blockInputs);
  }
  return total;
}

/** The current block's logits, and the largest of each input as its softmax's shift: with it every sum is in range. */
export function shiftByMaxima(run: Run): void {
  parallelFor(run, run.segments, maximaOfSegment);
  memory.copy(run.inputShift, run.segmentMax, words(run.blockCount));
  for (let s: u32 = 1; s < run.segments; s++)
    columnMax(run.inputShift, run.segmentMax + s * words(run.blockInputs), 1, blockWidth(run.blockCount));
}

function maximaOfSegment(run: Run, segment: u32, _thread: u32): void {
  const width = blockWidth(run.blockCount);
  const max = run.segmentMax + segment * words(run.blockInputs);
  const endRow = endRowOf(run, segment);
  for (let j: usize = 0; j < words(width); j += 4) store<f32>(max + j, -Infinity);
  for (let row = firstRowOf(run, segment); row < endRow; row += run.chunkRows) {
    const rows = min(run.chunkRows, endRow - row);
    const logits = run.logits + row * words(width);
    logitsOfRows(run, logits, run.panels, row, rows, width);
    columnMax(max, logits, rows, width);
  }
}
