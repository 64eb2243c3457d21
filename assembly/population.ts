/** What an evaluation measures: losses of inputs and of pairs, and what the model predicts, a block of inputs at a time. */
import { log } from "../src/math/elementary";
import { LN2 } from "./exp";
import {
  blockWidth, columnMax, exponentiate, fits, fourLogits, gatherInputs, logitsOfRows, packPanels, sumOfExponentials,
} from "./logits";
import { double, doubles, word, words } from "./memory";
import { parallelFor } from "./parallel";
import { logitsOf, lossOf, panelsOf, rowsOf } from "./evaluation";
import { Run } from "./run";
import { endRowOf, firstRowOf } from "./segments";
import { addExpectedLogits, sumOfTargets } from "./source";
import { symmetricLosses } from "./symmetric";
import { copyRow } from "./vector";

/** Of the current block, in those rows: the shift of each input's softmax (f32), and Σ_b P(b|a) logit_ab (f64). */
@inline
function shiftsOf(run: Run, x: usize): usize {
  return word(rowsOf(run, x), run.evaluationBlock);
}
@inline
function expectedOf(run: Run, x: usize): usize {
  return double(shiftsOf(run, x), run.evaluationBlock);
}

/** Whether no sum of a chunk overflowed. No total is too small, since the shift is one of its logits. */
function allFit(sum: usize, count: u32): bool {
  for (let j: usize = 0; j < words(count); j += 4) if (!fits(f64(load<f32>(sum + j)))) return false;
  return true;
}

/**
 * x ← the rows of `count` inputs; totals[j] (f64) ← Σ_b 2^(logit_jb − shift_j); where `targets` asks for them,
 * expectedOf ← the expected logits of the targets. All of the same logits in base 2. The shift is the largest logit of
 * the first chunk; it is raised where a later chunk's sum overflows.
 */
function sumLogits(run: Run, x: usize, totals: usize, inputs: usize, count: u32, targets: bool): void {
  const width = blockWidth(count);
  const widthBytes = words(width);
  const panels = panelsOf(run, x);
  const logits = logitsOf(run, x);
  const before = rowsOf(run, x);
  const shift = shiftsOf(run, x);
  const sum = word(shift, run.evaluationBlock);
  const expected = expectedOf(run, x);
  // the norm's mean and 1/σ are not needed: they go into rows that are overwritten below
  gatherInputs(run, inputs, count, x, before, shift);
  packPanels(panels, x, words(run.stride), count, run.dim);
  for (let j: u32 = 0; j < count; j++) store<f64>(double(totals, j), 0);
  for (let j: usize = 0; j < widthBytes; j += 4) store<f32>(shift + j, -Infinity);
  memory.fill(expected, 0, widthBytes << 1);
  for (let row: u32 = 0; row < run.vocabSize; row += run.chunkRows) {
    const rows = min(run.chunkRows, run.vocabSize - row);
    logitsOfRows(run, logits, panels, row, rows, width);
    if (row == 0) columnMax(shift, logits, rows, width);
    if (targets) addExpectedLogits(run, expected, logits, row, rows, width, inputs, count);
    memory.fill(sum, 0, widthBytes);
    sumOfExponentials(logits, shift, sum, rows, width);
    if (!allFit(sum, count)) {
      copyRow(before, shift, widthBytes);
      columnMax(shift, logits, rows, width);
      // totals so far · 2^(before − shift), which is 1 where the shift was not raised
      exponentiate(before, shift, sum, 1, width);
      for (let j: u32 = 0; j < count; j++) {
        const at = double(totals, j);
        store<f64>(at, load<f64>(at) * f64(load<f32>(word(before, j))));
      }
      memory.fill(sum, 0, widthBytes);
      sumOfExponentials(logits, shift, sum, rows, width);
    }
    for (let j: u32 = 0; j < count; j++) {
      const at = double(totals, j);
      store<f64>(at, load<f64>(at) + f64(load<f32>(word(sum, j))));
    }
  }
}

