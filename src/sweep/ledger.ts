/**
 * The books of a pool, kept alike whoever computes: which runs wait, what came of the others, how much of the work is done,
 * and the results that the caller has not taken yet.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError, configHash, type RunConfig } from "../config.js";
import { checkHandedIn } from "../data/createSource.js";
import type { RuntimeOptions } from "../training/runtime.js";
import { type Cost, estimateCost } from "./cost.js";
import { FailedRuns, type SkippedRun } from "./failedRuns.js";
import type { Journal } from "./journal.js";
import { type Base, KeptSnapshots } from "./keptSnapshots.js";
import type { PoolOptions } from "./poolOptions.js";
import type { RunFailure, RunResult } from "./result.js";
import { keptSnapshot } from "./snapshotFiles.js";
import type { Outcome, Task } from "./task.js";
import type { Trouble } from "./trouble.js";

/** Configs by position. An array is one; a long sweep makes them as they are asked for. */
export interface Configs {
  readonly length: number;
  at(index: number): RunConfig | undefined;
  /** Names of the runs, where they are known already. */
  readonly runs?: readonly string[];
}

/** A run that has not come to its end. */
export interface Waiting extends Cost {
  run: string;
  /** Of its config. */
  index: number;
  /** How often it has failed. */
  attempts: number;
}

/** A run in hand. */
export interface InHand {
  waiting: Waiting;
  config: RunConfig;
  step: number;
  resumedFrom: number;
}

/** Who computes the runs that wait in a ledger. */
export interface Computing {
  /** Starts as many runs as can be started now. */
  fill(): void;
  /** Whether no run is in hand. */
  readonly idle: boolean;
  /** What is computed at each place, null where nothing is. */
  inHand(): (InHand | null)[];
  /** Stops the runs in hand, checkpointed, and gives back what they held. */
  end(): Promise<void>;
}

/** How often a run is tried before it is recorded as failed. */
const ATTEMPTS = 2;
/** Finished runs that may wait for the disk or for the caller before no more are started. */
const BACKLOG = 256;
/** Failures whose details are held for the final error. */
const SHOWN = 20;

export class Ledger {
  /** The longest at the end, where it is taken from. */
  readonly waiting: Waiting[] = [];
  /** Names of the runs that the journal has. */
  readonly known: string[] = [];
  /** Finished runs for the caller. */
  readonly ready: RunResult[] = [];
  /** Whether no run is to be started any more. */
  stopping = false;
  /** What ends the pool before its time. */
  broken: unknown;
  readonly #configs: Configs;
  readonly #options: PoolOptions;
  readonly #failures: RunFailure[] = [];
  readonly #skipped: SkippedRun[] = [];
  readonly #bases = new Map<string, Base>();
  #failed = 0;
  #skippedCount = 0;
  #finished = 0;
  #total = 0;
  #totalSeconds = 0;
  #doneSeconds = 0;
  #resumedSeconds = 0;
  #writing = 0;
  #wake = () => {};

  private constructor(configs: Configs, options: PoolOptions) {
    this.#configs = configs;
    this.#options = options;
  }

  /**
   * @param threads that a run may be shared by
   * @param check throws for a config that cannot be computed
   * @throws ConfigError before anything is run
   */
  static async open(
    configs: Configs,
    options: PoolOptions,
    { threads, runtime, check }: { threads: number; runtime: RuntimeOptions; check(config: RunConfig): void },
  ): Promise<Ledger> {
    const { journal, retryFailed, keepSnapshots } = options;
    if (keepSnapshots && !journal)
      throw new ConfigError("keepSnapshots: expected a journal with it, got none");
    const ledger = new Ledger(configs, options);
    const planned = new Set<string>();
    for (let index = 0; index < configs.length; index++) {
      const run = configs.runs?.[index] ?? configHash(configs.at(index) as RunConfig);
      if (planned.has(run)) continue;
      planned.add(run);
      if (journal?.has(run)) ledger.known.push(run);
      else if (journal?.hasFailed(run) && !retryFailed)
        ledger.#fail((await journal.failure(run)) as RunFailure);
      else {
        const config = configs.at(index) as RunConfig;
        check(config);
        // before anything is run, rather than run by run
        checkHandedIn(config.distribution, runtime);
        ledger.waiting.push({ run, index, attempts: 0, ...estimateCost(config, threads) });
      }
    }
    if (journal && ledger.waiting.length > 0) await ledger.#findBases(journal);
    ledger.#total = planned.size;
    ledger.#finished = ledger.known.length;
    ledger.#totalSeconds = ledger.waiting.reduce((sum, { seconds }) => sum + seconds, 0);
    ledger.waiting.sort((a, b) => a.seconds - b.seconds || (a.run < b.run ? 1 : -1));
    return ledger;
  }

