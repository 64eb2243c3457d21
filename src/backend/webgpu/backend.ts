/** A run on a GPU, through WebGPU: the state stays there, tokens are drawn there, losses come back. */
import { ConfigError, type RunConfig } from "../../config.js";
import type { Batch } from "../../data/batch.js";
import { PURPOSE, streamKey } from "../../data/random.js";
import { aliasTable } from "../../data/sampling.js";
import type { TokenSource } from "../../data/source.js";
import { SCALARS, TABLES, TOPICS } from "../../kernel/constants.js";
import { symmetricEigenvalues } from "../../math/symmetricEigen.js";
import { initialWeights } from "../../model/initialWeights.js";
import { parametersOf, type Weights } from "../../model/parameters.js";
import { optimizerOf } from "../../optimizer/index.js";
import { advanceRunning, type Running, startRunning } from "../../optimizer/optimizer.js";
import type { Advanced, Backend, Eigenvalues, OptimizerState, Predictions } from "../backend.js";
import { centredGram } from "../reference/spectrum.js";
import { type Plan, planRun } from "./plan.js";
import { BLOCK_WORDS, type Block, CONTROL_WORDS, Control, type ShaderName } from "./program.js";
import type { Session } from "./session.js";

/** Milliseconds that one submission is to take: drivers end what holds a GPU for long. */
const SUBMIT = 50;
/** Bytes between two blocks' words, as dynamic offsets ask for. */
const ALIGN = 256;
/** What buffers are for, by the numbers of GPUBufferUsage, which Node has not. */
const STORAGE = 0x80 | 0x08 | 0x04;
const UNIFORM = 0x40 | 0x08;

const none: Block = { first: 0, pairs: 0, ofStep: 0, isEmbedding: 0, isUnembedding: 0 };

/** @throws ConfigError for a run that the device cannot hold */
export async function createGpuBackend(
  config: RunConfig,
  source: TokenSource,
  session: Session,
): Promise<Backend> {
  const plan = planRun(config);
  session.checkSize(plan.largest);
  const backend = new GpuBackend(config, source, session, plan);
  try {
    await backend.begin();
  } catch (error) {
    backend.dispose();
    throw error;
  }
  return backend;
}

class GpuBackend implements Backend {
  readonly bytes: number;
  readonly stepsAtOnce = 1024;
  readonly #config: RunConfig;
  readonly #source: TokenSource;
  readonly #session: Session;
  readonly #device: GPUDevice;
  readonly #plan: Plan;
  readonly #buffers = new Map<string, GPUBuffer>();
  readonly #groups = new Map<string, GPUBindGroup>();
  readonly #factors: Running;
  #blockGroup!: GPUBindGroup;
  #running: Running;
  #step = 0;
  #perSubmit = 1;
  #disposed = false;

  constructor(config: RunConfig, source: TokenSource, session: Session, plan: Plan) {
    this.#config = config;
    this.#source = source;
    this.#session = session;
    this.#device = session.device;
    this.#plan = plan;
    this.bytes = plan.bytes;
    this.#factors = optimizerOf(config.optimizer).factors(config.optimizer);
    this.#running = startRunning(this.#factors);
  }

