/** The numbers of the corpora, counted anew where their tokens are at hand (examples/fetch-corpora.mjs). */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { corpusDigest, corpusStatistics, decodeTokens } from "../../src/corpus/index.js";
import { brown, heldOut, kjv } from "../../src/experiments/beyond/corpora.js";

describe.each([kjv, brown])("$name", ({ name, digest, statistics }) => {
  test("the correction is (pair types − types)/2N of the pairs, every type being one that something follows", () => {
    const { plugIn, millerMadow } = statistics.conditionalEntropy;
    const { pairTypes, types, tokens } = statistics;
    expect(millerMadow - plugIn).toBeCloseTo((pairTypes - types) / (2 * (tokens - 1)), 6);
  });

  const file = `corpora/${name}.npy`;
  test.skipIf(!existsSync(file))(`${file} has this digest and these statistics`, async () => {
    const tokens = decodeTokens(await readFile(file));
    expect(corpusDigest(tokens)).toBe(digest);
    expect(corpusStatistics(tokens, { heldOut, vocabSize: 50257 })).toEqual(statistics);
  });
});
