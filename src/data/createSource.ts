/** Makes a config's token source. To add a kind: a file, its schema, and a line here. */
import { ConfigError, show } from "../configError.js";
import { type CorpusTokens, checkDigest, corpusDigest, findByDigest, probabilitiesDigest } from "./digest.js";
import { type Distribution, isSelfContained, tokenProbabilities } from "./distribution.js";
import { checkProbabilities, givenProbabilities } from "./given.js";
import { independentSource } from "./independent.js";
import type { TokenSource } from "./source.js";
import type { Targets } from "./targets.js";

/** The fields of a complete config that define its source. */
export interface SourceConfig {
  vocabSize: number;
  distribution: Distribution;
  /** Absent beside a corpus, which has its own. */
  targets?: Targets | undefined;
}

/** Arrays that a config names by digest. Each is hashed once, when it is first used, and must not change afterwards. */
export interface SourceOptions {
  /** Tokens of a distribution { kind: "corpus" }; of several corpora, those of its digest are taken. */
  corpus?: CorpusTokens | readonly CorpusTokens[] | undefined;
  /** The V values of a distribution { kind: "given", digest }. */
  probabilities?: Float64Array | number[] | undefined;
}

/** @throws ConfigError when none of the corpora is of the digest */
function corpusOf(digest: string, corpus: SourceOptions["corpus"]): CorpusTokens {
  const tokens = isSeveral(corpus) ? (findByDigest(digest, corpus, corpusDigest) ?? corpus[0]) : corpus;
  checkDigest("corpus", "tokens", digest, tokens, corpusDigest);
  return tokens;
}

/** Whether several corpora are handed in; a list of numbers is none, and refused as such. */
export const isSeveral = (corpus: SourceOptions["corpus"]): corpus is readonly CorpusTokens[] =>
  Array.isArray(corpus) && corpus.every((tokens) => typeof tokens === "object");

/** @throws ConfigError when the array that the distribution names by digest is missing, or is another one */
export function checkHandedIn(distribution: Distribution, { corpus, probabilities }: SourceOptions): void {
  if (distribution.kind === "corpus") corpusOf(distribution.digest, corpus);
  else if (!isSelfContained(distribution))
    checkDigest("probabilities", "probabilities", distribution.digest, probabilities, probabilitiesDigest);
}

/**
 * The source of a complete config. All but independent targets are loaded first, hence the promise.
 * @throws ConfigError, at once or by the promise, for options that are not what the config names
 */
export function createSource(
  { vocabSize, distribution, targets }: SourceConfig,
  { corpus, probabilities }: SourceOptions = {},
): TokenSource | Promise<TokenSource> {
  if (corpus !== undefined && distribution.kind !== "corpus")
    throw new ConfigError(`corpus: expected nothing, since distribution is no corpus, got ${show(corpus)}`);
  if (probabilities !== undefined && !(distribution.kind === "given" && distribution.digest !== undefined))
    throw new ConfigError(
      `probabilities: expected nothing, since distribution has no digest of them, got ${show(probabilities)}`,
    );

  checkHandedIn(distribution, { corpus, probabilities });
  if (distribution.kind === "corpus") {
    const tokens = corpusOf(distribution.digest, corpus);
    return import("./corpus.js").then(({ corpusSource }) => corpusSource(distribution, tokens, vocabSize));
  }
  let p: Float64Array;
  if (isSelfContained(distribution)) p = tokenProbabilities(distribution, vocabSize);
  else {
    checkProbabilities(probabilities as number[], vocabSize);
    p = givenProbabilities(probabilities as number[]);
  }
  if (targets?.kind === "topics")
    return import("./topics.js").then(({ topicsSource }) => topicsSource(p, targets));
  if (targets?.kind === "low-rank")
    return import("./lowRank.js").then(({ lowRankSource }) => lowRankSource(p, targets));
  return independentSource(p);
}
