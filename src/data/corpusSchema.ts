/** What a config says of a corpus: its digest. The tokens are handed in at run time, and data/corpus.ts draws from them. */
import * as v from "valibot";
import { fractionBelowOne } from "../schema.js";
import { digestSchema } from "./digest.js";

/** Pairs of neighbouring tokens of an array, drawn uniformly. */
export interface Corpus {
  kind: "corpus";
  /** SHA-256 of the tokens as 32-bit little-endian numbers, in hexadecimal (corpusDigest). */
  digest: string;
  /**
   * Fraction of the tokens, taken from the end, that is not trained on: 0 to below 1. Of N tokens the first
   * N - floor(heldOut·N) are the training part, and a pair lies wholly in one part. Default 0.1.
   */
  heldOut: number;
}

export interface CorpusInput {
  kind: "corpus";
  digest: string;
  heldOut?: number | undefined;
}

/** @internal */
export const corpusSchema = v.strictObject({
  kind: v.literal("corpus"),
  digest: digestSchema,
  heldOut: v.optional(fractionBelowOne, 0.1),
});
