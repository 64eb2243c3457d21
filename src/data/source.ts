/**
 * Where tokens come from, made once from a complete config. A source is a file of its own; which one a config means is
 * said in createSource.
 */
import type { Batch } from "../backend/backend.js";

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
  /** Bytes that drawing takes beyond the alias table of p. */
  readonly bytes: number;
}
