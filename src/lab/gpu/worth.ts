/** Whether a GPU may be worth it: for a run that takes long here, of a large vocabulary or of many seeds. */
import { secondsOf } from "../state/cost.js";
import type { LabRun } from "../state/lab.js";

/** Seconds from which on a run is slow. */
const SLOW = 5;

export const isWorthOffering = ({ origin, gpu, config, seeds }: LabRun): boolean =>
  "gpu" in navigator &&
  origin === "here" &&
  !gpu.value &&
  (config.value.vocabSize >= 10_000 || seeds.value >= 8) &&
  secondsOf(config.value) * seeds.value > SLOW;
