/** A page's end of a live run. */
import { checkNames } from "../checks.js";
import {
  ConfigError,
  parseConfig,
  type RunConfig,
  type ScheduleInput,
  type StepResult,
  show,
  type TrainingRecord,
} from "../index.js";
import { type Connection, type Party, revive } from "./connection.js";
import {
  type Frame,
  type FrameOptions,
  frameFields,
  isOver,
  type LiveRun,
  type LiveStatus,
  type Opened,
} from "./liveRun.js";
import type { Ask, News } from "./message.js";
import { checkBoolean, checkNumber, checkStep } from "./options.js";

/** Records taken for which the worker is told once. */
const TAKEN = 512;

let numbers = 0;

export class PageRun implements LiveRun, Party {
  readonly run = ++numbers;
  readonly opened: Promise<Opened>;
  onChange: (() => void) | undefined;
  #config: RunConfig | undefined;
  #connection: Connection | undefined;
  #step = 0;
  #status: LiveStatus = "opening";
  #failure: Error | undefined;
  /** Why nothing can be asked of it any more; one at its end may have lost its worker and is no failure for that. */
  #gone: Error | undefined;
  #seconds = { steps: 0, other: 0 };
  #settle!: { resolve: (opened: Opened) => void; reject: (error: Error) => void };
  #records: TrainingRecord[] = [];
  #taken = 0;
  #isLooped = false;
  #wake = () => {};

  constructor(connection: Connection | undefined, config: RunConfig | undefined) {
    this.#connection = connection;
    this.#config = config;
    this.opened = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // who does not ask for it shall not hear of its failure twice
    this.opened.catch(() => {});
  }

