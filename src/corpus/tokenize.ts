import { checkNames } from "../checks.js";
import { ConfigError, show } from "../configError.js";
import { type TokenizerName, tokenizers } from "./tokenizers/index.js";
import type { Encoder, Tokenized } from "./tokenizers/tokenizer.js";

/** A text, whole or in pieces of bytes, such as a file's `stream()`. */
export type Text = string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * The tokens of a text.
 * @param options.tokenizer "gpt2" (V = 50257; takes the package gpt-tokenizer, installed beside this one), "bytes" (V = 256),
 * or "whitespace": token i is the i-th most frequent word, and `vocabulary` says which
 * @throws ConfigError for an unknown tokenizer, for one whose package is not installed, for bytes that are not UTF-8 (which
 * "bytes" does not mind), and for what is no text
 */
export async function tokenize(text: Text, options: { tokenizer: TokenizerName }): Promise<Tokenized> {
  checkNames(options, ["tokenizer"]);
  const encoder = await createEncoder(options.tokenizer);
  for await (const piece of piecesOf(text)) {
    if (!(piece instanceof Uint8Array))
      throw new ConfigError(`text: expected pieces that are Uint8Arrays, got ${show(piece)}`);
    encoder.push(piece);
  }
  encoder.endText();
  return encoder.finish();
}

/** @throws ConfigError for a name that is none, or whose package is not installed */
export async function createEncoder(name: TokenizerName): Promise<Encoder> {
  if (!Object.hasOwn(tokenizers, name))
    throw new ConfigError(`tokenizer: expected ${Object.keys(tokenizers).join(" or ")}, got ${show(name)}`);
  return tokenizers[name]();
}

function piecesOf(text: Text): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (typeof text === "string") return [new TextEncoder().encode(text)];
  if (text instanceof Uint8Array) return [text];
  if (typeof text === "object" && text !== null && (Symbol.iterator in text || Symbol.asyncIterator in text))
    return text;
  throw new ConfigError(`text: expected a string, a Uint8Array or pieces of bytes, got ${show(text)}`);
}
