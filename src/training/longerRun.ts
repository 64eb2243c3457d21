/** Runs that are the beginning of longer ones. */
import { canonicalConfig, type RunConfig } from "../config.js";

/**
 * What a run's first steps depend on: its canonical config without the number of them. Schedules count the steps of a run and
 * never name its length: a cosine that ends at step 600 in place of 300 is another schedule, hence another run.
 */
export function courseOf(config: RunConfig): string {
  const { steps: _, ...course } = JSON.parse(canonicalConfig(config)) as RunConfig;
  return JSON.stringify(course);
}

/** Whether `longer` is the same run as `run` but for more steps (or as many): its first `run.steps` steps have the same bits. */
export const isLonger = (longer: RunConfig, run: RunConfig): boolean =>
  longer.steps >= run.steps && courseOf(longer) === courseOf(run);
