/**
 * The step of any model on a batch: its distinct inputs in blocks, each against the whole vocabulary, segment by segment.
 * Probabilities stay unnormalised until the gradients are formed, so that the forward pass reads the rows of U once.
 */
import { log } from "../src/math/elementary";
import { linkTargets, releaseTargets } from "./batch";
import { LN2, LOG2_E } from "./exp";
import { accumulateChunk, backThroughNorm } from "./gradient";
import { blockWidth, exponentiate, gatherInputs, inRange, logitsOfRows, packPanels } from "./logits";
import { multiply } from "./matmul";
import { doubles, word, words } from "./memory";
import { parallelFor } from "./parallel";
import { Run } from "./run";
import {
  dxOf, endRowOf, firstRowOf, shiftByMaxima, sumOfSegments, sumOfTargetLogits, sumsOf, targetLogitsOf,
} from "./segments";
import { chunkCount, update } from "./update";
import { addRow, addScaledRows, addToDoubles, dot, fromDoubles, scaleRow } from "./vector";

/** One update on the grouped batch. False, with nothing updated, when the loss is not finite. */
export function batchStep(run: Run): bool {
  const count = run.distinctCount;
  gatherInputs(run, run.distinct, count, run.x, run.rowMean, run.rowScale);
  sumTargets(run);

  run.blocks = (count + run.blockInputs - 1) / run.blockInputs;
  // the gradient of one block is formed where it is used, unless an update needs all of it first
  const whole = run.blocks > 1 || run.squares != 0;
  let loss: f64 = 0;
  for (let block: u32 = 0; block < run.blocks; block++) {
    const first = block * run.blockInputs;
    run.block = block;
    run.blockCount = min(run.blockInputs, count - first);
    // the entries of the block's inputs
    const from = run.blocks == 1 ? 0 : load<u32>(word(run.entryStarts, first));
    const to = run.blocks == 1 ? run.entryCount : load<u32>(word(run.entryStarts, first + run.blockCount));
    linkTargets(run, from, to);
    packPanels(
      run.panels, run.x + first * words(run.stride), words(run.stride), run.blockCount, run.dim,
    );
    shiftByTargets(run);
    parallelFor(run, run.segments, forwardSegment);
    if (!sumsInRange(run)) {
      shiftByMaxima(run);
      parallelFor(run, run.segments, forwardSegment);
    }
    loss += combineSegments(run);
    if (whole) parallelFor(run, chunkCount(run), accumulateChunk);
    if (run.blocks > 1) releaseTargets(run, from, to);
  }
  if (run.blocks > 1) linkTargets(run, 0, run.entryCount);
  run.loss = loss / f64(run.batchSize);
  const finite = isFinite(run.loss);
  if (finite) {
    backThroughNorm(run);
    run.step += 1;
    update(run, whole);
  }
  releaseTargets(run, 0, run.entryCount);
  return finite;
}

/** targetSum row j ← Σ of U's rows over the targets of input j. */
function sumTargets(run: Run): void {
  const rowBytes = words(run.stride);
  if (run.counted) {
    for (let slot: u32 = 0; slot < run.distinctCount; slot++) {
      const start = word(run.entryStarts, slot);
      const end = words(load<u32>(start, 4));
      memory.fill(run.sumRows, 0, rowBytes << 1);
      for (let e = words(load<u32>(start)); e < end; e += 4)
        addToDoubles(
          run.sumRows, run.unembedding + load<u32>(run.entryTargets + e) * rowBytes, f64(load<u32>(run.entryCounts + e)),
          rowBytes,
        );
      fromDoubles(run.targetSum + slot * rowBytes, run.sumRows, 1, false, rowBytes);
    }
    return;
  }
  memory.fill(run.targetSum, 0, run.distinctCount * rowBytes);
  for (let e: usize = 0; e < words(run.entryCount); e += 4)
    addRow(
      run.targetSum + load<u32>(run.entrySlots + e) * rowBytes,
      run.unembedding + load<u32>(run.entryTargets + e) * rowBytes, rowBytes,
    );
}

/**
 * The shift of every input's softmax: the mean logit of its targets, in base 2. It is known before the pass over the
 * vocabulary, so that one shift serves all of it, and the largest logit is at least as large, so that no sum is far
 * below 1.
 */
