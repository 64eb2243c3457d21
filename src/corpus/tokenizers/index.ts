import { bytes } from "./bytes.js";
import { gpt2 } from "./gpt2.js";
import type { Tokenizer } from "./tokenizer.js";
import { whitespace } from "./whitespace.js";

/** All tokenizers by name. */
export const tokenizers = { gpt2, bytes, whitespace } satisfies Record<string, Tokenizer>;

export type TokenizerName = keyof typeof tokenizers;
