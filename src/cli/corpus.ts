import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import cliProgress from "cli-progress";
import type { Command } from "commander";
import { ConfigError } from "../configError.js";
import { type CorpusStatistics, corpusStatistics } from "../corpus/statistics.js";
import { tokenFilePieces } from "../corpus/tokenFile.js";
import { createEncoder } from "../corpus/tokenize.js";
import { type TokenizerName, tokenizers } from "../corpus/tokenizers/index.js";
import type { Encoder, Tokenized } from "../corpus/tokenizers/tokenizer.js";
import { corpusDigest } from "../data/digest.js";
import { generator } from "../disk/generator.js";
import { whyUnread } from "../disk/whyUnread.js";
import { checkWritable, openWhole, type WriteOptions } from "../disk/writeWhole.js";
import { interruptSignal } from "./interrupt.js";
import { parseNumber } from "./numbers.js";
import { say } from "./output.js";
import { refusedUnless } from "./refused.js";

interface Options {
  tokenizer: string;
  out: string;
  heldOut: string;
  json?: boolean;
  force?: boolean;
}

export function addCorpus(program: Command): void {
  program
    .command("corpus")
    .summary("make tokens of text, and say what counting says of them")
    .description(
      "Writes the tokens of texts as OUT.npy (uint32), with their digest and statistics in OUT.json beside it, and prints the statistics; entropies in nats. Several texts follow one another; no token goes over from one into the next.",
    )
    .argument("<text...>", "files of UTF-8 text, - for standard input")
    .requiredOption(
      "--tokenizer <name>",
      `${Object.keys(tokenizers).join(", ")}: gpt2 takes the package gpt-tokenizer; of whitespace, token i is the i-th most frequent word`,
    )
    .option("--out <file>", "file to write: .npy", "tokens.npy")
    .option(
      "--held-out <x>",
      "fraction of the tokens, taken from the end, for the held-out entropies; shuffle the documents first where the end of the text is about other things than the rest",
      "0.1",
    )
    .option("--json", "print what OUT.json holds, without the vocabulary, as one line")
    .option("--force", "replace files that unigram-lab did not write")
    .addHelpText(
      "after",
      "\nExamples:\n  unigram-lab corpus text.txt --tokenizer gpt2\n  zcat texts/*.gz | unigram-lab corpus - --tokenizer whitespace --out words.npy",
    )
    .action((paths: string[], options: Options) =>
      refusedUnless("--force", () => corpusCommand(paths, options)),
    );
}

async function corpusCommand(paths: string[], options: Options): Promise<void> {
  const { out, force, json, tokenizer } = options;
  if (!out.endsWith(".npy"))
    throw new ConfigError(`--out: expected a file name ending in .npy, got ${JSON.stringify(out)}`);
  const heldOut = parseNumber("heldOut", options.heldOut);
  if (!(heldOut >= 0 && heldOut < 1))
    throw new ConfigError(`heldOut: expected a number from 0 to below 1, got ${options.heldOut}`);
  const bytes = await sizeOf(paths);
  const encoder = await createEncoder(tokenizer as TokenizerName);
  const beside = out.replace(/npy$/, "json");
  const write: WriteOptions = { kind: "corpus", force };
  for (const path of [out, beside]) await checkWritable(path, write);

  const signal = interruptSignal();
  const progress = progressOf(bytes);
  try {
    for (const path of paths) await encode(path, encoder, progress.add, signal);
  } finally {
    progress.stop();
  }
  const { tokens, vocabSize, vocabulary } = encoder.finish();
  if (tokens.length < 2)
    throw new ConfigError(`TEXT: expected at least 2 tokens, got ${tokens.length} in ${paths.join(" ")}`);
  const statistics = corpusStatistics(tokens, { heldOut, vocabSize });
  const description = {
    generator: generator(),
    tokenizer,
    vocabSize,
    digest: corpusDigest(tokens),
    ...statistics,
  };
  // Ctrl-C that came while all this was counted
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
  await writeCorpus(out, beside, tokens, { ...description, vocabulary }, write);
  await say(`${json ? JSON.stringify(description) : table(vocabSize, statistics)}\n`);
  process.stderr.write(`${out} and ${beside}: digest ${description.digest}\n`);
}

