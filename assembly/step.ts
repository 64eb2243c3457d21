import { log } from "../src/math/elementary";
import { beginUpdate, updateParameters } from "./adam";
import { groupPairs, linkTargets, releaseInputs, releaseTargets } from "./batch";
import { combinedStep } from "./combined";
import { ACCUMULATE, FORWARD, MAXIMA, share, UPDATE } from "./crew";
import { LN2, LOG2_E } from "./exp";
import { blockWidth, columnMax, DEPTH, exponentiate, gatherInputs, inRange, logitsOfRows, packPanels } from "./logits";
import { multiply } from "./matmul";
import { LAYERNORM, normBackward } from "./norm";
import { BATCH, streamKey } from "./random";
import { Run } from "./run";
import { drawTokens } from "./sampler";
import { addRow, addScaledRow, addScaledRows, addToDoubles, dot, fromDoubles, scaleRow } from "./vector";

/** `count` steps on drawn batches, one rate (f64) each. Returns the steps done: fewer when a loss was not finite. */
export function advance(run: Run, count: u32, rates: usize): u32 {
  for (let i: u32 = 0; i < count; i++) {
    const key = streamKey(u64(run.seed), BATCH, u64(run.step));
    drawTokens(run.inputs, run.batchSize, run.aliasTable, run.vocabSize, key, 0, 2);
    drawTokens(run.targets, run.batchSize, run.aliasTable, run.vocabSize, key, 1, 2);
    if (!step(run, load<f64>(rates + (<usize>i << 3)))) return i;
  }
  return count;
}

/** One update on the batch in run.inputs and run.targets. False, with nothing updated, when the loss is not finite. */
export function step(run: Run, rate: f64): bool {
  groupPairs(run);
  const finite = run.combined ? combinedStep(run, rate) : generalStep(run, rate);
  releaseInputs(run);
  return finite;
}

function generalStep(run: Run, rate: f64): bool {
  const count = run.distinctCount;
  gatherInputs(run, run.distinct, count, run.x, run.rowMean, run.rowScale);
  sumTargets(run);

  run.blocks = (count + run.blockInputs - 1) / run.blockInputs;
  let loss: f64 = 0;
  for (let block: u32 = 0; block < run.blocks; block++) {
    const first = block * run.blockInputs;
    run.block = block;
    run.blockCount = min(run.blockInputs, count - first);
    // the entries of these inputs: all of them, or those of their slots
    const from = run.blocks == 1 ? 0 : load<u32>(run.entryStarts + (<usize>first << 2));
    const to = run.blocks == 1 ? run.entryCount : load<u32>(run.entryStarts + (<usize>(first + run.blockCount) << 2));
    linkTargets(run, from, to);
    packPanels(
      run.panels, run.x + first * (<usize>run.stride << 2), <usize>run.stride << 2, run.blockCount, run.dim,
    );
    shiftByTargets(run);
    share(run, FORWARD, run.segments);
    if (!sumsInRange(run)) {
      share(run, MAXIMA, run.segments);
      shiftByMaxima(run);
      share(run, FORWARD, run.segments);
    }
    loss += combineSegments(run);
    if (run.blocks == 1) break;
    releaseTargets(run, from, to);
    share(run, ACCUMULATE, chunkCount(run));
  }
  if (run.blocks > 1) linkTargets(run, 0, run.entryCount);
  run.loss = loss / f64(run.batchSize);
  const finite = isFinite(run.loss);
  if (finite) {
    backThroughNorm(run);
    beginUpdate(run, rate);
    share(run, UPDATE, chunkCount(run));
    if (run.norm) updateParameters(run, run.gain, run.gainFirst, run.gainSecond, run.dGain, run.stride);
    if (run.norm == LAYERNORM) updateParameters(run, run.bias, run.biasFirst, run.biasSecond, run.dBias, run.stride);
  }
  releaseTargets(run, 0, run.entryCount);
  return finite;
}

@inline
function chunkCount(run: Run): u32 {
  return (run.vocabSize + run.chunkRows - 1) / run.chunkRows;
}

