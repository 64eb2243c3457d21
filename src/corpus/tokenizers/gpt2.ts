import { ConfigError } from "../../configError.js";
import { TokenBuffer } from "../tokenBuffer.js";
import { bytePairs, type Ranks } from "./bytePairs.js";
import type { Encoder } from "./tokenizer.js";
import { wholeWords } from "./wholeWords.js";

/** What is encoded by itself (github.com/openai/gpt-2, encoder.py). */
const WORD =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
/** Stands between documents; a token of its own, behind all others. */
const END_OF_TEXT = "<|endoftext|>";
/** Words that are remembered at once, and their length at most. */
const REMEMBERED = 1 << 17;
const LONGEST_REMEMBERED = 64;

const asCharacters = (bytes: ArrayLike<number>): string => {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]);
  return text;
};

type RankedTokens = readonly (string | readonly number[])[];

/** The tokens of the package that has them, by rank; those that are no text by themselves as bytes. */
async function loadTokens(): Promise<RankedTokens> {
  // within a try, so that bundlers pass over a package that is not there
  try {
    return (await import("gpt-tokenizer/bpeRanks/r50k_base")).default;
  } catch (cause) {
    const message = "tokenizer: gpt2 takes a package that is not installed: npm install gpt-tokenizer";
    throw Object.assign(new ConfigError(message), { cause });
  }
}

const ranksOf = (tokens: RankedTokens): Ranks => {
  const utf8 = new TextEncoder();
  const bytesOf = (token: RankedTokens[number]) => (typeof token === "string" ? utf8.encode(token) : token);
  return new Map(tokens.map((token, rank) => [asCharacters(bytesOf(token)), rank]));
};

/** Made once. */
let ranks: Ranks | undefined;

/** GPT-2's byte pair encoding: V = 50257. `<|endoftext|>` is its token 50256; all other text is text. */
export async function gpt2(): Promise<Encoder> {
  ranks ??= ranksOf(await loadTokens());
  const rankOf = ranks;
  const tokens = new TokenBuffer();
  const utf8 = new TextEncoder();
  const known = new Map<string, number[]>();
  const encode = (word: string): number[] => {
    const before = known.get(word);
    if (before) return before;
    const parts = bytePairs(asCharacters(utf8.encode(word)), rankOf);
    if (known.size === REMEMBERED) known.clear();
    if (word.length <= LONGEST_REMEMBERED) known.set(word, parts);
    return parts;
  };
  const take = (text: string) => {
    for (const [i, part] of text.split(END_OF_TEXT).entries()) {
      if (i > 0) tokens.push(rankOf.size);
      for (const word of part.match(WORD) ?? []) for (const token of encode(word)) tokens.push(token);
    }
  };
  return { ...wholeWords(take), finish: () => ({ tokens: tokens.joined(), vocabSize: rankOf.size + 1 }) };
}
