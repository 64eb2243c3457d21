/** What population.ts and symmetric.ts share: a thread's scratch, and the loss of an input from its sums. */
import { log } from "../src/math/elementary";
import { LN2 } from "./exp";
import { words } from "./memory";
import { Run } from "./run";

/**
 * A thread's scratch in an evaluation: a block of x rows, their panels, a chunk of logits, and rows as long as the
 * block for the softmax and the norm.
 */
@inline
export function panelsOf(run: Run, x: usize): usize {
  return x + run.evaluationBlock * words(run.stride);
}
@inline
export function logitsOf(run: Run, x: usize): usize {
  return panelsOf(run, x) + run.dim * words(run.evaluationBlock);
}
@inline
export function rowsOf(run: Run, x: usize): usize {
  return logitsOf(run, x) + max(run.chunkRows, run.evaluationBlock) * words(run.evaluationBlock);
}

/**
 * −Σ_b P(b) ln q(b) of one input, from sums in base 2; P sums to `sumOfTargets`. Negative only by rounding,
 * which is cut off. NaN stays NaN.
 */
@inline
export function lossOf(total: f64, shift: f32, expected: f64, sumOfTargets: f64): f64 {
  return max(0.0, log(total) - (expected - f64(shift) * sumOfTargets) * LN2);
}
