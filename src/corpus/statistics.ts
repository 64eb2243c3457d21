import { checkNames } from "../checks.js";
import { ConfigError, show } from "../configError.js";
import { conditionalEntropy, countPairs } from "../data/corpus.js";
import type { CorpusTokens } from "../data/digest.js";
import { log } from "../math/elementary.js";
import { heldOutConditionalEntropy, heldOutEntropy } from "./heldOut.js";
import { MOST_TYPES } from "./types.js";
import { zipfExponent } from "./zipf.js";

/** What can be said of a corpus by counting. Entropies in nats. */
export interface CorpusStatistics {
  /** N. */
  tokens: number;
  /** Different tokens. */
  types: number;
  /** Different pairs of neighbours. */
  pairTypes: number;
  /** Fraction of the tokens, taken from the end, that the held-out entropies are of. */
  heldOut: number;
  entropy: {
    /** Of the frequencies of all tokens. */
    plugIn: number;
    /** Cross entropy of the held-out tokens under the others' frequencies, smoothed; null where nothing is held out. */
    heldOut: number | null;
  };
  /** Of a Zipf law over the ranks of the types, by maximum likelihood; null for a single type. */
  zipfExponent: number | null;
  /** H(b|a) of neighbours (a, b). */
  conditionalEntropy: {
    /** Of the frequencies of all pairs: 0.6 to 1.7 nats too low on a million tokens, where most pairs are seen once. */
    plugIn: number;
    /** Plug-in with the first-order correction of its bias (Miller 1955): + (pair types - input types)/2n. */
    millerMadow: number;
    /** Cross entropy of the held-out pairs under the others' Kneser–Ney model; null where no pair is held out. */
    heldOut: number | null;
  };
}

export interface StatisticsOptions {
  /** Fraction of the tokens, taken from the end, as a corpus in a config has it: 0 to below 1. Default 0.1. */
  heldOut?: number;
  /** V, over which the smoothed models spread what they have not seen. Default: one more than the largest token. */
  vocabSize?: number;
}

/**
 * Counts a corpus: 4 million tokens take about a second and 20 bytes a token.
 * @param tokens at least 2, below 2^24
 * @throws ConfigError for anything else, and for bad options
 */
export function corpusStatistics(tokens: CorpusTokens, options: StatisticsOptions = {}): CorpusStatistics {
  checkNames(options, ["heldOut", "vocabSize"]);
  const { heldOut = 0.1 } = options;
  if (!(typeof heldOut === "number" && heldOut >= 0 && heldOut < 1))
    throw new ConfigError(`heldOut: expected a number from 0 to below 1, got ${show(heldOut)}`);
  const vocabSize = vocabularyOf(tokens, options.vocabSize);

  // as a corpus in a config is divided
  const size = tokens.length - Math.floor(heldOut * tokens.length);
  const [training, rest] = [tokens.subarray(0, size), tokens.subarray(size)];
  const seen = countTokens(training, vocabSize);
  const unseen = countTokens(rest, vocabSize);
  const counts = seen.map((count, token) => count + unseen[token]);
  const pairs = countPairs(tokens, vocabSize);
  const plugIn = conditionalEntropy(pairs);
  return {
    tokens: tokens.length,
    types: counts.reduce((types, count) => types + Number(count > 0), 0),
    pairTypes: pairs.targets.length,
    heldOut,
    entropy: { plugIn: entropyOf(counts), heldOut: rest.length > 0 ? heldOutEntropy(seen, unseen) : null },
    zipfExponent: zipfExponent(counts),
    conditionalEntropy: {
      plugIn,
      millerMadow: plugIn + (pairs.targets.length - pairs.inputs.length) / (2 * pairs.total),
      heldOut:
        training.length > 1 && rest.length > 1
          ? heldOutConditionalEntropy(countPairs(training, vocabSize), countPairs(rest, vocabSize), vocabSize)
          : null,
    },
  };
}

/** V, as given or as it must be at least. */
function vocabularyOf(tokens: CorpusTokens, given: number | undefined): number {
  if (!/^Uint(8|16|32)Array$/.test(tokens?.[Symbol.toStringTag] ?? ""))
    throw new ConfigError(`tokens: expected a Uint8Array, Uint16Array or Uint32Array, got ${show(tokens)}`);
  if (tokens.length < 2) throw new ConfigError(`tokens: expected at least 2, got ${tokens.length}`);
  const most = given ?? MOST_TYPES;
  if (!Number.isInteger(most) || most < 1 || most > MOST_TYPES)
    throw new ConfigError(`vocabSize: expected a whole number from 1 to ${MOST_TYPES}, got ${show(given)}`);
  let largest = 0;
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] >= most)
      throw new ConfigError(`tokens: expected tokens below ${most}, got ${tokens[i]} at position ${i}`);
    if (tokens[i] > largest) largest = tokens[i];
  }
  return given ?? largest + 1;
}

function countTokens(tokens: CorpusTokens, vocabSize: number): Uint32Array {
  const counts = new Uint32Array(vocabSize);
  for (let i = 0; i < tokens.length; i++) counts[tokens[i]]++;
  return counts;
}

/** -Σ n/N ln(n/N). */
function entropyOf(counts: Uint32Array): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  for (const count of counts) if (count > 0 && count < total) sum -= count * log(count / total);
  return sum / total;
}
