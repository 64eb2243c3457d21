/** A model in training: steps, evaluations, weights in and out, snapshots. */
import { type Advanced, after, type Backend, type ComputedBy, type Now } from "../backend/backend.js";
import { checkNames, checkSignal } from "../checks.js";
import { ConfigError, type Intervention, MOST_STEPS, type RunConfig, show } from "../config.js";
import type { Batch } from "../data/batch.js";
import type { TokenSource } from "../data/source.js";
import { isEvaluation, nextEvaluation } from "../evaluationSteps.js";
import { intervene, interventionsAt, nextIntervention, phaseAt } from "../intervention/index.js";
import { parametersOf, type Weights } from "../model/parameters.js";
import { measureAll } from "../observables/index.js";
import { measurePopulation, type PopulationLoss } from "../observables/population.js";
import type { Projection } from "../observables/principalAxes.js";
import { type Spectrum, summarize } from "../observables/spectrum.js";
import { optimizerOf } from "../optimizer/index.js";
import { startRunning } from "../optimizer/optimizer.js";
import { checkSchedule, learningRateAt, learningRates } from "../schedule/schedule.js";
import { breathe, clockAfter } from "./clock.js";
import {
  changeNames,
  checkThreads,
  completeRunOptions,
  type RunChanges,
  type RunOptions,
} from "./options.js";
import { Queue } from "./queue.js";
import { recordOf, type TrainingRecord } from "./record.js";
import { NO_DEVICE, type Place, type Recovery } from "./recovery.js";
import { encodeSnapshot, type Recorded } from "./snapshot.js";

/** What a step gives back. `loss`: mean of the batch in nats, before the update; not finite when the run diverged. */
export interface StepResult {
  /** Updates done so far. */
  step: number;
  loss: number;
  /** Of the last update, or of the one that could not be done. */
  learningRate: number;
}

/** Where a run goes on whose device was lost. */
export interface Reopened {
  /** Updates done. */
  step: number;
  /** Whether it is another device, and the run back at what it began with. */
  afresh: boolean;
}

export interface EvaluationResult extends PopulationLoss {
  step: number;
  /** Loss minus the least there is: the entropy of the targets, given their inputs where they depend on them. */
  excessLoss: number;
}

/** Steps of a run between two looks at the clock and at the signal, and of a call that has no progress to tell. */
const SLICE = 256;
const LONG_SLICE = 4096;
/** Milliseconds that a run may hold its thread before timers and messages get a turn. */
const BREATH = 20;

/** What a trainer begins with. */
export interface Start {
  config: RunConfig;
  /** Of the phase of its place. */
  backend: Backend;
  /** A backend at step 0 for another phase of the run. */
  create: (phase: RunConfig, threads: number) => Now<Backend>;
  /** A trainer that goes on from a place of this run, with so many threads. */
  fork: (place: Place, changes: RunChanges, threads: number) => Promise<Trainer>;
  source: TokenSource;
  threads: number;
  maxThreads: number;
  /** Of a run on a device. */
  recovery: Recovery | undefined;
  /** Where the backend is; step 0 when left out. */
  place?: Place | undefined;
  earlierRecords?: readonly TrainingRecord[] | undefined;
}

/**
 * Calls queue up: each begins when the one before it has ended. `run` lets others in between its slices. At a step a trainer
 * stands before the interventions of that step: they are done with the next update.
 */
export class Trainer {
  /** Frozen. */
  readonly config: RunConfig;
  /** Entropy of the targets in nats: the lowest loss there is for a model that does not look at its input. */
  readonly entropy: number;
  /** Entropy of the targets given their inputs in nats: the lowest loss there is. */
  readonly conditionalEntropy: number;
  /** The records that the snapshot of this trainer brought along; undefined where it brought none. */
  readonly earlierRecords: readonly TrainingRecord[] | undefined;
  readonly #create: Start["create"];
  readonly #fork: Start["fork"];
  readonly #source: TokenSource;
  readonly #maxThreads: number;
  readonly #recovery: Recovery | undefined;
  readonly #queue = new Queue();
  /** Computes what phaseAt gives for the latest update. */
  #backend: Backend;
  #threads: number;
  #step = 0;
  #trainLoss: number | null = null;
  #recorded: Recorded | null = null;
  #stepSeconds = 0;
  #running = false;
  #disposed = false;

