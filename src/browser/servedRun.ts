/** A run as its worker has it: what it is asked, its slices of steps and its news. */
import { isEvaluation, nextEvaluation } from "../evaluationSteps.js";
import {
  ConfigError,
  canonicalConfig,
  learningRateAt,
  type RunChanges,
  type RunConfig,
  type StepResult,
  type Trainer,
  type TrainingRecord,
  weightsHash,
} from "../index.js";
import { isOver, type LiveStatus, type Opened } from "./liveRun.js";
import type { Added, Ask, News, Thrown, Wanted } from "./message.js";
import { Pace, type Pack, Speed } from "./pace.js";
import { type FrameTaker, type Looked, ServedFrames } from "./servedFrames.js";

/** Milliseconds of a slice of steps; a device is asked for more at a time. */
const SLICE = 8;
const DEVICE_SLICE = 50;
/** Records that the page has not taken when a run waits for it. */
export const MOST_UNTAKEN = 4096;
/** What a run needs of whoever serves it. */
export interface Host extends FrameTaker {
  answer(call: number, value: unknown, transfer?: Transferable[]): void;
  /** Another run, which has come of one. */
  adopt(child: ServedRun): void;
}

/** Where a run goes on that came of another. */
export interface Origin {
  trainer: Trainer;
  recorded: number | undefined;
  past: TrainingRecord[] | undefined;
}

/** Something to be done, and who waits for it. */
interface Asked {
  calls: number[];
  ask: Ask;
}

export class ServedRun {
  readonly run: number;
  /** Milliseconds of turns that it has had; whoever has had the least is next. */
  used = 0;
  readonly #added: Added;
  readonly #host: Host;
  readonly #make: (() => Promise<Trainer>) | undefined;
  readonly #seconds = { steps: 0, other: 0 };
  readonly #speed = new Speed();
  readonly #pack: Pack | undefined;
  readonly #asks: Asked[] = [];
  readonly #frames: ServedFrames;
  #trainer: Trainer | undefined;
  /** The trainer's own loop, asked for its next record only where one is due. */
  #loop: AsyncGenerator<TrainingRecord> | undefined;
  /** Step of the latest record. */
  #recorded: number | undefined;
  #diverged = false;
  #failure: Thrown | undefined;
  #closed = false;
  /** The run's records so far; undefined where a snapshot brought none along. */
  #past: TrainingRecord[] | undefined = [];
  /** Records that the page has not been told, and how many it has not taken. */
  #fresh: TrainingRecord[] = [];
  #untaken = 0;
  #going: boolean;
  #until: number;
  #perSecond: number | undefined;
  #pace: Pace | undefined;
  /** A call to advance, under way; stopped where it was paused, to be answered where that leaves the run. */
  #goal: { end: number; call: number; result: StepResult | undefined; isStopped: boolean } | undefined;
  /** Whether steps are under way, which nothing stops. */
  #isStepping = false;
  /** Counts the changes of the model. */
  #version = 0;
  #told = { step: -1, status: "opening" as LiveStatus };
  #opened: Opened | undefined;
  #changed: RunConfig | undefined;

  /**
   * @param from what makes its trainer, or where it goes on
   * @param pack of those that a GPU computes together with it
   */
  constructor(added: Added, host: Host, from: (() => Promise<Trainer>) | Origin, pack?: Pack) {
    this.run = added.run;
    this.#added = added;
    this.#host = host;
    this.#frames = new ServedFrames(host);
    this.#pack = pack;
    this.#going = !added.paused;
    this.#until = added.until ?? Number.POSITIVE_INFINITY;
    this.#perSecond = added.pace;
    if (typeof from === "function") {
      this.#make = from;
      return;
    }
    this.#past = from.past;
    this.#recorded = from.recorded;
    this.#stand(from.trainer);
  }

  /** Whether a GPU computes it: it holds no thread meanwhile. */
  get isOnGpu(): boolean {
    return this.#added.backend !== undefined;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get #step(): number {
    return this.#trainer?.stepCount ?? 0;
  }

