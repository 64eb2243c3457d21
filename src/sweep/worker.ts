/** One run in a thread of the pool. */
import type { RunConfig } from "../config.js";
import { createTrainer, restoreTrainer } from "../training/create.js";
import { type RuntimeOptions, runtimeFor } from "../training/runtime.js";
import type { Trainer } from "../training/trainer.js";
import type { CheckpointHeader } from "./checkpoint.js";
import { processorOf } from "./processor.js";
import { Rounds } from "./rounds.js";
import { computeRun, findPlace, Stopped, warnIn } from "./run.js";
import { CONTROL_WORDS, type Outcome, type Task, Word } from "./task.js";
import { troubleOf } from "./trouble.js";

/** Corpora by their digests: a task brings another array each time, of the same memory, and a check of it takes long. */
const corpora = new Map<string, RuntimeOptions["corpus"]>();

function kept({ distribution }: RunConfig, runtime: RuntimeOptions): RuntimeOptions {
  if (distribution.kind !== "corpus" || runtime.corpus === undefined) return runtime;
  const corpus = corpora.get(distribution.digest) ?? runtime.corpus;
  corpora.clear();
  corpora.set(distribution.digest, corpus);
  return { ...runtime, corpus };
}

/** The trainer where its checkpoint or a shorter run left it, or at step 0 when there is none that fits. */
async function begin(
  task: Task,
  warn: (message: string) => void,
): Promise<{ trainer: Trainer; before?: CheckpointHeader }> {
  const { config, maxThreads, runtime } = task;
  const options = { ...runtimeFor(config, kept(config, runtime)), maxThreads };
  const found = await findPlace({ ...task, computedBy: processorOf(config) }, warn);
  return found
    ? { trainer: await restoreTrainer(found.snapshot, options), before: found.header }
    : { trainer: await createTrainer(config, options) };
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
  const { config, control, slot, checkpointEvery } = task;
  const warn = warnIn(outcome);
  const { trainer, before } = await begin(task, warn);
  const word = (name: keyof typeof Word) => CONTROL_WORDS * slot + Word[name];
  Atomics.store(control, word("resumedFrom"), trainer.stepCount);
  Atomics.store(control, word("step"), trainer.stepCount);
  let threads = 1;
  let { maxThreads } = task;

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
    const stopped = () => Atomics.load(control, word("stop")) !== 0;
    const onStep = (step: number) => {
      Atomics.store(control, word("step"), step);
      return takeThreads();
    };
    const own = { ...task, computedBy: processorOf(config) };
    await computeRun(trainer, before, own, { rounds: new Rounds(checkpointEvery), stopped, onStep }, outcome);
  } finally {
    trainer.dispose();
  }
}
