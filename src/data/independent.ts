/** Input and target drawn apart, both from p. */
import { entropy } from "./entropy.js";
import { aliasTable, drawPairs } from "./sampling.js";
import type { TokenSource } from "./source.js";

/** @param p length V, summing to 1 up to rounding */
export function independentSource(p: Float64Array): TokenSource {
  const table = aliasTable(p);
  const entropyOfP = entropy(p);
  return {
    probabilities: p,
    marginal: p,
    entropy: entropyOfP,
    conditionalEntropy: entropyOfP,
    conditional: false,
    targets: () => p,
    draw: (key, count) => drawPairs(table, key, count),
    bytes: 0,
  };
}
