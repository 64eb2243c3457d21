/** Makes the trainer of a worker's run. */
import { createTrainer, restoreTrainer, type Trainer, type TrainerOptions } from "../index.js";
import type { Added } from "./message.js";

export const openRun = (
  { config, snapshot, runtime }: Added,
  options: TrainerOptions = runtime,
): Promise<Trainer> =>
  snapshot === undefined
    ? createTrainer(config, options)
    : restoreTrainer(snapshot, { ...options, steps: config.steps });
