/** How often the tokens of a config are, and their order by it. */
import { type RunConfig, tokenProbabilities, tokenSource } from "../../index.js";

export interface Tokens {
  /** p, by token; undefined where the page cannot know it: of a corpus, or of a list that only its digest names. */
  probabilities: Float64Array | undefined;
  /** Rank of each token, 0 the most frequent. */
  ranks: Uint32Array;
  /** Tokens by rank. */
  order: Uint32Array;
}

/** Tokens from the most to the least frequent; those that are equal by number. */
export function orderOf(probabilities: ArrayLike<number>): Uint32Array {
  const order = Uint32Array.from({ length: probabilities.length }, (_, i) => i);
  const sorted = order.every((i) => i === 0 || probabilities[i] <= probabilities[i - 1]);
  return sorted ? order : order.sort((a, b) => probabilities[b] - probabilities[a] || a - b);
}

/** Of a token as a point, by its rank among so many, in pixels: the first are the largest. */
export const radiusOf = (rank: number, count: number): number =>
  count > 2000 ? 1.5 : Math.max(2.5, 6 - rank * 0.4);

const known = new WeakMap<RunConfig, Tokens>();

export function tokensOf(config: RunConfig): Tokens {
  const kept = known.get(config);
  if (kept) return kept;
  let probabilities: Float64Array | undefined;
  try {
    probabilities = tokenProbabilities(config.distribution, config.vocabSize);
  } catch {
    // named by a digest
  }
  const order = orderOf(probabilities ?? new Float64Array(config.vocabSize));
  const ranks = new Uint32Array(order.length);
  order.forEach((token, rank) => {
    ranks[token] = rank;
  });
  const tokens = { probabilities, ranks, order };
  known.set(config, tokens);
  return tokens;
}

/** P(·|input) of a config. */
export async function targetsOf(config: RunConfig, input: number): Promise<Float64Array> {
  return (await tokenSource(config)).targets(input);
}
