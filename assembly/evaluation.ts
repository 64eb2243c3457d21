/** What both ways to evaluate share: a thread's working space, and the loss of an input from its sums. */
import { log } from "../src/math/elementary";
import { LN2 } from "./exp";
import { Run } from "./run";

/**
 * A thread's working space in an evaluation: a block of x rows, their panels, a chunk of logits, and rows of the block for
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

/**
 * −Σ_b P(b) ln q(b) of one input, from sums in base 2; P sums to `sumOfTargets`. Negative only by
 * rounding, which is cut off. NaN stays NaN.
 */
@inline
export function lossOf(total: f64, shift: f32, expected: f64, sumOfTargets: f64): f64 {
  return max(0.0, log(total) - (expected - f64(shift) * sumOfTargets) * LN2);
}
