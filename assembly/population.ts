import { log } from "../src/math/elementary";
import { blockWidth, columnMax, exponentiate, gatherInputs, IN_RANGE, logitsOfRows, packPanels, sumOfExponentials } from "./logits";
import { EVALUATE, share } from "./crew";
import { SAMPLED_EVALUATION, streamKey } from "./random";
import { Run } from "./run";
import { drawTokens } from "./sampler";
import { symmetricLosses } from "./symmetric";
import { copyRow, dot } from "./vector";
import { LN2 } from "./exp";

/**
 * A member's working space in an evaluation: a block of x rows, their panels, a chunk of logits, and rows of the block for
 * the softmax and the norm.
 */
@inline
export function panelsOf(run: Run, x: usize): usize {
  return x + run.evaluationBlock * (<usize>run.stride << 2);
}
@inline
export function logitsOf(run: Run, x: usize): usize {
  return panelsOf(run, x) + run.dim * (<usize>run.evaluationBlock << 2);
}
@inline
export function rowsOf(run: Run, x: usize): usize {
  return logitsOf(run, x) + max(run.chunkRows, run.evaluationBlock) * (<usize>run.evaluationBlock << 2);
}

/** Whether no logit is so far above its shift that sums overflow. */
function inRange(sum: usize, count: u32): bool {
  for (let j: usize = 0; j < <usize>count << 2; j += 4) if (!(f64(load<f32>(sum + j)) < IN_RANGE)) return false;
  return true;
}

/** x ← the rows of `count` inputs; out ← their logSumExp, f64, nats. */
function logSumExp(run: Run, x: usize, out: usize, inputs: usize, count: u32): void {
  const width = blockWidth(count);
  const widthBytes = <usize>width << 2;
  const blockBytes = <usize>run.evaluationBlock << 2;
  const panels = panelsOf(run, x);
  const logits = logitsOf(run, x);
  const before = rowsOf(run, x);
  const shift = before + blockBytes;
  const sum = shift + blockBytes;
  // the norm's mean and 1/σ go where the softmax has not begun
  gatherInputs(run, inputs, count, x, before, shift);
  packPanels(panels, x, <usize>run.stride << 2, count, run.dim);
  for (let j: u32 = 0; j < count; j++) store<f64>(out + (<usize>j << 3), 0);
  for (let j: usize = 0; j < widthBytes; j += 4) store<f32>(shift + j, -Infinity);
  for (let row: u32 = 0; row < run.vocabSize; row += run.chunkRows) {
    const rows = min(run.chunkRows, run.vocabSize - row);
    logitsOfRows(run, logits, panels, row, rows, width);
    // shifted by the largest logits of the first chunk, until one is so far above them that sums overflow
    if (row == 0) columnMax(shift, logits, rows, width);
    memory.fill(sum, 0, widthBytes);
    sumOfExponentials(logits, shift, sum, rows, width);
    if (!inRange(sum, count)) {
      copyRow(before, shift, widthBytes);
      columnMax(shift, logits, rows, width);
      // what was added up so far comes to the new shift: times 2^(before − shift), which is 1 where nothing was raised
      exponentiate(before, shift, sum, 1, width);
      for (let j: u32 = 0; j < count; j++) {
        const at = out + (<usize>j << 3);
        store<f64>(at, load<f64>(at) * f64(load<f32>(before + (<usize>j << 2))));
      }
      memory.fill(sum, 0, widthBytes);
      sumOfExponentials(logits, shift, sum, rows, width);
    }
    for (let j: u32 = 0; j < count; j++) {
      const at = out + (<usize>j << 3);
      store<f64>(at, load<f64>(at) + f64(load<f32>(sum + (<usize>j << 2))));
    }
  }
  for (let j: u32 = 0; j < count; j++) {
    const at = out + (<usize>j << 3);
    store<f64>(at, f64(load<f32>(shift + (<usize>j << 2))) * LN2 + log(load<f64>(at)));
  }
}

/**
 * Population loss of single inputs: losses[i] (f64, nats) = logSumExp_b(logits) − Σ_b p_b logit_b for the `count` inputs
 * that are listed. The second term is one product, x · Σ_b p_b U_b.
 */
export function inputLosses(run: Run, count: u32): void {
  const rowBytes = <usize>run.stride << 2;
  const mean = run.meanLogitDirection;
  memory.fill(mean, 0, <usize>run.stride << 3);
  for (let b: u32 = 0; b < run.vocabSize; b++) {
    const p = f64x2.splat(load<f64>(run.probabilities + (<usize>b << 3)));
    const row = run.unembedding + b * rowBytes;
    for (let d: usize = 0; d < <usize>run.stride << 2; d += 8) {
      const at = mean + (d << 1);
      v128.store(at, f64x2.add(v128.load(at), f64x2.mul(p, f64x2.promote_low_f32x4(v128.load64_zero(row + d)))));
    }
  }
  // such a config lists all tokens
  if (run.symmetric && symmetricLosses(run)) return;
  run.evaluationCount = count;
  share(run, EVALUATE, (count + run.evaluationBlock - 1) / run.evaluationBlock);
}