  async begin(): Promise<void> {
    const device = this.#device;
    device.pushErrorScope("out-of-memory");
    device.pushErrorScope("validation");
    for (const [name, words] of Object.entries(this.#plan.buffers)) {
      const size = 4 * Math.max(4, words);
      this.#buffers.set(name, device.createBuffer({ label: name, size, usage: STORAGE }));
    }
    const blocks = device.createBuffer({ size: ALIGN * this.#plan.blockSlots, usage: UNIFORM });
    this.#buffers.set("blocks", blocks);
    this.#blockGroup = device.createBindGroup({
      layout: this.#session.blockLayout,
      entries: [{ binding: 0, resource: { buffer: blocks, size: 4 * BLOCK_WORDS } }],
    });
    const errors = [device.popErrorScope(), device.popErrorScope()];
    const [error] = (await Promise.race([Promise.all(errors), this.#session.lost])).filter(
      (found) => found !== null,
    );
    if (error)
      throw new ConfigError(
        `vocabSize × embeddingDim: this run takes ${this.bytes} bytes on the GPU, which refused them (${error.message.split("\n")[0]})`,
      );
    this.#writeSource();
    const weights = initialWeights(this.#config);
    this.setState({ step: 0, weights, arrays: this.#zeros(), scalars: this.#running });
  }

  #writeSource(): void {
    const { vocabSize: V, targets } = this.#config;
    const { probabilities } = this.#source;
    this.#write("probabilities", Float32Array.from(probabilities));
    this.#write("aliasTable", entries(aliasTable(probabilities)));
    const kind = this.#plan.constants.TARGET_KIND;
    if (kind === TOPICS && targets?.kind === "topics") {
      const { count, strength } = targets;
      const masses = new Float64Array(count);
      for (let i = 0; i < V; i++) masses[i % count] += probabilities[i];
      const starts = new Uint32Array(2 * count);
      const tables = new Uint32Array(2 * V);
      let start = 0;
      for (let topic = 0; topic < count; topic++) {
        const size = Math.ceil((V - topic) / count);
        const own = Float64Array.from({ length: size }, (_, j) =>
          masses[topic] > 0 ? probabilities[topic + count * j] / masses[topic] : 1 / size,
        );
        starts.set([start, size], 2 * topic);
        tables.set(entries(aliasTable(own)), 2 * start);
        start += size;
      }
      this.#write("topicStarts", starts);
      this.#write("targetTables", tables);
      this.#write(
        "conditional",
        Float32Array.from(masses, (mass) => (mass > 0 ? strength / mass : 0)),
      );
    }
    if (kind === TABLES) {
      const conditional = new Float32Array(V * V);
      for (let a = 0; a < V; a++) {
        const row = this.#source.targets(a);
        if (!this.#source.pairs) this.#write("targetTables", entries(aliasTable(row)), 2 * V * a);
        for (let b = 0; b < V; b++) conditional[V * b + a] = row[b];
      }
      this.#write("conditional", conditional);
    }
  }

  advance(learningRates: Float64Array): Promise<Advanced> {
    return this.#guarded(async () => {
      const exact = this.#config.gradient === "exact";
      let done = 0;
      let loss = Number.NaN;
      while (done < learningRates.length) {
        const count = Math.min(this.#perSubmit, this.#plan.steps, learningRates.length - done);
        const from = performance.now();
        if (this.#source.pairs && !exact) this.#uploadPairs(count);
        const advanced = await this.#submitSteps(
          learningRates.subarray(done, done + count),
          exact || !!this.#source.pairs,
        );
        const took = performance.now() - from;
        done += advanced.done;
        loss = advanced.loss;
        if (advanced.done < count) break;
        this.#perSubmit = Math.max(
          1,
          Math.min(this.#plan.steps, 2 * count, Math.floor((count * SUBMIT) / Math.max(took, 0.1))),
        );
      }
      return { done, loss };
    });
  }

  stepOn({ inputs, targets }: Batch, learningRate: number): Promise<Advanced> {
    return this.#guarded(() => {
      this.#write("inputs", inputs);
      this.#write("targets", targets);
      return this.#submitSteps(Float64Array.of(learningRate), true);
    });
  }

  /** Pairs of a corpus for the next `count` steps. */
  #uploadPairs(count: number): void {
    const { batchSize: B, seed } = this.#config;
    for (let i = 0; i < count; i++) {
      const { inputs, targets } = this.#source.draw(streamKey(seed, PURPOSE.batch, this.#step + i), B);
      this.#write("inputs", inputs, B * i);
      this.#write("targets", targets, B * i);
    }
  }

  async #submitSteps(learningRates: Float64Array, pairsAreThere: boolean): Promise<Advanced> {
    const { optimizer, seed, batchSize: B, gradient } = this.#config;
    const count = learningRates.length;
    const { scalars } = optimizerOf(optimizer);
    const before = { ...this.#running };
    const values = new Float64Array(SCALARS * count);
    for (let i = 0; i < count; i++) {
      advanceRunning(this.#running, this.#factors);
      scalars(optimizer, learningRates[i], this.#running, values, SCALARS * i);
    }
    this.#write("scalars", Float32Array.from(values));
    const exact = gradient === "exact";
    this.#setControl(exact ? this.#config.vocabSize : 0);
    if (exact) this.#listAll();
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    const blocks: Block[] = [];
    if (!pairsAreThere) {
      const keys = new Uint32Array(2 * count);
      for (let i = 0; i < count; i++) keys.set(words(streamKey(seed, PURPOSE.batch, this.#step + i)), 2 * i);
      this.#write("keys", keys);
      this.#dispatch(pass, blocks, "draw", spread(B * count), { ...none, pairs: B * count });
    }
    for (let i = 0; i < count; i++) this.#encodeStep(pass, blocks);
    pass.end();
    this.#writeBlocks(blocks);
    this.#device.queue.submit([encoder.finish()]);
    const [losses, control] = await this.#read([
      ["stepLosses", count],
      ["control", CONTROL_WORDS],
    ]);
    const stopped = new Uint32Array(control.buffer)[Control.stopped] === 1;
    const done = stopped ? new Uint32Array(control.buffer)[Control.step] : count;
    if (stopped) {
      this.#running = before;
      for (let i = 0; i < done; i++) advanceRunning(this.#running, this.#factors);
    }
    this.#step += done;
    return { done, loss: losses[stopped ? done : count - 1] };
  }

  /** One step: its gradient, a block of distinct inputs at a time, and the update. */
  #encodeStep(pass: GPUComputePassEncoder, blocks: Block[]): void {
    const { batchSize: B, gradient } = this.#config;
    const exact = gradient === "exact";
    if (!exact) this.#dispatch(pass, blocks, "group", [1]);
    this.#encodeGradient(pass, blocks, exact ? 0 : B);
    this.#dispatch(pass, blocks, "loss", [1]);
    this.#encodeUpdate(pass, blocks);
    this.#dispatch(pass, blocks, "finish", [1]);
  }

  #encodeGradient(pass: GPUComputePassEncoder, blocks: Block[], pairs: number): void {
    const { vocabSize: V, embeddingDim: D } = this.#config;
    const { constants, most } = this.#plan;
    const { WIDTH, SLICES } = constants;
    for (let first = 0; first < most; first += WIDTH) {
      const block = { ...none, first, pairs, ofStep: 1 };
      this.#encodeColumns(pass, blocks, block);
      if (pairs > 0) this.#dispatch(pass, blocks, "pairLosses", spread(pairs), block);
      this.#dispatch(pass, blocks, "error", [Math.ceil(WIDTH / 64), ...tall(V)], block);
      if (pairs > 0) this.#dispatch(pass, blocks, "subtractPairs", [Math.ceil(WIDTH / 64)], block);
      this.#dispatch(
        pass,
        blocks,
        "inputGradient",
        [Math.ceil(D / 16), Math.ceil(WIDTH / 16), SLICES],
        block,
      );
      this.#dispatch(pass, blocks, "backward", [WIDTH], block);
      this.#dispatch(pass, blocks, "accumulate", [Math.ceil(D / 16), ...tall(Math.ceil(V / 16))], block);
    }
  }

  /** Logits of a block and what each of its columns sums up to. */
  #encodeColumns(pass: GPUComputePassEncoder, blocks: Block[], block: Block): void {
    const { vocabSize: V } = this.#config;
    const { WIDTH, CHUNKS } = this.#plan.constants;
    this.#dispatch(pass, blocks, "gather", [WIDTH], block);
    this.#dispatch(pass, blocks, "logits", [Math.ceil(WIDTH / 16), ...tall(Math.ceil(V / 16))], block);
    this.#dispatch(pass, blocks, "columns", [Math.ceil(WIDTH / 64), CHUNKS], block);
    this.#dispatch(pass, blocks, "softmax", [Math.ceil(WIDTH / 64)], block);
  }

  #encodeUpdate(pass: GPUComputePassEncoder, blocks: Block[]): void {
    const { vocabSize: V, embeddingDim: D, tied, norm } = this.#config;
    const coupled = this.#plan.constants.OPTIMIZER === 1;
    const matrices = tied
      ? [{ name: "embedding", isEmbedding: 1, isUnembedding: 1 }]
      : [
          { name: "embedding", isEmbedding: 1, isUnembedding: 0 },
          { name: "unembedding", isEmbedding: 0, isUnembedding: 1 },
        ];
    for (const { name, ...of } of matrices) {
      const block = { ...none, ...of };
      const as = { weights: name, state: `${name}State`, state2: `${name}State2` };
      if (coupled) this.#dispatch(pass, blocks, "squares", [D], block, as);
      this.#dispatch(pass, blocks, "update", spread(V * D), block, as);
    }
    if (norm !== "none") this.#dispatch(pass, blocks, "updateNorm", [Math.ceil((2 * D) / 64)]);
  }

