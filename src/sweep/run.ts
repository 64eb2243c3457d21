/** One run, from where its checkpoint left it to its result, whoever computes it. */
import { existsSync } from "node:fs";
import type { ComputedBy } from "../backend/backend.js";
import { configHash, type RunConfig } from "../config.js";
import { isEvaluation } from "../evaluationSteps.js";
import { bitsRevision, revisionOf } from "../kernel/bitsRevision.js";
import type { TrainingRecord } from "../training/record.js";
import { decodeSnapshot } from "../training/snapshot.js";
import type { Trainer } from "../training/trainer.js";
import { type CheckpointHeader, readCheckpoint, writeCheckpoint } from "./checkpoint.js";
import { isSameComputer, shownComputedBy } from "./computedBy.js";
import { type Base, goOnFrom, keepSnapshot } from "./keptSnapshots.js";
import type { Rounds } from "./rounds.js";
import type { Outcome } from "./task.js";
import { troubleOf } from "./trouble.js";

/** Embeddings up to this many values travel with the result, for figures that draw them. */
const SMALL = 1024;
/** A run of less than this many milliseconds is sooner run again than checkpointed. */
const WORTH_KEEPING = 500;

/** What a run throws that was asked to stop. */
export class Stopped extends Error {}

/** Journals are JSON, which has no −0. */
const withoutNegativeZero = (record: TrainingRecord): TrainingRecord =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, typeof value === "number" ? value + 0 : value]),
  ) as unknown as TrainingRecord;
const plain = (weights: Float32Array | undefined): number[] | null =>
  weights ? Array.from(weights, (x) => x + 0) : null;

export interface RunTask {
  run: string;
  config: RunConfig;
  /** File that a long run is checkpointed to and goes on from, or null. */
  checkpoint: string | null;
  /** The shorter run that it goes on from where it has no checkpoint, or null. */
  base: Base | null;
  /** File that its snapshot is kept in at its end, or null. */
  keep: string | null;
  /** Who computes it; undefined for a strict run. */
  computedBy: ComputedBy | undefined;
}

/** Where a checkpoint left a run. */
export interface Checkpoint {
  header: CheckpointHeader;
  snapshot: Uint8Array;
}

/** A snapshot that cannot be read is none; one that only finds no memory is kept for the next time. */
function isOf(run: string, { snapshot }: Checkpoint): boolean {
  try {
    return configHash(decodeSnapshot(snapshot).config) === run;
  } catch (error) {
    if (troubleOf(error).cause !== "run") throw error;
    return false;
  }
}

/** Where a run goes on: at its own checkpoint, or at the end of a shorter run; undefined when it begins anew. */
export async function findPlace(
  task: RunTask,
  warn: (message: string) => void,
): Promise<Checkpoint | undefined> {
  const { base, config, computedBy } = task;
  const own = await findCheckpoint(task, warn);
  return own ?? (base ? goOnFrom(base, config, computedBy, warn) : undefined);
}

/** The run's checkpoint, undefined when there is none that it can go on from. */
export async function findCheckpoint(
  { run, checkpoint, computedBy }: Pick<RunTask, "run" | "checkpoint" | "computedBy">,
  warn: (message: string) => void,
): Promise<Checkpoint | undefined> {
  if (checkpoint === null || !existsSync(checkpoint)) return undefined;
  const found = await readCheckpoint(checkpoint);
  if (!found) return undefined;
  const { header } = found;
  // a run that changed its bits on the way would have those of no revision
  if (revisionOf(header) !== bitsRevision) {
    warn(
      `its checkpoint is of bits revision ${revisionOf(header)}, this version computes ${bitsRevision}: it begins anew`,
    );
    return undefined;
  }
  if (!isOf(run, found)) return undefined;
  // and one that changed its rounding those of no device
  if (!isSameComputer(header.computedBy, computedBy)) {
    const [theirs, ours] = [header.computedBy, computedBy].map((who) =>
      who ? shownComputedBy(who) : "an earlier version",
    );
    warn(`its checkpoint was computed by ${theirs}, it goes on with ${ours}: it begins anew`);
    return undefined;
  }
  return found;
}

export interface RunControl {
  /** When it is checkpointed. */
  rounds: Rounds;
  /** Whether the run is to stop. */
  stopped(): boolean;
  /** Hears of steps, between two slices of them. */
  onStep(step: number): void | Promise<void>;
}

/** Adds a warning, each once. */
export const warnIn =
  ({ warnings }: Outcome) =>
  (message: string): void => {
    if (!warnings.includes(message)) warnings.push(message);
  };

/**
 * Computes a run to its end; the outcome is filled in as things come about.
 * @param before what the trainer's checkpoint says, undefined at step 0
 * @throws Stopped when it was asked to stop, once it is checkpointed
 */
export async function computeRun(
  trainer: Trainer,
  before: CheckpointHeader | undefined,
  { run, config, checkpoint, keep, computedBy }: RunTask,
  { rounds, stopped, onStep }: RunControl,
  outcome: Outcome,
): Promise<void> {
  const from = performance.now();
  const warn = warnIn(outcome);
  const records = [...(before?.records ?? [])];
  const seconds = () => (before?.seconds ?? 0) + (performance.now() - from) / 1000;
  const stepSeconds = () => (before?.stepSeconds ?? 0) + trainer.stepSeconds;
  outcome.resumedFrom = trainer.stepCount;
  outcome.checkpointed = trainer.stepCount > 0;
  const round = rounds.join(from);
  let last = from;

  /** Between two steps: a run that is to stop stops here, a long one is kept here. */
  const pauseForBreath = async () => {
    const stop = stopped();
    const now = performance.now();
    if (checkpoint !== null && (stop ? now - last > WORTH_KEEPING : round.due(now))) {
      const header = { computedBy, records, seconds: seconds(), stepSeconds: stepSeconds() };
      try {
        await writeCheckpoint(checkpoint, header, await trainer.snapshot());
        outcome.checkpointed = true;
      } catch (error) {
        // a run without a checkpoint is still a run
        const { code } = error as NodeJS.ErrnoException;
        warn(`a checkpoint could not be written (${code ?? error})`);
      }
      last = performance.now();
      if (!stop) await round.kept(last);
    }
    if (stop) throw new Stopped();
  };

  const onProgress = async (step: number) => {
    await onStep(step);
    // at an evaluation the record comes first: a checkpoint before it would lose it
    if (!isEvaluation(config, step)) await pauseForBreath();
  };
  try {
    for await (const record of trainer.run({ onProgress })) {
      records.push(withoutNegativeZero(record));
      if (record.step < config.steps && !record.diverged) await pauseForBreath();
    }
  } finally {
    round.leave(performance.now());
  }
  const end = records.at(-1);
  const small = config.vocabSize * config.embeddingDim <= SMALL && !end?.diverged;
  const weights = small ? await trainer.weights() : undefined;
  if (keep !== null)
    try {
      await keepSnapshot(keep, trainer, records);
    } catch (error) {
      // a run whose snapshot finds no room is a finished run all the same
      warn(`its snapshot could not be kept (${(error as Error).message})`);
    }
  outcome.result = {
    run,
    bitsRevision,
    ...(computedBy === undefined ? {} : { computedBy }),
    config,
    records,
    finalEmbedding: plain(weights?.embedding),
    finalUnembedding: plain(weights?.unembedding),
    divergedAt: end?.diverged ? end.step : null,
    bytes: trainer.bytes,
    seconds: seconds(),
    stepSeconds: stepSeconds(),
  };
}