  get config(): RunConfig {
    if (!this.#config) throw this.#failure;
    return this.#config;
  }

  get step(): number {
    return this.#step;
  }

  get status(): LiveStatus {
    return this.#status;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  get seconds(): { steps: number; other: number } {
    return this.#seconds;
  }

  get isOver(): boolean {
    return isOver(this.#status);
  }

  hear({ step, status, seconds, records, opened, config, failure }: News): void {
    this.#seconds = seconds;
    for (const record of records) this.#records.push(record);
    if (opened) this.#settle.resolve(opened);
    this.#step = step;
    this.#config = config ?? opened?.config ?? this.#config;
    if (failure) this.fail(revive(failure));
    else {
      this.#status = status;
      this.#changed();
    }
  }

  fail(error: Error): void {
    this.#gone ??= error;
    this.#connection?.release(this.run, error);
    if (this.isOver) return;
    this.#failure = error;
    this.#status = "failed";
    this.#settle.reject(error);
    this.#changed();
  }

  #changed(): void {
    this.#wake();
    // what it throws is its own affair
    queueMicrotask(() => this.onChange?.());
  }

  pause(): void {
    this.#connection?.tell({ kind: "pause", run: this.run });
  }

  resume(until?: number): void {
    checkStep("until", until);
    this.#connection?.tell({ kind: "resume", run: this.run, until });
  }

  setPace(stepsPerSecond?: number): void {
    checkNumber("pace", "of steps a second above 0", stepsPerSecond);
    this.#connection?.tell({ kind: "pace", run: this.run, pace: stepsPerSecond });
  }

  async advance(count: number): Promise<StepResult> {
    checkStep("advance", count ?? Number.NaN, 1);
    return (await this.#ask({ kind: "advance", count })) as StepResult;
  }

  async setLearningRate(rate: ScheduleInput): Promise<RunConfig> {
    // refused here: in the worker several that come at one step are one
    this.#checkRate(rate);
    return (await this.#ask({ kind: "learningRate", rate })) as RunConfig;
  }

  /** @throws ConfigError for what is no rate */
  #checkRate(rate: ScheduleInput): void {
    // a config would have its default for it
    if (rate === undefined)
      throw new ConfigError("learningRate: expected a number of at least 0 or a schedule, got undefined");
    parseConfig({ ...this.config, learningRate: rate });
  }

  async fork(changes: Parameters<LiveRun["fork"]>[0] = {}): Promise<LiveRun> {
    checkNames(changes, ["learningRate", "steps", "paused"]);
    checkStep("steps", changes.steps);
    checkBoolean("paused", changes.paused);
    if (changes.learningRate !== undefined) this.#checkRate(changes.learningRate);
    const connection = this.#open;
    const child = new PageRun(connection, this.config);
    connection.runs.set(child.run, child);
    try {
      child.#config = (await this.#ask({ ...changes, kind: "fork", child: child.run })) as RunConfig;
    } catch (error) {
      connection.release(child.run, error as Error);
      // it may be there, where this run was closed before the answer came
      connection.tell({ kind: "close", run: child.run });
      throw error;
    }
    return child;
  }

  async snapshot(): Promise<Uint8Array> {
    return (await this.#ask({ kind: "snapshot" })) as Uint8Array;
  }

  async weightsHash(): Promise<string> {
    return (await this.#ask({ kind: "weightsHash" })) as string;
  }

  async #ask(ask: Ask): Promise<unknown> {
    return this.#open.call(this.run, { kind: "ask", ask });
  }

  /** Its connection, where it has one. */
  get #open(): Connection {
    if (this.#gone) throw this.#gone;
    // there is one unless it has failed
    return this.#connection as Connection;
  }

  frames(options: FrameOptions = {}): AsyncIterable<Frame> {
    return { [Symbol.asyncIterator]: () => this.#frames(options) };
  }

  /** Not a generator: whoever leaves it while it waits is let go at once. */
  #frames(options: FrameOptions): AsyncIterator<Frame> {
    const view = ++numbers;
    const end = { done: true, value: undefined } as const;
    let leave: (() => void) | undefined;
    let isLeft = false;
    const take = async (): Promise<IteratorResult<Frame>> => {
      if (isLeft || this.#status === "closed") return end;
      const wanted = { view, ...this.#completeFrames(options) };
      const left = new Promise<undefined>((resolve) => {
        leave = () => resolve(undefined);
      });
      const asked = this.#open.call(this.run, { kind: "frame", wanted }) as Promise<Frame | undefined>;
      const frame = await Promise.race([
        left,
        asked.catch((error) => {
          if (this.#status === "closed") return undefined;
          throw error;
        }),
      ]);
      if (!frame) isLeft = true;
      return frame ? { value: frame } : end;
    };
    let latest: Promise<unknown> = Promise.resolve();
    return {
      // as a generator does: who asks before an answer has come waits for the frame after that
      next: () => {
        const next = latest.then(take);
        latest = next.catch(() => {});
        return next;
      },
      return: async () => {
        isLeft = true;
        leave?.();
        this.#connection?.tell({ kind: "unframe", run: this.run, view });
        return end;
      },
    };
  }

  /** @throws ConfigError with one line that names the option */
  #completeFrames(options: FrameOptions) {
    checkNames(options, ["hertz", "fields", "axes", "inputs"]);
    const { embeddingDim } = this.config;
    const { hertz = 20, fields = frameFields, axes = Math.min(2, embeddingDim), inputs } = options;
    checkNumber("hertz", "above 0", hertz);
    if (!Array.isArray(fields) || !fields.every((field) => frameFields.includes(field)))
      throw new ConfigError(`fields: expected a list of ${frameFields.join(", ")}, got ${show(fields)}`);
    checkStep("axes", axes, 1);
    return { hertz, fields: [...fields], axes, inputs: inputs === undefined ? undefined : tokensOf(inputs) };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TrainingRecord> {
    if (this.#isLooped)
      throw new Error("the run: expected one loop at a time, got a second before the first was left");
    this.#isLooped = true;
    try {
      for (;;) {
        if (this.#status === "closed") return;
        const record = this.#records.shift();
        if (record) {
          this.#tellTaken();
          yield record;
        } else if (this.#failure) throw this.#failure;
        else if (this.isOver) return;
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    } finally {
      this.#isLooped = false;
    }
  }

  #tellTaken(): void {
    if (++this.#taken < TAKEN) return;
    this.#connection?.tell({ kind: "taken", run: this.run, count: this.#taken });
    this.#taken = 0;
  }

  close(): void {
    if (this.#status === "closed") return;
    this.#gone ??= new Error("the run is closed");
    this.#connection?.tell({ kind: "close", run: this.run });
    if (!this.#failure) this.#status = "closed";
    this.#settle.reject(this.#gone);
    this.#connection?.release(this.run, this.#gone);
    this.#records = [];
    this.#changed();
  }
}

/** A copy, which can cross to the worker. @throws ConfigError for what is no list of numbers */
function tokensOf(inputs: readonly number[]): number[] {
  const tokens = Array.isArray(inputs) || ArrayBuffer.isView(inputs) ? Array.from(inputs) : undefined;
  if (!tokens?.every((token) => typeof token === "number"))
    throw new ConfigError(`inputs: expected a list of tokens, got ${show(inputs)}`);
  return tokens;
}
