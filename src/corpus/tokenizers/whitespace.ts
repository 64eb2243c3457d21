import { ConfigError } from "../../configError.js";
import { TokenBuffer } from "../tokenBuffer.js";
import { MOST_TYPES } from "../types.js";
import type { Encoder } from "./tokenizer.js";
import { wholeWords } from "./wholeWords.js";

/**
 * Words: what stands between white space (Unicode's White_Space). Token i is the i-th most frequent word, of equally
 * frequent ones the one that came first.
 */
export function whitespace(): Encoder {
  const buffer = new TokenBuffer();
  const tokenOf = new Map<string, number>();
  const take = (text: string) => {
    for (const word of text.split(/\p{White_Space}+/u)) {
      // before the first word and behind the last one
      if (word === "") continue;
      let token = tokenOf.get(word);
      if (token === undefined) {
        token = tokenOf.size;
        if (token === MOST_TYPES)
          throw new ConfigError(`text: expected at most ${MOST_TYPES} different words, got more`);
        tokenOf.set(word, token);
      }
      buffer.push(token);
    }
  };
  return {
    ...wholeWords(take),
    finish() {
      const tokens = buffer.joined();
      const counts = new Uint32Array(tokenOf.size);
      for (let i = 0; i < tokens.length; i++) counts[tokens[i]]++;
      const words = [...tokenOf.keys()];
      const byCount = Uint32Array.from(words, (_, i) => i).sort((i, j) => counts[j] - counts[i] || i - j);
      const rank = new Uint32Array(byCount.length);
      byCount.forEach((token, i) => {
        rank[token] = i;
      });
      for (let i = 0; i < tokens.length; i++) tokens[i] = rank[tokens[i]];
      return { tokens, vocabSize: words.length, vocabulary: Array.from(byCount, (token) => words[token]) };
    },
  };
}
