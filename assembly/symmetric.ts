/**
 * Population losses of all tokens of a tied model without a norm. Its logits E Eᵀ are symmetric, so a block of inputs
 * meets only itself and what comes after it: half the products. A block of logits then serves both ways,
 *   Σ_b 2^(logit_ab − shift_a) down its columns for its inputs a, and across its rows for the later tokens b,
 * and each token adds up what its own block and the earlier ones found, in their order.
 */
import { log } from "../src/math/elementary";
import { EVALUATE_PAIRS, share } from "./crew";
import { constant, exp2, LN2, LOG2_E } from "./exp";
import { blockWidth, IN_RANGE, logitsOfRows, packPanels, sumOfExponentials } from "./logits";
import { expectedLogit, logitsOf, panelsOf, rowsOf } from "./population";
import { Run } from "./run";
import { dot } from "./vector";

/**
 * evaluationLosses ← the losses of all V tokens. False when some logit is so far above its shift that a sum overflows.
 * The shift of a token is its logit with itself, known before and reached by one logit, so that no sum is below 1.
 */
export function symmetricLosses(run: Run): bool {
  const rowBytes = <usize>run.stride << 2;
  const losses = run.evaluationLosses;
  for (let token: u32 = 0; token < run.vocabSize; token++) {
    const row = run.embedding + token * rowBytes;
    store<f32>(run.pairShifts + (<usize>token << 2), f32(dot(row, row, rowBytes) * LOG2_E));
  }
  share(run, EVALUATE_PAIRS, (run.vocabSize + run.evaluationBlock - 1) / run.evaluationBlock);
  for (let token: u32 = 0; token < run.vocabSize; token++) {
    const at = losses + (<usize>token << 3);
    let total = load<f64>(at);
    let partial = run.logits + (<usize>token << 2);
    for (let block = token / run.evaluationBlock; block > 0; block--) {
      total += f64(load<f32>(partial));
      partial += <usize>run.vocabSize << 2;
    }
    if (!(total < IN_RANGE)) return false;
    const lse = f64(load<f32>(run.pairShifts + (<usize>token << 2))) * LN2 + log(total);
    store<f64>(at, lse - expectedLogit(run, run.embedding + token * rowBytes));
  }
  return true;
}

/** One block of inputs against itself and all later tokens. */
export function pairsOfBlock(run: Run, block: u32, member: u32): void {
  const rowBytes = <usize>run.stride << 2;
  const first = block * run.evaluationBlock;
  const count = min(run.evaluationBlock, run.vocabSize - first);
  const width = blockWidth(count);
  const scratch = run.scratch + <usize>member * run.scratchBytes;
  const panels = panelsOf(run, scratch);
  const logits = logitsOf(run, scratch);
  const shift = rowsOf(run, scratch);
  const sum = shift + (<usize>run.evaluationBlock << 2);
  packPanels(panels, run.embedding + first * rowBytes, rowBytes, count, run.dim);
  memory.fill(shift, 0, <usize>width << 2);
  memory.copy(shift, run.pairShifts + (<usize>first << 2), <usize>count << 2);
  const totals = run.evaluationLosses + (<usize>first << 3);
  for (let j: u32 = 0; j < count; j++) store<f64>(totals + (<usize>j << 3), 0);
  for (let row = first; row < run.vocabSize; row += run.evaluationBlock) {
    const rows = min(run.evaluationBlock, run.vocabSize - row);
    logitsOfRows(run, logits, panels, row, rows, width);
    memory.fill(sum, 0, <usize>width << 2);
    sumOfExponentials(logits, shift, sum, rows, width);
    for (let j: u32 = 0; j < count; j++) {
      const at = totals + (<usize>j << 3);
      store<f64>(at, load<f64>(at) + f64(load<f32>(sum + (<usize>j << 2))));
    }
    // an earlier block has all its columns: only the last one is padded
    if (row == first) continue;
    const out = run.logits + (<usize>(block * run.vocabSize + row) << 2);
    sumsOfRows(out, logits, run.pairShifts + (<usize>row << 2), rows, width);
  }
}

/** out[r] ← Σ_j 2^(logits[r][j] − shift[r]): eight running sums, [a … d] + [e … h], then (a + b) + (c + d) of those. */
function sumsOfRows(out: usize, logits: usize, shift: usize, rows: u32, width: u32): void {
  const k0 = constant(0), k1 = constant(1), k2 = constant(2), k3 = constant(3), k4 = constant(4), k5 = constant(5);
  const k6 = constant(6), k7 = constant(7), k8 = constant(8);
  const rowBytes = <usize>width << 2;
  for (let r: usize = 0; r < <usize>rows << 2; r += 4) {
    const s = v128.load32_splat(shift + r);
    let low = f32x4.splat(0);
    let high = low;
    for (let j: usize = 0; j < rowBytes; j += 32) {
      low = f32x4.add(low, exp2(f32x4.sub(v128.load(logits + j), s), k0, k1, k2, k3, k4, k5, k6, k7, k8));
      high = f32x4.add(high, exp2(f32x4.sub(v128.load(logits + j, 16), s), k0, k1, k2, k3, k4, k5, k6, k7, k8));
    }
    const all = f32x4.add(low, high);
    store<f32>(
      out + r,
      f32x4.extract_lane(all, 0) + f32x4.extract_lane(all, 1) + (f32x4.extract_lane(all, 2) + f32x4.extract_lane(all, 3)),
    );
    logits += rowBytes;
  }
}
