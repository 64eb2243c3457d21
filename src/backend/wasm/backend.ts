/** The kernel as a backend: one instance and one memory a run, freed together. */
import { ConfigError, type RunConfig } from "../../config.js";
import { tokenProbabilities } from "../../data/distribution.js";
import { PURPOSE } from "../../data/random.js";
import { stratify } from "../../data/stratification.js";
import { RunningMean } from "../../math/runningMean.js";
import type { Adam } from "../../optimizer/adam.js";
import type {
  Advanced,
  Backend,
  Batch,
  Now,
  OptimizerState,
  PopulationLoss,
  Spectrum,
  Weights,
} from "../backend.js";
import { summarize } from "../spectrum.js";
import type { Crew } from "./crew.js";
import { instantiateKernel, type KernelCall, type KernelExports, RESERVED } from "./kernel.js";
import {
  type DoubleField,
  doubleIndex,
  type Layout,
  planLayout,
  RATES,
  runBytes,
  type WordField,
  wordIndex,
} from "./layout.js";
import type { VectorBits } from "./vectorBits.js";

export interface WasmOptions {
  module?: WebAssembly.Module;
  /** Threads of the run: how many at first, and how many it may come to have. Beyond 1 they share its memory. */
  threads?: number;
  maxThreads?: number;
  vectorBits?: VectorBits;
}

/**
 * @throws ConfigError when the run does not fit into 4 GiB or into the memory at hand, or threads cannot share it here
 */
