/**
 * What a model has learnt of conditional data. With q̄ = Σ_a p_a q_a its mean prediction and H the entropy of the
 * targets, L = H + KL(p‖q̄) − captured: how far the unigram distribution is learnt, and what is gained from the input.
 * Exact where the evaluation is; an estimate where it is stratified (see Population); not measured where pairs are
 * sampled.
 */
import { log } from "../math/elementary.js";
import { isConditional, type Observable } from "./observable.js";

export type DecompositionColumn =
  /** L − H: below 0 the model does better than any that does not look at its input. */
  | "unigramExcess"
  /** KL(p‖q̄), how far the mean prediction is from the distribution of the targets. */
  | "marginalError"
  /** Σ_ab p_a P(b|a) ln(q_a(b)/q̄(b)) = H + KL(p‖q̄) − L: the part of the mutual information that the model uses. */
  | "capturedInformation"
  /** Σ_a p_a KL(q_a‖q̄), how much predictions depend on inputs, rightly or not. */
  | "inputDependence";

export const decomposition: Observable<DecompositionColumn> = {
  columns: ["unigramExcess", "marginalError", "capturedInformation", "inputDependence"],
  applies: isConditional,
  measure({ source: { entropy, marginal }, population: { loss, predicted } }) {
    const unigramExcess = loss - entropy;
    if (!predicted)
      return { unigramExcess, marginalError: null, capturedInformation: null, inputDependence: null };
    let marginalError = 0;
    let meanEntropy = 0;
    predicted.mean.forEach((q, b) => {
      const p = marginal[b];
      if (p > 0) marginalError += p * log(p / q);
      if (q > 0) meanEntropy -= q * log(q);
    });
    return {
      unigramExcess,
      marginalError,
      capturedInformation: marginalError - unigramExcess,
      inputDependence: meanEntropy - predicted.entropy,
    };
  },
};