  /** @internal use createTrainer or restoreTrainer */
  constructor(start: Start) {
    const { config, backend, create, fork, source, threads, maxThreads, recovery, place, earlierRecords } =
      start;
    this.config = config;
    this.entropy = source.entropy;
    this.conditionalEntropy = source.conditionalEntropy;
    this.#source = source;
    this.earlierRecords = earlierRecords;
    this.#backend = backend;
    this.#create = create;
    this.#fork = fork;
    this.#threads = threads;
    this.#maxThreads = maxThreads;
    this.#recovery = recovery;
    this.#standAt(place);
    if (place) recovery?.beginWith(place);
  }

  /** Updates done so far. */
  get stepCount(): number {
    return this.#step;
  }

  /** Mean loss of the latest batch in nats, before its update; null before there is one. */
  get trainLoss(): number | null {
    return this.#trainLoss;
  }

  /** Who computes this run, where that is a device, whose rounding is its own; undefined elsewhere. */
  get computedBy(): ComputedBy | undefined {
    return this.#recovery?.computedBy;
  }

  /** Bytes of memory that the run holds. */
  get bytes(): number {
    this.#checkAlive();
    return this.#backend.bytes;
  }

  /** Whether its memory was given back. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /** Wall seconds spent in steps by this trainer. */
  get stepSeconds(): number {
    return this.#stepSeconds;
  }

  /**
   * One update on a drawn batch, or on the caller's own pairs, which are copied before the call returns.
   * @throws ConfigError when the arrays are not Uint32Arrays of batchSize tokens below vocabSize
   */
  async step(batch?: Batch): Promise<StepResult> {
    if (batch === undefined) return this.advance(1);
    const refusal = new ConfigError("batch: expected nothing with exact gradients, got a batch");
    if (this.config.batchSize === undefined) throw refusal;
    const own = this.#checkBatch(batch);
    return this.#call(() => {
      if (phaseAt(this.config, this.#step).gradient === "exact") throw refusal;
      this.#checkRoom(1);
      const rate = learningRateAt(this.config.learningRate, this.#step);
      return this.#timed((backend) => backend.stepOn(own, rate));
    });
  }

  /**
   * `count` updates on drawn batches; stops before the update of a step whose loss is not finite.
   * @throws ConfigError for a count that is no whole number of at least 1, or past 10⁹ steps in all
   * @throws the signal's reason when it is aborted, between two slices of steps
   */
  async advance(count: number, options: { signal?: AbortSignal } = {}): Promise<StepResult> {
    if (!Number.isInteger(count) || count < 1)
      throw new ConfigError(`advance: expected a whole number of at least 1, got ${show(count)}`);
    checkNames(options, ["signal"]);
    const { signal } = options;
    checkSignal(signal);
    return this.#call(async () => {
      this.#checkRoom(count);
      const end = this.#step + count;
      let breath = performance.now();
      for (;;) {
        signal?.throwIfAborted();
        const result = await this.#advance(Math.min(this.#slice(LONG_SLICE), end - this.#step));
        if (this.#step === end || !Number.isFinite(result.loss)) return result;
        breath = await this.#breathe(breath);
      }
    });
  }

