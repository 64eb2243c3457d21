/** For which runs a GPU may be worth it: those that take long here, of a large vocabulary or of many seeds. */
import { secondsOf } from "../state/cost.js";
import type { LabRun } from "../state/lab.js";

/** Seconds from which on a run is slow. */
const SLOW = 5;

/** What such a run takes here; 0 for any other. */
export function offeredSeconds({ origin, gpu, config: { value: config }, seeds }: LabRun): number {
  if (origin !== "here" || gpu.value || (config.vocabSize < 10_000 && seeds.value < 8)) return 0;
  const seconds = secondsOf(config) * seeds.value;
  return seconds > SLOW ? seconds : 0;
}
