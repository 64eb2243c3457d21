/** The kernel as a backend: one instance and one memory a run, freed together. */
import { ConfigError, type RunConfig } from "../../config.js";
import type { Batch } from "../../data/batch.js";
import type { TokenSource } from "../../data/source.js";
import { BATCH, SCALARS } from "../../kernel/constants.js";
import { spreadOf } from "../../model/init.js";
import { parametersOf, type Weights } from "../../model/parameters.js";
import { addUnigramSolution } from "../../model/unigramSolution.js";
import { optimizerOf } from "../../optimizer/index.js";
import { advanceRunning, type Running, type StateShape, startRunning } from "../../optimizer/optimizer.js";
import {
  type Advanced,
  after,
  type Backend,
  type BackendKind,
  type BackendOptions,
  type Eigenvalues,
  type Now,
  type OptimizerState,
  type Predictions,
} from "../backend.js";
import { stepsAtOnce } from "../stepsAtOnce.js";
import { instantiateKernel, type KernelCall, type KernelExports, RESERVED } from "./kernel.js";
import {
  type DoubleField,
  doubleIndex,
  type Layout,
  planLayout,
  runBytes,
  STEPS,
  stateSuffixes,
  type WordField,
  wordIndex,
} from "./layout.js";
import { writeSource } from "./source.js";
import type { Threads } from "./threads.js";

export const wasm: BackendKind = {
  name: "wasm",
  bytes: (config, { maxThreads }) => planLayout(config, RESERVED, maxThreads).bytes,
  create: createWasmBackend,
};

/**
 * @throws ConfigError when the run does not fit into 4 GiB or into the memory at hand, or threads cannot share it here
 */
export async function createWasmBackend(
  config: RunConfig,
  { source, module, threads, maxThreads, vectorBits }: BackendOptions,
): Promise<Backend> {
  const layout = planLayout(config, RESERVED, maxThreads);
  layout.values.wide = vectorBits === 256 ? 1 : 0;
  if (maxThreads === 1) {
    const { kernel, memory } = await instantiateKernel(layout.bytes, module, config.arithmetic);
    return new WasmBackend(config, source, kernel, memory, layout);
  }
  // imported only where threads are asked for: it bundles a kernel of its own
  const { Threads, instantiateSharedKernel } = await import("./threads.js");
  const shared = await instantiateSharedKernel(layout.bytes, config.arithmetic);
  const started = new Threads({ module: shared.module, memory: shared.memory, run: layout.run });
  const backend = new WasmBackend(config, source, shared.kernel, shared.memory, layout, started);
  try {
    await backend.setThreads(threads);
  } catch (error) {
    backend.dispose();
    throw error;
  }
  return backend;
}

class WasmBackend implements Backend {
  readonly bytes: number;
  readonly stepsAtOnce: number;
  readonly #config: RunConfig;
  readonly #source: TokenSource;
  readonly #layout: Layout;
  readonly #threads: Threads | undefined;
  #kernel: KernelExports;
  #memory: WebAssembly.Memory;
  #running: Running;
  readonly #factors: Running;
  #atWork = 1;
  #failure: unknown;