  draw(purpose: number, count: number): Batch | Promise<Batch> {
    const key = streamKey(this.#config.seed, purpose, this.#step);
    return this.#source.draw(key, count);
  }

  inputLosses(inputs: Uint32Array): Promise<Float64Array> {
    return this.#guarded(() =>
      this.#listed(
        inputs,
        () => {},
        async (count) => {
          const [columns] = await this.#read([["columns", 4 * count]]);
          return Float64Array.from({ length: count }, (_, j) => Math.max(0, columns[4 * j + 2] * Math.LN2));
        },
      ).then((pieces) => join(pieces)),
    );
  }

  predictions(inputs: Uint32Array, weights: Float64Array): Promise<Predictions> {
    const { vocabSize: V } = this.#config;
    return this.#guarded(async () => {
      this.#write("meanPrediction", new Float32Array(V));
      const losses: Float64Array[] = [];
      const entropies: Float64Array[] = [];
      await this.#listed(
        inputs,
        (pass, blocks, block) => {
          this.#dispatch(pass, blocks, "entropies", [this.#plan.constants.WIDTH], block);
          this.#dispatch(pass, blocks, "predict", [Math.ceil(V / 64)], block);
        },
        async (count) => {
          const [columns, own] = await this.#read([
            ["columns", 4 * count],
            ["entropies", count],
          ]);
          losses.push(
            Float64Array.from({ length: count }, (_, j) => Math.max(0, columns[4 * j + 2] * Math.LN2)),
          );
          entropies.push(Float64Array.from(own));
          return new Float64Array(0);
        },
        (first, count) => this.#write("shares", Float32Array.from(weights.subarray(first, first + count))),
      );
      const [mean] = await this.#read([["meanPrediction", V]]);
      return { losses: join(losses), entropies: join(entropies), mean: Float64Array.from(mean) };
    });
  }

  /** Blocks of inputs that no step has, as many at a time as there are slots. */
  async #listed(
    inputs: Uint32Array,
    encode: (pass: GPUComputePassEncoder, blocks: Block[], block: Block) => void,
    read: (count: number) => Promise<Float64Array>,
    prepare: (first: number, count: number) => void = () => {},
  ): Promise<Float64Array[]> {
    const { slots, constants } = this.#plan;
    const pieces: Float64Array[] = [];
    for (let first = 0; first < inputs.length; first += slots) {
      const count = Math.min(slots, inputs.length - first);
      this.#write("distinct", inputs.subarray(first, first + count));
      this.#setControl(count);
      prepare(first, count);
      await this.#submit((pass, blocks) => {
        for (let at = 0; at < count; at += constants.WIDTH) {
          const block = { ...none, first: at };
          this.#encodeColumns(pass, blocks, block);
          encode(pass, blocks, block);
        }
      });
      pieces.push(await read(count));
    }
    return pieces;
  }

  pairLosses(inputs: Uint32Array, starts: Uint32Array, targets: Uint32Array): Promise<Float64Array> {
    const { slots, pairs, constants } = this.#plan;
    return this.#guarded(async () => {
      const losses = new Float64Array(targets.length);
      // an input may have more pairs than there is room for: it comes again then
      let input = 0;
      let pair = 0;
      while (pair < targets.length) {
        const distinct: number[] = [];
        const slotOf: number[] = [];
        const from = pair;
        while (pair < targets.length && pair - from < pairs && distinct.length < slots) {
          while (starts[input + 1] <= pair) input++;
          const end = Math.min(starts[input + 1], from + pairs);
          distinct.push(inputs[input]);
          for (; pair < end; pair++) slotOf.push(distinct.length - 1);
        }
        this.#write("distinct", Uint32Array.from(distinct));
        this.#write("slots", Uint32Array.from(slotOf));
        this.#write("targets", targets.subarray(from, pair));
        this.#setControl(distinct.length);
        await this.#submit((pass, blocks) => {
          for (let first = 0; first < distinct.length; first += constants.WIDTH) {
            const block = { ...none, first, pairs: pair - from };
            this.#encodeColumns(pass, blocks, block);
            this.#dispatch(pass, blocks, "pairLosses", spread(pair - from), block);
          }
        });
        const [read] = await this.#read([["losses", pair - from]]);
        losses.set(read, from);
      }
      return losses;
    });
  }

  gradientNorm(): Promise<number> {
    const { vocabSize: V, embeddingDim: D, tied, norm } = this.#config;
    return this.#guarded(async () => {
      this.#setControl(V);
      this.#listAll();
      await this.#submit((pass, blocks) => this.#encodeGradient(pass, blocks, 0));
      const [gradient, dx, parts] = await this.#read([
        ["gradient", V * D],
        ["dx", V * D],
        ["gainBiasParts", norm === "none" ? 0 : 2 * V * D],
      ]);
      let squares = 0;
      for (let i = 0; i < gradient.length; i++) {
        const g = tied ? gradient[i] + dx[i] : gradient[i];
        squares += tied ? g * g : g * g + dx[i] * dx[i];
      }
      for (let d = 0; d < (norm === "none" ? 0 : norm === "layernorm" ? 2 * D : D); d++) {
        let g = 0;
        for (let slot = 0; slot < V; slot++) g += parts[2 * D * slot + d];
        squares += g * g;
      }
      return Math.sqrt(squares);
    });
  }

  eigenvalues(): Promise<Eigenvalues> {
    const { vocabSize: V, embeddingDim: D } = this.#config;
    return this.#guarded(async () => {
      const [embedding] = await this.#read([["embedding", V * D]]);
      const { n, gram, meanEnergyShare } = centredGram(embedding, V, D);
      return { values: symmetricEigenvalues(gram, n), meanEnergyShare };
    });
  }

  state(): Promise<OptimizerState> {
    return this.#guarded(async () => {
      const { optimizer } = this.#config;
      const arrays: [string, Weights][] = [];
      for (const [i, [name, shape]] of Object.entries(optimizerOf(optimizer).state(optimizer)).entries())
        arrays.push([name, await this.#readWeights(i === 0 ? "State" : "State2", shape === "row")]);
      return {
        step: this.#step,
        weights: await this.#readWeights("", false),
        arrays: Object.fromEntries(arrays),
        scalars: { ...this.#running },
      };
    });
  }

  setState({ step, weights, arrays, scalars }: OptimizerState): void {
    if (this.#session.failure) throw this.#session.failure;
    const { embeddingDim: D, optimizer } = this.#config;
    const sets: [string, Weights][] = [["", weights]];
    for (const [i, name] of Object.keys(optimizerOf(optimizer).state(optimizer)).entries())
      sets.push([i === 0 ? "State" : "State2", arrays[name]]);
    for (const [suffix, set] of sets) {
      this.#write(`embedding${suffix}`, set.embedding);
      if (set.unembedding) this.#write(`unembedding${suffix}`, set.unembedding);
      if (set.gain) this.#write(`gainBias${suffix}`, set.gain);
      if (set.bias) this.#write(`gainBias${suffix}`, set.bias, D);
    }
    this.#step = step;
    this.#running = { ...scalars };
    this.#write("tokenSlot", new Uint32Array(this.#config.vocabSize));
  }

  async setThreads(): Promise<void> {}

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // the device goes on for other runs
    for (const buffer of this.#buffers.values()) buffer.destroy();
    this.#buffers.clear();
    this.#groups.clear();
  }

  #zeros(): Record<string, Weights> {
    const { optimizer } = this.#config;
    return Object.fromEntries(
      Object.entries(optimizerOf(optimizer).state(optimizer)).map(([name, shape]) => [
        name,
        Object.fromEntries(
          parametersOf(this.#config).map((parameter) => [
            parameter.name,
            new Float32Array((shape === "row" ? 1 : parameter.rows) * parameter.columns),
          ]),
        ) as unknown as Weights,
      ]),
    );
  }

  async #readWeights(suffix: string, isRow: boolean): Promise<Weights> {
    const { embeddingDim: D, norm, tied, vocabSize: V } = this.#config;
    const size = (isRow ? 1 : V) * D;
    const wanted: [string, number][] = [[`embedding${suffix}`, size]];
    if (!tied) wanted.push([`unembedding${suffix}`, size]);
    if (norm !== "none") wanted.push([`gainBias${suffix}`, 2 * D]);
    const read = await this.#read(wanted);
    const weights: Weights = { embedding: read[0] };
    if (!tied) weights.unembedding = read[1];
    const gainBias = read[read.length - 1];
    if (norm !== "none") weights.gain = gainBias.slice(0, D);
    if (norm === "layernorm") weights.bias = gainBias.slice(D);
    return weights;
  }

  /** All tokens are inputs, each in its own slot. */
  #listAll(): void {
    const { vocabSize } = this.#config;
    this.#write(
      "distinct",
      Uint32Array.from({ length: vocabSize }, (_, i) => i),
    );
    this.#write(
      "tokenSlot",
      Uint32Array.from({ length: vocabSize }, (_, i) => i + 1),
    );
  }

  #setControl(distinct: number): void {
    const control = new Uint32Array(CONTROL_WORDS);
    control[Control.distinct] = distinct;
    this.#write("control", control);
  }

  async #submit(encode: (pass: GPUComputePassEncoder, blocks: Block[]) => void): Promise<void> {
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    const blocks: Block[] = [];
    encode(pass, blocks);
    pass.end();
    this.#writeBlocks(blocks);
    this.#device.queue.submit([encoder.finish()]);
  }

  #dispatch(
    pass: GPUComputePassEncoder,
    blocks: Block[],
    name: ShaderName,
    [x, y = 1, z = 1]: number[],
    block: Block = none,
    as: Record<string, string> = {},
  ): void {
    const { pipeline, buffers } = this.#session.program(name, this.#plan.constants);
    const names = buffers.map((buffer) => this.#nameOf(as[buffer] ?? buffer));
    const key = `${name} ${names.join()}`;
    let group = this.#groups.get(key);
    if (!group) {
      group = this.#device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: names.map((buffer, binding) => ({
          binding,
          resource: { buffer: this.#buffers.get(buffer) as GPUBuffer },
        })),
      });
      this.#groups.set(key, group);
    }
    // equal blocks share their words
    let at = blocks.findIndex((other) => isSame(other, block));
    if (at < 0) at = blocks.push(block) - 1;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.setBindGroup(1, this.#blockGroup, [ALIGN * at]);
    pass.dispatchWorkgroups(x, y, z);
  }

  /** A tied model's unembedding is its embedding. */
  #nameOf(buffer: string): string {
    return buffer === "unembedding" && this.#config.tied ? "embedding" : buffer;
  }

  #writeBlocks(blocks: Block[]): void {
    const data = new Uint32Array((ALIGN / 4) * blocks.length);
    for (const [i, { first, pairs, ofStep, isEmbedding, isUnembedding }] of blocks.entries())
      data.set([first, pairs, ofStep, isEmbedding, isUnembedding], (ALIGN / 4) * i);
    this.#write("blocks", data);
  }

  #write(name: string, data: Uint32Array | Float32Array, at = 0): void {
    if (data.length === 0) return;
    this.#device.queue.writeBuffer(
      this.#buffers.get(name) as GPUBuffer,
      4 * at,
      data as Uint32Array<ArrayBuffer>,
    );
  }

  /** The first words of these buffers, as floats. */
  async #read(wanted: [name: string, words: number][]): Promise<Float32Array[]> {
    const size = 4 * wanted.reduce((sum, [, words]) => sum + words, 0);
    const staging = this.#device.createBuffer({ size: Math.max(4, size), usage: 0x01 | 0x08 });
    const encoder = this.#device.createCommandEncoder();
    let at = 0;
    for (const [name, words] of wanted) {
      if (words > 0)
        encoder.copyBufferToBuffer(this.#buffers.get(name) as GPUBuffer, 0, staging, at, 4 * words);
      at += 4 * words;
    }
    this.#device.queue.submit([encoder.finish()]);
    try {
      await Promise.race([staging.mapAsync(1), this.#session.lost]);
      const all = new Float32Array(staging.getMappedRange().slice(0));
      let from = 0;
      return wanted.map(([, words]) => {
        from += words;
        return all.slice(from - words, from);
      });
    } finally {
      staging.destroy();
    }
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.#session.failure) throw this.#session.failure;
    this.#device.pushErrorScope("validation");
    try {
      return await work();
    } catch (error) {
      throw this.#session.failure ?? error;
    } finally {
      const error = await Promise.race([this.#device.popErrorScope(), this.#session.lost]).catch(() => null);
      // a fault of ours, or of the driver's compiler
      if (error) this.#session.failure ??= new Error(`backend: ${error.message.split("\n")[0]}`);
    }
  }
}

const isSame = (a: Block, b: Block): boolean =>
  a.first === b.first &&
  a.pairs === b.pairs &&
  a.ofStep === b.ofStep &&
  a.isEmbedding === b.isEmbedding &&
  a.isUnembedding === b.isUnembedding;

/** Workgroups of 64 for this many threads, in rows that no limit forbids. */
const spread = (threads: number): number[] => {
  const groups = Math.ceil(threads / 64);
  return groups <= 65535 ? [groups] : [32768, Math.ceil(groups / 32768)];
};
/** As y and z, which the shaders put together again. */
const tall = (count: number): number[] => [Math.min(count, 32768), Math.ceil(count / 32768)];

const words = (key: bigint): [number, number] => [Number(key & 0xffffffffn), Number(key >> 32n)];

const entries = ({ thresholds, aliases }: { thresholds: Uint32Array; aliases: Uint32Array }): Uint32Array => {
  const table = new Uint32Array(2 * thresholds.length);
  for (let i = 0; i < thresholds.length; i++) table.set([thresholds[i], aliases[i]], 2 * i);
  return table;
};

const join = (pieces: Float64Array[]): Float64Array => {
  const all = new Float64Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
};