function shiftByTargets(run: Run): void {
  const rowBytes = words(run.stride);
  const first = run.block * run.blockInputs;
  for (let j: u32 = 0; j < run.blockCount; j++) {
    const slot = first + j;
    const sum = dot(run.x + slot * rowBytes, run.targetSum + slot * rowBytes, rowBytes);
    const mean = sum / f64(load<u32>(word(run.counts, slot)));
    store<f32>(word(run.inputShift, j), f32(mean * LOG2_E));
  }
}

/**
 * One segment for the inputs of the current block, chunk by chunk: logits, unnormalised probabilities P and their sums, the
 * sums of the targets' logits, and Σ_b P_jb U_b while the rows of U are in the cache.
 */
function forwardSegment(run: Run, segment: u32, _thread: u32): void {
  const count = run.blockCount;
  const width = blockWidth(count);
  const widthBytes = words(width);
  const rowBytes = words(run.stride);
  const sum = sumsOf(run, segment);
  const dx = dxOf(run, segment);
  const firstRow = firstRowOf(run, segment);
  const endRow = endRowOf(run, segment);
  const targetLogits = targetLogitsOf(run, segment);
  memory.fill(sum, 0, widthBytes);
  memory.fill(targetLogits, 0, doubles(count));
  for (let row = firstRow; row < endRow; row += run.chunkRows) {
    const rows = min(run.chunkRows, endRow - row);
    const logits = run.logits + row * widthBytes;
    logitsOfRows(run, logits, run.panels, row, rows, width);
    addTargetLogits(run, targetLogits, logits, row, rows, widthBytes);
    exponentiate(logits, run.inputShift, sum, rows, width);
    multiply(
      dx, rowBytes, logits, 4, widthBytes, run.unembedding + row * rowBytes, rowBytes,
      count, run.stride, rows, row > firstRow, run.wide,
    );
  }
}

/** out[j] (f64) += Σ count · logit over input j's targets among these rows. */
function addTargetLogits(run: Run, out: usize, logits: usize, row: u32, rows: u32, widthBytes: usize): void {
  const first = run.block * run.blockInputs;
  for (let token = words(row); token < words(row + rows); token += 4) {
    for (let entry = load<u32>(run.targetHeads + token); entry != 0; ) {
      const at = words(entry - 1);
      const j = <usize>(load<u32>(run.entrySlots + at) - first);
      const sum = out + (j << 3);
      store<f64>(sum, load<f64>(sum) + f64(load<u32>(run.entryCounts + at)) * f64(load<f32>(logits + (j << 2))));
      entry = load<u32>(run.entryNext + at);
    }
    logits += widthBytes;
  }
}

/** Whether all sums are in range: no probability overflows, and not all of an input's vanish. */
function sumsInRange(run: Run): bool {
  for (let j: u32 = 0; j < run.blockCount; j++) if (!inRange(sumOfSegments(run, j))) return false;
  return true;
}

/**
 * Adds the segments up in their order: the loss of the block's pairs (nats, not yet divided by B), dx = Σ over the
 * vocabulary − targets, and x scaled by n/(B·Z), which makes gradients of logits out of probabilities.
 */
function combineSegments(run: Run): f64 {
  const first = run.block * run.blockInputs;
  const rowBytes = words(run.stride);
  const perPair: f32 = f32(1.0 / f64(run.batchSize));
  let loss: f64 = 0;
  for (let j: u32 = 0; j < run.blockCount; j++) {
    const slot = first + j;
    const total = sumOfSegments(run, j);
    const times = f64(load<u32>(word(run.counts, slot)));
    const scale = f32(times / (f64(run.batchSize) * total));
    // of the same f32 logits as the sum, so that what is common to them cancels; below 0 is rounding, cut off
    const targetLogitSum = sumOfTargetLogits(run, j) - times * f64(load<f32>(word(run.inputShift, j)));
    loss += max(0.0, times * log(total) - targetLogitSum * LN2);

    scaleRow(run.scaledX + j * rowBytes, run.x + slot * rowBytes, scale, rowBytes);
    const dx = run.dx + slot * rowBytes;
    scaleRow(dx, run.targetSum + slot * rowBytes, -perPair, rowBytes);
    addScaledRows(dx, run.segmentDx + j * rowBytes, run.blockInputs * rowBytes, run.segments, scale, rowBytes);
  }
  return loss;
}
