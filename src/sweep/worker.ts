/** One run in a thread of the pool. */
import { existsSync } from "node:fs";
import { configHash } from "../config.js";
import { createTrainer, restoreTrainer } from "../training/create.js";
import type { TrainingRecord } from "../training/record.js";
import type { Trainer } from "../training/trainer.js";
import { type CheckpointHeader, readCheckpoint, writeCheckpoint } from "./checkpoint.js";
import { CONTROL_WORDS, type Outcome, type Task, Word } from "./task.js";

/** Embeddings up to this many values travel with the result, for figures that draw them. */
const SMALL = 1024;
/** A run of less than this many milliseconds is sooner run again than checkpointed. */
const WORTH_KEEPING = 500;

class Stopped extends Error {}

/** Journals are JSON, which has no −0. */
const withoutNegativeZero = (record: TrainingRecord): TrainingRecord =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, typeof value === "number" ? value + 0 : value]),
  ) as unknown as TrainingRecord;
const plain = (weights: Float32Array | undefined): number[] | null =>
  weights ? Array.from(weights, (x) => x + 0) : null;

/** The trainer where its checkpoint left it, or at step 0 when there is none that fits. */
async function begin({
  run,
  config,
  checkpoint,
  maxThreads,
  vectorBits,
}: Task): Promise<{ trainer: Trainer } & CheckpointHeader> {
  const options = { maxThreads, vectorBits };
  if (checkpoint !== null && existsSync(checkpoint)) {
    const kept = await readCheckpoint(checkpoint);
    const trainer = kept && (await restoreTrainer(kept.snapshot, options).catch(() => undefined));
    if (trainer && configHash(trainer.config) === run) return { trainer, ...kept.header };
    trainer?.dispose();
  }
  return { trainer: await createTrainer(config, options), records: [], seconds: 0, stepSeconds: 0 };
}

export default async function runTask(task: Task): Promise<Outcome> {
  const { run, config, control, slot, checkpoint } = task;
  const from = performance.now();
  const { trainer, records, ...before } = await begin(task);
  const resumedFrom = trainer.stepCount;
  const seconds = () => before.seconds + (performance.now() - from) / 1000;
  const stepSeconds = () => before.stepSeconds + trainer.stepSeconds;
  const word = (name: keyof typeof Word) => CONTROL_WORDS * slot + Word[name];
  let threads = 1;
  let checkpointed = resumedFrom > 0;
  let checkpointError: string | null = null;
  let last = from;
  let pause = task.checkpointEvery;

  /** Between two steps: a run that is to stop stops here, a long one is kept here. */
  const pauseForBreath = async () => {
    const stop = Atomics.load(control, word("stop")) !== 0;
    const now = performance.now();
    if (checkpoint !== null && (stop ? now - last > WORTH_KEEPING : now - last > pause)) {
      try {
        await writeCheckpoint(
          checkpoint,
          { records, seconds: seconds(), stepSeconds: stepSeconds() },
          await trainer.snapshot(),
        );
        checkpointed = true;
      } catch (error) {
        // a run without a checkpoint is still a run
        checkpointError = (error as NodeJS.ErrnoException).code ?? String(error);
      }
      last = performance.now();
      // no more than a tenth of the time goes into checkpoints
      pause = Math.max(task.checkpointEvery, 10 * (last - now));
    }
    if (stop) throw new Stopped();
  };

  try {
    const onProgress = async (step: number) => {
      Atomics.store(control, word("step"), step);
      const given = Math.min(task.maxThreads, Atomics.load(control, word("threads")));
      if (given > threads) {
        await trainer.setThreads(given);
        threads = given;
      }
      // at an evaluation the record comes first: a checkpoint before it would lose it
      if (step % config.evaluateEvery !== 0 && step < config.steps) await pauseForBreath();
    };
    for await (const record of trainer.run({ onProgress })) {
      records.push(withoutNegativeZero(record));
      if (record.step < config.steps && !record.diverged) await pauseForBreath();
    }
    const end = records.at(-1);
    const small = config.vocabSize * config.embeddingDim <= SMALL && !end?.diverged;
    const weights = small ? await trainer.weights() : undefined;
    const result = {
      run,
      config,
      records,
      finalEmbedding: plain(weights?.embedding),
      finalUnembedding: plain(weights?.unembedding),
      divergedAt: end?.diverged ? end.step : null,
      bytes: trainer.bytes,
      seconds: seconds(),
      stepSeconds: stepSeconds(),
    };
    return { result, resumedFrom, checkpointed, checkpointError };
  } catch (error) {
    if (error instanceof Stopped) return { result: null, resumedFrom, checkpointed, checkpointError };
    throw error;
  } finally {
    trainer.dispose();
  }
}
