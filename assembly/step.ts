import { log } from "../src/math/elementary";
import { beginUpdate, updateParameters } from "./adam";
import { groupInputs, linkTargets, releaseInputs, releaseTargets } from "./batch";
import { combinedStep } from "./combined";
import { ACCUMULATE, FORWARD, share, UPDATE } from "./crew";
import { exp2 } from "./exp";
import { blockWidth, columnMax, DEPTH, exponentiate, gatherInputs, logitsOfRows, packPanels } from "./logits";
import { multiply } from "./matmul";
import { LAYERNORM, normBackward } from "./norm";
import { BATCH, streamKey } from "./random";
import { Run } from "./run";
import { drawTokens } from "./sampler";
import { addRow, addScaledRow, dot, scaleRow } from "./vector";

const LN2: f64 = 0.6931471805599453;

@inline
function exp2Scalar(t: f32): f32 {
  return f32x4.extract_lane(exp2(f32x4.splat(t)), 0);
}

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
  groupInputs(run);
  const finite = run.combined ? combinedStep(run, rate) : generalStep(run, rate);
  releaseInputs(run);
  return finite;
}

function generalStep(run: Run, rate: f64): bool {
  linkTargets(run);
  const count = run.distinctCount;
  gatherInputs(run, run.distinct, count, run.x, run.rowMean, run.rowScale);
  sumTargets(run);

  run.blocks = (count + run.blockInputs - 1) / run.blockInputs;
  let loss: f64 = 0;
  for (let block: u32 = 0; block < run.blocks; block++) {
    const first = block * run.blockInputs;
    run.block = block;
    run.blockCount = min(run.blockInputs, count - first);
    packPanels(
      run.panels, run.x + first * (<usize>run.stride << 2), <usize>run.stride << 2, run.blockCount, run.dim,
    );
    share(run, FORWARD, run.segments);
    loss += combineSegments(run);
    if (run.blocks > 1) share(run, ACCUMULATE, chunkCount(run));
  }
  run.loss = loss / f64(run.batchSize);
  const finite = isFinite(run.loss);
  if (finite) {
    backThroughNorm(run);
    beginUpdate(run, rate);
    share(run, UPDATE, chunkCount(run));
    if (run.norm) updateParameters(run, run.gain, run.gainFirst, run.gainSecond, 0, run.dGain, run.stride);
    if (run.norm == LAYERNORM) updateParameters(run, run.bias, run.biasFirst, run.biasSecond, 0, run.dBias, run.stride);
  }
  releaseTargets(run);
  return finite;
}

@inline
function chunkCount(run: Run): u32 {
  return (run.vocabSize + run.chunkRows - 1) / run.chunkRows;
}

/** targetSum row j ← Σ of U's rows over the targets of input j. */
function sumTargets(run: Run): void {
  const rowBytes = <usize>run.stride << 2;
  memory.fill(run.targetSum, 0, run.distinctCount * rowBytes);
  for (let i: usize = 0; i < <usize>run.batchSize << 2; i += 4) {
    const slot = load<u32>(run.slots + (<usize>load<u32>(run.inputs + i) << 2)) - 1;
    addRow(run.targetSum + slot * rowBytes, run.unembedding + load<u32>(run.targets + i) * rowBytes, rowBytes);
  }
}

/**
 * Logits and unnormalised probabilities of one segment's chunks for the inputs of the block in hand, the running
 * maximum and sum of its softmax, and Σ_b P_jb U_b while the rows of U are in the cache. A chunk that raises the
 * maximum rescales what came before; chunkShift keeps what each chunk is relative to.
 */
export function forwardSegment(run: Run, segment: u32): void {
  const count = run.blockCount;
  const width = blockWidth(count);
  const widthBytes = <usize>width << 2;
  const blockBytes = <usize>run.blockInputs << 2;
  const rowBytes = <usize>run.stride << 2;
  const max = run.segmentMax + segment * blockBytes;
  const sum = run.segmentSum + segment * blockBytes;
  const dx = run.segmentDx + <usize>segment * run.blockInputs * rowBytes;
  const firstChunk = segment * run.segmentChunks;
  const firstRow = firstChunk * run.chunkRows;
  const endRow = min(run.vocabSize, firstRow + run.segmentChunks * run.chunkRows);
  for (let j: usize = 0; j < widthBytes; j += 4) store<f32>(max + j, -Infinity);
  memory.fill(sum, 0, widthBytes);

  let shift = run.chunkShift + firstChunk * blockBytes;
  for (let row = firstRow; row < endRow; row += run.chunkRows) {
    const rows = min(run.chunkRows, endRow - row);
    const logits = run.logits + row * widthBytes;
    logitsOfRows(run, logits, run.panels, row, rows, width);
    memory.copy(shift, max, widthBytes);
    columnMax(max, logits, rows, width);
    if (row > firstRow) {
      for (let j: u32 = 0; j < count; j++) {
        const before = load<f32>(shift + (<usize>j << 2));
        const after = load<f32>(max + (<usize>j << 2));
        if (after != before) {
          const factor = exp2Scalar(before - after);
          const at = sum + (<usize>j << 2);
          store<f32>(at, load<f32>(at) * factor);
          scaleRow(dx + j * rowBytes, factor, rowBytes);
        }
      }
    }
    memory.copy(shift, max, widthBytes);
    exponentiate(logits, max, sum, rows, width);
    multiply(
      dx, rowBytes, logits, 4, widthBytes, run.unembedding + row * rowBytes, rowBytes,
      count, run.stride, rows, row > firstRow, run.wide,
    );
    shift += blockBytes;
  }
}