@inline
function blockCount(run: Run): u32 {
  return (run.evaluationCount + run.evaluationBlock - 1) / run.evaluationBlock;
}

/**
 * Population loss of single inputs: losses[i] (f64, nats) = logSumExp_b(logits) − Σ_b P(b|i) logit_b for the `count` inputs
 * that are listed.
 */
export function inputLosses(run: Run, count: u32): void {
  // the list is all tokens then
  if (run.symmetric && symmetricLosses(run)) return;
  run.evaluationCount = count;
  parallelFor(run, blockCount(run), lossesOfBlock);
}

/** The losses of one block of inputs. */
function lossesOfBlock(run: Run, block: u32, thread: u32): void {
  const first = block * run.evaluationBlock;
  const count = min(run.evaluationBlock, run.evaluationCount - first);
  const losses = double(run.evaluationLosses, first);
  const inputs = word(run.evaluationInputs, first);
  const x = run.scratch + <usize>thread * run.scratchBytes;
  sumLogits(run, x, losses, inputs, count, true);
  for (let j: usize = 0; j < words(count); j += 4) {
    const at = losses + (j << 1);
    const expected = load<f64>(expectedOf(run, x) + (j << 1));
    store<f64>(
      at, lossOf(load<f64>(at), load<f32>(shiftsOf(run, x) + j), expected, sumOfTargets(run, load<u32>(inputs + j))),
    );
  }
}

/** Losses of single pairs, −ln q(b|a) in nats, for the `count` inputs that are listed with their targets. */
export function pairLosses(run: Run, count: u32): void {
  run.evaluationCount = count;
  parallelFor(run, blockCount(run), pairLossesOfBlock);
}

function pairLossesOfBlock(run: Run, block: u32, thread: u32): void {
  const first = block * run.evaluationBlock;
  const count = min(run.evaluationBlock, run.evaluationCount - first);
  const totals = double(run.evaluationLosses, first);
  const scratch = run.scratch + <usize>thread * run.scratchBytes;
  const rowBytes = words(run.stride);
  sumLogits(run, scratch, totals, word(run.evaluationInputs, first), count, false);
  // four logits, in the place of expected ones
  const logits = expectedOf(run, scratch);
  for (let j: u32 = 0; j < count; j++) {
    const x = scratch + j * rowBytes;
    const logTotal = log(load<f64>(double(totals, j)));
    const shift = f64(load<f32>(word(shiftsOf(run, scratch), j)));
    const starts = word(run.pairStarts, first + j);
    const last = load<u32>(starts, 4) - 1;
    for (let i = load<u32>(starts); i <= last; i += 4) {
      const u0 = targetRow(run, i), u1 = targetRow(run, min(i + 1, last));
      const u2 = targetRow(run, min(i + 2, last)), u3 = targetRow(run, min(i + 3, last));
      fourLogits(logits, x, x, x, x, u0, u1, u2, u3, run.dim);
      for (let k: u32 = 0; k < min(4, last + 1 - i); k++) {
        const logit = f64(load<f32>(word(logits, k)));
        store<f64>(double(run.pairLosses, i + k), max(0.0, logTotal - (logit - shift) * LN2));
      }
    }
  }
}

@inline
function targetRow(run: Run, pair: u32): usize {
  return run.unembedding + load<u32>(word(run.pairTargets, pair)) * words(run.stride);
}

/**
 * Of the `count` inputs that are listed with their weights: losses, entropies of what each predicts (f64, nats), and
 * meanPrediction (V f64) += Σ weight · q. Two passes over the logits, since the second needs the first one's Z.
 */