  /**
   * Updates on drawn batches for as long as the time lasts, at least one, and never past `config.steps`. How far that is
   * depends on the machine; the bits at a step do not.
   * @param milliseconds wall time; it is passed by less than a tenth of a second where a step takes less than that
   * @param options.until a step that it does not pass either, nor goes back to, or "evaluation": the next step at which the
   * config evaluates
   * @throws the signal's reason when it is aborted, between two slices of steps
   * @throws Error where the runtime has no clock that moves
   */
  async advanceFor(
    milliseconds: number,
    options: { until?: number | "evaluation" | undefined; signal?: AbortSignal | undefined } = {},
  ): Promise<StepResult> {
    if (!(Number.isFinite(milliseconds) && milliseconds > 0))
      throw new ConfigError(
        `advanceFor: expected a number of milliseconds above 0, got ${show(milliseconds)}`,
      );
    checkNames(options, ["until", "signal"]);
    const { until = this.config.steps, signal } = options;
    if (until !== "evaluation" && !(Number.isInteger(until) && until >= 0))
      throw new ConfigError(`until: expected a whole number of steps or "evaluation", got ${show(until)}`);
    checkSignal(signal);
    return this.#call(async () => {
      const { steps } = this.config;
      const last = until === "evaluation" ? nextEvaluation(this.config, this.#step) : Math.min(until, steps);
      let now = performance.now();
      let breath = now;
      const end = now + milliseconds;
      let result: StepResult = {
        step: this.#step,
        loss: this.#trainLoss ?? Number.NaN,
        learningRate: this.#latestRate(),
      };
      let count = 1;
      while (now < end && this.#step < last) {
        signal?.throwIfAborted();
        const from = this.#step;
        result = await this.#advance(Math.min(count, last - from));
        if (!Number.isFinite(result.loss)) break;
        const before = now;
        now = await clockAfter(before);
        // a quarter of the time that is left, at the pace of this slice
        count = this.#step - from;
        const quarter = (count * (end - now)) / (now - before) / 4;
        count = Math.max(1, Math.min(Math.floor(quarter), 2 * count, this.#slice(SLICE)));
        // whoever aborts it needs a turn for that
        if (signal) breath = await this.#breathe(breath);
      }
      return result;
    });
  }

  /** Population loss now, by the config's `evaluation`. */
  async evaluate(): Promise<EvaluationResult> {
    return this.#call(async () => {
      const { loss, standardError } = await measurePopulation(this.#asked());
      return { step: this.#step, loss, excessLoss: loss - this.conditionalEntropy, standardError };
    });
  }

  /**
   * Spectrum of the centred embedding now.
   * @param options.eigenvalues whether with the min(V, D) eigenvalues of its Gram matrix, the squared singular values: the
   * largest first, none below 0. Default false.
   */
  spectrum(options: { eigenvalues: true }): Promise<Spectrum & { eigenvalues: Float64Array }>;
  spectrum(options?: { eigenvalues?: boolean | undefined }): Promise<Spectrum>;
  async spectrum(options: { eigenvalues?: boolean | undefined } = {}): Promise<Spectrum> {
    checkNames(options, ["eigenvalues"]);
    const { eigenvalues = false } = options;
    if (typeof eigenvalues !== "boolean")
      throw new ConfigError(`eigenvalues: expected true or false, got ${show(eigenvalues)}`);
    return this.#call(() =>
      after(this.#backend.eigenvalues(), ({ values, meanEnergyShare }) => ({
        ...summarize(values, meanEnergyShare),
        // what should be zero may be rounded to below it
        ...(eigenvalues && {
          eigenvalues: values
            .map((x) => Math.max(0, x))
            .sort()
            .reverse(),
        }),
      })),
    );
  }

  /**
   * The embedding's rows along its leading principal axes, about their mean: for a picture of the tokens. An axis points where
   * its entry of largest size is positive, so that it does not flip from step to step.
   * @param axes 1 to D
   * @throws ConfigError for another number of axes
   */
  async projection(axes = 2): Promise<Projection> {
    const { vocabSize, embeddingDim } = this.config;
    // the weights first: later calls come behind this one
    const [{ embedding }, { projection }] = await Promise.all([
      this.weights(),
      import("../observables/principalAxes.js"),
    ]);
    return projection(embedding, vocabSize, embeddingDim, axes);
  }

  /**
   * What the model predicts: of each of these inputs a row of V probabilities, row-major; without inputs the mean prediction
   * Σ_a p_a q(·|a), length V, p_a how often a token is an input. Computed in f64 from the weights, the same bits whoever
   * trains. A row takes V·D multiplications and the mean V rows, a second for V = 2000 and D = 100; other work gets turns.
   * @throws ConfigError for what is no list of tokens below vocabSize, or one whose rows are more than 2²⁷ numbers
   */
  async probabilities(inputs?: readonly number[] | Uint32Array): Promise<Float64Array> {
    // the caller may go on with its list
    const own = Array.isArray(inputs) || inputs instanceof Uint32Array ? [...inputs] : inputs;
    const [weights, { probabilities }] = await Promise.all([
      this.weights(),
      import("../observables/probabilities.js"),
    ]);
    return probabilities(this.config, weights, this.#source, own, (last) => this.#breathe(last));
  }

  /**
   * Copies of the weights.
   * @param options.only names of those that are wanted; all when left out
   * @throws ConfigError for a name that is none of this model's: `unembedding` when tied, `gain` and `bias` without their norm
   */
  weights<Name extends keyof Weights>(options: {
    only: readonly Name[];
  }): Promise<Required<Pick<Weights, Name>>>;
  weights(options?: { only?: readonly (keyof Weights)[] | undefined }): Promise<Weights>;
  async weights(options: { only?: readonly (keyof Weights)[] | undefined } = {}): Promise<Weights> {
    checkNames(options, ["only"]);
    const names = parametersOf(this.config).map(({ name }) => name);
    const { only = names } = options;
    if (!Array.isArray(only)) throw new ConfigError(`only: expected a list of names, got ${show(only)}`);
    const wanted: (keyof Weights)[] = [...only];
    for (const [i, name] of wanted.entries())
      if (!names.includes(name))
        throw new ConfigError(`only[${i}]: expected one of ${names.join(", ")}, got ${show(name)}`);
    return this.#call(async () => {
      const { weights } = await this.#backend.state();
      return Object.fromEntries(wanted.map((name) => [name, weights[name]])) as unknown as Weights;
    });
  }

  /**
   * Puts weights in; what is left out stays. The optimiser starts afresh: moments are zero and the step count is 0.
   * @throws ConfigError when an array has the wrong length or is not part of this model
   */
  async load(weights: Partial<Weights>): Promise<void> {
    if (typeof weights !== "object" || weights === null)
      throw new ConfigError(`weights: expected { embedding, unembedding, gain, bias }, got ${show(weights)}`);
    // copied now: the caller may go on with its arrays
    const given = Object.entries(weights).map(([name, array]) => {
      if (array !== undefined && !(array instanceof Float32Array))
        throw new ConfigError(`${name}: expected a Float32Array, got ${describe(array)}`);
      return [name as keyof Weights, array && Float32Array.from(array)] as const;
    });
    return this.#call(async () => {
      const state = await this.#backend.state();
      for (const [name, array] of given) {
        if (array === undefined) continue;
        const current = Object.hasOwn(state.weights, name) ? state.weights[name] : undefined;
        if (current === undefined) throw new ConfigError(`${name}: expected nothing, this model has none`);
        if (array.length !== current.length)
          throw new ConfigError(
            `${name}: expected a Float32Array of ${current.length} values, got ${describe(array)}`,
          );
        current.set(array);
      }
      for (const arrays of Object.values(state.arrays))
        for (const array of Object.values(arrays)) (array as Float32Array | undefined)?.fill(0);
      const { optimizer } = this.config;
      const scalars = startRunning(optimizerOf(optimizer).factors(optimizer));
      const place: Place = { state: { ...state, step: 0, scalars }, trainLoss: null, recorded: null };
      await this.#onBackendOf(0, async (backend) => {
        await backend.setState(place.state);
        return true;
      });
      this.#standAt(place);
      this.#recovery?.beginWith(place);
    });
  }

  /**
   * The run as bytes; `restoreTrainer` continues it bit for bit.
   * @param options.records the run's records so far, to travel with it (`earlierRecords` of the restored trainer)
   */
  async snapshot(options: { records?: readonly TrainingRecord[] | undefined } = {}): Promise<Uint8Array> {
    checkNames(options, ["records"]);
    const { records } = options;
    if (records !== undefined && !Array.isArray(records))
      throw new ConfigError(`records: expected a list of records, got ${show(records)}`);
    return this.#call(async () => encodeSnapshot({ config: this.config, ...(await this.#place()), records }));
  }

  /**
   * Another trainer, which goes on from where this one is as `restoreTrainer` would from its snapshot, by the same backend
   * and options, with as many threads; this one stays as it is. What is changed holds from this step on and stands in
   * the fork's config: trained from step 0 that is the same run with the same bits. Its `run` goes on behind the latest
   * record. A member of an ensemble gives a trainer by itself.
   * @throws ConfigError for another change, for `steps` below this step, and as createTrainer does
   */
  async fork(changes: RunChanges = {}): Promise<Trainer> {
    checkNames(changes, changeNames);
    const { steps, learningRate = this.config.learningRate } = changes;
    // a copy: the caller may go on with its own
    const own = { steps, learningRate: checkSchedule("learningRate", learningRate) };
    return this.#fork(await this.#call(() => this.#place()), own, this.#threads);
  }

  /**
   * Goes on after the device was lost, which fails the call in hand and all later ones with a `DeviceLost`: on a device that
   * is found anew, where the run was when it was last kept. That is every half minute of its steps, in memory, and at
   * every `snapshot`; before the first of them it is what the trainer began with: the initial weights, a snapshot, or
   * what `load` put in. Steps since then are to be done again, the caller's own batches too; `run` gives their
   * records again, with the same bits. On another device the run goes back to what it began with, since its records would
   * be of two that round differently. A call that fails changes nothing, and may be made again.
   * @returns the step that it stands at, and whether another device made it begin afresh
   * @throws ConfigError where no device computes, or none is found; the members of an ensemble are reopened by it
   */
  async reopen(): Promise<Reopened> {
    const recovery = this.#recovery;
    if (!recovery) throw new ConfigError(NO_DEVICE);
    return this.#call(async () => {
      const { backend, place, afresh } = await recovery.reopen();
      this.#backend.dispose();
      this.#backend = backend;
      this.#standAt(place);
      return { step: this.#step, afresh };
    });
  }

  /**
   * From the next call on `count` threads share the work.
   * @throws ConfigError for more than the `maxThreads` that the trainer was made with
   */
  async setThreads(count: number): Promise<void> {
    checkThreads("threads", count, 1, this.#maxThreads);
    return this.#call(async () => {
      await this.#backend.setThreads(count);
      this.#threads = count;
    });
  }

  /** Gives the memory back, once the call in hand has come to the end of its slice. The trainer cannot be used afterwards. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    void this.#queue.run(() => this.#backend.dispose());
  }

  /**
   * On to `config.steps`, a record at every evaluation of the config, at the first step of a fresh run and at the last.
   * A diverged run ends with one record that says so. A trainer that was restored after a record goes on behind it.
   * @throws ConfigError while another `run` of this trainer is under way
   * @throws the signal's reason when it is aborted
   */
  async *run(options: RunOptions = {}): AsyncGenerator<TrainingRecord> {
    const { signal, onProgress, milliseconds } = completeRunOptions(options);
    this.#checkAlive();
    if (this.#running)
      throw new ConfigError(
        "run: expected one run() at a time, got a second before the first was at its end",
      );
    this.#running = true;
    try {
      yield* this.#records(signal, onProgress, milliseconds);
    } finally {
      this.#running = false;
    }
  }

  async *#records(
    signal: AbortSignal | undefined,
    onProgress: RunOptions["onProgress"],
    milliseconds: number,
  ): AsyncGenerator<TrainingRecord> {
    const { steps } = this.config;
    let now = performance.now();
    let breath = now;
    const end = now + milliseconds;
    for (;;) {
      signal?.throwIfAborted();
      if (this.#recorded?.diverged && this.#recorded.step === this.#step) return;
      if (this.#isRecordDue()) {
        // a call before this one may have put the run elsewhere
        const record = await this.#call(() => (this.#isRecordDue() ? this.#record() : undefined));
        if (record) yield record;
        if (record?.diverged || now >= end) return;
        continue;
      }
      if (this.#step >= steps) return;
      const { loss } = await this.#call(() => {
        const left = nextEvaluation(this.config, this.#step) - this.#step;
        return this.#advance(Math.max(1, Math.min(this.#slice(SLICE), left)));
      });
      await onProgress?.(this.#step);
      if (!Number.isFinite(loss)) {
        yield this.#diverge();
        return;
      }
      now = await clockAfter(now);
      breath = await this.#breathe(breath);
      if (now >= end && !this.#isRecordDue()) return;
    }
  }

  #isRecordDue(): boolean {
    return isEvaluation(this.config, this.#step) && this.#recorded?.step !== this.#step;
  }

  /** Lets timers and messages in where the last time was long ago; says when that was. */
  async #breathe(last: number): Promise<number> {
    if (performance.now() - last <= BREATH) return last;
    await breathe();
    this.#checkAlive();
    return performance.now();
  }

  /** In line with the other calls, and not once the trainer was disposed of. */
  #call<T>(work: () => Now<T>): Promise<T> {
    return this.#queue.run(() => {
      this.#checkAlive();
      return work();
    });
  }

  #checkAlive(): void {
    if (this.#disposed) throw new Error("this trainer was disposed of");
  }

  #checkRoom(count: number): void {
    if (this.#step + count > MOST_STEPS)
      throw new ConfigError(
        `steps: expected at most ${MOST_STEPS} in all, got ${count} more at step ${this.#step}`,
      );
  }

  /** The caller's arrays, read once and copied before they are looked at: neither getters nor threads can change them then. */
  #checkBatch(batch: Batch): Batch {
    const { batchSize, vocabSize } = this.config;
    if (typeof batch !== "object" || batch === null)
      throw new ConfigError(`batch: expected { inputs, targets }, got ${show(batch)}`);
    const { inputs, targets } = batch;
    const own = (name: string, given: unknown): Uint32Array => {
      if (!(given instanceof Uint32Array) || given.length !== batchSize)
        throw new ConfigError(
          `${name}: expected a Uint32Array of ${batchSize} tokens (batchSize), got ${describe(given)}`,
        );
      const tokens = Uint32Array.from(given);
      const outside = tokens.findIndex((token) => token >= vocabSize);
      if (outside >= 0)
        throw new ConfigError(
          `${name}[${outside}]: expected a token below ${vocabSize} (vocabSize), got ${tokens[outside]}`,
        );
      return tokens;
    };
    return { inputs: own("inputs", inputs), targets: own("targets", targets) };
  }

  /** So many updates, or fewer where an intervention comes between. */
  #advance(most: number): Promise<StepResult> {
    const count = Math.min(most, nextIntervention(this.config, this.#step) - this.#step);
    const rates = learningRates(this.config.learningRate, this.#step, count);
    return this.#timed((backend) => backend.advance(rates));
  }

  async #timed(compute: (backend: Backend) => Now<Advanced>): Promise<StepResult> {
    const from = performance.now();
    const due = interventionsAt(this.config, this.#step);
    const { done, loss } = await (due.length > 0 ? this.#behind(due, compute) : compute(this.#backend));
    this.#stepSeconds += (performance.now() - from) / 1000;
    this.#step += done;
    this.#trainLoss = loss;
    if (this.#recovery?.due) await this.#place();
    const latest = Number.isFinite(loss) ? this.#step - 1 : this.#step;
    return { step: this.#step, loss, learningRate: learningRateAt(this.config.learningRate, latest) };
  }

  /**
   * Updates behind the interventions of this step. Together they are one: where no update can be done, neither are they, so
   * that a run at a step always stands before its interventions.
   */
  async #behind(due: Intervention[], compute: (backend: Backend) => Now<Advanced>): Promise<Advanced> {
    const before = await this.#backend.state();
    const changed = structuredClone(before);
    intervene(due, changed, this.config);
    let advanced: Advanced = { done: 0, loss: Number.NaN };
    await this.#onBackendOf(this.#step + 1, async (backend) => {
      await backend.setState(changed);
      advanced = await compute(backend);
      if (advanced.done === 0 && backend === this.#backend) await backend.setState(before);
      return advanced.done > 0;
    });
    return advanced;
  }

  /**
   * Does what takes the run to `step`, on a backend of its phase there: the one that there is, or a new one in its place.
   * @param move says whether the run is there now
   */
  async #onBackendOf(step: number, move: (backend: Backend) => Promise<boolean>): Promise<void> {
    const [now, then] = [this.#step, step].map((at) => phaseAt(this.config, at - 1));
    if (JSON.stringify(now) === JSON.stringify(then)) {
      await move(this.#backend);
      return;
    }
    const backend = await this.#create(then, this.#threads);
    let left = backend;
    try {
      if (await move(backend)) {
        left = this.#backend;
        this.#backend = backend;
      }
    } finally {
      left.dispose();
    }
  }

  #standAt(place: Place | undefined): void {
    this.#step = place?.state.step ?? 0;
    this.#trainLoss = place?.trainLoss ?? null;
    this.#recorded = place?.recorded ?? null;
  }

  /** Where the run is, which is kept for the case that its device is lost. */
  #place(): Promise<Place> {
    const read = async () => ({
      state: await this.#backend.state(),
      trainLoss: this.#trainLoss,
      recorded: this.#recorded,
    });
    return this.#recovery ? this.#recovery.keep(read) : read();
  }

  /** Rate of the latest update, of the first one before there is any. */
  #latestRate(): number {
    return learningRateAt(this.config.learningRate, Math.max(0, this.#step - 1));
  }

  /** Steps of one call of the backend; a device holds no thread meanwhile. */
  #slice(most: number): number {
    const { stepsAtOnce } = this.#backend;
    return this.#recovery ? stepsAtOnce : Math.min(most, stepsAtOnce);
  }

  #asked() {
    return { config: this.config, source: this.#source, backend: this.#backend, step: this.#step };
  }

  async #record(): Promise<TrainingRecord> {
    const population = await measurePopulation(this.#asked());
    if (!Number.isFinite(population.loss)) return this.#diverge();
    const measured = await measureAll({ ...this.#asked(), population });
    this.#recorded = { step: this.#step, diverged: false };
    const head = { step: this.#step, trainLoss: this.#trainLoss, learningRate: this.#latestRate() };
    return recordOf(this.config, { ...head, diverged: false }, measured);
  }

  #diverge(): TrainingRecord {
    this.#recorded = { step: this.#step, diverged: true };
    const learningRate = learningRateAt(this.config.learningRate, this.#step);
    return recordOf(this.config, { step: this.#step, trainLoss: null, learningRate, diverged: true });
  }
}

const describe = (value: unknown): string =>
  ArrayBuffer.isView(value) && "length" in value
    ? `${value.constructor.name} of ${value.length}`
    : value === undefined
      ? "nothing"
      : typeof value;
