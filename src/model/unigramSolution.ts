/**
 * The unigram solution of rank 1: logits_ab = ln p_b + constant, whatever the input a. Its arrays are as even as they can
 * be: all entries of a row are alike, every input has the same x = norm(E_a) = (x, …, x), and U_b = l_b/(D x)·(1, …, 1), with
 * l_b = ln p_b less its mean over the vocabulary.
 * - No norm, untied: E_a = (x, …, x) with D x² = rms(l), so that E and U have the same sum of squares, as training by
 *   small steps from small weights would have it (it keeps EᵀE − UᵀU, and the mean row of U).
 * - rmsnorm, untied: E_a = (1, …, 1), gain 1.
 * - layernorm: bias 1, gain 1, and E = 0 (tied, E = U): a layernorm leaves nothing of a row whose entries are alike.
 * Tied weights without a norm have none, each row being an input too; with an rmsnorm only rows that are far from 0, all on
 * one side, come near one. Both are refused.
 */
import { log } from "../math/elementary.js";
import { NORM_EPS } from "./norm.js";
import type { ModelShape, Weights } from "./parameters.js";

/** What all targets that never occur are taken to have in common: none has a logit of −∞. */
const NEVER = 1e-9;

/** ln p_b less its mean; a probability counts as at least NEVER/V, which adds less than NEVER to the loss. */
function centredLogs(marginal: Float64Array): Float64Array {
  const logs = marginal.map((p) => log(Math.max(p, NEVER / marginal.length)));
  const mean = logs.reduce((sum, x) => sum + x, 0) / logs.length;
  return logs.map((x) => x - mean);
}

/**
 * Adds it to weights that were drawn about 0, in f64, rounded to f32.
 * @param marginal how often each token is a target, length V
 */
export function addUnigramSolution(
  weights: Weights,
  { embeddingDim: D, tied, norm }: ModelShape,
  marginal: Float64Array,
): void {
  const logits = centredLogs(marginal);
  const meanSquare = logits.reduce((sum, l) => sum + l * l, 0) / logits.length;
  const entry = norm === "none" ? Math.sqrt(Math.sqrt(meanSquare) / D) : norm === "rmsnorm" ? 1 : 0;
  // of what the unembedding sees of every row
  const x = norm === "none" ? entry : norm === "rmsnorm" ? 1 / Math.sqrt(1 + NORM_EPS) : 1;
  const { embedding, unembedding = embedding, bias } = weights;
  if (!tied) for (let i = 0; i < embedding.length; i++) embedding[i] += entry;
  // all logits alike: E and U are 0
  if (x > 0)
    for (let i = 0; i < unembedding.length; i++) unembedding[i] += logits[Math.floor(i / D)] / (D * x);
  bias?.fill(1);
}