export function predictions(run: Run, count: u32): void {
  run.evaluationCount = count;
  parallelFor(run, blockCount(run), sumsOfBlock);
  for (let block: u32 = 0; block < blockCount(run); block++) {
    run.block = block;
    parallelFor(run, run.segments, predictSegment);
    const first = block * run.evaluationBlock;
    for (let i = first; i < min(first + run.evaluationBlock, count); i++) {
      // Σ over the segments, in their order
      let sum: f64 = 0;
      for (let segment: u32 = 0; segment < run.segments; segment++)
        sum += load<f64>(double(run.predictionParts, segment * run.evaluationBlock + i - first));
      const at = doubles(i);
      const total = load<f64>(run.evaluationEntropies + at);
      store<f64>(run.evaluationEntropies + at, max(0.0, log(total) - (sum / total) * LN2));
    }
  }
}

/** Losses and shifts of one block, and its Z, which stand where the entropies will be. */
function sumsOfBlock(run: Run, block: u32, thread: u32): void {
  const first = block * run.evaluationBlock;
  const count = min(run.evaluationBlock, run.evaluationCount - first);
  const inputs = word(run.evaluationInputs, first);
  const totals = double(run.evaluationEntropies, first);
  const x = run.scratch + <usize>thread * run.scratchBytes;
  sumLogits(run, x, totals, inputs, count, true);
  for (let j: usize = 0; j < words(count); j += 4) {
    const shift = load<f32>(shiftsOf(run, x) + j);
    const expected = load<f64>(expectedOf(run, x) + (j << 1));
    store<f32>(word(run.evaluationShifts, first) + j, shift);
    store<f64>(
      double(run.evaluationLosses, first) + (j << 1),
      lossOf(load<f64>(totals + (j << 1)), shift, expected, sumOfTargets(run, load<u32>(inputs + j))),
    );
  }
}

/**
 * One segment's rows for the current block: meanPrediction += Σ weight·e/Z with e = 2^(logit − shift), and the segment's
 * Σ_b e_b·(logit_b − shift).
 */
function predictSegment(run: Run, segment: u32, thread: u32): void {
  const first = run.block * run.evaluationBlock;
  const count = min(run.evaluationBlock, run.evaluationCount - first);
  const width = blockWidth(count);
  const widthBytes = words(width);
  const x = run.scratch + <usize>thread * run.scratchBytes;
  const logits = logitsOf(run, x);
  const panels = panelsOf(run, x);
  const rows = rowsOf(run, x);
  // the norm's mean and 1/σ are not needed: they go where exponentials will be
  gatherInputs(run, word(run.evaluationInputs, first), count, x, rows, shiftsOf(run, x));
  packPanels(panels, x, words(run.stride), count, run.dim);
  const shift = word(run.evaluationShifts, first);
  const weights = double(run.evaluationWeights, first);
  const totals = double(run.evaluationEntropies, first);
  const out = double(run.predictionParts, segment * run.evaluationBlock);
  const sum = shiftsOf(run, x);
  memory.fill(out, 0, doubles(count));
  const endRow = endRowOf(run, segment);
  for (let row = firstRowOf(run, segment); row < endRow; row += run.chunkRows) {
    const height = min(run.chunkRows, endRow - row);
    logitsOfRows(run, logits, panels, row, height, width);
    for (let r: u32 = 0; r < height; r++) {
      const at = logits + r * widthBytes;
      copyRow(rows, at, widthBytes);
      exponentiate(rows, shift, sum, 1, width);
      let mean: f64 = 0;
      for (let j: usize = 0; j < words(count); j += 4) {
        const e = f64(load<f32>(rows + j));
        // where e is 0 its logit may be −Infinity, and their product NaN
        if (e == 0) continue;
        const part = out + (j << 1);
        mean += (load<f64>(weights + (j << 1)) / load<f64>(totals + (j << 1))) * e;
        store<f64>(part, load<f64>(part) + e * f64(load<f32>(at + j) - load<f32>(shift + j)));
      }
      const token = double(run.meanPrediction, row + r);
      store<f64>(token, load<f64>(token) + mean);
    }
  }
}
