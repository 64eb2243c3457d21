import { log } from "../src/math/elementary";
import {
  addExpected, blockWidth, columnMax, exponentiate, fits, fourLogits, gatherInputs, logitsOfRows, packPanels,
  sumOfExponentials,
} from "./logits";
import { EVALUATE, share } from "./crew";
import { SAMPLED_EVALUATION, streamKey } from "./random";
import { Run } from "./run";
import { drawTokens } from "./sampler";
import { symmetricLosses } from "./symmetric";
import { copyRow } from "./vector";
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

/** Of the block in hand, in those rows: the shift of each input's softmax (f32), and Σ_b p_b logit_b (f64). */
@inline
function shiftsOf(run: Run, x: usize): usize {
  return rowsOf(run, x) + (<usize>run.evaluationBlock << 2);
}
@inline
function expectedOf(run: Run, x: usize): usize {
  return shiftsOf(run, x) + (<usize>run.evaluationBlock << 3);
}

/** Whether the sums of a chunk fit; the first chunk's largest logit is the shift, so that a whole sum is never too small. */
function allFit(sum: usize, count: u32): bool {
  for (let j: usize = 0; j < <usize>count << 2; j += 4) if (!fits(f64(load<f32>(sum + j)))) return false;
  return true;
}

/**
 * x ← the rows of `count` inputs; totals[j] (f64) ← Σ_b 2^(logit_jb − shift_j) and, beside the shifts, the expected logits,
 * all of the same logits in base 2. Shifted by the largest of the first chunk, and by larger ones where sums overflow.
 */
function sumLogits(run: Run, x: usize, totals: usize, inputs: usize, count: u32): void {
  const width = blockWidth(count);
  const widthBytes = <usize>width << 2;
  const panels = panelsOf(run, x);
  const logits = logitsOf(run, x);
  const before = rowsOf(run, x);
  const shift = shiftsOf(run, x);
  const sum = shift + (<usize>run.evaluationBlock << 2);
  const expected = expectedOf(run, x);
  // the norm's mean and 1/σ go where the softmax has not begun
  gatherInputs(run, inputs, count, x, before, shift);
  packPanels(panels, x, <usize>run.stride << 2, count, run.dim);
  for (let j: u32 = 0; j < count; j++) store<f64>(totals + (<usize>j << 3), 0);
  for (let j: usize = 0; j < widthBytes; j += 4) store<f32>(shift + j, -Infinity);
  memory.fill(expected, 0, widthBytes << 1);
  for (let row: u32 = 0; row < run.vocabSize; row += run.chunkRows) {
    const rows = min(run.chunkRows, run.vocabSize - row);
    logitsOfRows(run, logits, panels, row, rows, width);
    if (row == 0) columnMax(shift, logits, rows, width);
    addExpected(expected, logits, run.probabilities + (<usize>row << 3), rows, width);
    memory.fill(sum, 0, widthBytes);
    sumOfExponentials(logits, shift, sum, rows, width);
    if (!allFit(sum, count)) {
      copyRow(before, shift, widthBytes);
      columnMax(shift, logits, rows, width);
      // what was added up so far comes to the new shift: times 2^(before − shift), which is 1 where nothing was raised
      exponentiate(before, shift, sum, 1, width);
      for (let j: u32 = 0; j < count; j++) {
        const at = totals + (<usize>j << 3);
        store<f64>(at, load<f64>(at) * f64(load<f32>(before + (<usize>j << 2))));
      }
      memory.fill(sum, 0, widthBytes);
      sumOfExponentials(logits, shift, sum, rows, width);
    }
    for (let j: u32 = 0; j < count; j++) {
      const at = totals + (<usize>j << 3);
      store<f64>(at, load<f64>(at) + f64(load<f32>(sum + (<usize>j << 2))));
    }
  }
}

/**
 * −Σ_b p_b ln q(b) of one input, from sums in base 2: never below 0 but for rounding, which is cut off. NaN stays NaN.
 */
@inline
export function lossOf(run: Run, total: f64, shift: f32, expected: f64): f64 {
  return max(0.0, log(total) - (expected - f64(shift) * run.probabilitySum) * LN2);
}

/**
 * Population loss of single inputs: losses[i] (f64, nats) = logSumExp_b(logits) − Σ_b p_b logit_b for the `count` inputs
 * that are listed.
 */
export function inputLosses(run: Run, count: u32): void {
  // such a config lists all tokens
  if (run.symmetric && symmetricLosses(run)) return;
  run.evaluationCount = count;
  share(run, EVALUATE, (count + run.evaluationBlock - 1) / run.evaluationBlock);
}

