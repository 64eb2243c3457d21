/** What this page has room for. */
import { ConfigError, parseConfig, type RunConfig } from "../../index.js";
import type { LabLink } from "../../link/link.js";
import { bytesOf } from "./cost.js";
import { MOST_RUNS } from "./names.js";

export const MOST_SEEDS = 32;
/** Bytes of one run. */
const MOST_BYTES = 2 ** 30;

/** Thrown for what would run elsewhere. */
export class TooLarge extends ConfigError {
  readonly config: RunConfig;

  constructor(config: RunConfig) {
    const mebibytes = Math.ceil(bytesOf(config) / 2 ** 20);
    super(
      `vocabSize × embeddingDim: expected a run of at most ${MOST_BYTES / 2 ** 20} MiB in this page, got ${mebibytes} MiB`,
    );
    this.config = config;
  }
}

/** @throws TooLarge */
export function checkRoom(config: RunConfig): void {
  if (bytesOf(config) > MOST_BYTES) throw new TooLarge(config);
}

/** @throws ConfigError for a link with more than the page shows */
export function checkLinkRoom({ runs }: LabLink): void {
  if (runs.length > MOST_RUNS)
    throw new ConfigError(`runs: expected at most ${MOST_RUNS} in a page, got ${runs.length}`);
  for (const [i, { config, seeds = 1 }] of runs.entries()) {
    if (seeds > MOST_SEEDS)
      throw new ConfigError(`runs[${i}].seeds: expected at most ${MOST_SEEDS} in a page, got ${seeds}`);
    checkRoom(parseConfig(config));
  }
}
