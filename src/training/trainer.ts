/** A model in training: steps, evaluations, weights in and out, snapshots. */
import type { Backend, Batch, PopulationLoss, Spectrum, Weights } from "../backend/backend.js";
import { createReferenceBackend } from "../backend/reference/backend.js";
import { createWasmBackend } from "../backend/wasm/backend.js";
import { RESERVED } from "../backend/wasm/kernel.js";
import { planLayout } from "../backend/wasm/layout.js";
import { checkVectorBits, type VectorBits } from "../backend/wasm/vectorBits.js";
import { ConfigError, parseConfig, type RunConfig, type RunConfigInput } from "../config.js";
import { tokenProbabilities } from "../data/distribution.js";
import { entropy } from "../data/entropy.js";
import { breathe, clockAfter } from "./clock.js";
import { defaultMemoryLimit } from "./defaultMemoryLimit.js";
import { MOST_THREADS } from "./mostThreads.js";
import type { TrainingRecord } from "./record.js";
import { learningRateAt, learningRates } from "./schedule.js";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.js";

/** Choices of the moment: they never change a run's hash. */
export interface TrainerOptions {
  /** "wasm" (default): the SIMD kernel. "reference": plain f64 TypeScript, slow, the definition of the model. */
  backend?: "wasm" | "reference";
  /**
   * Bytes of memory the run may hold: a config that takes more is refused before anything is allocated. When left out,
   * no limit but WebAssembly's 4 GiB; 64 MiB on Cloudflare's and Vercel's edge runtimes, which end what passes 128 MB
   * and where a snapshot takes as much again.
   */
  memoryLimit?: number;
  /** The compiled kernel (`unigram-lab/kernel.wasm`), for runtimes that refuse to compile WebAssembly from bytes. */
  module?: WebAssembly.Module;
  /**
   * Threads that share this run, 1 when left out. More than 1 needs shared memory: Node, or a page that is cross-origin
   * isolated. It pays from about a millisecond a step on; the bits are the same.
   */
  threads?: number;
  /** As many as `setThreads` may ask for later; `threads` when left out. */
  maxThreads?: number;
  /**
   * Width of the vectors that the runtime computes with, which the kernel's products are cut for: 128 when left out. 256
   * is a quarter faster where V8's revectorizer is on (`--experimental-wasm-revectorize`, Node 24 and newer), and a
   * quarter slower elsewhere; the bits are the same.
   */
  vectorBits?: VectorBits;
}

export { MOST_THREADS } from "./mostThreads.js";

export interface RunOptions {
  signal?: AbortSignal;
  /**
   * Wall milliseconds after which the run stops without an error, at least one slice of steps later than it began;
   * `stepCount` says where. Another `run`, also after a snapshot, goes on with the same bits. Default no limit.
   */
  milliseconds?: number;
  /** Called at least every 256 steps, with the steps done so far; the run waits for what it returns. */
  onProgress?: (stepsDone: number) => void | Promise<void>;
}

/** What a step gives back. `loss`: mean of the batch in nats, before the update; not finite when the run diverged. */
export interface StepResult {
  /** Updates done so far. */
  step: number;
  loss: number;
  learningRate: number;
}

export interface EvaluationResult extends PopulationLoss {
  step: number;
  /** Loss minus the entropy of the token distribution. */
  excessLoss: number;
}

/** Steps between two looks at the clock and at the signal. */
const SLICE = 256;
/** Milliseconds that a run may hold its thread before timers and messages get a turn. */
const BREATH = 20;

/**
 * A trainer at step 0, with the config's initial weights. Memory: weights and two moments (12 bytes a parameter), one
 * block of probabilities (4·V·min(V, B, 128) bytes), and for a batch of more than 128 distinct inputs a gradient
 * (4·V·D bytes); `trainer.bytes` says how much in all.
 * @throws ConfigError for a bad config, or one that does not fit into memory
 */
export async function createTrainer(
  input: RunConfigInput = {},
  options: TrainerOptions = {},
): Promise<Trainer> {
  const config = parseConfig(input);
  checkMemory(config, options);
  return new Trainer(config, await createBackend(config, options), 0, null, mostThreads(options));
}

