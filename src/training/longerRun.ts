/** Runs that are the beginning of longer ones. */
import { canonicalConfig, type RunConfig } from "../config.js";

/**
 * Whether `longer` is the same run as `run` but for more steps (or as many), so that its first `run.steps` steps have the
 * same bits. Schedules count the steps of a run and never name its length: one that was written for another length, a cosine
 * that ends at step 600 in place of 300, is another schedule, hence another run.
 */
export const isLonger = (longer: RunConfig, run: RunConfig): boolean =>
  longer.steps >= run.steps && canonicalConfig({ ...run, steps: longer.steps }) === canonicalConfig(longer);
