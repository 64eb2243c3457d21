/** The optimizers of src/optimizer/ in the kernel. To add one: a file beside this one, and a line here. */
import { COUPLED_ADAM, SGD, SIGN } from "../src/kernel/constants";
import { adam, coupledAdam } from "./adam";
import { Run } from "./run";
import { sgd } from "./sgd";
import { sign } from "./sign";

/**
 * The update of `count` contiguous floats, within one row where a state array has only one. state and state2: the
 * optimizer's state of these floats, 0 where it has none. gradient = 0 (the pointer) stands for zeros.
 */
export function updateParameters(
  run: Run, weights: usize, state: usize, state2: usize, gradient: usize, count: u32,
): void {
  const optimizer = run.optimizer;
  if (optimizer == COUPLED_ADAM) coupledAdam(run, weights, state, state2, gradient, count);
  else if (optimizer == SGD) sgd(run, weights, state, gradient, count);
  else if (optimizer == SIGN) sign(run, weights, state, gradient, count);
  else adam(run, weights, state, state2, gradient, count);
}

/** state + offset; 0 where there is no such array. */
@inline
export function at(state: usize, offset: usize): usize {
  return state ? state + offset : 0;
}
