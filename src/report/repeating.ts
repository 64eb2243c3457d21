/** The command line that repeats a setting: one seed is trained again, several are a sweep of their own. */
import type { RunConfig } from "../config.js";
import { trainFlags } from "../fields/trainCommand.js";
import type { RunResult } from "../sweep/result.js";

/** Where the runs of several seeds would go again. */
const AGAIN = "unigram-lab-best";

/** What of a run tells how it is repeated. */
type Repeated = Pick<RunResult, "config" | "computedBy">;

const flagsOf = ({ config, computedBy }: Repeated, seed: number): string[] => [
  ...trainFlags({ ...config, seed } as RunConfig),
  ...(computedBy?.backend === "webgpu" ? ["--backend webgpu"] : []),
];

/** Its words, each flag with its value. */
export const trainWords = (run: Repeated, seed = run.config.seed): string[] => [
  "unigram-lab train",
  ...flagsOf(run, seed),
];

/**
 * @param seeds in ascending order
 * @param number which of several commands it is, so that each has a directory of its own
 */
export function repeatingWords(run: Repeated, seeds: readonly number[], number?: number): string[] {
  if (seeds.length === 1) return trainWords(run, seeds[0]);
  const isCount = seeds.every((seed, i) => seed === i);
  const which = isCount ? `--seeds ${seeds.length}` : `--vary seed=${seeds.join(",")}`;
  return [
    "unigram-lab sweep",
    ...flagsOf(run, 0),
    which,
    `--out ${AGAIN}${number === undefined ? "" : `-${number}`}`,
  ];
}