/** targetSum row j ← Σ of U's rows over the targets of input j. */
function sumTargets(run: Run): void {
  const rowBytes = <usize>run.stride << 2;
  if (run.counted) {
    for (let slot: u32 = 0; slot < run.distinctCount; slot++) {
      const start = run.entryStarts + (<usize>slot << 2);
      const end = <usize>load<u32>(start, 4) << 2;
      memory.fill(run.sumRows, 0, rowBytes << 1);
      for (let e = <usize>load<u32>(start) << 2; e < end; e += 4)
        addToDoubles(
          run.sumRows, run.unembedding + load<u32>(run.entryTargets + e) * rowBytes, f64(load<u32>(run.entryCounts + e)),
          rowBytes,
        );
      fromDoubles(run.targetSum + slot * rowBytes, run.sumRows, 1, false, rowBytes);
    }
    return;
  }
  memory.fill(run.targetSum, 0, run.distinctCount * rowBytes);
  for (let e: usize = 0; e < <usize>run.entryCount << 2; e += 4)
    addRow(
      run.targetSum + load<u32>(run.entrySlots + e) * rowBytes,
      run.unembedding + load<u32>(run.entryTargets + e) * rowBytes, rowBytes,
    );
}

/**
 * The shift of every input's softmax: the mean logit of its targets, in base 2. It is known before the vocabulary passes
 * by, so that all of it has one scale, and some logit reaches it up to rounding, so that no sum is far below 1.
 */
function shiftByTargets(run: Run): void {
  const rowBytes = <usize>run.stride << 2;
  const first = run.block * run.blockInputs;
  for (let j: u32 = 0; j < run.blockCount; j++) {
    const slot = first + j;
    const sum = dot(run.x + slot * rowBytes, run.targetSum + slot * rowBytes, rowBytes);
    const mean = sum / f64(load<u32>(run.counts + (<usize>slot << 2)));
    store<f32>(run.inputShift + (<usize>j << 2), f32(mean * LOG2_E));
  }
}

/** Logits and unnormalised probabilities of one segment's chunks for the inputs of the block in hand, the sums of their
 * softmax and of their targets' logits, and Σ_b P_jb U_b while the rows of U are in the cache. */