  get #status(): LiveStatus {
    if (this.#closed) return "closed";
    if (this.#failure) return "failed";
    if (!this.#trainer) return "opening";
    if (this.#diverged) return "diverged";
    if (this.#step >= this.#trainer.config.steps && !this.#isRecordDue) return "ended";
    return this.#going ? "running" : "paused";
  }

  get #isOver(): boolean {
    return isOver(this.#status);
  }

  get #isRecordDue(): boolean {
    return this.#recorded !== this.#step && isEvaluation(this.#trainer!.config, this.#step);
  }

  get #hasAsks(): boolean {
    return this.#asks.length > 0 && !this.#goal;
  }

  /**
   * Whether somebody waits for a word of it, and shall not for the others' turns. Another rate waits for the run's own turn: a
   * slider asks for many a second.
   */
  get isAsked(): boolean {
    if (this.#closed || this.#failure) return false;
    return !this.#trainer || (this.#hasAsks && this.#asks[0].ask.kind !== "learningRate");
  }

  /** Milliseconds until it has something to do: 0 is now, Infinity not before it is told something. */
  dueIn(now: number): number {
    if (this.isAsked) return 0;
    if (!this.#trainer || this.#closed || this.#failure) return Number.POSITIVE_INFINITY;
    if (this.#hasAsks) return 0;
    return Math.min(this.#stepsDueIn(now), this.#frames.dueIn(this.#looked, now));
  }

  get #looked(): Looked {
    return { version: this.#version, isGoing: this.#going, isOver: this.#isOver };
  }

  #stepsDueIn(now: number): number {
    if (this.#isOver || this.#untaken >= MOST_UNTAKEN) return Number.POSITIVE_INFINITY;
    if (this.#isRecordDue || this.#goal) return 0;
    if (!this.#going) return Number.POSITIVE_INFINITY;
    return this.#pace?.dueIn(this.#step, now) ?? 0;
  }

  /** Also in the middle of an advance, which has then come to where it is. */
  pause(): void {
    this.#going = false;
    if (!this.#goal) return;
    this.#goal.isStopped = true;
    if (!this.#isStepping) this.#reach();
  }

  resume(until = Number.POSITIVE_INFINITY): void {
    this.#going = true;
    this.#until = until;
    this.setPace(this.#perSecond);
  }

  setPace(perSecond: number | undefined): void {
    this.#perSecond = perSecond;
    this.#pace = perSecond === undefined ? undefined : new Pace(perSecond, this.#step, performance.now());
  }

  taken(count: number): void {
    this.#untaken -= count;
  }

  ask(call: number, ask: Ask): void {
    const last = this.#asks.at(-1);
    if (this.#failure) this.#host.refuse(call, this.#failure);
    else if (ask.kind === "learningRate" && last?.ask.kind === "learningRate") {
      // of several at one step the last one holds
      last.ask = ask;
      last.calls.push(call);
    } else this.#asks.push({ calls: [call], ask });
  }

  frame(call: number, wanted: Wanted): void {
    if (this.#failure) this.#host.refuse(call, this.#failure);
    else this.#frames.want(call, wanted);
  }

  unframe(view: number): void {
    this.#frames.drop(view);
  }

  close(): void {
    this.#closed = true;
    this.#trainer?.dispose();
  }

  /** What the page has not been told; nothing when there is none. */
  news(): News | undefined {
    const status = this.#status;
    const step = this.#step;
    const told = this.#told;
    if (step === told.step && status === told.status && this.#fresh.length === 0 && !this.#changed) return;
    const news: News = {
      run: this.run,
      step,
      status,
      seconds: { ...this.#seconds },
      records: this.#fresh,
      opened: this.#opened,
      config: this.#changed,
      failure: this.#failure,
    };
    this.#fresh = [];
    this.#opened = undefined;
    this.#changed = undefined;
    this.#told = { step, status };
    return news;
  }

  /** Whether the page should hear of it at once. */
  get hasTurned(): boolean {
    return this.#status !== this.#told.status;
  }

  /** Does what is due: what it was asked; or else frames, and a slice of steps. */
  async turn(): Promise<void> {
    const from = performance.now();
    const { steps } = this.#seconds;
    let drawing = 0;
    try {
      if (!this.#trainer) await this.#open();
      else if (this.isAsked) await this.#do(this.#asks.shift()!);
      else {
        if (this.#hasAsks) await this.#do(this.#asks.shift()!);
        const before = performance.now();
        await this.#frames.draw(
          this.#trainer,
          () => this.#looked,
          () => this.#closed,
        );
        drawing = performance.now() - before;
        await this.#advance();
      }
    } catch (error) {
      // a run that was closed meanwhile is nobody's any more
      if (!this.#closed) this.#fail(error as Error);
    }
    const milliseconds = performance.now() - from;
    // whoever is looked at shall not fall behind for that
    this.used += milliseconds - drawing;
    this.#seconds.other += Math.max(0, milliseconds / 1000 - (this.#seconds.steps - steps));
  }

  async #open(): Promise<void> {
    const { config, snapshot } = this.#added;
    const trainer = await this.#make!();
    if (this.#closed) return trainer.dispose();
    if (canonicalConfig(trainer.config) !== canonicalConfig(config)) {
      trainer.dispose();
      throw new ConfigError("snapshot: expected one of a run of this config, got another's");
    }
    if (snapshot !== undefined) {
      const recorded = recordedIn(snapshot, trainer.stepCount);
      this.#recorded = recorded?.step;
      this.#diverged = recorded?.diverged === true && recorded.step === trainer.stepCount;
      this.#past = trainer.stepCount === 0 ? [] : within(trainer.config, trainer.earlierRecords);
      // who goes on from it keeps it no longer than that
      delete this.#added.snapshot;
    }
    this.#stand(trainer);
  }

  /** From now on this is its trainer. */
  #stand(trainer: Trainer): void {
    const isFirst = this.#trainer === undefined;
    this.#trainer?.dispose();
    this.#trainer = trainer;
    this.#loop = trainer.run();
    this.#version++;
    const { config, entropy, conditionalEntropy, bytes, computedBy } = trainer;
    if (!isFirst) this.#changed = config;
    else {
      this.#opened = { config, entropy, conditionalEntropy, bytes, computedBy };
      this.setPace(this.#perSecond);
    }
  }

  #fail({ name, message }: Error): void {
    this.#failure = { name, message };
    for (const { calls } of this.#asks.splice(0))
      for (const call of calls) this.#host.refuse(call, this.#failure);
    this.#frames.refuse(this.#failure);
    if (this.#goal) this.#host.refuse(this.#goal.call, this.#failure);
    this.#goal = undefined;
    this.#trainer?.dispose();
  }

  /** One thing that was asked; what cannot be done is refused and changes nothing. */
  async #do(asked: Asked): Promise<void> {
    const { calls, ask } = asked;
    const [call] = calls;
    try {
      if (ask.kind === "advance") this.#setOut(call, ask.count);
      else if (ask.kind === "snapshot") {
        const bytes = await this.#trainer!.snapshot({ records: this.#past });
        this.#host.answer(call, bytes, [bytes.buffer as ArrayBuffer]);
      } else if (ask.kind === "weightsHash")
        this.#host.answer(call, weightsHash(await this.#trainer!.weights()));
      else if (ask.kind === "learningRate") {
        this.#checkNotOver("learningRate");
        this.#stand(await this.#forked({ learningRate: ask.rate }));
        for (const each of calls) this.#host.answer(each, this.#trainer!.config);
      } else await this.#fork(call, ask);
    } catch (error) {
      const { name, message } = error as Error;
      // a device that was lost is the end of the run, not of this call alone
      if (name === "DeviceLost") {
        this.#asks.unshift(asked);
        throw error;
      }
      if (!this.#closed) for (const each of calls) this.#host.refuse(each, { name, message });
    }
  }

  /** @throws ConfigError where nothing lies ahead */
  #checkNotOver(what: string): void {
    const { steps } = this.#trainer!.config;
    if (this.#diverged) throw new ConfigError(`${what}: expected a run that goes on, this one has diverged`);
    if (this.#step >= steps)
      throw new ConfigError(`${what}: expected a run that goes on, this one has ended at step ${steps}`);
  }

  #setOut(call: number, count: number): void {
    this.#checkNotOver("advance");
    if (this.#going) throw new ConfigError("advance: expected a paused run, this one is running");
    const end = Math.min(this.#step + count, this.#trainer!.config.steps);
    this.#goal = { end, call, result: undefined, isStopped: false };
  }

  /** Of this run; gone where the run was closed meanwhile. */
  async #forked(changes: RunChanges): Promise<Trainer> {
    const trainer = await this.#trainer!.fork(changes);
    if (!this.#closed) return trainer;
    trainer.dispose();
    throw new Error("the run is closed");
  }

  async #fork(call: number, { child, learningRate, steps, paused }: Ask & { kind: "fork" }): Promise<void> {
    if (this.#diverged || steps === undefined || steps <= this.#step) this.#checkNotOver("fork");
    const trainer = await this.#forked({ learningRate, steps });
    const { config } = trainer;
    const added: Added = {
      ...this.#added,
      run: child,
      config,
      paused,
      pace: this.#perSecond,
      until: undefined,
    };
    const recorded = isEvaluation(config, this.#step) ? this.#recorded : undefined;
    this.#host.adopt(
      new ServedRun(added, this.#host, { trainer, recorded, past: within(config, this.#past) }),
    );
    this.#host.answer(call, config);
  }

  /** So many updates for one slice, the records on the way. */
  async #advance(): Promise<void> {
    const end = performance.now() + (this.isOnGpu ? DEVICE_SLICE : SLICE);
    for (let now = performance.now(); !this.#closed; now = performance.now()) {
      if (this.#untaken >= MOST_UNTAKEN) return;
      if (!this.#isOver && this.#isRecordDue) await this.#measure();
      this.#reach();
      if (this.#isOver || this.#untaken >= MOST_UNTAKEN) return;
      const left = this.#target(now) - this.#step;
      if (left <= 0 || now >= end) return;
      const trainer = this.#trainer!;
      const many = this.#pack?.stepsFrom(this.#step, DEVICE_SLICE) ?? this.#speed.stepsIn(end - now);
      const count = Math.min(left, many);
      const before = { seconds: trainer.stepSeconds, step: trainer.stepCount };
      this.#isStepping = true;
      const result = await trainer.advance(count).finally(() => {
        this.#isStepping = false;
      });
      const seconds = trainer.stepSeconds - before.seconds;
      (this.#pack ?? this.#speed).took(trainer.stepCount - before.step, 1000 * seconds);
      this.#seconds.steps += seconds;
      this.#version++;
      if (this.#goal) this.#goal.result = result;
      if (!Number.isFinite(result.loss)) await this.#measure();
    }
  }

  /** The step that it may go to without a stop. */
  #target(now: number): number {
    const step = this.#step;
    const { config } = this.#trainer!;
    const allowed = this.#goal
      ? this.#goal.end
      : this.#going
        ? Math.min(this.#until, this.#pace?.allowed(step, now) ?? Number.POSITIVE_INFINITY)
        : step;
    return Math.min(allowed, nextEvaluation(config, step));
  }

  /** The record that is due, or the one that says that the run has diverged. */
  async #measure(): Promise<void> {
    const { value, done } = await this.#loop!.next();
    // somebody else's snapshot may know more than it says
    if (done) this.#recorded = this.#step;
    else {
      const record: TrainingRecord = value;
      this.#recorded = record.step;
      this.#diverged = record.diverged;
      this.#past?.push(record);
      this.#fresh.push(record);
      this.#untaken++;
    }
  }

  /** Where it has come to what it was to go to, it stops and says so. */
  #reach(): void {
    if (this.#going && this.#step >= this.#until) this.#going = false;
    const goal = this.#goal;
    if (!goal || !(goal.isStopped || this.#isOver || this.#step >= goal.end)) return;
    this.#goal = undefined;
    const trainer = this.#trainer!;
    const { learningRate } = trainer.config;
    this.#host.answer(
      goal.call,
      goal.result ?? {
        step: this.#step,
        loss: trainer.trainLoss ?? Number.NaN,
        learningRate: learningRateAt(learningRate, Math.max(0, this.#step - 1)),
      },
    );
  }
}

/** Records of a run that has grown longer: it has none where it ended before. */
const within = (config: RunConfig, records: readonly TrainingRecord[] | undefined) =>
  records?.filter(({ step, diverged }) => diverged || isEvaluation(config, step));

/**
 * The record that a snapshot stands after, as its header says: see src/training/snapshot.ts. Its checksum was looked at by
 * whoever restored it. One of version 1 does not say; beyond step 0 it was taken after its record.
 */
function recordedIn(snapshot: Uint8Array, step: number): { step: number; diverged: boolean } | undefined {
  const { buffer, byteOffset, byteLength } = snapshot;
  const length = new DataView(buffer, byteOffset, byteLength).getUint32(16, true);
  const { recorded } = JSON.parse(new TextDecoder().decode(snapshot.slice(20, 20 + length)));
  if (recorded === undefined) return step > 0 ? { step, diverged: false } : undefined;
  return recorded ?? undefined;
}
