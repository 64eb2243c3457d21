/** One run in a thread of the pool. */
import { existsSync } from "node:fs";
import { configHash, type RunConfig } from "../config.js";
import { isEvaluation } from "../evaluationSteps.js";
import { bitsRevision, revisionOf } from "../kernel/bitsRevision.js";
import { createTrainer, restoreTrainer } from "../training/create.js";
import type { TrainingRecord } from "../training/record.js";
import { type RuntimeOptions, runtimeFor } from "../training/runtime.js";
import type { Trainer } from "../training/trainer.js";
import { type CheckpointHeader, readCheckpoint, writeCheckpoint } from "./checkpoint.js";
import { CONTROL_WORDS, type Outcome, type Task, Word } from "./task.js";
import { troubleOf } from "./trouble.js";

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

/** A snapshot that cannot be read is none; one that only finds no memory is kept for the next time. */
function worthNothing(error: unknown): undefined {
  if (troubleOf(error).cause !== "run") throw error;
}

/** Corpora by their digests: a task brings another array each time, of the same memory, and a check of it takes long. */
const corpora = new Map<string, RuntimeOptions["corpus"]>();

function kept({ distribution }: RunConfig, runtime: RuntimeOptions): RuntimeOptions {
  if (distribution.kind !== "corpus" || runtime.corpus === undefined) return runtime;
  const corpus = corpora.get(distribution.digest) ?? runtime.corpus;
  corpora.clear();
  corpora.set(distribution.digest, corpus);
  return { ...runtime, corpus };
}

/** The trainer where its checkpoint left it, or at step 0 when there is none that fits. */
async function begin(
  { run, config, checkpoint, maxThreads, runtime }: Task,
  warn: (message: string) => void,
): Promise<{ trainer: Trainer } & CheckpointHeader> {
  const options = { ...runtimeFor(config, kept(config, runtime)), maxThreads };
  const fresh = async () => ({
    trainer: await createTrainer(config, options),
    records: [],
    seconds: 0,
    stepSeconds: 0,
  });
  if (checkpoint !== null && existsSync(checkpoint)) {
    const found = await readCheckpoint(checkpoint);
    // a run that changed its bits on the way would have those of no revision
    if (found && revisionOf(found.header) !== bitsRevision) {
      warn(
        `its checkpoint is of bits revision ${revisionOf(found.header)}, this version computes ${bitsRevision}: it begins anew`,
      );
      return fresh();
    }
    const trainer = found && (await restoreTrainer(found.snapshot, options).catch(worthNothing));
    if (trainer && configHash(trainer.config) === run) return { trainer, ...found.header };
    trainer?.dispose();
  }
  return fresh();
}

export default async function runTask(task: Task): Promise<Outcome> {
  const outcome: Outcome = { result: null, trouble: null, resumedFrom: 0, checkpointed: false, warnings: [] };
  try {
    await compute(task, outcome);
  } catch (error) {
    if (!(error instanceof Stopped)) outcome.trouble = troubleOf(error);
  }
  return outcome;
}

/** Computes the run; the outcome is filled in as things come about. */
async function compute(task: Task, outcome: Outcome): Promise<void> {
  const { run, config, control, slot, checkpoint } = task;
  const from = performance.now();
  const warn = (message: string) => {
    if (!outcome.warnings.includes(message)) outcome.warnings.push(message);
  };
  const { trainer, records, ...before } = await begin(task, warn);
  const seconds = () => before.seconds + (performance.now() - from) / 1000;
  const stepSeconds = () => before.stepSeconds + trainer.stepSeconds;
  const word = (name: keyof typeof Word) => CONTROL_WORDS * slot + Word[name];
  outcome.resumedFrom = trainer.stepCount;
  outcome.checkpointed = trainer.stepCount > 0;
  Atomics.store(control, word("resumedFrom"), trainer.stepCount);
  Atomics.store(control, word("step"), trainer.stepCount);
  let threads = 1;
  let { maxThreads } = task;
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
        outcome.checkpointed = true;
      } catch (error) {
        // a run without a checkpoint is still a run
        const { code } = error as NodeJS.ErrnoException;
        warn(`a checkpoint could not be written (${code ?? error})`);
      }
      last = performance.now();
      // no more than a tenth of the time goes into checkpoints
      pause = Math.max(task.checkpointEvery, 10 * (last - now));
    }
    if (stop) throw new Stopped();
  };

  /** A run that is given more threads than the machine can start goes on with those that it has. */
  const takeThreads = async () => {
    const given = Math.min(maxThreads, Atomics.load(control, word("threads")));
    if (given <= threads) return;
    try {
      await trainer.setThreads(given);
      threads = given;
    } catch (error) {
      const { cause, message } = troubleOf(error);
      if (cause === "run") throw error;
      maxThreads = threads;
      warn(
        `no more than ${threads} ${threads === 1 ? "thread" : "threads"} could be started for it (${message})`,
      );
    }
  };

  try {
    const onProgress = async (step: number) => {
      Atomics.store(control, word("step"), step);
      await takeThreads();
      // at an evaluation the record comes first: a checkpoint before it would lose it
      if (!isEvaluation(config, step)) await pauseForBreath();
    };
    for await (const record of trainer.run({ onProgress })) {
      records.push(withoutNegativeZero(record));
      if (record.step < config.steps && !record.diverged) await pauseForBreath();
    }
    const end = records.at(-1);
    const small = config.vocabSize * config.embeddingDim <= SMALL && !end?.diverged;
    const weights = small ? await trainer.weights() : undefined;
    outcome.result = {
      run,
      bitsRevision,
      config,
      records,
      finalEmbedding: plain(weights?.embedding),
      finalUnembedding: plain(weights?.unembedding),
      divergedAt: end?.diverged ? end.step : null,
      bytes: trainer.bytes,
      seconds: seconds(),
      stepSeconds: stepSeconds(),
    };
  } finally {
    trainer.dispose();
  }
}