export function forwardSegment(run: Run, segment: u32): void {
  const count = run.blockCount;
  const width = blockWidth(count);
  const widthBytes = <usize>width << 2;
  const rowBytes = <usize>run.stride << 2;
  const sum = run.segmentSum + segment * (<usize>run.blockInputs << 2);
  const dx = run.segmentDx + <usize>segment * run.blockInputs * rowBytes;
  const firstRow = segment * run.segmentChunks * run.chunkRows;
  const endRow = min(run.vocabSize, firstRow + run.segmentChunks * run.chunkRows);
  const targetLogits = run.segmentTargetLogits + segment * (<usize>run.blockInputs << 3);
  memory.fill(sum, 0, widthBytes);
  memory.fill(targetLogits, 0, <usize>count << 3);
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

/** out[j] (f64) += the logits that input j's targets have among these rows, as often as they are drawn. */
function addTargetLogits(run: Run, out: usize, logits: usize, row: u32, rows: u32, widthBytes: usize): void {
  const first = run.block * run.blockInputs;
  for (let token = <usize>row << 2; token < <usize>(row + rows) << 2; token += 4) {
    for (let entry = load<u32>(run.targetHeads + token); entry != 0; ) {
      const at = <usize>(entry - 1) << 2;
      const j = <usize>(load<u32>(run.entrySlots + at) - first);
      const sum = out + (j << 3);
      store<f64>(sum, load<f64>(sum) + f64(load<u32>(run.entryCounts + at)) * f64(load<f32>(logits + (j << 2))));
      entry = load<u32>(run.entryNext + at);
    }
    logits += widthBytes;
  }
}

/** Σ over the segments of what an input's targets' logits add up to. */
function targetLogitsOf(run: Run, j: u32): f64 {
  let at = run.segmentTargetLogits + (<usize>j << 3);
  let total: f64 = 0;
  for (let s: u32 = 0; s < run.segments; s++) {
    total += load<f64>(at);
    at += <usize>run.blockInputs << 3;
  }
  return total;
}

/** Σ over the segments of what an input's probabilities add up to. */
function sumOfSegments(run: Run, j: u32): f64 {
  let at = run.segmentSum + (<usize>j << 2);
  let total: f64 = 0;
  for (let s: u32 = 0; s < run.segments; s++) {
    total += f64(load<f32>(at));
    at += <usize>run.blockInputs << 2;
  }
  return total;
}

/** Whether no logit is so far from its shift that probabilities overflow, or that all of them vanish. */
function sumsInRange(run: Run): bool {
  for (let j: u32 = 0; j < run.blockCount; j++) if (!inRange(sumOfSegments(run, j))) return false;
  return true;
}

/** The largest logit of every input in one segment: for a shift that is always in range, and rarely needed. */
export function maximaOfSegment(run: Run, segment: u32): void {
  const width = blockWidth(run.blockCount);
  const max = run.segmentMax + segment * (<usize>run.blockInputs << 2);
  const firstRow = segment * run.segmentChunks * run.chunkRows;
  const endRow = min(run.vocabSize, firstRow + run.segmentChunks * run.chunkRows);
  for (let j: usize = 0; j < <usize>width << 2; j += 4) store<f32>(max + j, -Infinity);
  for (let row = firstRow; row < endRow; row += run.chunkRows) {
    const rows = min(run.chunkRows, endRow - row);
    const logits = run.logits + row * (<usize>width << 2);
    logitsOfRows(run, logits, run.panels, row, rows, width);
    columnMax(max, logits, rows, width);
  }
}

function shiftByMaxima(run: Run): void {
  memory.copy(run.inputShift, run.segmentMax, <usize>run.blockCount << 2);
  for (let s: u32 = 1; s < run.segments; s++)
    columnMax(run.inputShift, run.segmentMax + s * (<usize>run.blockInputs << 2), 1, blockWidth(run.blockCount));
}

/**
 * Adds the segments up in their order: the loss of the block's pairs (nats, not yet divided by B), dx = Σ over the
 * vocabulary − targets, and x scaled by n/(B·Z), which makes gradients of logits out of probabilities.
 */
export function combineSegments(run: Run): f64 {
  const first = run.block * run.blockInputs;
  const rowBytes = <usize>run.stride << 2;
  const perPair: f32 = f32(1.0 / f64(run.batchSize));
  let loss: f64 = 0;
  for (let j: u32 = 0; j < run.blockCount; j++) {
    const slot = first + j;
    const total = sumOfSegments(run, j);
    const times = f64(load<u32>(run.counts + (<usize>slot << 2)));
    const scale = f32(times / (f64(run.batchSize) * total));
    // of the same logits as the sum, so that what is common to them cancels; below 0 by nothing but rounding, which is cut off
    const above = targetLogitsOf(run, j) - times * f64(load<f32>(run.inputShift + (<usize>j << 2)));
    loss += max(0.0, times * log(total) - above * LN2);

    scaleRow(run.scaledX + j * rowBytes, run.x + slot * rowBytes, scale, rowBytes);
    const dx = run.dx + slot * rowBytes;
    scaleRow(dx, run.targetSum + slot * rowBytes, -perPair, rowBytes);
    addScaledRows(dx, run.segmentDx + j * rowBytes, run.blockInputs * rowBytes, run.segments, scale, rowBytes);
  }
  return loss;
}

/** out (rows × width floats) ← Σ_j P_bj scaledX_j, columns d … d + width, for one chunk and the block in hand. */
function chunkGradient(run: Run, out: usize, outStride: usize, chunk: u32, rows: u32, d: u32, width: u32): void {
  const count = run.blockCount;
  const widthBytes = <usize>blockWidth(count) << 2;
  const rowBytes = <usize>run.stride << 2;
  multiply(
    out, outStride, run.logits + chunk * run.chunkRows * widthBytes, widthBytes, 4,
    run.scaledX + (<usize>d << 2), rowBytes, rows, width, count, false, run.wide,
  );
}

/** A batch of several blocks needs the whole gradient at once: the sum over blocks of what each gives. */
export function accumulateChunk(run: Run, chunk: u32, member: u32): void {
  const row = chunk * run.chunkRows;
  const rows = min(run.chunkRows, run.vocabSize - row);
  const rowBytes = <usize>run.stride << 2;
  if (run.block == 0) {
    chunkGradient(run, run.gradient + row * rowBytes, rowBytes, chunk, rows, 0, run.stride);
    return;
  }
  const part = run.scratch + <usize>member * run.scratchBytes;
  for (let d: u32 = 0; d < run.stride; d += DEPTH) {
    const width = min(DEPTH, run.stride - d);
    const widthBytes = <usize>width << 2;
    chunkGradient(run, part, widthBytes, chunk, rows, d, width);
    let to = run.gradient + row * rowBytes + (<usize>d << 2);
    for (let from = part; from < part + rows * widthBytes; from += widthBytes) {
      addRow(to, from, widthBytes);
      to += rowBytes;
    }
  }
}

/** dx → gradients of the embedding's rows, of gain and bias: these a block of inputs at a time, the blocks' sums in f64. */
function backThroughNorm(run: Run): void {
  if (run.norm == 0) return;
  const rowBytes = <usize>run.stride << 2;
  const sums = run.sumRows;
  memory.fill(sums, 0, rowBytes << 2);
  for (let first: u32 = 0; first < run.distinctCount; first += run.blockInputs) {
    memory.fill(run.dGain, 0, rowBytes);
    memory.fill(run.dBias, 0, rowBytes);
    const end = min(run.distinctCount, first + run.blockInputs);
    for (let j = first; j < end; j++) {
      normBackward(
        run.dx + j * rowBytes,
        run.embedding + load<u32>(run.distinct + (<usize>j << 2)) * rowBytes,
        run.gain, run.dGain, run.dBias, run.norm, run.dim,
        load<f32>(run.rowMean + (<usize>j << 2)), load<f32>(run.rowScale + (<usize>j << 2)),
      );
    }
    if (run.blocks == 1) return;
    addToDoubles(sums, run.dGain, 1, rowBytes);
    addToDoubles(sums + (rowBytes << 1), run.dBias, 1, rowBytes);
  }
  fromDoubles(run.dGain, sums, 1, false, rowBytes);
  fromDoubles(run.dBias, sums + (rowBytes << 1), 1, false, rowBytes);
}

/**
 * Finishes the gradient of a chunk, with Adam behind it: no V×D gradient for a batch of one block. Columns come in blocks
 * that stay in the L2 cache with their weights and moments.
 */
export function updateChunk(run: Run, chunk: u32, member: u32): void {
  const row = chunk * run.chunkRows;
  const rows = min(run.chunkRows, run.vocabSize - row);
  const rowBytes = <usize>run.stride << 2;
  const whole = run.blocks > 1;
  const depth = whole ? run.stride : min(DEPTH, run.stride);
  for (let d: u32 = 0; d < run.stride; d += depth) {
    const width = min(depth, run.stride - d);
    const columns = <usize>d << 2;
    let at = row * rowBytes + columns;
    const scratch = run.scratch + <usize>member * run.scratchBytes;
    let gradient = whole ? run.gradient + at : scratch;
    const gradientStride = <usize>width << 2;
    if (!whole) chunkGradient(run, gradient, gradientStride, chunk, rows, d, width);
    // behind the chunk's gradient a row of f64, where the batch is counted
    const sumRow = scratch + run.chunkRows * (<usize>min(DEPTH, run.stride) << 2);
    addTargets(run, gradient, gradientStride, row, rows, columns, sumRow);
    // whole rows stand one after another
    const together: u32 = width == run.stride ? rows : 1;
    for (let r: u32 = 0; r < rows; r += together) {
      updateParameters(
        run, run.unembedding + at, run.unembeddingFirst + at, run.unembeddingSecond + at, gradient, together * width,
      );
      at += rowBytes;
      gradient += gradientStride;
    }
  }
  if (run.tied) return;
  for (let r: u32 = row; r < row + rows; r++) {
    const slot = load<u32>(run.slots + (<usize>r << 2));
    const at = r * rowBytes;
    updateParameters(
      run, run.embedding + at, run.embeddingFirst + at, run.embeddingSecond + at,
      slot ? run.dx + (slot - 1) * rowBytes : 0, run.stride,
    );
  }
}

/** Of `rows` rows of the gradient from `row` on, columns from byte `columns` on: minus their targets' x, plus dx when tied. */
function addTargets(
  run: Run, gradient: usize, bytes: usize, row: u32, rows: u32, columns: usize, sumRow: usize,
): void {
  const rowBytes = <usize>run.stride << 2;
  const minusPerPair = -1.0 / f64(run.batchSize);
  for (let token = <usize>row << 2; token < <usize>(row + rows) << 2; token += 4) {
    let entry = load<u32>(run.targetHeads + token);
    const summed = run.counted && entry != 0;
    if (summed) memory.fill(sumRow, 0, bytes << 1);
    // after the softmax: its probabilities were unnormalised, and a count subtracted from them would round away
    while (entry != 0) {
      const at = <usize>(entry - 1) << 2;
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