  constructor(
    config: RunConfig,
    source: TokenSource,
    kernel: KernelExports,
    memory: WebAssembly.Memory,
    layout: Layout,
    threads?: Threads,
  ) {
    this.#threads = threads;
    this.#config = config;
    this.#source = source;
    this.#kernel = kernel;
    this.#memory = memory;
    this.#layout = layout;
    this.bytes = memory.buffer.byteLength;
    this.stepsAtOnce = stepsAtOnce(config);
    this.#factors = optimizerOf(config.optimizer).factors(config.optimizer);
    this.#running = startRunning(this.#factors);

    const struct = new Uint32Array(memory.buffer, layout.run, runBytes / 4);
    for (const [field, value] of Object.entries(layout.values)) struct[wordIndex[field as WordField]] = value;
    this.#set("seed", config.seed);
    this.#set("step", 0);
    const drawn = writeSource(config, source, kernel, memory.buffer, layout.values);
    this.#set("probabilitySum", drawn.probabilitySum);
    this.#set("topicThreshold", drawn.topicThreshold);
    const { stride, entryCounts, distinct, slots } = layout.values;
    for (const { name, rows, columns, init } of parametersOf(config)) {
      const at = layout.values[name];
      if ("value" in init) new Float32Array(memory.buffer, at, columns).fill(init.value);
      else {
        const key = kernel.streamKey(BigInt(config.seed), BigInt(init.stream), 0n);
        kernel.gaussianWeights(at, rows, columns, stride, spreadOf(config.init), key);
      }
    }
    if (config.init.kind === "unigram") {
      const weights = this.#read("", "parameter");
      addUnigramSolution(weights, config, source.marginal);
      this.#write("", "parameter", weights);
    }
    if (config.gradient === "exact") {
      // every token is an input of every step, in its own slot
      const { vocabSize: V } = config;
      this.#words(distinct, V).forEach((_, i, array) => {
        array[i] = i;
      });
      this.#words(slots, V).forEach((_, i, array) => {
        array[i] = i + 1;
      });
    } else this.#words(entryCounts, config.batchSize).fill(1);
  }

  advance(learningRates: Float64Array, from = 0): Now<Advanced> {
    // pairs of a corpus are drawn by its source, outside the kernel, a step at a time
    if (this.#source.pairs && this.#config.gradient === "sampled")
      return this.#advanceOutside(learningRates, from);
    const { scalars, run } = this.#layout;
    const count = Math.min(STEPS, learningRates.length - from);
    const before = this.#fillScalars(learningRates, from, count);
    return after(this.#call("advance", run, count, scalars), (advanced) => {
      const done = advanced >>> 0;
      if (done < count) this.#running = before(done);
      if (done === count && from + count < learningRates.length)
        return this.advance(learningRates, from + count);
      return { done: from + done, loss: this.#get("loss") };
    });
  }

  #advanceOutside(learningRates: Float64Array, from: number): Now<Advanced> {
    const { batchSize } = this.#config;
    let advanced: Now<Advanced> = { done: from, loss: Number.NaN };
    for (let i = from; i < learningRates.length; i++) {
      const drawn = this.#source.draw(this.#key(BATCH), batchSize);
      advanced = this.stepOn(drawn, learningRates[i]);
      if (advanced instanceof Promise)
        return advanced.then(({ done, loss }) =>
          done === 0 || i + 1 === learningRates.length
            ? { done: i + done, loss }
            : this.#advanceOutside(learningRates, i + 1),
        );
      if (advanced.done === 0) return { done: i, loss: advanced.loss };
    }
    return { done: learningRates.length, loss: (advanced as Advanced).loss };
  }

  stepOn(batch: Batch, learningRate: number): Now<Advanced> {
    const { inputs, targets } = this.#layout.values;
    this.#words(inputs, batch.inputs.length).set(batch.inputs);
    this.#words(targets, batch.targets.length).set(batch.targets);
    const before = this.#fillScalars(Float64Array.of(learningRate), 0, 1);
    return after(this.#call("step", this.#layout.run, this.#layout.scalars), (done) => {
      if (!done) this.#running = before(0);
      return { done: done ? 1 : 0, loss: this.#get("loss") };
    });
  }

  /** Fills in the scalars of `count` updates; returns a function that gives the running products after fewer of them. */
  #fillScalars(learningRates: Float64Array, from: number, count: number): (done: number) => Running {
    const { optimizer } = this.#config;
    const { scalars } = optimizerOf(optimizer);
    const out = this.#doubles(this.#layout.scalars, SCALARS * count);
    const before = { ...this.#running };
    for (let i = 0; i < count; i++) {
      advanceRunning(this.#running, this.#factors);
      scalars(optimizer, learningRates[from + i], this.#running, out, SCALARS * i);
    }
    return (done) => {
      for (let i = 0; i < done; i++) advanceRunning(before, this.#factors);
      return before;
    };
  }

  draw(purpose: number, count: number): Batch {
    const key = this.#key(purpose);
    // no room for pairs in the kernel's memory, or a corpus: drawn by the source
    if (this.#source.pairs || this.#layout.pairs === 0) return this.#source.draw(key, count);
    // inputs go into the memory of losses, which has room for as many
    const { pairTargets, pairLosses } = this.#layout.values;
    const batch = { inputs: new Uint32Array(count), targets: new Uint32Array(count) };
    for (let first = 0; first < count; first += this.#layout.pairs) {
      const size = Math.min(this.#layout.pairs, count - first);
      this.#kernel.drawPairs(this.#layout.run, pairLosses, pairTargets, size, key, BigInt(first));
      batch.inputs.set(this.#words(pairLosses, size), first);
      batch.targets.set(this.#words(pairTargets, size), first);
    }
    return batch;
  }

  #key(purpose: number): bigint {
    return this.#kernel.streamKey(BigInt(this.#config.seed), BigInt(purpose), BigInt(this.#get("step")));
  }

  inputLosses(inputs: Uint32Array): Now<Float64Array> {
    return this.#listed(inputs, "inputLosses", (losses, first) =>
      losses.set(
        this.#doubles(
          this.#layout.values.evaluationLosses,
          Math.min(this.#layout.inputs, inputs.length - first),
        ),
        first,
      ),
    );
  }

  /** Calls a function of the kernel on a list of inputs, as many at a time as there is room for. */
  #listed(
    inputs: Uint32Array,
    name: "inputLosses" | "predictions",
    read: (losses: Float64Array, first: number) => void,
    prepare?: (first: number, count: number) => void,
    losses = new Float64Array(inputs.length),
    first = 0,
  ): Now<Float64Array> {
    const count = Math.min(this.#layout.inputs, inputs.length - first);
    this.#words(this.#layout.values.evaluationInputs, count).set(inputs.subarray(first, first + count));
    prepare?.(first, count);
    return after(this.#call(name, this.#layout.run, count), () => {
      read(losses, first);
      if (first + count >= inputs.length) return losses;
      return this.#listed(inputs, name, read, prepare, losses, first + count);
    });
  }

  pairLosses(inputs: Uint32Array, starts: Uint32Array, targets: Uint32Array): Now<Float64Array> {
    return this.#pairLossesFrom(inputs, starts, targets, new Float64Array(targets.length), 0);
  }

  /** Goes on from input `first`, with as many inputs at a time as there is room for, counting their pairs. */
  #pairLossesFrom(
    inputs: Uint32Array,
    starts: Uint32Array,
    targets: Uint32Array,
    losses: Float64Array,
    first: number,
  ): Now<Float64Array> {
    if (first >= inputs.length) return losses;
    const { values, pairs, inputs: most } = this.#layout;
    const from = starts[first];
    let end = first + 1;
    while (end < inputs.length && end - first < most && starts[end + 1] - from <= pairs) end++;
    const count = end - first;
    const size = starts[end] - from;
    this.#words(values.evaluationInputs, count).set(inputs.subarray(first, end));
    this.#words(values.pairStarts, count + 1).set(
      starts.subarray(first, end + 1).map((start) => start - from),
    );
    this.#words(values.pairTargets, size).set(targets.subarray(from, from + size));
    return after(this.#call("pairLosses", this.#layout.run, count), () => {
      losses.set(this.#doubles(values.pairLosses, size), from);
      return this.#pairLossesFrom(inputs, starts, targets, losses, end);
    });
  }

  predictions(inputs: Uint32Array, weights: Float64Array): Now<Predictions> {
    const { values } = this.#layout;
    const { vocabSize } = this.#config;
    const entropies = new Float64Array(inputs.length);
    this.#doubles(values.meanPrediction, vocabSize).fill(0);
    return after(
      this.#listed(
        inputs,
        "predictions",
        (losses, first) => {
          const count = Math.min(this.#layout.inputs, inputs.length - first);
          losses.set(this.#doubles(values.evaluationLosses, count), first);
          entropies.set(this.#doubles(values.evaluationEntropies, count), first);
        },
        (first, count) =>
          this.#doubles(values.evaluationWeights, count).set(weights.subarray(first, first + count)),
      ),
      (losses) => ({ losses, entropies, mean: this.#doubles(values.meanPrediction, vocabSize).slice() }),
    );
  }

  gradientNorm(): Now<number> {
    return this.#call("gradientNorm", this.#layout.run);
  }

  eigenvalues(): Now<Eigenvalues> {
    const { run, eigenvalues, values } = this.#layout;
    if (!this.#config.spectrum)
      throw new ConfigError(
        "spectrum: expected true in the config of a run whose spectrum is asked for, got false",
      );
    const n = Math.min(this.#config.vocabSize, this.#config.embeddingDim);
    return after(this.#call("spectrum", run, eigenvalues, values.logits), () => ({
      values: this.#doubles(eigenvalues, n).slice(),
      meanEnergyShare: this.#get("meanEnergyShare"),
    }));
  }

  state(): OptimizerState {
    if (this.#failure) throw this.#failure;
    const arrays = this.#stateArrays().map(([name, suffix, shape]) => [name, this.#read(suffix, shape)]);
    return {
      step: this.#get("step"),
      weights: this.#read("", "parameter"),
      arrays: Object.fromEntries(arrays),
      scalars: { ...this.#running },
    };
  }

  setState({ step, weights, arrays, scalars }: OptimizerState): void {
    if (this.#failure) throw this.#failure;
    this.#write("", "parameter", weights);
    for (const [name, suffix, shape] of this.#stateArrays()) this.#write(suffix, shape, arrays[name]);
    this.#set("step", step);
    this.#running = { ...scalars };
  }

  async setThreads(count: number): Promise<void> {
    if (!this.#threads) return;
    if (this.#failure) throw this.#failure;
    // a single thread is the caller's own
    if (count > 1) while (this.#threads.size < count) await this.#threads.start();
    this.#words(this.#layout.run, runBytes / 4)[wordIndex.threads] = count;
    this.#atWork = count;
  }

  dispose(): void {
    this.#threads?.end();
    // the instance and its memory are freed with their last reference
    this.#kernel = undefined as unknown as KernelExports;
    this.#memory = undefined as unknown as WebAssembly.Memory;
  }

  /**
   * Calls the kernel: on this thread, or on the first of the run's where there are several. A trap, on any
   * thread, leaves the run in an undefined state: every later call throws it again.
   */
  #call: KernelCall = (name, ...args) => {
    if (this.#failure) throw this.#failure;
    const fail = (error: unknown): never => {
      this.#failure = error;
      this.#threads?.end();
      throw error;
    };
    if (this.#threads && this.#atWork > 1)
      return (this.#threads.call(name, ...args) as Promise<number>).catch(fail);
    try {
      return (this.#kernel[name] as (...args: number[]) => number)(...args);
    } catch (error) {
      return fail(error);
    }
  };

  #stateArrays(): [name: string, suffix: (typeof stateSuffixes)[number], shape: StateShape][] {
    const { optimizer } = this.#config;
    return Object.entries(optimizerOf(optimizer).state(optimizer)).map(([name, shape], i) => [
      name,
      stateSuffixes[i],
      shape,
    ]);
  }

  /** The contiguous pieces of an array in the kernel's memory, and the offset of each in the array without padding. */
  *#pieces(at: number, rows: number, together: number): Generator<[Float32Array, number]> {
    const D = this.#config.embeddingDim;
    const { stride } = this.#layout.values;
    const padded = new Float32Array(this.#memory.buffer, at, rows * stride);
    for (let d = 0; d < D; d += together) {
      const width = Math.min(together, stride - d);
      for (let r = 0; r < rows; r++) {
        const from = d * rows + r * width;
        yield [padded.subarray(from, from + Math.min(width, D - d)), r * D + d];
      }
    }
  }

  /** For each parameter its own array or one of its optimizer's: name, rows, and the pieces that it is stored in. */
  *#arrays(
    suffix: "" | (typeof stateSuffixes)[number],
    shape: StateShape,
  ): Generator<[keyof Weights, number, Generator<[Float32Array, number]>]> {
    const { values, stateColumns } = this.#layout;
    for (const { name, rows } of parametersOf(this.#config)) {
      const held = shape === "row" ? 1 : rows;
      const together = suffix === "" || shape === "row" ? values.stride : stateColumns;
      yield [name, held, this.#pieces(values[`${name}${suffix}`], held, together)];
    }
  }

  #read(suffix: "" | (typeof stateSuffixes)[number], shape: StateShape): Weights {
    const weights: Partial<Weights> = {};
    for (const [name, rows, pieces] of this.#arrays(suffix, shape)) {
      const out = new Float32Array(rows * this.#config.embeddingDim);
      for (const [piece, to] of pieces) out.set(piece, to);
      weights[name] = out;
    }
    return weights as Weights;
  }

  #write(suffix: "" | (typeof stateSuffixes)[number], shape: StateShape, weights: Weights): void {
    for (const [name, , pieces] of this.#arrays(suffix, shape)) {
      const from = weights[name] as Float32Array;
      for (const [piece, start] of pieces) piece.set(from.subarray(start, start + piece.length));
    }
  }

  #words(at: number, length: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, at, length);
  }

  #doubles(at: number, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, at, length);
  }

  #get(field: DoubleField): number {
    return this.#doubles(this.#layout.run, doubleIndex[field] + 1)[doubleIndex[field]];
  }

  #set(field: DoubleField, value: number): void {
    this.#doubles(this.#layout.run, doubleIndex[field] + 1)[doubleIndex[field]] = value;
  }
}
