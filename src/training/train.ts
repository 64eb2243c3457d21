import type { RunConfigInput } from "../config.js";
import type { TrainingRecord } from "./record.js";
import { createTrainer, type RunOptions, type TrainerOptions } from "./trainer.js";

/**
 * Trains one config from its initial weights and yields a record an evaluation.
 * @throws ConfigError for a bad config; the signal's reason when aborted
 */
export async function* train(
  config: RunConfigInput = {},
  options: TrainerOptions & RunOptions = {},
): AsyncGenerator<TrainingRecord> {
  const trainer = await createTrainer(config, options);
  try {
    yield* trainer.run(options);
  } finally {
    trainer.dispose();
  }
}
