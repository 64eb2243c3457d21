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
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let decoded = 0;
  // text since the last end of a word that was found
  let held: string[] = [];

  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch {
      throw new ConfigError(
        `text: expected UTF-8, got ${bytes ? "other bytes" : "an end within a character"} after byte ${decoded}`,
      );
    }
  };

  return {
    push(bytes) {
      for (let at = 0; at < bytes.length; at += STRIDE) {
        const stride = bytes.subarray(at, at + STRIDE);
        const text = decode(stride);
        decoded += stride.length;
        const end = WORD_END.exec(text)?.[0].length;
        if (end === undefined) held.push(text);
        else {
          take(held.join("") + text.slice(0, end));
          held = [text.slice(end)];
        }
      }
    },
    endText() {
      take(held.join("") + decode());
      decoded = 0;
      held = [];
    },
  };
}
