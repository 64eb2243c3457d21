/**
 * Steps on the gradient of the population loss, G_ab = p_a (q(b|a) − P(b|a)) for all pairs of tokens: no noise. All tokens
 * are the step's inputs, a block of them at a time; P is subtracted from the normalised block.
 */
import { backThroughNorm, finishChunk } from "./gradient";
import { blockWidth, exponentiate, gatherInputs, packPanels } from "./logits";
import { multiply } from "./matmul";
import { double, doubles, word, words } from "./memory";
import { parallelFor } from "./parallel";
import { lossOf } from "./evaluation";
import { Run } from "./run";
import {
  dxOf, endRowOf, firstRowOf, shiftByMaxima, sumOfSegments, sumOfTargetLogits, sumsOf, targetLogitsOf,
} from "./segments";
import { addExpectedLogits, subtractTargets, sumOfTargets } from "./source";
import { chunkCount, update } from "./update";
import { addScaledRows, addSquares } from "./vector";

/** One update. False, with nothing updated, when the loss is not finite. */
export function exactStep(run: Run): bool {
  populationGradient(run);
  if (!isFinite(run.loss)) return false;
  run.step += 1;
  update(run, true);
  return true;
}

/** The norm of the gradient of the population loss with respect to all parameters. */
export function gradientNorm(run: Run): f64 {
  const rowBytes = words(run.stride);
  populationGradient(run);
  parallelFor(run, chunkCount(run), finishChunk);
  let total = squaresOf(run, run.gradient, run.vocabSize * rowBytes);
  if (!run.tied) total += squaresOf(run, run.dx, run.vocabSize * rowBytes);
  // without a norm they are zeros
  return Math.sqrt(total + squaresOf(run, run.dGain, rowBytes) + squaresOf(run, run.dBias, rowBytes));
}

/** Σ x² over `bytes` bytes of floats, row by row. */
function squaresOf(run: Run, x: usize, bytes: usize): f64 {
  const rowBytes = words(run.stride);
  const row = run.sumRows;
  memory.fill(row, 0, rowBytes << 1);
  for (let at = x; at < x + bytes; at += rowBytes) addSquares(row, at, rowBytes);
  let total: f64 = 0;
  for (let d: usize = 0; d < rowBytes << 1; d += 8) total += load<f64>(row + d);
  return total;
}

/** run.loss, the gradient of U (dx not yet added when tied), and dx of every row of E, taken back through the norm. */
function populationGradient(run: Run): void {
  const V = run.vocabSize;
  const rowBytes = words(run.stride);
  // the host has listed all tokens as distinct inputs, each in its own slot (src/backend/wasm/backend.ts)
  run.distinctCount = V;
  gatherInputs(run, run.distinct, V, run.x, run.rowMean, run.rowScale);
  run.blocks = (V + run.blockInputs - 1) / run.blockInputs;
  let loss: f64 = 0;
  for (let block: u32 = 0; block < run.blocks; block++) {
    const first = block * run.blockInputs;
    run.block = block;
    run.blockCount = min(run.blockInputs, V - first);
    packPanels(run.panels, run.x + first * rowBytes, rowBytes, run.blockCount, run.dim);
    shiftByMaxima(run);
    parallelFor(run, run.segments, sumSegment);
    for (let j: u32 = 0; j < run.blockCount; j++) {
      const p = load<f64>(double(run.probabilities, first + j));
      const total = sumOfSegments(run, j);
      store<f32>(word(run.inputScale, j), f32(p / total));
      if (p == 0) continue;
      const shift = load<f32>(word(run.inputShift, j));
      loss += p * lossOf(total, shift, sumOfTargetLogits(run, j), sumOfTargets(run, first + j));
    }
    parallelFor(run, run.segments, gradientSegment);
    for (let j: u32 = 0; j < run.blockCount; j++) {
      const dx = run.dx + (first + j) * rowBytes;
      memory.fill(dx, 0, rowBytes);
      addScaledRows(dx, run.segmentDx + j * rowBytes, run.blockInputs * rowBytes, run.segments, 1, rowBytes);
    }
  }
  run.loss = loss;
  backThroughNorm(run);
}

/** One segment: expected logits of the targets, unnormalised probabilities in place of logits, and their sums. */
function sumSegment(run: Run, segment: u32, _thread: u32): void {
  const count = run.blockCount;
  const width = blockWidth(count);
  const sum = sumsOf(run, segment);
  const expected = targetLogitsOf(run, segment);
  const endRow = endRowOf(run, segment);
  const inputs = word(run.distinct, run.block * run.blockInputs);
  memory.fill(sum, 0, words(width));
  memory.fill(expected, 0, doubles(width));
  for (let row = firstRowOf(run, segment); row < endRow; row += run.chunkRows) {
    const rows = min(run.chunkRows, endRow - row);
    const logits = run.logits + row * words(width);
    addExpectedLogits(run, expected, logits, row, rows, width, inputs, count);
    exponentiate(logits, run.inputShift, sum, rows, width);
  }
}

/** One segment: G in place of the probabilities, its part Σ_b G_ab U_b of dx, and dU_b += Σ_a G_ab x_a. */
function gradientSegment(run: Run, segment: u32, _thread: u32): void {
  const count = run.blockCount;
  const width = blockWidth(count);
  const widthBytes = words(width);
  const rowBytes = words(run.stride);
  const first = run.block * run.blockInputs;
  const firstRow = firstRowOf(run, segment);
  const endRow = endRowOf(run, segment);
  const dx = dxOf(run, segment);
  for (let row = firstRow; row < endRow; row += run.chunkRows) {
    const rows = min(run.chunkRows, endRow - row);
    const g = run.logits + row * widthBytes;
    for (let at = g; at < g + rows * widthBytes; at += widthBytes)
      for (let j: usize = 0; j < widthBytes; j += 16)
        v128.store(at + j, f32x4.mul(v128.load(at + j), v128.load(run.inputScale + j)));
    subtractTargets(run, g, row, rows, width, first, count);
    multiply(
      dx, rowBytes, g, 4, widthBytes, run.unembedding + row * rowBytes, rowBytes,
      count, run.stride, rows, row > firstRow, run.wide,
    );
    multiply(
      run.gradient + row * rowBytes, rowBytes, g, widthBytes, 4, run.x + first * rowBytes, rowBytes,
      rows, run.stride, count, first > 0, run.wide,
    );
  }
}
