/**
 * Population losses of all tokens of a tied model without a norm. Its logits E Eᵀ are symmetric, so a block of inputs is
 * multiplied only with itself and later tokens: half the products. A block of logits then serves both ways,
 *   Σ_b 2^(logit_ab − shift_a) and Σ_b p_b logit_ab down its columns for its inputs a, and across its rows for the later
 *   tokens b,
 * and a token's total is its own block's sum, then those of the earlier blocks in their order.
 */
import { constant, exp2 } from "./exp";
import { addExpected, blockWidth, fourLogits, inRange, logitsOfRows, packPanels, sumOfExponentials } from "./logits";
import { logitsOf, lossOf, panelsOf, rowsOf } from "./evaluation";
import { double, doubles, word, words } from "./memory";
import { parallelFor } from "./parallel";
import { Run } from "./run";

/** Partial sums of a later token over one block's inputs: Σ p·logit (f64); behind all of these, Σ of exponentials (f32). */
@inline
function expectedPart(run: Run, block: u32, token: u32): usize {
  return double(run.logits, block * run.vocabSize + token);
}
@inline
function sumPart(run: Run, block: u32, token: u32): usize {
  return word(expectedPart(run, blockCount(run), 0), block * run.vocabSize + token);
}
@inline
function blockCount(run: Run): u32 {
  return (run.vocabSize + run.evaluationBlock - 1) / run.evaluationBlock;
}

/**
 * evaluationLosses ← the losses of all V tokens. False when some logit is so far from its shift that a sum cannot be
 * taken. The shift of a token is its logit with itself: known in advance and equal to one of its logits, so that no sum
 * is below 1.
 */
export function symmetricLosses(run: Run): bool {
  const losses = run.evaluationLosses;
  const last = run.vocabSize - 1;
  for (let token: u32 = 0; token <= last; token += 4) {
    const e0 = rowOf(run, token), e1 = rowOf(run, min(token + 1, last)), e2 = rowOf(run, min(token + 2, last));
    const e3 = rowOf(run, min(token + 3, last));
    fourLogits(word(run.pairShifts, token), e0, e1, e2, e3, e0, e1, e2, e3, run.dim);
  }
  parallelFor(run, blockCount(run), pairsOfBlock);
  for (let token: u32 = 0; token < run.vocabSize; token++) {
    const at = double(losses, token);
    let total = load<f64>(at);
    let expected = load<f64>(double(run.expectedLogits, token));
    for (let block: u32 = 0; block < token / run.evaluationBlock; block++) {
      total += f64(load<f32>(sumPart(run, block, token)));
      expected += load<f64>(expectedPart(run, block, token));
    }
    // an infinite logit of a token of probability 0 makes NaN here; population.ts leaves such tokens out
    if (!inRange(total) || isNaN(expected)) return false;
    store<f64>(at, lossOf(total, load<f32>(word(run.pairShifts, token)), expected, run.probabilitySum));
  }
  return true;
}

@inline
function rowOf(run: Run, token: u32): usize {
  return run.embedding + token * words(run.stride);
}

/** One block of inputs with itself and all later tokens. */
function pairsOfBlock(run: Run, block: u32, thread: u32): void {
  const rowBytes = words(run.stride);
  const first = block * run.evaluationBlock;
  const count = min(run.evaluationBlock, run.vocabSize - first);
  const width = blockWidth(count);
  const scratch = run.scratch + <usize>thread * run.scratchBytes;
  const panels = panelsOf(run, scratch);
  const logits = logitsOf(run, scratch);
  const shift = rowsOf(run, scratch);
  const sum = word(shift, run.evaluationBlock);
  packPanels(panels, run.embedding + first * rowBytes, rowBytes, count, run.dim);
  memory.fill(shift, 0, words(width));
  memory.copy(shift, word(run.pairShifts, first), words(count));
  const totals = double(run.evaluationLosses, first);
  const expected = word(sum, run.evaluationBlock);
  memory.fill(totals, 0, doubles(count));
  memory.fill(expected, 0, doubles(width));
  for (let row = first; row < run.vocabSize; row += run.evaluationBlock) {
    const rows = min(run.evaluationBlock, run.vocabSize - row);
    logitsOfRows(run, logits, panels, row, rows, width);
    addExpected(expected, logits, double(run.probabilities, row), rows, width);
    memory.fill(sum, 0, words(width));
    sumOfExponentials(logits, shift, sum, rows, width);
    for (let j: u32 = 0; j < count; j++) {
      const at = double(totals, j);
      store<f64>(at, load<f64>(at) + f64(load<f32>(word(sum, j))));
    }
    // only the last block is padded, and it has no later tokens
    if (row == first) continue;
    sumsOfRows(
      sumPart(run, block, row), expectedPart(run, block, row), logits, word(run.pairShifts, row),
      double(run.probabilities, first), rows, width,
    );
  }
  memory.copy(double(run.expectedLogits, first), expected, doubles(count));
}

/**
 * sums[r] ← Σ_j 2^(logits[r][j] − shift[r]): eight running sums, [a … d] + [e … h], then (a + b) + (c + d) of those.
 * expected[r] (f64) ← Σ_j p_j logits[r][j]: [a, b] + [c, d] + [e, f] + [g, h], then a + b.
 */
function sumsOfRows(
  sums: usize, expected: usize, logits: usize, shift: usize, p: usize, rows: u32, width: u32,
): void {
  const k0 = constant(0), k1 = constant(1), k2 = constant(2), k3 = constant(3), k4 = constant(4), k5 = constant(5);
  const k6 = constant(6), k7 = constant(7), k8 = constant(8);
  const rowBytes = words(width);
  for (let r: usize = 0; r < words(rows); r += 4) {
    const s = v128.load32_splat(shift + r);
    let low = f32x4.splat(0);
    let high = low;
    for (let j: usize = 0; j < rowBytes; j += 32) {
      low = f32x4.add(low, exp2(f32x4.sub(v128.load(logits + j), s), k0, k1, k2, k3, k4, k5, k6, k7, k8));
      high = f32x4.add(high, exp2(f32x4.sub(v128.load(logits + j, 16), s), k0, k1, k2, k3, k4, k5, k6, k7, k8));
    }
    const all = f32x4.add(low, high);
    store<f32>(
      sums + r,
      f32x4.extract_lane(all, 0) + f32x4.extract_lane(all, 1) + (f32x4.extract_lane(all, 2) + f32x4.extract_lane(all, 3)),
    );
    // a loop of its own: together with the exponentials V8 would run out of registers
    let x0 = f64x2.splat(0), x1 = x0, x2 = x0, x3 = x0;
    for (let j: usize = 0; j < rowBytes; j += 32) {
      const q = p + (j << 1);
      x0 = f64x2.add(x0, f64x2.mul(v128.load(q), f64x2.promote_low_f32x4(v128.load64_zero(logits + j))));
      x1 = f64x2.add(x1, f64x2.mul(v128.load(q, 16), f64x2.promote_low_f32x4(v128.load64_zero(logits + j, 8))));
      x2 = f64x2.add(x2, f64x2.mul(v128.load(q, 32), f64x2.promote_low_f32x4(v128.load64_zero(logits + j, 16))));
      x3 = f64x2.add(x3, f64x2.mul(v128.load(q, 48), f64x2.promote_low_f32x4(v128.load64_zero(logits + j, 24))));
    }
    const x = f64x2.add(f64x2.add(x0, x1), f64x2.add(x2, x3));
    store<f64>(expected + (r << 1), f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1));
    logits += rowBytes;
  }
}