export async function createWasmBackend(
  config: RunConfig,
  { module, threads = 1, maxThreads = threads, vectorBits = 128 }: WasmOptions = {},
): Promise<Backend> {
  const layout = planLayout(config, RESERVED, maxThreads);
  layout.values.wide = vectorBits === 256 ? 1 : 0;
  if (maxThreads === 1) {
    const { kernel, memory } = await instantiateKernel(layout.bytes, module, config.arithmetic);
    return new WasmBackend(config, kernel, memory, layout);
  }
  // loaded by those who ask for threads: it carries a kernel of its own
  const { Crew, instantiateSharedKernel } = await import("./crew.js");
  const shared = await instantiateSharedKernel(layout.bytes, config.arithmetic);
  const crew = new Crew({ module: shared.module, memory: shared.memory, run: layout.run });
  const backend = new WasmBackend(config, shared.kernel, shared.memory, layout, crew);
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
  readonly #config: RunConfig;
  readonly #probabilities: Float64Array;
  readonly #layout: Layout;
  readonly #crew: Crew | undefined;
  #kernel: KernelExports;
  #memory: WebAssembly.Memory;
  #threads = 1;
  #failure: unknown;

  constructor(
    config: RunConfig,
    kernel: KernelExports,
    memory: WebAssembly.Memory,
    layout: Layout,
    crew?: Crew,
  ) {
    this.#crew = crew;
    this.#config = config;
    this.#kernel = kernel;
    this.#memory = memory;
    this.#layout = layout;
    this.bytes = memory.buffer.byteLength;
    this.#probabilities = tokenProbabilities(config.distribution, config.vocabSize);

    const struct = new Uint32Array(memory.buffer, layout.run, runBytes / 4);
    for (const [field, value] of Object.entries(layout.values)) struct[wordIndex[field as WordField]] = value;
    this.#set("seed", config.seed);
    this.#set("beta1", (config.optimizer as Adam).beta1);
    this.#set("beta2", (config.optimizer as Adam).beta2);
    // below f32's smallest normal number eps would vanish, and the zero padding would turn 0/0
    this.#set("eps", Math.max((config.optimizer as Adam).eps, 1.2e-38));
    this.#resetOptimizer(0, { beta1Power: 1, beta2Power: 1 });

    const { probabilities, aliasTable, logits, embedding, unembedding, stride, gain } = layout.values;
    const { distribution, vocabSize: V, embeddingDim: D } = config;
    if (distribution.kind === "zipf") kernel.zipfProbabilities(probabilities, V, distribution.exponent);
    else new Float64Array(memory.buffer, probabilities, V).set(this.#probabilities);
    this.#set(
      "probabilitySum",
      this.#probabilities.reduce((sum, p) => sum + p, 0),
    );
    kernel.buildAliasTable(aliasTable, probabilities, V, logits);
    const key = (purpose: number) => kernel.streamKey(BigInt(config.seed), BigInt(purpose), 0n);
    kernel.gaussianWeights(embedding, V, D, stride, config.init.std, key(PURPOSE.embedding));
    if (!config.tied)
      kernel.gaussianWeights(unembedding, V, D, stride, config.init.std, key(PURPOSE.unembedding));
    new Float32Array(memory.buffer, gain, D).fill(1);
    new Uint32Array(memory.buffer, layout.values.entryCounts, config.batchSize).fill(1);
  }

  advance(learningRates: Float64Array, from = 0): Now<Advanced> {
    const { rates, run } = this.#layout;
    const slice = learningRates.subarray(from, from + RATES);
    new Float64Array(this.#memory.buffer, rates, slice.length).set(slice);
    return after(this.#call("advance", run, slice.length, rates), (advanced) => {
      const done = from + (advanced >>> 0);
      if (done < learningRates.length && done === from + slice.length)
        return this.advance(learningRates, done);
      return { done, loss: this.#get("loss") };
    });
  }

  stepOn(batch: Batch, learningRate: number): Now<Advanced> {
    const { inputs, targets } = this.#layout.values;
    const { batchSize } = this.#config;
    new Uint32Array(this.#memory.buffer, inputs, batchSize).set(batch.inputs);
    new Uint32Array(this.#memory.buffer, targets, batchSize).set(batch.targets);
    return after(this.#call("step", this.#layout.run, learningRate), (done) => ({
      done: done ? 1 : 0,
      loss: this.#get("loss"),
    }));
  }

  evaluate(): Now<PopulationLoss> {
    const { evaluation, vocabSize, seed } = this.#config;
    const probabilities = this.#probabilities;
    if (evaluation.kind === "sampled") {
      const out = this.#layout.rates;
      return after(this.#call("sampledLoss", this.#layout.run, out, evaluation.size), () => {
        const [loss, variance] = new Float64Array(this.#memory.buffer, out, 2);
        return { loss, standardError: Math.sqrt(variance / evaluation.size) };
      });
    }
    if (evaluation.kind === "exact") {
      const every = Uint32Array.from({ length: vocabSize }, (_, i) => i);
      return after(this.#inputLosses(every), (losses) => ({
        loss: weightedSum(losses, probabilities),
        standardError: 0,
      }));
    }
    const { exact, tail } = stratify(probabilities, evaluation, seed, this.#get("step"));
    return after(this.#inputLosses(exact.inputs), (exactLosses) => {
      const loss = weightedSum(exactLosses, exact.weights);
      if (tail.inputs.length === 0) return { loss, standardError: 0 };
      return after(this.#inputLosses(tail.inputs), (losses) => {
        const running = new RunningMean();
        for (const x of losses) running.add(x, 1);
        return { loss: loss + tail.mass * running.mean, standardError: tail.mass * running.standardError };
      });
    });
  }

  #inputLosses(inputs: Uint32Array): Now<Float64Array> {
    const { evaluationInputs, evaluationLosses } = this.#layout.values;
    new Uint32Array(this.#memory.buffer, evaluationInputs, inputs.length).set(inputs);
    return after(this.#call("inputLosses", this.#layout.run, inputs.length), () =>
      new Float64Array(this.#memory.buffer, evaluationLosses, inputs.length).slice(),
    );
  }

  spectrum(): Now<Spectrum> {
    const { run, eigenvalues, values } = this.#layout;
    if (!this.#config.spectrum)
      throw new ConfigError(
        "spectrum: expected true in the config of a run whose spectrum is asked for, got false",
      );
    const n = Math.min(this.#config.vocabSize, this.#config.embeddingDim);
    return after(this.#call("spectrum", run, eigenvalues, values.logits), () =>
      summarize(new Float64Array(this.#memory.buffer, eigenvalues, n).slice(), this.#get("meanEnergyShare")),
    );
  }

  state(): OptimizerState {
    if (this.#failure) throw this.#failure;
    return {
      step: this.#get("step"),
      weights: this.#readWeights(""),
      firstMoment: this.#readWeights("First"),
      secondMoment: this.#readWeights("Second"),
      scalars: { beta1Power: this.#get("beta1Power"), beta2Power: this.#get("beta2Power") },
    };
  }

  setState(state: OptimizerState): void {
    if (this.#failure) throw this.#failure;
    this.#writeWeights("", state.weights);
    this.#writeWeights("First", state.firstMoment);
    this.#writeWeights("Second", state.secondMoment);
    this.#resetOptimizer(state.step, state.scalars);
  }

  async setThreads(count: number): Promise<void> {
    if (!this.#crew) return;
    if (this.#failure) throw this.#failure;
    // alone, the caller's own thread computes
    if (count > 1) while (this.#crew.size < count) await this.#crew.recruit();
    new Uint32Array(this.#memory.buffer, this.#layout.run, runBytes / 4)[wordIndex.members] = count;
    this.#threads = count;
  }

  dispose(): void {
    this.#crew?.dismiss();
    // the instance and its memory go with the last reference
    this.#kernel = undefined as unknown as KernelExports;
    this.#memory = undefined as unknown as WebAssembly.Memory;
  }

  /**
   * Calls the kernel: on this thread, or on the crew's first where there are several. A trap, its own or a thread's, leaves
   * a state that is worth nothing: it is thrown again whatever is asked.
   */
  #call: KernelCall = (name, ...args) => {
    if (this.#failure) throw this.#failure;
    const fail = (error: unknown): never => {
      this.#failure = error;
      this.#crew?.dismiss();
      throw error;
    };
    if (this.#crew && this.#threads > 1)
      return (this.#crew.call(name, ...args) as Promise<number>).catch(fail);
    try {
      return (this.#kernel[name] as (...args: number[]) => number)(...args);
    } catch (error) {
      return fail(error);
    }
  };

  #resetOptimizer(step: number, { beta1Power, beta2Power }: OptimizerState["scalars"]): void {
    this.#set("step", step);
    this.#set("beta1Power", beta1Power);
    this.#set("beta2Power", beta2Power);
  }

  #arrays(suffix: "" | "First" | "Second"): [keyof Weights, number, number][] {
    const { vocabSize: V, tied, norm } = this.#config;
    const { values } = this.#layout;
    const arrays: [keyof Weights, number, number][] = [["embedding", values[`embedding${suffix}`], V]];
    if (!tied) arrays.push(["unembedding", values[`unembedding${suffix}`], V]);
    if (norm !== "none") arrays.push(["gain", values[`gain${suffix}`], 1]);
    if (norm === "layernorm") arrays.push(["bias", values[`bias${suffix}`], 1]);
    return arrays;
  }

  /** The pieces of rows that stand together in memory, and where they belong in an array without padding. */
  *#pieces(suffix: "" | "First" | "Second", at: number, rows: number): Generator<[Float32Array, number]> {
    const D = this.#config.embeddingDim;
    const { stride } = this.#layout.values;
    const columns = suffix === "" ? stride : this.#layout.momentColumns;
    const padded = new Float32Array(this.#memory.buffer, at, rows * stride);
    for (let d = 0; d < D; d += columns) {
      const width = Math.min(columns, stride - d);
      for (let r = 0; r < rows; r++) {
        const from = d * rows + r * width;
        yield [padded.subarray(from, from + Math.min(width, D - d)), r * D + d];
      }
    }
  }

  #readWeights(suffix: "" | "First" | "Second"): Weights {
    const weights: Partial<Weights> = {};
    for (const [name, at, rows] of this.#arrays(suffix)) {
      const out = new Float32Array(rows * this.#config.embeddingDim);
      for (const [piece, to] of this.#pieces(suffix, at, rows)) out.set(piece, to);
      weights[name] = out;
    }
    return weights as Weights;
  }

  #writeWeights(suffix: "" | "First" | "Second", weights: Weights): void {
    for (const [name, at, rows] of this.#arrays(suffix)) {
      const from = weights[name] as Float32Array;
      for (const [piece, start] of this.#pieces(suffix, at, rows))
        piece.set(from.subarray(start, start + piece.length));
    }
  }

  #get(field: DoubleField): number {
    return new Float64Array(this.#memory.buffer, this.#layout.run, doubleIndex[field] + 1)[
      doubleIndex[field]
    ];
  }

  #set(field: DoubleField, value: number): void {
    new Float64Array(this.#memory.buffer, this.#layout.run, doubleIndex[field] + 1)[doubleIndex[field]] =
      value;
  }
}

/** Goes on with a result: at once, or when it is there. */
const after = <A, B>(value: Now<A>, next: (value: A) => Now<B>): Now<B> =>
  value instanceof Promise ? value.then(next) : next(value);

const weightedSum = (values: Float64Array, weights: Float64Array): number => {
  let sum = 0;
  // what never comes does not count, even where its loss is infinite
  for (let i = 0; i < values.length; i++) if (weights[i] > 0) sum += values[i] * weights[i];
  return sum;
};
