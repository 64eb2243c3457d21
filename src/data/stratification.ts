import { PURPOSE, streamKey, uniform } from "./random.js";

/** Inputs of a stratified estimate Σ weights·loss(exact) + mass·mean loss(tail). */
export interface Strata {
  /** The most frequent inputs and their probabilities. */
  exact: { inputs: Uint32Array; weights: Float64Array };
  /** Inputs drawn from all others, with replacement, in proportion to p; `mass` is the others' total probability. */
  tail: { inputs: Uint32Array; mass: number };
}

/**
 * Splits the inputs for a population loss at large V: the `exactInputs` most probable (ties by index) one by one, the
 * rest by `sampledInputs` draws. `tail.inputs` is empty when nothing of positive probability is left.
 * @param probabilities length V
 * @param step updates done so far: every evaluation draws its own tail
 */
export function stratify(
  probabilities: ArrayLike<number>,
  sizes: { exactInputs: number; sampledInputs: number },
  seed: number,
  step: number,
): Strata {
  const order = Uint32Array.from({ length: probabilities.length }, (_, i) => i);
  order.sort((a, b) => probabilities[b] - probabilities[a] || a - b);
  const inputs = order.slice(0, sizes.exactInputs);
  const weights = Float64Array.from(inputs, (input) => probabilities[input]);

  const rest = order.subarray(sizes.exactInputs);
  const cumulative = new Float64Array(rest.length);
  let mass = 0;
  for (let i = 0; i < rest.length; i++) {
    mass += probabilities[rest[i]];
    cumulative[i] = mass;
  }

  const key = streamKey(seed, PURPOSE.stratifiedEvaluation, step);
  const drawn = new Uint32Array(mass > 0 ? sizes.sampledInputs : 0);
  for (let m = 0; m < drawn.length; m++) drawn[m] = rest[firstAbove(cumulative, uniform(key, m) * mass)];
  return { exact: { inputs, weights }, tail: { inputs: drawn, mass } };
}

/** Index of the first of ascending values above x; there is one. Entries that add no probability are never found. */
function firstAbove(ascending: Float64Array, x: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] > x) high = middle;
    else low = middle + 1;
  }
  return low;
}
