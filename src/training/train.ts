import { checkObject } from "../checks.js";
import type { RunConfigInput } from "../config.js";
import { createTrainer } from "./create.js";
import { completeRunOptions, type RunOptions, type TrainerOptions } from "./options.js";
import type { TrainingRecord } from "./record.js";

/**
 * Trains one config from its initial weights and yields a record an evaluation.
 * @throws ConfigError for a bad config or option; the signal's reason when aborted
 */
export async function* train(
  config: RunConfigInput = {},
  given: TrainerOptions & RunOptions = {},
): AsyncGenerator<TrainingRecord> {
  checkObject(given);
  const { signal, milliseconds, onProgress, ...options } = given;
  const runOptions = { signal, milliseconds, onProgress };
  completeRunOptions(runOptions);
  signal?.throwIfAborted();
  const trainer = await createTrainer(config, options);
  try {
    yield* trainer.run(runOptions);
  } finally {
    trainer.dispose();
  }
}