/**
 * The trainer of a snapshot: it continues bit for bit where `trainer.snapshot()` was taken. `steps` is a new total, for
 * a run that is to go on for longer.
 */
export async function restoreTrainer(
  bytes: Uint8Array,
  { steps, ...options }: TrainerOptions & { steps?: number } = {},
): Promise<Trainer> {
  const { config: stored, state, trainLoss } = decodeSnapshot(bytes);
  const config = steps === undefined ? stored : parseConfig({ ...stored, steps });
  checkMemory(config, options);
  const backend = await createBackend(config, options);
  backend.setState(state);
  return new Trainer(config, backend, state.step, trainLoss, mostThreads(options));
}

const mostThreads = ({ threads = 1, maxThreads = threads }: TrainerOptions): number => maxThreads;

/** @throws ConfigError when the run would hold more than the limit */
function checkMemory(config: RunConfig, options: TrainerOptions): void {
  const { backend, memoryLimit = defaultMemoryLimit } = options;
  if (!(typeof memoryLimit === "number" && memoryLimit > 0))
    throw new ConfigError(`memoryLimit: expected a number of bytes above 0, got ${String(memoryLimit)}`);
  if (backend === "reference" || memoryLimit === Number.POSITIVE_INFINITY) return;
  const { bytes } = planLayout(config, RESERVED, mostThreads(options));
  if (bytes > memoryLimit)
    throw new ConfigError(
      `vocabSize × embeddingDim: this run takes ${bytes} bytes of memory, more than the ${memoryLimit} allowed (memoryLimit)`,
    );
}

const createBackend = async (
  config: RunConfig,
  { backend = "wasm", module, threads = 1, maxThreads = threads, vectorBits = 128 }: TrainerOptions,
): Promise<Backend> => {
  checkThreads("threads", threads, 1, MOST_THREADS);
  checkThreads("maxThreads", maxThreads, threads, MOST_THREADS);
  checkVectorBits(vectorBits);
  if (backend === "wasm") return createWasmBackend(config, { module, threads, maxThreads, vectorBits });
  if (backend === "reference") {
    if (maxThreads > 1)
      throw new ConfigError(`threads: expected 1 with the reference backend, got ${maxThreads}`);
    return createReferenceBackend(config);
  }
  throw new ConfigError(`backend: expected "wasm" or "reference", got ${JSON.stringify(backend)}`);
};

function checkThreads(name: string, count: number, least: number, most: number): void {
  if (!Number.isInteger(count) || count < least || count > most)
    throw new ConfigError(`${name}: expected a whole number from ${least} to ${most}, got ${count}`);
}

export class Trainer {
  readonly config: RunConfig;
  /** Entropy of the token distribution, the lowest loss there is, in nats. */
  readonly entropy: number;
  #backend: Backend | undefined;
  #step: number;
  #trainLoss: number | null;
  #stepSeconds = 0;
  readonly #maxThreads: number;

  /** @internal use createTrainer or restoreTrainer */
  constructor(
    config: RunConfig,
    backend: Backend,
    step: number,
    trainLoss: number | null,
    maxThreads: number,
  ) {
    this.#maxThreads = maxThreads;
    this.config = config;
    this.entropy = entropy(tokenProbabilities(config.distribution, config.vocabSize));
    this.#backend = backend;
    this.#step = step;
    this.#trainLoss = trainLoss;
  }

  /** Updates done so far. */
  get stepCount(): number {
    return this.#step;
  }

  /** Bytes of memory that the run holds. */
  get bytes(): number {
    return this.#computing().bytes;
  }

  /** Wall seconds spent in steps by this trainer. */
  get stepSeconds(): number {
    return this.#stepSeconds;
  }

