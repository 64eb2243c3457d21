/** `--corpora DIR`: the tokens that experiments train on, found by their digests. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "../config.js";
import { type CorpusTokens, corpusDigest, decodeTokens } from "../corpus/index.js";
import type { Experiment } from "../experiments/experiment.js";

const DEFAULT = "corpora";
const SCRIPT = "examples/fetch-corpora.mjs";

export const corporaFlag = [
  "--corpora <dir>",
  `folder with the tokens that experiments on texts take, as ${SCRIPT} makes them (default: ${DEFAULT})`,
] as const;

/** The corpora of these experiments that are in the folder, by digest, and a line for each experiment that lacks one. */
export async function findCorpora(
  needing: readonly Experiment[],
  given: string | undefined,
): Promise<{ found: Map<string, CorpusTokens>; notices: string[] }> {
  const folder = given ?? DEFAULT;
  const needed = new Set(needing.flatMap(({ corpora = [] }) => corpora.map(({ digest }) => digest)));
  const there = needed.size > 0 ? await tokensIn(folder, given !== undefined) : new Map();
  const notices = needing.flatMap(({ name, corpora = [] }) => {
    const lacking = corpora.filter(({ digest }) => !there.has(digest)).map((corpus) => corpus.name);
    return lacking.length > 0
      ? `${name}: its runs on ${lacking.join(" and ")} are skipped, since ${folder} lacks their tokens; ${SCRIPT} of this package fetches them`
      : [];
  });
  return { found: new Map([...there].filter(([digest]) => needed.has(digest))), notices };
}

/** All tokens of a folder by their digests; none where there is no such folder, unless it was asked for. */
async function tokensIn(folder: string, asked: boolean): Promise<Map<string, CorpusTokens>> {
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => name.endsWith(".npy"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!asked && code === "ENOENT") return new Map();
    throw new ConfigError(`--corpora: expected a folder, got ${folder} (${code})`);
  }
  const found = new Map<string, CorpusTokens>();
  for (const name of names) {
    const bytes = await readFile(join(folder, name));
    try {
      const tokens = decodeTokens(bytes);
      found.set(corpusDigest(tokens), tokens);
    } catch (error) {
      // other arrays may lie there
      if (!(error instanceof ConfigError)) throw error;
    }
  }
  return found;
}
