import { log } from "../src/math/elementary";
import { beginUpdate, updateParameters } from "./adam";
import { groupInputs, linkTargets, releaseInputs, releaseTargets } from "./batch";
import { combinedStep } from "./combined";
import { ACCUMULATE, FORWARD, share, UPDATE } from "./crew";
import { exp2 } from "./exp";
import { blockWidth, columnMax, exponentiate, gatherInputs, logitsOfRows, packPanels } from "./logits";
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
      count, run.stride, rows, row > firstRow,
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

/** Probabilities of a chunk → (n/B)·q(b|a), in place. */
function scaleChunk(run: Run, chunk: u32, rows: u32, count: u32): void {
  const width = blockWidth(count);
  const widthBytes = <usize>width << 2;
  const shift = run.chunkShift + chunk * (<usize>run.blockInputs << 2);
  const logits = run.logits + chunk * run.chunkRows * widthBytes;
  for (let j: usize = 0; j < widthBytes; j += 16) {
    const factor = f32x4.mul(
      exp2(f32x4.sub(v128.load(shift + j), v128.load(run.inputShift + j))),
      v128.load(run.inputScale + j),
    );
    let at = logits + j;
    for (let r = rows; r > 0; r--) {
      v128.store(at, f32x4.mul(v128.load(at), factor));
      at += widthBytes;
    }
  }
}

/** gradient (rows × stride) ← or += Σ_j G_bj x_j for one chunk and the block of inputs in hand. */
function chunkGradient(run: Run, out: usize, chunk: u32, rows: u32, accumulate: bool): void {
  const count = run.blockCount;
  const widthBytes = <usize>blockWidth(count) << 2;
  const rowBytes = <usize>run.stride << 2;
  scaleChunk(run, chunk, rows, count);
  multiply(
    out, rowBytes, run.logits + chunk * run.chunkRows * widthBytes, widthBytes, 4,
    run.x + run.block * run.blockInputs * rowBytes, rowBytes, rows, run.stride, count, accumulate,
  );
}

/** A batch of several blocks needs the whole gradient at once. */
export function accumulateChunk(run: Run, chunk: u32): void {
  const row = chunk * run.chunkRows;
  const rows = min(run.chunkRows, run.vocabSize - row);
  chunkGradient(run, run.gradient + row * (<usize>run.stride << 2), chunk, rows, run.block > 0);
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

/** Finishes the gradient of a chunk, with Adam behind it: no V×D gradient for a batch of one block. */
export function updateChunk(run: Run, chunk: u32, member: u32): void {
  const row = chunk * run.chunkRows;
  const rows = min(run.chunkRows, run.vocabSize - row);
  const rowBytes = <usize>run.stride << 2;
  const minusPerPair: f32 = f32(-1.0 / f64(run.batchSize));
  let gradient = run.scratch + <usize>member * run.scratchBytes;
  if (run.blocks > 1) gradient = run.gradient + row * rowBytes;
  else chunkGradient(run, gradient, chunk, rows, false);
  for (let r: u32 = 0; r < rows; r++) {
    const out = gradient + r * rowBytes;
    const token = <usize>(row + r) << 2;
    // the pairs with this target, after the softmax: inside it their counts would drown
    for (let pair = load<u32>(run.targetHeads + token); pair != 0; ) {
      const at = <usize>(pair - 1) << 2;
      const slot = load<u32>(run.slots + (<usize>load<u32>(run.inputs + at) << 2)) - 1;
      addScaledRow(out, run.x + slot * rowBytes, minusPerPair, rowBytes);
      pair = load<u32>(run.targetNext + at);
    }
    if (run.tied) {
      const slot = load<u32>(run.slots + token);
      if (slot) addRow(out, run.dx + (slot - 1) * rowBytes, rowBytes);
    }
  }
  updateParameters(
    run, run.unembedding, run.unembeddingFirst, run.unembeddingSecond, row * rowBytes, gradient, rows * run.stride,
  );
  if (run.tied) return;
  for (let r: u32 = row; r < row + rows; r++) {
    const slot = load<u32>(run.slots + (<usize>r << 2));
    updateParameters(
      run, run.embedding, run.embeddingFirst, run.embeddingSecond, r * rowBytes,
      slot ? run.dx + (slot - 1) * rowBytes : 0, run.stride,
    );
  }
}