/** Bytes of all texts, null where one of them does not say. Each is looked at before any is read. */
async function sizeOf(paths: readonly string[]): Promise<number | null> {
  if (paths.filter((path) => path === "-").length > 1)
    throw new ConfigError("TEXT: expected - once, got it twice");
  let sum: number | null = 0;
  for (const path of paths) {
    if (path === "-") {
      sum = null;
      continue;
    }
    const found = await stat(path).catch((error) => {
      throw unreadable(path, error);
    });
    if (found.isDirectory()) throw new ConfigError(`TEXT: expected a file, got the directory ${path}`);
    sum = sum === null || !found.isFile() ? null : sum + found.size;
  }
  return sum;
}

const unreadable = (path: string, error: NodeJS.ErrnoException): ConfigError =>
  new ConfigError(`TEXT: expected a file that can be read, got ${path} (${whyUnread(error)})`);

/** Feeds one text to the encoder; mistakes in it name its path. */
async function encode(
  path: string,
  encoder: Encoder,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const pieces: AsyncIterable<Buffer> =
    path === "-" ? process.stdin : createReadStream(path, { highWaterMark: 1 << 18 });
  const stop = () => (pieces as unknown as { destroy(error: Error): void }).destroy(signal.reason);
  signal.addEventListener("abort", stop);
  try {
    for await (const piece of pieces) {
      encoder.push(piece);
      onBytes(piece.length);
      // Ctrl-C is heard between two pieces
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
    encoder.endText();
  } catch (error) {
    signal.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code !== undefined) throw unreadable(path, error as Error);
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.message.replace(/^text:/, path === "-" ? "standard input:" : `${path}:`));
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** The tokens, then what is said of them: both are whole before either is in its place. */
async function writeCorpus(
  out: string,
  beside: string,
  tokens: Tokenized["tokens"],
  description: object,
  write: WriteOptions,
): Promise<void> {
  const files = [await openWhole(out, write)];
  try {
    files.push(await openWhole(beside, write));
    for (const piece of tokenFilePieces(tokens)) await files[0].write(piece);
    await files[1].write(`${JSON.stringify(description, null, 2)}\n`);
    for (const file of files) await file.commit();
  } finally {
    for (const file of files) await file.discard();
  }
}

const nats = (x: number | null): string => (x === null ? "-" : x.toFixed(4));

function table(vocabSize: number, statistics: CorpusStatistics): string {
  const { tokens, types, pairTypes, zipfExponent, heldOut, entropy, conditionalEntropy } = statistics;
  const last = `the last ${Number((100 * heldOut).toPrecision(4))} % under`;
  const rows = [
    ["tokens", String(tokens)],
    ["types", `${types} of a vocabulary of ${vocabSize}`],
    ["pair types", String(pairTypes)],
    ["Zipf exponent", nats(zipfExponent), "maximum likelihood over the ranks of the types"],
    ["entropy H(b)", nats(entropy.plugIn), "plug-in"],
    ["", nats(entropy.heldOut), `held-out: ${last} the unigram model of the rest`],
    ["conditional entropy H(b|a)", nats(conditionalEntropy.plugIn), "plug-in"],
    ["", nats(conditionalEntropy.millerMadow), "Miller-Madow"],
    ["", nats(conditionalEntropy.heldOut), `held-out: ${last} the Kneser-Ney model of the rest`],
  ];
  return [
    ...rows.map(([name, value, note]) =>
      note === undefined ? `${name.padEnd(28)}${value}` : `${name.padEnd(28)}${value.padEnd(10)}${note}`,
    ),
    "The plug-in conditional entropy is too low, by 0.6 to 1.7 nats on a million words or GPT-2 tokens: most kinds of pairs are seen once or never. What counts is the held-out one.",
  ].join("\n");
}

interface Progress {
  add(bytes: number): void;
  stop(): void;
}

/** A bar on a terminal, a line every five seconds elsewhere; on stderr. */
function progressOf(total: number | null): Progress {
  let done = 0;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  if (process.stderr.isTTY && total !== null) {
    const format = `{bar} {percentage}% of ${megabytes(total)}  {eta_formatted} left`;
    const bar = new cliProgress.SingleBar({
      format,
      stream: process.stderr,
      barCompleteChar: "█",
      barIncompleteChar: "░",
      barsize: 30,
      hideCursor: true,
      clearOnComplete: true,
      linewrap: false,
    });
    bar.start(total, 0);
    return {
      add: (bytes) => {
        done += bytes;
        bar.update(done);
      },
      stop: () => bar.stop(),
    };
  }
  let last = performance.now();
  return {
    add(bytes) {
      done += bytes;
      if (performance.now() - last < 5000) return;
      last = performance.now();
      process.stderr.write(`${megabytes(done)}${total === null ? "" : ` of ${megabytes(total)}`}\n`);
    },
    stop() {},
  };
}
