/** One run in a thread of the pool. */
import type { TrainingRecord } from "../training/record.js";
import { createTrainer } from "../training/trainer.js";
import type { RunResult } from "./result.js";
import type { Task } from "./task.js";

/** Embeddings up to this many values travel with the result, for figures that draw them. */
const SMALL = 1024;

export default async function runTask({ run, config, progress, slot }: Task): Promise<RunResult> {
  const from = performance.now();
  const trainer = await createTrainer(config);
  try {
    const records: TrainingRecord[] = [];
    const onProgress = (steps: number) => Atomics.store(progress, slot, steps);
    for await (const record of trainer.run({ onProgress })) records.push(record);
    const last = records.at(-1);
    const small = config.vocabSize * config.embeddingDim <= SMALL && !last?.diverged;
    const weights = small ? await trainer.weights() : undefined;
    return {
      run,
      config,
      records,
      finalEmbedding: weights ? Array.from(weights.embedding) : null,
      finalUnembedding: weights?.unembedding ? Array.from(weights.unembedding) : null,
      divergedAt: last?.diverged ? last.step : null,
      bytes: trainer.bytes,
      seconds: (performance.now() - from) / 1000,
      stepSeconds: trainer.stepSeconds,
    };
  } finally {
    trainer.dispose();
  }
}
