/** What a step does with its gradient: the optimizers of src/optimizer/, to add one a file and a line here. */
import { COUPLED_ADAM, SGD, SIGN } from "../src/kernel/constants";
import { adam, coupledAdam } from "./adam";
import { Run } from "./run";
import { sgd } from "./sgd";
import { sign } from "./sign";

/**
 * This update of `count` floats that stand together (of one row, where the state is one). state and state2: the arrays of
 * the optimizer's state that go with them, 0 where it has none; gradient = 0 (the pointer) stands for zeros.
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

/** The same offset into a state array that may not be there. */
@inline
export function at(state: usize, offset: usize): usize {
  return state ? state + offset : 0;
}
