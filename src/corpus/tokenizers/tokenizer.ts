/** A way to make tokens of text: one file each, and a line in the registry. */
export interface Tokenized {
  /** In the order of the text. */
  tokens: Uint32Array;
  /** V: every token is below it. */
  vocabSize: number;
  /** What each token stands for, where the text itself decides that. */
  vocabulary?: string[];
}

/** Takes one or several texts, each in pieces. */
export interface Encoder {
  /** @throws ConfigError for bytes that are not what this tokenizer reads */
  push(bytes: Uint8Array): void;
  /** The text ends: no token goes on in the next one. @throws ConfigError when it ends within a character */
  endText(): void;
  finish(): Tokenized;
}

/** @throws ConfigError when a package that it takes is not installed */
export type Tokenizer = () => Encoder | Promise<Encoder>;