/** The losses of one block of inputs. */
export function lossesOfBlock(run: Run, block: u32, member: u32): void {
  const first = block * run.evaluationBlock;
  const count = min(run.evaluationBlock, run.evaluationCount - first);
  const losses = run.evaluationLosses + (<usize>first << 3);
  const x = run.scratch + <usize>member * run.scratchBytes;
  sumLogits(run, x, losses, run.evaluationInputs + (<usize>first << 2), count);
  for (let j: usize = 0; j < <usize>count << 2; j += 4) {
    const at = losses + (j << 1);
    store<f64>(at, lossOf(run, load<f64>(at), load<f32>(shiftsOf(run, x) + j), load<f64>(expectedOf(run, x) + (j << 1))));
  }
}

/** Mean and sum of squared deviations of weighted values, one after the other (West 1979): f64 each, and how many so far. */
@inline
function addValue(moments: usize, value: f64, times: f64): void {
  const count = load<f64>(moments, 16) + times;
  const delta = value - load<f64>(moments);
  const mean = load<f64>(moments) + (delta * times) / count;
  store<f64>(moments, mean);
  store<f64>(moments, load<f64>(moments, 8) + times * delta * (value - mean), 8);
  store<f64>(moments, count, 16);
}

/**
 * Loss over `size` drawn pairs, as the post evaluates: out ← mean and sample variance (f64 each; 80 bytes are used). Pairs
 * are grouped by input (a counting sort) and equal pairs are computed once.
 */
export function sampledLoss(run: Run, out: usize, size: u32): void {
  const key = streamKey(u64(run.seed), SAMPLED_EVALUATION, u64(run.step));
  const starts = run.sampleStarts;
  const targets = run.sampleTargets;
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
  memory.fill(out, 0, 24);
  let count: u32 = 0;
  for (let a: u32 = 0; a <= run.vocabSize; a++) {
    if (a < run.vocabSize) {
      const from: u32 = a == 0 ? 0 : load<u32>(starts + (<usize>(a - 1) << 2));
      if (load<u32>(starts + (<usize>a << 2)) > from) store<u32>(run.evaluationInputs + (<usize>(count++) << 2), a);
    }
    if (count == run.evaluationBlock || (a == run.vocabSize && count > 0)) {
      sumLogits(run, run.scratch, run.evaluationLosses, run.evaluationInputs, count);
      for (let j: u32 = 0; j < count; j++) addPairsOf(run, out, j);
      count = 0;
    }
  }
  store<f64>(out, load<f64>(out, 8) / (f64(size) - 1), 8);
}

/** The losses of the drawn pairs of input j of the block in hand → the moments in `out`; distinct targets four at a time. */
function addPairsOf(run: Run, out: usize, j: u32): void {
  const rowBytes = <usize>run.stride << 2;
  const x = run.scratch + j * rowBytes;
  const input = load<u32>(run.evaluationInputs + (<usize>j << 2));
  const from: u32 = input == 0 ? 0 : load<u32>(run.sampleStarts + (<usize>(input - 1) << 2));
  const to = load<u32>(run.sampleStarts + (<usize>input << 2));
  const logTotal = log(load<f64>(run.evaluationLosses + (<usize>j << 3)));
  const shift = f64(load<f32>(shiftsOf(run, run.scratch) + (<usize>j << 2)));
  for (let i = from; i < to; i++) {
    const cell = run.targetHeads + (<usize>load<u32>(run.sampleTargets + (<usize>i << 2)) << 2);
    store<u32>(cell, load<u32>(cell) + 1);
  }
  // behind the moments: rows of up to four targets, their counts, their logits
  const rows = out + 32;
  const counts = out + 48;
  const logits = out + 64;
  let held: u32 = 0;
  for (let i = from; i < to; i++) {
    const target = load<u32>(run.sampleTargets + (<usize>i << 2));
    const cell = run.targetHeads + (<usize>target << 2);
    const times = load<u32>(cell);
    if (times != 0) {
      store<u32>(cell, 0);
      store<u32>(rows + (<usize>held << 2), u32(run.unembedding + target * rowBytes));
      store<u32>(counts + (<usize>held << 2), times);
      held++;
    }
    if (held == 0 || (held < 4 && i + 1 < to)) continue;
    for (let k = held; k < 4; k++) store<u32>(rows + (<usize>k << 2), load<u32>(rows));
    fourLogits(
      logits, x, x, x, x, load<u32>(rows), load<u32>(rows, 4), load<u32>(rows, 8), load<u32>(rows, 12), run.dim,
    );
    for (let k: usize = 0; k < <usize>held << 2; k += 4) {
      const loss = max(0.0, logTotal - (f64(load<f32>(logits + k)) - shift) * LN2);
      addValue(out, loss, f64(load<u32>(counts + k)));
    }
    held = 0;
  }
}
