/** Corpora: text to tokens, and what can be said of them by counting. Runs wherever the library does. */
export { type CorpusTokens, corpusDigest } from "../data/digest.js";
export { type CorpusStatistics, corpusStatistics, type StatisticsOptions } from "./statistics.js";
export { decodeTokens, encodeTokens } from "./tokenFile.js";
export { type Text, tokenize } from "./tokenize.js";
export type { TokenizerName } from "./tokenizers/index.js";
export type { Tokenized } from "./tokenizers/tokenizer.js";
