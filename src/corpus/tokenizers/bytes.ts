import { TokenBuffer } from "../tokenBuffer.js";
import type { Encoder } from "./tokenizer.js";

/** Every byte is a token, whatever it means: V = 256. */
export function bytes(): Encoder {
  const tokens = new TokenBuffer();
  return {
    push(piece) {
      for (let i = 0; i < piece.length; i++) tokens.push(piece[i]);
    },
    endText() {},
    finish: () => ({ tokens: tokens.joined(), vocabSize: 256 }),
  };
}
