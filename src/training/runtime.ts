import type { VectorBits } from "../backend/wasm/vectorBits.js";
import type { RunConfig } from "../config.js";
import type { CorpusTokens } from "../data/digest.js";

/**
 * What whoever starts a run hands on unopened: a pool to its threads, a page to its worker. All of it can cross to another
 * thread, shared memory without a copy.
 */
export interface RuntimeOptions {
  /**
   * Bytes of memory the run may hold: a config that takes more is refused before anything is allocated. When left out,
   * no limit but WebAssembly's 4 GiB; 64 MiB on Cloudflare's and Vercel's edge runtimes, which end what passes 128 MB
   * and where a snapshot takes as much again.
   */
  memoryLimit?: number;
  /**
   * The tokens that a config's corpus names by its digest, each below vocabSize; read, never changed, and shared with other
   * runs of the same array. Runs of several corpora take a list of their tokens.
   */
  corpus?: CorpusTokens | readonly CorpusTokens[] | undefined;
  /** The V probabilities that a config's distribution names by its digest. */
  probabilities?: Float64Array | number[] | undefined;
  /** The compiled kernel (`unigram-lab/kernel.wasm`), for runtimes that refuse to compile WebAssembly from bytes. */
  module?: WebAssembly.Module;
  /**
   * Width of the vectors that the runtime computes with, which the kernel's products are cut for: 128 when left out. 256
   * is a quarter faster where V8's revectorizer is on (`--experimental-wasm-revectorize`, Node 24 and newer), and a
   * quarter slower elsewhere; the bits are the same.
   */
  vectorBits?: VectorBits;
}

export const runtimeNames = ["corpus", "probabilities", "module", "memoryLimit", "vectorBits"] as const;

/** The options of that kind among others. */
export const runtimeOf = (options: RuntimeOptions): RuntimeOptions =>
  Object.fromEntries(
    runtimeNames.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );

/** Those of them that a config makes use of: others, in a sweep of several distributions, are for its other runs. */
export function runtimeFor({ distribution }: RunConfig, runtime: RuntimeOptions): RuntimeOptions {
  const { corpus, probabilities, ...rest } = runtime;
  return {
    ...rest,
    ...(distribution.kind === "corpus" ? { corpus } : {}),
    ...(distribution.kind === "given" && distribution.digest !== undefined ? { probabilities } : {}),
  };
}