/** Σ_b p_b logit_b of one input. */
export function expectedLogit(run: Run, x: usize): f64 {
  let expected: f64 = 0;
  for (let d: u32 = 0; d < run.dim; d++)
    expected += load<f64>(run.meanLogitDirection + (<usize>d << 3)) * f64(load<f32>(x + (<usize>d << 2)));
  return expected;
}

/** The losses of one block of inputs. */
export function lossesOfBlock(run: Run, block: u32, member: u32): void {
  const rowBytes = <usize>run.stride << 2;
  const first = block * run.evaluationBlock;
  const count = min(run.evaluationBlock, run.evaluationCount - first);
  const losses = run.evaluationLosses + (<usize>first << 3);
  let x = run.scratch + <usize>member * run.scratchBytes;
  logSumExp(run, x, losses, run.evaluationInputs + (<usize>first << 2), count);
  for (let j: u32 = 0; j < count; j++) {
    const at = losses + (<usize>j << 3);
    store<f64>(at, load<f64>(at) - expectedLogit(run, x));
    x += rowBytes;
  }
}

/**
 * Loss over `size` drawn pairs, as the post evaluates: out ← mean and sample variance (f64 each). Pairs are grouped by
 * input (a counting sort) and equal pairs are computed once.
 */
export function sampledLoss(run: Run, out: usize, size: u32): void {
  const key = streamKey(u64(run.seed), SAMPLED_EVALUATION, u64(run.step));
  const starts = run.sampleStarts;
  const targets = run.sampleTargets;
  const rowBytes = <usize>run.stride << 2;
  const one = run.evaluationInputs;
  memory.fill(starts, 0, (<usize>run.vocabSize + 1) << 2);
  for (let i: u32 = 0; i < size; i++) {
    drawTokens(one, 1, run.aliasTable, run.vocabSize, key, u64(i) << 1, 0);
    const at = starts + (<usize>load<u32>(one) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let total: u32 = 0;
  for (let a: usize = 0; a < <usize>run.vocabSize << 2; a += 4) {
    const here = load<u32>(starts + a);
    store<u32>(starts + a, total);
    total += here;
  }
  for (let i: u32 = 0; i < size; i++) {
    drawTokens(one, 1, run.aliasTable, run.vocabSize, key, u64(i) << 1, 0);
    const at = starts + (<usize>load<u32>(one) << 2);
    const place = load<u32>(at);
    store<u32>(at, place + 1);
    drawTokens(targets + (<usize>place << 2), 1, run.aliasTable, run.vocabSize, key, (u64(i) << 1) + 1, 0);
  }
  // starts[a] is now where a's pairs end
  let count: u32 = 0;
  let sum: f64 = 0;
  let squares: f64 = 0;
  for (let a: u32 = 0; a <= run.vocabSize; a++) {
    if (a < run.vocabSize) {
      const from: u32 = a == 0 ? 0 : load<u32>(starts + (<usize>(a - 1) << 2));
      if (load<u32>(starts + (<usize>a << 2)) > from) store<u32>(run.evaluationInputs + (<usize>(count++) << 2), a);
    }
    if (count == run.evaluationBlock || (a == run.vocabSize && count > 0)) {
      logSumExp(run, run.scratch, run.evaluationLosses, run.evaluationInputs, count);
      for (let j: u32 = 0; j < count; j++) {
        const input = load<u32>(run.evaluationInputs + (<usize>j << 2));
        const from: u32 = input == 0 ? 0 : load<u32>(starts + (<usize>(input - 1) << 2));
        const to = load<u32>(starts + (<usize>input << 2));
        const lse = load<f64>(run.evaluationLosses + (<usize>j << 3));
        for (let i = from; i < to; i++) {
          const head = run.targetHeads + (<usize>load<u32>(targets + (<usize>i << 2)) << 2);
          store<u32>(head, load<u32>(head) + 1);
        }
        for (let i = from; i < to; i++) {
          const target = load<u32>(targets + (<usize>i << 2));
          const head = run.targetHeads + (<usize>target << 2);
          const times = load<u32>(head);
          if (times == 0) continue;
          store<u32>(head, 0);
          const loss = lse - dot(run.scratch + j * rowBytes, run.unembedding + target * rowBytes, rowBytes);
          sum += f64(times) * loss;
          squares += f64(times) * loss * loss;
        }
      }
      count = 0;
    }
  }
  const n = f64(size);
  const mean = sum / n;
  store<f64>(out, mean);
  store<f64>(out, Math.max(0, (squares - n * mean * mean) / (n - 1)), 8);
}
