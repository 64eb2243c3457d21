/**
 * A corpus: pairs of neighbouring tokens of an array, drawn uniformly from its training part; p, the entropy and the
 * conditional entropy are those of the pairs that are there. Loaded where a config asks for it.
 */
import { ConfigError } from "../configError.js";
import { log } from "../math/elementary.js";
import type { Corpus } from "./corpusSchema.js";
import type { CorpusTokens } from "./digest.js";
import { entropy } from "./entropy.js";
import { uniform } from "./random.js";
import type { PairCounts, TokenSource } from "./source.js";

/**
 * The conditional entropy is the plug-in estimate from the training pairs. It is biased low, since many pairs of a language
 * are seen once or never: by 0.6 to 1.7 nats on a million tokens. Judge a model by the loss of the held-out pairs.
 * @param tokens of the digest in `corpus`, which is the caller's to check
 * @throws ConfigError for a token that is not below vocabSize, and for less than 2 training tokens
 */
export function corpusSource(corpus: Corpus, tokens: CorpusTokens, vocabSize: number): TokenSource {
  const pairs = countsOf(corpus, tokens, vocabSize);
  const { training } = pairs;
  const rows = new Map<number, number>();
  for (let i = 0; i < training.inputs.length; i++) rows.set(training.inputs[i], i);
  const probabilities = new Float64Array(vocabSize);
  for (const [input, i] of rows) probabilities[input] = rowTotal(training, i) / training.total;
  const marginal = new Float64Array(vocabSize);
  for (let k = 0; k < training.targets.length; k++) marginal[training.targets[k]] += training.counts[k];
  for (let b = 0; b < vocabSize; b++) marginal[b] /= training.total;

  return {
    probabilities,
    marginal,
    entropy: entropy(marginal),
    conditionalEntropy: conditionalEntropy(training),
    conditional: true,
    targets(input) {
      const row = rows.get(input);
      if (row === undefined) return marginal;
      const total = rowTotal(training, row);
      const probabilities = new Float64Array(vocabSize);
      for (let k = training.starts[row]; k < training.starts[row + 1]; k++)
        probabilities[training.targets[k]] = training.counts[k] / total;
      return probabilities;
    },
    // pair i: a position drawn by number i of the stream, uniformly
    draw(key, count) {
      const inputs = new Uint32Array(count);
      const targets = new Uint32Array(count);
      for (let i = 0; i < count; i++) {
        const position = Math.floor(uniform(key, i) * training.total);
        inputs[i] = tokens[position];
        targets[i] = tokens[position + 1];
      }
      return { inputs, targets };
    },
    bytes: tokens.byteLength,
    pairs,
  };
}

/** Pairs of one input. */
export function rowTotal({ starts, counts }: PairCounts, row: number): number {
  let sum = 0;
  for (let k = starts[row]; k < starts[row + 1]; k++) sum += counts[k];
  return sum;
}

/** -Σ_ab n_ab/n ln(n_ab/n_a) in nats. */
export function conditionalEntropy(pairs: PairCounts): number {
  let sum = 0;
  for (let row = 0; row < pairs.inputs.length; row++) {
    const total = rowTotal(pairs, row);
    for (let k = pairs.starts[row]; k < pairs.starts[row + 1]; k++) {
      const count = pairs.counts[k];
      if (count < total) sum -= count * log(count / total);
    }
  }
  return sum / pairs.total;
}

interface Counted {
  digest: string;
  heldOut: number;
  vocabSize: number;
  pairs: { training: PairCounts; heldOut: PairCounts };
}

/** An array is counted once, however many runs use it. */
const counted = new WeakMap<CorpusTokens, Counted>();

function countsOf({ digest, heldOut }: Corpus, tokens: CorpusTokens, vocabSize: number): Counted["pairs"] {
  const known = counted.get(tokens);
  if (known?.digest === digest && known.heldOut === heldOut && known.vocabSize === vocabSize)
    return known.pairs;
  for (let i = 0; i < tokens.length; i++)
    if (tokens[i] >= vocabSize)
      throw new ConfigError(
        `corpus: expected tokens below ${vocabSize} (vocabSize), got ${tokens[i]} at position ${i}`,
      );
  const size = tokens.length - Math.floor(heldOut * tokens.length);
  if (size < 2) throw new ConfigError(`corpus: expected at least 2 tokens to train on, got ${size}`);
  const pairs = {
    training: countPairs(tokens.subarray(0, size), vocabSize),
    heldOut: countPairs(tokens.subarray(size), vocabSize),
  };
  counted.set(tokens, { digest, heldOut, vocabSize, pairs });
  return pairs;
}

/** Two counting sorts, by target and then by input, bring equal pairs together: linear in tokens, and no object a pair. */
export function countPairs(tokens: CorpusTokens, vocabSize: number): PairCounts {
  const total = Math.max(0, tokens.length - 1);
  const inputs = tokens.subarray(0, total);
  const targets = tokens.subarray(1);
  const byTarget = new Uint32Array(total);
  const nextOfTarget = rowStarts(targets, vocabSize);
  for (let i = 0; i < total; i++) byTarget[nextOfTarget[targets[i]]++] = inputs[i];

  // byTarget: the inputs of target 0, then those of target 1, …; taken in that order, each input's row comes out ascending
  const sorted = new Uint32Array(total);
  const ends = rowStarts(inputs, vocabSize);
  for (let target = 0, i = 0; target < vocabSize; target++)
    for (; i < nextOfTarget[target]; i++) sorted[ends[byTarget[i]]++] = target;

  // equal targets are counted, written over what is already read
  const counts = byTarget;
  const rows: number[] = [];
  const starts: number[] = [0];
  let distinct = 0;
  for (let input = 0, i = 0; input < vocabSize; input++) {
    const first = distinct;
    for (; i < ends[input]; i++) {
      if (distinct > first && sorted[distinct - 1] === sorted[i]) counts[distinct - 1] += 1;
      else {
        sorted[distinct] = sorted[i];
        counts[distinct] = 1;
        distinct += 1;
      }
    }
    if (distinct > first) {
      rows.push(input);
      starts.push(distinct);
    }
  }
  return {
    inputs: Uint32Array.from(rows),
    starts: Uint32Array.from(starts),
    targets: sorted.slice(0, distinct),
    counts: counts.slice(0, distinct),
    total,
  };
}

/** First place of each value's entries in sorted order, length V. */
function rowStarts(values: CorpusTokens, vocabSize: number): Uint32Array {
  const starts = new Uint32Array(vocabSize);
  for (let i = 0; i < values.length; i++) starts[values[i]] += 1;
  let start = 0;
  for (let value = 0; value < vocabSize; value++) {
    const count = starts[value];
    starts[value] = start;
    start += count;
  }
  return starts;
}
