/**
 * UTF-8 that comes in pieces, handed on as text that ends where a word ends: before white space that follows something else.
 * No token of ours goes over such a place, nor depends on what lies beyond it.
 */
import { ConfigError } from "../../configError.js";
import type { Encoder } from "./tokenizer.js";

const WORD_END = /^.*\P{White_Space}(?=\p{White_Space})/su;
/** Bytes that are decoded at once: a mistake is found to within as many. */
const STRIDE = 1 << 16;

export function wholeWords(take: (text: string) => void): Pick<Encoder, "push" | "endText"> {
  let decoder = new TextDecoder("utf-8", { fatal: true });
  let decoded = 0;
  // text since the last end of a word
  let held: string[] = [];
  let last = "";

  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch {
      throw new ConfigError(
        `text: expected UTF-8, got ${bytes ? "other bytes" : "an end within a character"} after byte ${decoded}`,
      );
    }
  };

  const add = (text: string): void => {
    // a word may end between two pieces
    const end = WORD_END.exec(last + text)?.[0].length;
    if (end === undefined) held.push(text);
    else {
      const cut = end - last.length;
      take(held.join("") + text.slice(0, cut));
      held = [text.slice(cut)];
    }
    last = text.slice(-1) || last;
  };

  return {
    push(bytes) {
      for (let at = 0; at < bytes.length; at += STRIDE) {
        const stride = bytes.subarray(at, at + STRIDE);
        add(decode(stride));
        decoded += stride.length;
      }
    },
    endText() {
      held.push(decode());
      take(held.join(""));
      decoder = new TextDecoder("utf-8", { fatal: true });
      decoded = 0;
      held = [];
      last = "";
    },
  };
}
