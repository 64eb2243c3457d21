/** Token sources: what every kind provides. createSource makes one from a config. */
import type { Batch } from "./batch.js";

/** Arrays of a source may be shared with other runs: they are for reading. */
export interface TokenSource {
  /** p_a, how often a token is an input; length V, summing to 1 up to rounding. */
  readonly probabilities: Float64Array;
  /** How often a token is a target, Σ_a p_a P(b|a): the same array but for a corpus, whose first token is never one. */
  readonly marginal: Float64Array;
  /** Entropy of the marginal in nats: the least loss of a model that does not look at its input. */
  readonly entropy: number;
  /** Σ_a p_a H(P(·|a)) in nats: the least loss there is. Equal to `entropy` where targets do not depend on inputs. */
  readonly conditionalEntropy: number;
  /** Whether targets depend on inputs. */
  readonly conditional: boolean;
  /** P(·|a), length V, summing to 1 up to rounding; for an input that never occurs the marginal. */
  targets(input: number): Float64Array;
  /** The first `count` pairs of a stream (data/random.ts): a function of the key, and the same from every backend. */
  draw(key: bigint, count: number): Batch;
  /** Bytes of what drawing needs beyond the alias table of p; for a corpus its tokens, which threads may share. */
  readonly bytes: number;
  /** Of a corpus: how often each pair occurs, in the part that is trained on and in the part that is held out. */
  readonly pairs?: { readonly training: PairCounts; readonly heldOut: PairCounts };
}

/**
 * Distinct pairs and their counts, in compressed rows: of inputs[i] they are those from starts[i] to below starts[i +
 * 1].
 */
export interface PairCounts {
  /** Inputs that occur, ascending. */
  readonly inputs: Uint32Array;
  /** One more than inputs; from 0 to the number of distinct pairs. */
  readonly starts: Uint32Array;
  /** Target of each distinct pair, ascending within an input. */
  readonly targets: Uint32Array;
  /** How often each distinct pair occurs, at least 1. */
  readonly counts: Uint32Array;
  /** Pairs in all, the sum of counts. */
  readonly total: number;
}