  /**
   * One update on a drawn batch, or on the caller's own pairs.
   * @throws ConfigError when the arrays are not Uint32Arrays of batchSize tokens below vocabSize
   */
  async step(batch?: Batch): Promise<StepResult> {
    if (batch === undefined) return this.advance(1);
    const { batchSize, vocabSize } = this.config;
    for (const name of ["inputs", "targets"] as const) {
      const tokens = batch[name];
      if (!(tokens instanceof Uint32Array) || tokens.length !== batchSize)
        throw new ConfigError(
          `${name}: expected a Uint32Array of ${batchSize} tokens (batchSize), got ${describe(tokens)}`,
        );
      const outside = tokens.findIndex((token) => token >= vocabSize);
      if (outside >= 0)
        throw new ConfigError(
          `${name}[${outside}]: expected a token below ${vocabSize} (vocabSize), got ${tokens[outside]}`,
        );
    }
    const learningRate = learningRateAt(this.config.learningRate, this.#step);
    return this.#timed((backend) => backend.stepOn(batch, learningRate), learningRate);
  }

  /** `count` updates on drawn batches; stops before the update of a step whose loss is not finite. */
  async advance(count: number): Promise<StepResult> {
    if (!Number.isInteger(count) || count < 1)
      throw new ConfigError(`advance: expected a whole number of at least 1, got ${count}`);
    const rates = learningRates(this.config.learningRate, this.#step, count);
    return this.#timed((backend) => backend.advance(rates), rates[count - 1]);
  }

  /**
   * Updates on drawn batches for as long as the time lasts, at least one, and never past `config.steps`. How far that is
   * depends on the machine; the bits at a step do not.
   * @param milliseconds wall time; it is passed by less than a tenth of a second where a step takes less than that
   * @throws Error where the runtime has no clock that moves
   */
  async advanceFor(milliseconds: number): Promise<StepResult> {
    if (!(Number.isFinite(milliseconds) && milliseconds > 0))
      throw new ConfigError(`advanceFor: expected a number of milliseconds above 0, got ${milliseconds}`);
    let now = performance.now();
    const end = now + milliseconds;
    let result: StepResult = {
      step: this.#step,
      loss: this.#trainLoss ?? Number.NaN,
      learningRate: learningRateAt(this.config.learningRate, Math.max(0, this.#step - 1)),
    };
    let count = 1;
    while (now < end && this.#step < this.config.steps) {
      result = await this.advance(Math.min(count, this.config.steps - this.#step));
      if (!Number.isFinite(result.loss)) break;
      const before = now;
      now = await clockAfter(before);
      // a quarter of the time that is left, at the pace of this slice
      const quarter = (count * (end - now)) / (now - before) / 4;
      count = Math.max(1, Math.min(Math.floor(quarter), 2 * count, this.#slice()));
    }
    return result;
  }

  #timed(compute: (backend: Backend) => { done: number; loss: number }, learningRate: number): StepResult {
    const backend = this.#computing();
    const from = performance.now();
    const { done, loss } = compute(backend);
    this.#stepSeconds += (performance.now() - from) / 1000;
    this.#step += done;
    this.#trainLoss = loss;
    return { step: this.#step, loss, learningRate };
  }

  /** Population loss now, by the config's `evaluation`. */
  async evaluate(): Promise<EvaluationResult> {
    const { loss, standardError } = this.#computing().evaluate();
    return { step: this.#step, loss, excessLoss: loss - this.entropy, standardError };
  }

  /** Spectrum of the centred embedding now. */
  async spectrum(): Promise<Spectrum> {
    return this.#computing().spectrum();
  }

  /** Copies of the weights. */
  async weights(): Promise<Weights> {
    return this.#computing().state().weights;
  }

  /**
   * Puts weights in; what is left out stays. The optimiser starts afresh: moments are zero and the step count is 0.
   * @throws ConfigError when an array has the wrong length or is not part of this model
   */
  async load(weights: Partial<Weights>): Promise<void> {
    const backend = this.#computing();
    const state = backend.state();
    for (const [name, array] of Object.entries(weights) as [keyof Weights, Float32Array | undefined][]) {
      if (array === undefined) continue;
      const current = state.weights[name];
      if (current === undefined) throw new ConfigError(`${name}: expected nothing, this model has none`);
      if (!(array instanceof Float32Array) || array.length !== current.length)
        throw new ConfigError(
          `${name}: expected a Float32Array of ${current.length} values, got ${describe(array)}`,
        );
      current.set(array);
    }
    for (const moment of [state.firstMoment, state.secondMoment])
      for (const array of Object.values(moment)) (array as Float32Array | undefined)?.fill(0);
    backend.setState({ ...state, step: 0 });
    this.#step = 0;
    this.#trainLoss = null;
  }

  /** The run as bytes; `restoreTrainer` continues it bit for bit. */
  async snapshot(): Promise<Uint8Array> {
    return encodeSnapshot({
      config: this.config,
      state: this.#computing().state(),
      trainLoss: this.#trainLoss,
    });
  }

  /**
   * From the next call on `count` threads share the work.
   * @throws ConfigError for more than the `maxThreads` that the trainer was made with
   */
  async setThreads(count: number): Promise<void> {
    checkThreads("threads", count, 1, this.#maxThreads);
    await this.#computing().setThreads(count);
  }

  /** Gives the memory back. The trainer cannot be used afterwards. */
  dispose(): void {
    this.#backend?.dispose();
    this.#backend = undefined;
  }

  /**
   * On to `config.steps`, a record at every multiple of `evaluateEvery`, at the first step of a fresh run and at the last.
   * A diverged run ends with one record that says so.
   * @throws the signal's reason when it is aborted
   */
  async *run({
    signal,
    onProgress,
    milliseconds = Number.POSITIVE_INFINITY,
  }: RunOptions = {}): AsyncGenerator<TrainingRecord> {
    const { steps, evaluateEvery } = this.config;
    let now = performance.now();
    let breath = now;
    const end = now + milliseconds;
    if (this.#step === 0) yield this.#record();
    while (this.#step < steps) {
      const next = Math.min(steps, (Math.floor(this.#step / evaluateEvery) + 1) * evaluateEvery);
      while (this.#step < next) {
        signal?.throwIfAborted();
        const { loss } = await this.advance(Math.min(this.#slice(), next - this.#step));
        await onProgress?.(this.#step);
        if (!Number.isFinite(loss)) {
          yield this.#diverged();
          return;
        }
        now = await clockAfter(now);
        if (now - breath > BREATH) {
          await breathe();
          breath = performance.now();
        }
        if (now >= end && this.#step < next) return;
      }
      signal?.throwIfAborted();
      const record = this.#record();
      yield record;
      if (record.diverged || now >= end) return;
    }
  }

  /** Steps that take about a tenth of a second, as far as is known. */
  #slice(): number {
    const cost =
      this.config.vocabSize *
      this.config.embeddingDim *
      Math.min(this.config.batchSize, this.config.vocabSize);
    return Math.max(1, Math.min(SLICE, Math.floor(4e8 / cost)));
  }

  #record(): TrainingRecord {
    const { loss, standardError } = this.#computing().evaluate();
    if (!Number.isFinite(loss)) return this.#diverged();
    const spectrum = this.config.spectrum ? this.#computing().spectrum() : undefined;
    return {
      step: this.#step,
      trainLoss: this.#trainLoss,
      loss,
      excessLoss: loss - this.entropy,
      standardError,
      learningRate: learningRateAt(this.config.learningRate, Math.max(0, this.#step - 1)),
      effectiveDimension: spectrum?.effectiveDimension ?? null,
      participationRatio: spectrum?.participationRatio ?? null,
      stableRank: spectrum?.stableRank ?? null,
      effectiveRank: spectrum?.effectiveRank ?? null,
      meanEnergyShare: spectrum?.meanEnergyShare ?? null,
      diverged: false,
    };
  }

  #diverged(): TrainingRecord {
    return {
      step: this.#step,
      trainLoss: null,
      loss: null,
      excessLoss: null,
      standardError: null,
      learningRate: learningRateAt(this.config.learningRate, this.#step),
      effectiveDimension: null,
      participationRatio: null,
      stableRank: null,
      effectiveRank: null,
      meanEnergyShare: null,
      diverged: true,
    };
  }

  #computing(): Backend {
    if (!this.#backend) throw new Error("this trainer was disposed of");
    return this.#backend;
  }
}

const describe = (value: unknown): string =>
  ArrayBuffer.isView(value) && "length" in value
    ? `${value.constructor.name} of ${value.length}`
    : value === undefined
      ? "nothing"
      : typeof value;
