/**
 * The texts of the experiments, as GPT-2's tokens: the digests that name them, and what counting says of them.
 * examples/fetch-corpora.mjs makes the tokens; its output beside each of them (NAME.json) holds these numbers.
 */
import type { CorpusStatistics } from "../../corpus/statistics.js";
import type { Corpus } from "../experiment.js";

/** A corpus and its statistics. */
export interface CountedCorpus extends Corpus {
  title: string;
  statistics: CorpusStatistics;
}

/** The part of the tokens, from the end, that is not trained on; documents were shuffled before. */
export const heldOut = 0.05;

export const kjv: CountedCorpus = {
  name: "kjv",
  title: "King James Bible",
  digest: "d8034d67134733ad317f02fccff6f7dfca5759eb8baabab23bbd1de0438cc0b0",
  statistics: {
    tokens: 1024543,
    types: 9830,
    pairTypes: 142366,
    heldOut,
    entropy: { plugIn: 6.040705341150739, heldOut: 6.100036240988364 },
    zipfExponent: 1.0609343389865202,
    conditionalEntropy: {
      plugIn: 3.577494786681574,
      millerMadow: 3.6421753951876186,
      heldOut: 4.131446194884827,
    },
  },
};

export const brown: CountedCorpus = {
  name: "brown",
  title: "Brown corpus",
  digest: "93931a6c7ec37c9e5c7dba3c707c18b0c40deb30d1771f84ecc8d908ce0a142a",
  statistics: {
    tokens: 1329010,
    types: 32825,
    pairTypes: 467521,
    heldOut,
    entropy: { plugIn: 7.190168932487678, heldOut: 7.282917208447237 },
    zipfExponent: 1.0083837645925593,
    conditionalEntropy: {
      plugIn: 4.212568537218945,
      millerMadow: 4.376109942882865,
      heldOut: 6.046470413215522,
    },
  },
};
