/**
 * Where tokens come from, made once from a complete config. A source is a file of its own; which one a config means is
 * said in createSource.
 */
import type { Batch } from "./batch.js";
import { type DistributionInput, tokenProbabilities } from "./distribution.js";
import { entropy } from "./entropy.js";
import { randomBits } from "./random.js";
import { aliasTable, drawToken } from "./sampling.js";

/** Distinct pairs of a corpus and how often each comes: input i has the targets starts[i] … starts[i + 1] − 1. */
export interface PairCounts {
  inputs: Uint32Array;
  /** One more than inputs. */
  starts: Uint32Array;
  targets: Uint32Array;
  counts: Uint32Array;
  /** Σ counts. */
  total: number;
}

export interface TokenSource {
  /** p_a, how often a token is an input; length V, summing to 1 up to rounding. */
  readonly probabilities: Float64Array;
  /** How often a token is a target, Σ_a p_a P(b|a): the same array but for a corpus, whose first token is never one. */
  readonly marginal: Float64Array;
  /** Of the marginal, in nats: the least loss of a model that does not look at its input. */
  readonly entropy: number;
  /** Σ_a p_a H(P(·|a)) in nats: the least loss there is. Equal to `entropy` where targets do not depend on inputs. */
  readonly conditionalEntropy: number;
  /** Whether targets depend on inputs. */
  readonly conditional: boolean;
  /** P(·|a), length V. */
  targets(input: number): Float64Array;
  /** The first `count` pairs of a stream (data/random.ts). */
  draw(key: bigint, count: number): Batch;
  /** Of a corpus: the pairs of its two parts. */
  readonly pairs?: { training: PairCounts; heldOut: PairCounts };
  /** Bytes that drawing takes beyond the alias table of p. */
  readonly bytes: number;
}

/** TEMPORARY until the sources are merged. */
export function createSource(config: { vocabSize: number; distribution: DistributionInput }): TokenSource {
  const probabilities = tokenProbabilities(config.distribution, config.vocabSize);
  const table = aliasTable(probabilities);
  const H = entropy(probabilities);
  return {
    probabilities,
    marginal: probabilities,
    entropy: H,
    conditionalEntropy: H,
    conditional: false,
    targets: () => probabilities,
    draw(key, count) {
      const inputs = new Uint32Array(count);
      const targets = new Uint32Array(count);
      for (let i = 0; i < count; i++) {
        inputs[i] = drawToken(table, randomBits(key, 2 * i));
        targets[i] = drawToken(table, randomBits(key, 2 * i + 1));
      }
      return { inputs, targets };
    },
    bytes: 0,
  };
}
