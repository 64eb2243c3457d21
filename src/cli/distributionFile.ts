/** `--distribution counts.csv`: how often tokens are drawn, from a file of counts or of probabilities. */
import { stat } from "node:fs/promises";
import { ConfigError, type DistributionInput } from "../config.js";
import { probabilitiesDigest } from "../data/digest.js";
import { whyUnread } from "../disk/whyUnread.js";
import { fieldNamed } from "../fields/names.js";
import { BadCounts, countsEndings, isCountsName, readCounts } from "./countsFile.js";

/** What such a file says. */
export interface DistributionFile {
  path: string;
  /** As a config has it: the probabilities themselves, or the digest of many. */
  distribution: DistributionInput;
  /** V. */
  vocabSize: number;
  /** What is handed in at run time, where the config has the digest. */
  probabilities: Float64Array | undefined;
  /** What its numbers are. */
  holds: "counts" | "probabilities";
}

/** What `--help` says of it. */
export const distributionFileHelp = `In place of a kind, --distribution takes a file of counts or of probabilities,
a token a line, which sets V: .csv or .tsv (one column, or token,count; or the
column that a header calls count, frequency, probability or p), .json (a list,
or an object of tokens) or .npy. They are divided by their sum. Up to 256 of
them stand in the config; of more the config has the digest, and the file is
needed again to repeat the run.`;

/** Probabilities that a config holds: no more than its records take in a journal. */
const MOST_IN_CONFIG = 256;

/** Divided by their sum, in their order; what sums to 1 already stays, so that a config can say the same. */
function normalized(counts: readonly number[]): Pick<DistributionFile, "holds"> & { numbers: number[] } {
  let sum = 0;
  for (const count of counts) sum += count;
  if (!(sum > 0 && sum < Number.POSITIVE_INFINITY)) throw new BadCounts(`expected a sum above 0, got ${sum}`);
  return Math.abs(sum - 1) <= 1e-6
    ? { holds: "probabilities", numbers: [...counts] }
    : { holds: "counts", numbers: counts.map((count) => count / sum) };
}

async function readDistribution(path: string): Promise<DistributionFile> {
  let read: ReturnType<typeof normalized>;
  try {
    read = normalized(await readCounts(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined && !(error instanceof BadCounts)) throw error;
    throw new ConfigError(
      `--distribution: expected counts or probabilities of tokens, got ${path} (${whyUnread(error as Error)})`,
    );
  }
  const { holds, numbers: probabilities } = read;
  const { length: vocabSize } = probabilities;
  if (vocabSize <= MOST_IN_CONFIG)
    return {
      path,
      distribution: { kind: "given", probabilities },
      vocabSize,
      probabilities: undefined,
      holds,
    };
  const digest = probabilitiesDigest(probabilities);
  return {
    path,
    distribution: { kind: "given", digest },
    vocabSize,
    // as trainers and pools take it
    probabilities: Float64Array.from(probabilities),
    holds,
  };
}

/** What was read, as a line: "V 2 from counts.csv (counts)"; "" without a file. */
export const readLine = (file: DistributionFile | undefined): string =>
  file === undefined ? "" : `V ${file.vocabSize} from ${file.path} (${file.holds})\n`;

const kinds = (): readonly string[] => fieldNamed("distribution")?.words ?? [];

/** Whether it is there, whatever it is. */
const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/**
 * The flags with the file that --distribution names, if it names one: a kind stays a kind, also where a file is called so.
 * @throws ConfigError for a file that is none, and for another flag that says what the file says
 */
export async function withDistributionFile<F extends Record<string, unknown>>(flags: F): Promise<F> {
  const { distribution: path } = flags;
  if (typeof path !== "string" || kinds().includes(path)) return flags;
  if (!isCountsName(path)) {
    if (!/[./\\]/.test(path) && !(await exists(path))) return flags;
    throw new ConfigError(
      `--distribution: expected a kind or a file name ending in ${countsEndings.join(", ")}, got ${JSON.stringify(path)}`,
    );
  }
  for (const other of ["corpus", "probabilities", "digest"])
    if (flags[other] !== undefined)
      throw new ConfigError(`--${other}: expected no other distribution, got --distribution ${path} too`);
  return { ...flags, distributionFile: await readDistribution(path) };
}