  async #findBases(journal: Journal): Promise<void> {
    const kept = await KeptSnapshots.of(journal);
    for (const waiting of this.waiting) {
      const base = kept.baseOf(this.configOf(waiting));
      if (base) this.#bases.set(waiting.run, base);
    }
  }

  configOf({ index }: Waiting): RunConfig {
    return this.#configs.at(index) as RunConfig;
  }

  /** File that a run is checkpointed to, null without a journal. */
  checkpointOf(run: string): string | null {
    const { journal } = this.#options;
    return journal ? join(journal.directory, "checkpoints", `${run}.checkpoint`) : null;
  }

  /** Where a run goes on from, and where it is kept on its way and at its end. */
  placesOf(run: string): Pick<Task, "checkpoint" | "base" | "keep"> {
    const { journal, keepSnapshots } = this.#options;
    return {
      checkpoint: this.checkpointOf(run),
      base: this.#bases.get(run) ?? null,
      keep: journal && keepSnapshots ? keptSnapshot(journal.directory, run) : null,
    };
  }

  /** Takes these from those that wait. */
  take(chosen: ReadonlySet<Waiting>): void {
    let kept = 0;
    for (const own of this.waiting) if (!chosen.has(own)) this.waiting[kept++] = own;
    this.waiting.length = kept;
  }

  /** Whether so many finished runs wait for the disk or the caller that no more are to be started. */
  get full(): boolean {
    return this.#writing + this.ready.length >= BACKLOG;
  }

  get writing(): boolean {
    return this.#writing > 0;
  }

  /** Tells how far all of it is. */
  report(inHand: readonly (InHand | null)[]): void {
    let done = this.#doneSeconds;
    let resumed = this.#resumedSeconds;
    const running = inHand.map((task) => {
      if (!task) return null;
      const { waiting, config, step, resumedFrom } = task;
      const share = (steps: number) => (config.steps ? (waiting.seconds * steps) / config.steps : 0);
      done += share(step);
      resumed += share(Math.min(step, resumedFrom));
      return { run: waiting.run, config, step };
    });
    const all = this.#finished + this.#failed + this.#skippedCount === this.#total;
    const shareOf = (seconds: number) =>
      this.#totalSeconds > 0 ? Math.min(1, seconds / this.#totalSeconds) : 0;
    this.#options.onProgress?.({
      share: all ? 1 : shareOf(done),
      resumedShare: shareOf(resumed),
      finished: this.#finished,
      total: this.#total,
      failed: this.#failed,
      skipped: this.#skippedCount,
      running,
    });
  }

  /** Runs that are recorded as failed, or were skipped: the error for them, undefined without any. */
  get unfinished(): FailedRuns | undefined {
    return this.#failed + this.#skippedCount > 0
      ? new FailedRuns(this.#failed, this.#failures, this.#skippedCount, this.#skipped)
      : undefined;
  }

  /** Resolves when there is a result, or an end. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.ready.length > 0 || this.stopping) resolve();
    });
  }

  wake(): void {
    this.#wake();
  }

  /** No run is started any more. */
  stop(): void {
    this.stopping = true;
    this.#wake();
  }

  /** Ends the pool with an error. */
  break(error: unknown): void {
    this.broken ??= error;
    this.stop();
  }

  /** Records what came of a run, while `next` starts others. */
  async settle(record: () => Promise<void>, next: () => void): Promise<void> {
    this.#writing++;
    try {
      const recorded = record();
      next();
      await recorded;
    } catch (error) {
      // before this run counts as settled: with nothing else to do the pool would end as if all were done
      this.break(error);
    } finally {
      this.#writing--;
      next();
      this.#wake();
    }
  }

  /** What went wrong with a run and cost it nothing. */
  warn({ run }: Waiting, { warnings }: Outcome): void {
    for (const message of warnings) this.#options.onEvent?.({ event: "warning", run, message });
  }

  /** A run that came to its end, on disk when there is a journal. One that was stopped has no result. */
  async keep({ run, seconds }: Waiting, outcome: Outcome): Promise<void> {
    const { onEvent, journal } = this.#options;
    const { result, resumedFrom, checkpointed } = outcome;
    if (!result) return;
    this.#doneSeconds += seconds;
    if (result.config.steps > 0) this.#resumedSeconds += (seconds * resumedFrom) / result.config.steps;
    await journal?.append(result);
    const checkpoint = this.checkpointOf(run);
    if (checkpointed && checkpoint) await rm(checkpoint, { force: true });
    this.#finished++;
    this.ready.push(result);
    const base = this.#bases.get(run);
    const wentOnFrom = base && base.step === resumedFrom ? { run: base.run, step: base.step } : undefined;
    onEvent?.({ event: "finished", run, result, resumedFrom, wentOnFrom });
  }

  /** A run that threw: once more, or recorded as failed. */
  async again(chosen: Waiting, { message: error }: Trouble): Promise<void> {
    const { onEvent, journal } = this.#options;
    const { run, seconds } = chosen;
    const config = this.configOf(chosen);
    chosen.attempts++;
    if (chosen.attempts < ATTEMPTS) {
      onEvent?.({ event: "retried", run, config, error });
      this.waiting.push(chosen);
      return;
    }
    const failure = { run, config, error, attempts: chosen.attempts };
    await journal?.appendFailure(failure);
    this.#doneSeconds += seconds;
    this.#fail(failure);
    onEvent?.({ event: "failed", run, config, error });
  }

  #fail(failure: RunFailure): void {
    this.#failed++;
    if (this.#failures.length < SHOWN) this.#failures.push(failure);
  }

  /** A run that there is no memory for even by itself: not recorded. */
  skip(chosen: Waiting, { bytes, error }: { bytes: number; error: string }): void {
    const skip = { run: chosen.run, config: this.configOf(chosen), bytes, error };
    this.#doneSeconds += chosen.seconds;
    this.#skippedCount++;
    if (this.#skipped.length < SHOWN) this.#skipped.push(skip);
    this.#options.onEvent?.({ event: "skipped", ...skip });
  }
}