/**
 * Adds the segments up in their order: the loss of the block's pairs (nats, not yet divided by B), inputScale =
 * n/(B·Z) and inputShift, and dx = Σ over the vocabulary − targets.
 */
export function combineSegments(run: Run): f64 {
  const first = run.block * run.blockInputs;
  const count = run.blockCount;
  const blockBytes = <usize>run.blockInputs << 2;
  const rowBytes = <usize>run.stride << 2;
  const perPair: f32 = f32(1.0 / f64(run.batchSize));
  let loss: f64 = 0;
  for (let j: u32 = 0; j < count; j++) {
    const at = <usize>j << 2;
    let max = load<f32>(run.segmentMax + at);
    for (let s: u32 = 1; s < run.segments; s++) {
      const other = load<f32>(run.segmentMax + s * blockBytes + at);
      if (other > max) max = other;
    }
    let total: f64 = 0;
    for (let s: u32 = 0; s < run.segments; s++) {
      const factor = exp2Scalar(load<f32>(run.segmentMax + s * blockBytes + at) - max);
      total += f64(load<f32>(run.segmentSum + s * blockBytes + at)) * f64(factor);
    }
    const times = f64(load<u32>(run.counts + (<usize>(first + j) << 2)));
    const scale = f32(times / (f64(run.batchSize) * total));
    store<f32>(run.inputScale + at, scale);
    store<f32>(run.inputShift + at, max);

    const x = run.x + (first + j) * rowBytes;
    const targets = run.targetSum + (first + j) * rowBytes;
    loss += times * (f64(max) * LN2 + log(total)) - dot(x, targets, rowBytes);

    const dx = run.dx + (first + j) * rowBytes;
    memory.fill(dx, 0, rowBytes);
    addScaledRow(dx, targets, -perPair, rowBytes);
    for (let s: u32 = 0; s < run.segments; s++) {
      const factor = exp2Scalar(load<f32>(run.segmentMax + s * blockBytes + at) - max);
      addScaledRow(dx, run.segmentDx + (s * run.blockInputs + j) * rowBytes, scale * factor, rowBytes);
    }
  }
  return loss;
}

/** Probabilities of a chunk → (n/B)·q(b|a), in place. `factor`: room for a row. */
function scaleChunk(run: Run, chunk: u32, rows: u32, factor: usize): void {
  const width = blockWidth(run.blockCount);
  const widthBytes = <usize>width << 2;
  const shift = run.chunkShift + chunk * (<usize>run.blockInputs << 2);
  for (let j: usize = 0; j < widthBytes; j += 16) {
    const raised = exp2(f32x4.sub(v128.load(shift + j), v128.load(run.inputShift + j)));
    v128.store(factor + j, f32x4.mul(raised, v128.load(run.inputScale + j)));
  }
  let row = run.logits + chunk * run.chunkRows * widthBytes;
  for (let r = rows; r > 0; r--) {
    for (let j: usize = 0; j < widthBytes; j += 32) {
      const low = f32x4.mul(v128.load(row + j), v128.load(factor + j));
      const high = f32x4.mul(v128.load(row + j, 16), v128.load(factor + j, 16));
      v128.store(row + j, low);
      v128.store(row + j, high, 16);
    }
    row += widthBytes;
  }
}

/** out (rows × width floats) ← or += Σ_j G_bj x_j, columns d … d + width, for one chunk and the block of inputs in hand. */
function chunkGradient(
  run: Run, out: usize, outStride: usize, chunk: u32, rows: u32, d: u32, width: u32, accumulate: bool,
): void {
  const count = run.blockCount;
  const widthBytes = <usize>blockWidth(count) << 2;
  const rowBytes = <usize>run.stride << 2;
  multiply(
    out, outStride, run.logits + chunk * run.chunkRows * widthBytes, widthBytes, 4,
    run.x + run.block * run.blockInputs * rowBytes + (<usize>d << 2), rowBytes, rows, width, count, accumulate, run.wide,
  );
}

