/**
 * Cross entropies, in nats, of text that two smoothed models have not seen. What is seen is discounted, and what that sets free
 * is spread out (Ney, Essen & Kneser 1994).
 */
import { rowTotal } from "../data/corpus.js";
import type { PairCounts } from "../data/source.js";
import { log } from "../math/elementary.js";

/** The discount n₁/(n₁ + 2n₂) from the numbers of things seen once and twice; ½ where nothing was seen once. */
function discountOf(counts: Uint32Array): number {
  let [once, twice] = [0, 0];
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 1) once++;
    else if (counts[i] === 2) twice++;
  }
  return once === 0 ? 0.5 : once / (once + 2 * twice);
}

/** p(b) = (max(n_b - d, 0) + d·T/V)/N: of N things in T types, discounted by d, the rest spread evenly over all V. */
function discounted(counts: Uint32Array): Float64Array {
  const discount = discountOf(counts);
  let [total, types] = [0, 0];
  for (let b = 0; b < counts.length; b++) {
    total += counts[b];
    if (counts[b] > 0) types++;
  }
  const even = (discount * types) / counts.length;
  return Float64Array.from(counts, (count) => (Math.max(count - discount, 0) + even) / total);
}

/**
 * Of tokens under the unigram model of others.
 * @param training how often each token of the vocabulary occurs in what the model has seen
 * @param heldOut the same of what it has not
 */
export function heldOutEntropy(training: Uint32Array, heldOut: Uint32Array): number {
  const model = discounted(training);
  let [sum, total] = [0, 0];
  for (let b = 0; b < heldOut.length; b++) {
    if (heldOut[b] === 0) continue;
    sum -= heldOut[b] * log(model[b]);
    total += heldOut[b];
  }
  return sum / total;
}

/**
 * Of pairs under an interpolated Kneser–Ney model of others:
 * P(b|a) = (max(n_ab - d, 0) + d·T_a·q_b)/n_a, T_a the types that were seen behind a, and q the discounted unigram model of
 * continuations, in which b counts as often as there are tokens before it. Behind an a that was not seen, P(b|a) = q_b.
 */
export function heldOutConditionalEntropy(
  training: PairCounts,
  heldOut: PairCounts,
  vocabSize: number,
): number {
  const discount = discountOf(training.counts);
  const continuations = new Uint32Array(vocabSize);
  for (let k = 0; k < training.targets.length; k++) continuations[training.targets[k]]++;
  const backoff = discounted(continuations);
  let sum = 0;
  // rows and their targets ascend in both, so that one walk finds all
  let seen = 0;
  for (let row = 0; row < heldOut.inputs.length; row++) {
    while (seen < training.inputs.length && training.inputs[seen] < heldOut.inputs[row]) seen++;
    const known = training.inputs[seen] === heldOut.inputs[row];
    let k = known ? training.starts[seen] : 0;
    const end = known ? training.starts[seen + 1] : 0;
    const total = known ? rowTotal(training, seen) : 1;
    const spread = known ? discount * (end - k) : 1;
    for (let i = heldOut.starts[row]; i < heldOut.starts[row + 1]; i++) {
      const target = heldOut.targets[i];
      while (k < end && training.targets[k] < target) k++;
      const count = k < end && training.targets[k] === target ? training.counts[k] : 0;
      sum -= heldOut.counts[i] * log((Math.max(count - discount, 0) + spread * backoff[target]) / total);
    }
  }
  return sum / heldOut.total;
}
