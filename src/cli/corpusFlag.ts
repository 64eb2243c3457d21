/** `--corpus FILE.npy`: the tokens that a config's corpus names by its digest. */
import { readFile } from "node:fs/promises";
import { ConfigError } from "../config.js";
import { type CorpusTokens, corpusDigest, decodeTokens } from "../corpus/index.js";
import { whyUnread } from "../disk/whyUnread.js";
import type { Flags, Input } from "./configFlags.js";
import { parseJson } from "./json.js";

export const corpusFlag = [
  "--corpus <file>",
  "the tokens of a corpus, as unigram-lab corpus writes them (.npy)",
] as const;

/** @throws ConfigError for a file that cannot be read, or is no list of tokens */
export async function readCorpus(path: string | undefined): Promise<CorpusTokens | undefined> {
  if (path === undefined) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new ConfigError(`--corpus: expected a .npy file, got ${path} (${whyUnread(error as Error)})`);
  }
  try {
    return decodeTokens(bytes);
  } catch (error) {
    throw new ConfigError(`--corpus ${path}: ${(error as Error).message}`);
  }
}

/**
 * The flags, and what the corpus says where neither they nor `input` do: that the distribution is this corpus, and a
 * vocabulary of the size that the file's description gives it, or else as many as its tokens take.
 */
export async function withCorpus<F extends Flags>(
  flags: F,
  input: Input,
  corpus: CorpusTokens | undefined,
): Promise<F> {
  if (corpus === undefined) return flags;
  const named = (input.distribution as { kind?: unknown } | undefined)?.kind === "corpus";
  const complete: Flags = { ...flags };
  if (!named && flags.digest === undefined) {
    complete.distribution ??= "corpus";
    complete.digest = corpusDigest(corpus);
  }
  if (input.vocabSize === undefined)
    complete.vocabSize ??= String((await describedSize(String(flags.corpus))) ?? largest(corpus) + 1);
  return complete as F;
}

const largest = (corpus: CorpusTokens): number => {
  let most = 0;
  for (const token of corpus) if (token > most) most = token;
  return most;
};

async function describedSize(path: string): Promise<number | undefined> {
  const text = await readFile(path.replace(/npy$/, "json"), "utf8").catch(() => undefined);
  if (!path.endsWith(".npy") || text === undefined) return undefined;
  try {
    const { vocabSize } = parseJson(text) as { vocabSize?: unknown };
    return Number.isInteger(vocabSize) ? (vocabSize as number) : undefined;
  } catch {
    return undefined;
  }
}