/** A batch of several blocks needs the whole gradient at once. */
export function accumulateChunk(run: Run, chunk: u32, member: u32): void {
  const row = chunk * run.chunkRows;
  const rows = min(run.chunkRows, run.vocabSize - row);
  const rowBytes = <usize>run.stride << 2;
  scaleChunk(run, chunk, rows, scratchOf(run, member));
  chunkGradient(run, run.gradient + row * rowBytes, rowBytes, chunk, rows, 0, run.stride, run.block > 0);
}

function backThroughNorm(run: Run): void {
  if (run.norm == 0) return;
  const rowBytes = <usize>run.stride << 2;
  memory.fill(run.dGain, 0, rowBytes);
  memory.fill(run.dBias, 0, rowBytes);
  for (let j: u32 = 0; j < run.distinctCount; j++) {
    normBackward(
      run.dx + j * rowBytes,
      run.embedding + load<u32>(run.distinct + (<usize>j << 2)) * rowBytes,
      run.gain, run.dGain, run.dBias, run.norm, run.dim,
      load<f32>(run.rowMean + (<usize>j << 2)), load<f32>(run.rowScale + (<usize>j << 2)),
    );
  }
}

/** A member's working space in an update: a row of factors, and a chunk's gradient for a block of columns. */
@inline
function scratchOf(run: Run, member: u32): usize {
  return run.scratch + <usize>member * run.scratchBytes;
}

/**
 * Finishes the gradient of a chunk, with Adam behind it: no V×D gradient for a batch of one block. Columns come in blocks
 * that stay in the L2 cache with their weights and moments.
 */
export function updateChunk(run: Run, chunk: u32, member: u32): void {
  const row = chunk * run.chunkRows;
  const rows = min(run.chunkRows, run.vocabSize - row);
  const rowBytes = <usize>run.stride << 2;
  const scratch = scratchOf(run, member);
  const whole = run.blocks > 1;
  if (!whole) scaleChunk(run, chunk, rows, scratch);
  for (let d: u32 = 0; d < run.stride; d += DEPTH) {
    const width = min(DEPTH, run.stride - d);
    const columns = <usize>d << 2;
    const at = row * rowBytes + columns;
    const gradient = whole ? run.gradient + at : scratch + (<usize>run.blockInputs << 2);
    const gradientStride = whole ? rowBytes : <usize>width << 2;
    if (!whole) chunkGradient(run, gradient, gradientStride, chunk, rows, d, width, false);
    addTargets(run, gradient, gradientStride, row, rows, columns, <usize>width << 2);
    for (let r: u32 = 0; r < rows; r++) {
      const offset = at + r * rowBytes;
      updateParameters(
        run, run.unembedding, run.unembeddingFirst, run.unembeddingSecond, offset, gradient + r * gradientStride, width,
      );
    }
  }
  if (run.tied) return;
  for (let r: u32 = row; r < row + rows; r++) {
    const slot = load<u32>(run.slots + (<usize>r << 2));
    updateParameters(
      run, run.embedding, run.embeddingFirst, run.embeddingSecond, r * rowBytes,
      slot ? run.dx + (slot - 1) * rowBytes : 0, run.stride,
    );
  }
}

/** Of `rows` rows of the gradient from `row` on, columns from byte `columns` on: minus their targets' x, plus dx when tied. */
function addTargets(
  run: Run, gradient: usize, gradientStride: usize, row: u32, rows: u32, columns: usize, bytes: usize,
): void {
  const rowBytes = <usize>run.stride << 2;
  const minusPerPair: f32 = f32(-1.0 / f64(run.batchSize));
  for (let token = <usize>row << 2; token < <usize>(row + rows) << 2; token += 4) {
    // the pairs with this target, after the softmax: inside it their counts would drown
    for (let pair = load<u32>(run.targetHeads + token); pair != 0; ) {
      const at = <usize>(pair - 1) << 2;
      const slot = load<u32>(run.slots + (<usize>load<u32>(run.inputs + at) << 2)) - 1;
      addScaledRow(gradient, run.x + slot * rowBytes + columns, minusPerPair, bytes);
      pair = load<u32>(run.targetNext + at);
    }
    if (run.tied) {
      const slot = load<u32>(run.slots + token);
      if (slot) addRow(gradient, run.dx + (slot - 1) * rowBytes + columns, bytes);
    }
    gradient += gradientStride;
  }
}
