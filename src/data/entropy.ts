import { ConfigError, show } from "../configError.js";
import { log } from "../math/elementary.js";

/** Entropy -Σ p ln p in nats, with 0 ln 0 = 0: the least loss a model can reach (L_min). */
export function entropy(probabilities: ArrayLike<number>): number {
  if (typeof probabilities?.length !== "number")
    throw new ConfigError(`probabilities: expected a list of numbers, got ${show(probabilities)}`);
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i];
    if (p !== 0) sum -= p * log(p);
  }
  return sum;
}
