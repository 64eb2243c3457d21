import fc from "fast-check";
import { encode } from "gpt-tokenizer/encoding/gpt2";
import { describe, expect, test } from "vitest";
import { tokenize } from "../../src/corpus/index.js";
import { bytePairs } from "../../src/corpus/tokenizers/bytePairs.js";
import { type TokenizerName, tokenizers } from "../../src/corpus/tokenizers/index.js";

const utf8 = new TextEncoder();
const tokensOf = async (text: string | Uint8Array, tokenizer: TokenizerName) => [
  ...(await tokenize(text, { tokenizer })).tokens,
];

/** Text in which white space, letters, digits, marks and what takes 2, 3 and 4 bytes meet. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        " ",
        "  ",
        "\n",
        "\t",
        "\u00a0",
        "\u2003",
        "'s",
        "'",
        "...",
        "==",
        "é",
        "漢",
        "🙂",
        "²",
      ),
      fc.stringMatching(/^[a-zA-Z]{1,8}$/),
      fc.stringMatching(/^\d{1,4}$/),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

test("bytes: every byte is its own token", async () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => 255 - i);
  const { tokens, vocabSize, vocabulary } = await tokenize(all, { tokenizer: "bytes" });
  expect([...tokens]).toEqual([...all]);
  expect(vocabSize).toBe(256);
  expect(vocabulary).toBeUndefined();
});

test("more tokens than one block holds", async () => {
  const many = Uint8Array.from({ length: 600_000 }, (_, i) => i % 251);
  expect((await tokenize(many, { tokenizer: "bytes" })).tokens).toEqual(Uint32Array.from(many));
});

describe("whitespace", () => {
  test("token i is the i-th most frequent word, of equal ones the first", async () => {
    const { tokens, vocabSize, vocabulary } = await tokenize(
      " the cat\tsat on\u00a0the  mat\non the hat \n",
      {
        tokenizer: "whitespace",
      },
    );
    expect(vocabulary).toEqual(["the", "on", "cat", "sat", "mat", "hat"]);
    expect([...tokens]).toEqual([0, 2, 3, 1, 0, 4, 1, 0, 5]);
    expect(vocabSize).toBe(6);
  });

  test("nothing but white space has no tokens", async () => {
    expect(await tokenize(" \n\t ", { tokenizer: "whitespace" })).toEqual({
      tokens: new Uint32Array(),
      vocabSize: 0,
      vocabulary: [],
    });
  });

  test("words are words, whatever objects are called in JavaScript", async () => {
    const { vocabulary } = await tokenize("__proto__ constructor __proto__", { tokenizer: "whitespace" });
    expect(vocabulary).toEqual(["__proto__", "constructor"]);
  });
});

describe("bytePairs", () => {
  const ranks = new Map(["a", "b", "c", "ab", "bc", "abc", "aa"].map((token, rank) => [token, rank]));

  test.each([
    ["", []],
    ["a", [0]],
    // the lowest rank first: ab, then c joins it
    ["abc", [5]],
    // of equal ranks the leftmost
    ["aaa", [6, 0]],
    ["aaaa", [6, 6]],
    ["aab", [0, 3]],
    ["cbcab", [2, 4, 3]],
  ])("%j is %j", (word, parts) => {
    expect(bytePairs(word, ranks)).toEqual(parts);
  });
});

describe("gpt2", () => {
  test("known tokens", async () => {
    const { tokens, vocabSize } = await tokenize("Hello world", { tokenizer: "gpt2" });
    expect([...tokens]).toEqual([15496, 995]);
    expect(vocabSize).toBe(50257);
  });

  test("<|endoftext|> is token 50256, and what stands beside it is encoded by itself", async () => {
    expect(await tokensOf("a<|endoftext|>b<|endoftext|>", "gpt2")).toEqual([64, 50256, 65, 50256]);
    expect(await tokensOf("<|endoftext", "gpt2")).toEqual(encode("<|endoftext"));
  });

  test("the same tokens as gpt-tokenizer's", async () => {
    await fc.assert(
      fc.asyncProperty(text, async (sample) => {
        expect(await tokensOf(sample, "gpt2")).toEqual(encode(sample));
      }),
      { numRuns: 300 },
    );
  });

  test("also of words that no stack and no square of their length would bear", async () => {
    const long = "=".repeat(3000);
    expect(await tokensOf(long, "gpt2")).toEqual(encode(long));
    const { tokens } = await tokenize("acgt".repeat(100_000), { tokenizer: "gpt2" });
    expect(tokens.length).toBeGreaterThan(100_000);
  });
});

test.each(Object.keys(tokenizers) as TokenizerName[])(
  "%s: pieces give what the whole gives",
  async (tokenizer) => {
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(30)), async (sample, sizes) => {
        const bytes = utf8.encode(sample);
        const pieces: Uint8Array[] = [];
        let at = 0;
        for (const size of sizes) {
          pieces.push(bytes.subarray(at, at + size));
          at += size;
        }
        pieces.push(bytes.subarray(at));
        expect(await tokenize(pieces, { tokenizer })).toEqual(await tokenize(sample, { tokenizer }));
      }),
      { numRuns: 200 },
    );
  },
);

test.each(Object.keys(tokenizers) as TokenizerName[])(
  "%s: no token goes over from a text into the next",
  async (tokenizer) => {
    const encoder = await tokenizers[tokenizer]();
    for (const part of ["one tw", "o th", "ree"]) {
      encoder.push(utf8.encode(part));
      encoder.endText();
    }
    const { tokens } = encoder.finish();
    const { tokens: apart } = await tokenize("one tw", { tokenizer });
    if (tokenizer === "whitespace") expect(tokens.length).toBe(5);
    else {
      const parts = [...apart, ...(await tokensOf("o th", tokenizer)), ...(await tokensOf("ree", tokenizer))];
      expect([...tokens]).toEqual(parts);
    }
  },
);

describe("what is no text", () => {
  const long = new Uint8Array(70_000).fill(0x61);
  test.each([
    [Uint8Array.of(0x61, 0xff), "gpt2", "text: expected UTF-8, got other bytes after byte 0"],
    [
      [long, Uint8Array.of(0xc3, 0x28)],
      "whitespace",
      "text: expected UTF-8, got other bytes after byte 70000",
    ],
    [
      Uint8Array.of(0x61, 0xe6, 0xbc),
      "whitespace",
      "text: expected UTF-8, got an end within a character after byte 3",
    ],
    ["a", "bpe", 'tokenizer: expected gpt2 or bytes or whitespace, got "bpe"'],
    ["a", "toString", 'tokenizer: expected gpt2 or bytes or whitespace, got "toString"'],
    ["a", undefined, "tokenizer: expected gpt2 or bytes or whitespace, got undefined"],
    [3, "bytes", "text: expected a string, a Uint8Array or pieces of bytes, got 3"],
    [null, "bytes", "text: expected a string, a Uint8Array or pieces of bytes, got null"],
    [["a"], "bytes", 'text: expected pieces that are Uint8Arrays, got "a"'],
  ])("%#", async (given, tokenizer, message) => {
    await expect(tokenize(given as never, { tokenizer: tokenizer as never })).rejects.toThrow(message);
  });

  test("an unknown option", async () => {
    await expect(tokenize("a", { tokenizer: "bytes", lower: true } as never)).rejects.toThrow(
      "lower: unknown option, expected one of tokenizer",
    );
  });
});

test("a byte order mark is not part of the text", async () => {
  expect((await tokenize("\ufeffone", { tokenizer: "whitespace" })).vocabulary).toEqual(["one"]);
});
