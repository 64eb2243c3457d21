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

/** Made once. */
let ranks: Ranks | undefined;

/** The rank of every token, by its bytes: of the package that has them, if it is installed. */
async function loadRanks(): Promise<Ranks> {
  if (ranks) return ranks;
  const { default: tokens } = await import("gpt-tokenizer/bpeRanks/r50k_base").catch((cause) => {
    const message = "tokenizer: gpt2 takes a package that is not installed: npm install gpt-tokenizer";
    throw Object.assign(new ConfigError(message), { cause });
  });
  const utf8 = new TextEncoder();
  // what is no text by itself is given as bytes
  const bytesOf = (token: string | readonly number[]) =>
    typeof token === "string" ? utf8.encode(token) : token;
  ranks = new Map(tokens.map((token, rank) => [asCharacters(bytesOf(token)), rank]));
  return ranks;
}

/** GPT-2's byte pair encoding: V = 50257. `<|endoftext|>` is its token 50256; all other text is text. */
export async function gpt2(): Promise<Encoder> {
  const rankOf = await loadRanks();
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
