/** Many small models on a device, each by a workgroup of its own, against the f64 reference. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createReferenceBackend } from "../../src/backend/reference/backend.js";
import { targetKindOf } from "../../src/backend/targetKind.js";
import { planResident, type ResidentChoice, type ResidentPlan } from "../../src/backend/webgpu/resident.js";
import optimizer from "../../src/backend/webgpu/shaders/optimizer.wgsl";
import random from "../../src/backend/webgpu/shaders/random.wgsl";
import resident from "../../src/backend/webgpu/shaders/resident.wgsl";
import residentColumns from "../../src/backend/webgpu/shaders/residentColumns.wgsl";
import residentDraw from "../../src/backend/webgpu/shaders/residentDraw.wgsl";
import residentNorm from "../../src/backend/webgpu/shaders/residentNorm.wgsl";
import residentPairs from "../../src/backend/webgpu/shaders/residentPairs.wgsl";
import residentProducts from "../../src/backend/webgpu/shaders/residentProducts.wgsl";
import residentTokens from "../../src/backend/webgpu/shaders/residentTokens.wgsl";
import residentUpdate from "../../src/backend/webgpu/shaders/residentUpdate.wgsl";
import residentWeights from "../../src/backend/webgpu/shaders/residentWeights.wgsl";
import { parseConfig, type RunConfig, type RunConfigInput } from "../../src/config.js";
import { createSource } from "../../src/data/createSource.js";
import { type AliasTable, aliasTable } from "../../src/data/sampling.js";
import type { TokenSource } from "../../src/data/source.js";
import { initialWeights } from "../../src/model/initialWeights.js";
import { normCode } from "../../src/model/norm.js";
import type { Weights } from "../../src/model/parameters.js";
import { optimizerOf } from "../../src/optimizer/index.js";
import { advanceRunning, startRunning } from "../../src/optimizer/optimizer.js";
import { architectures } from "../backend/modelCases.js";
import { testGpu } from "./devices.js";

const gpu = await testGpu();
let device: GPUDevice;
beforeAll(async () => {
  if (!gpu) return;
  const adapter = (await gpu.requestAdapter()) as GPUAdapter;
  const {
    maxComputeWorkgroupStorageSize,
    maxComputeInvocationsPerWorkgroup,
    maxComputeWorkgroupSizeX,
    maxStorageBuffersPerShaderStage,
  } = adapter.limits;
  device = await adapter.requestDevice({
    requiredLimits: {
      maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX,
      maxStorageBuffersPerShaderStage,
    },
  });
});
afterAll(() => device?.destroy());

const parts: Record<string, string> = {
  random,
  optimizer,
  residentColumns,
  residentDraw,
  residentNorm,
  residentPairs,
  residentProducts,
  residentUpdate,
  residentWeights,
};

const shaders = { resident, residentTokens };

/** What stands in a line of the shader's head. */
const listed = (shader: ResidentPlan["shader"], word: string): string[] =>
  (new RegExp(`^// ${word}: (.*)$`, "m").exec(shaders[shader])?.[1] ?? "").split(", ");

/** The shader's text, and the names of its buffers in the order of their bindings. */
function assemble(config: RunConfig, plan: ResidentPlan): { code: string; buffers: string[] } {
  const { targets, optimizer: kind, tied, norm, gradient } = config;
  const topics = targets?.kind === "topics" ? targets : { count: 1, strength: 0 };
  const threshold = topics.strength * 2 ** 32;
  const constants: Record<string, number> = {
    V: config.vocabSize,
    D: config.embeddingDim,
    B: gradient === "exact" ? 1 : config.batchSize,
    NORM: normCode[norm],
    TIED: tied ? 1 : 0,
    OPTIMIZER: optimizerOf(kind).code(kind),
    HAS_STATE: Object.keys(optimizerOf(kind).state(kind)).length > 0 ? 1 : 0,
    EXACT: gradient === "exact" ? 1 : 0,
    TARGET_KIND: targetKindOf(config),
    TOPIC_COUNT: topics.count,
    TOPIC_THRESHOLD: Math.min(0xffffffff, Math.ceil(threshold)),
    TOPIC_ALWAYS: threshold >= 2 ** 32 ? 1 : 0,
    ...plan.constants,
  };
  const buffers: string[] = [];
  const declared = (["reads", "writes"] as const).flatMap((word) =>
    listed(plan.shader, word).map((part) => {
      const [name, type] = part.split(": ");
      if (plan.absent.includes(name)) return `var<private> ${name}: array<${type}, 1>;`;
      const access = word === "reads" ? "read" : "read_write";
      return `@group(0) @binding(${buffers.push(name) - 1}) var<storage, ${access}> ${name}: array<${type}>;`;
    }),
  );
  const code = [
    ...Object.entries(constants).map(([name, value]) => `const ${name}: u32 = ${value}u;`),
    `const TOPIC_STRENGTH: f32 = ${topics.strength};`,
    "struct Block { steps: u32 }",
    "struct Member { seed: vec2u, firstStep: u32, count: u32, table: u32, source: u32, spare: vec2u }",
    "struct Control { stopped: u32, done: u32, distinct: u32, loss: f32 }",
    "@group(1) @binding(0) var<uniform> block: Block;",
    ...declared,
    ...listed(plan.shader, "uses").map((part) => parts[part]),
    shaders[plan.shader],
  ].join("\n");
  return { code, buffers };
}

const interleave = ({ thresholds, aliases }: AliasTable): number[] =>
  Array.from(thresholds).flatMap((threshold, i) => [threshold, aliases[i]]);

/** Alias tables of one topic after another, and λ/w of each. */
function topicTables(probabilities: Float64Array, count: number, strength: number) {
  const tables: number[] = [];
  const shares: number[] = [];
  for (let topic = 0; topic < count; topic++) {
    const own = probabilities.filter((_, i) => i % count === topic);
    const mass = own.reduce((sum, p) => sum + p, 0);
    tables.push(...interleave(aliasTable(own.map((p) => (mass > 0 ? p / mass : 1 / own.length)))));
    shares.push(mass > 0 ? strength / mass : 0);
  }
  return { tables, shares };
}

interface Ends {
  stopped: number[];
  done: number[];
  loss: number[];
  weights: Weights[];
  /** By suffix of the buffers' names. */
  states: Record<string, Weights[]>;
}

/** Runs members that differ in seed, rate and source for `steps` steps, in submissions of at most `atOnce`. */
async function runMembers(
  configs: RunConfig[],
  sources: TokenSource[],
  rates: number[],
  steps: number,
  { choice = {}, atOnce = steps, limits = device.limits as GPUSupportedLimits } = {} as {
    choice?: ResidentChoice;
    atOnce?: number;
    limits?: GPUSupportedLimits;
  },
): Promise<Ends> {
  const [config] = configs;
  const plan = planResident(config, limits, choice);
  if (!plan) throw new Error("no plan");
  const { vocabSize: V, embeddingDim: D, tied, norm, targets, optimizer: kind } = config;
  const M = configs.length;
  const { code, buffers: names } = assemble(config, plan);
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ code });
  const layout = device.createBindGroupLayout({
    entries: names.map((name, binding) => ({
      binding,
      visibility: 4,
      buffer: {
        type: listed(plan.shader, "reads").some((part) => part.startsWith(`${name}:`))
          ? "read-only-storage"
          : "storage",
      },
    })),
  });
  const blockLayout = device.createBindGroupLayout({
    entries: [{ binding: 0, visibility: 4, buffer: { type: "uniform" } }],
  });
  const pipeline = device.createComputePipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout, blockLayout] }),
    compute: { module, entryPoint: "main" },
  });
  const messages = (await module.getCompilationInfo()).messages.map(
    ({ lineNum, message }) => `${lineNum}: ${message}: ${code.split("\n")[lineNum - 1]}`,
  );
  const error = await device.popErrorScope();
  if (error) throw new Error(`${error.message}\n${messages.join("\n")}`);

  const stateShapes = Object.values(optimizerOf(kind).state(kind));
  const sizes: Record<string, number> = {};
  for (const [name, rows, columns] of [
    ["embedding", V, D],
    ["unembedding", V, D],
    ["gainBias", 1, 2 * D],
  ] as const) {
    sizes[name] = rows * columns;
    for (const [i, suffix] of ["State", "State2"].entries())
      sizes[name + suffix] = (stateShapes[i] === "row" ? 1 : rows) * columns;
  }
  const data = new Map<string, Float32Array | Uint32Array>();
  for (const name of names) if (sizes[name]) data.set(name, new Float32Array(M * sizes[name]));
  const initial = configs.map(initialWeights);
  for (const [m, { embedding, unembedding, gain, bias }] of initial.entries()) {
    data.get("embedding")?.set(embedding, m * V * D);
    if (unembedding) data.get("unembedding")?.set(unembedding, m * V * D);
    if (gain) data.get("gainBias")?.set(gain, m * 2 * D);
    if (bias) data.get("gainBias")?.set(bias, m * 2 * D + D);
  }
  data.set("scratch", new Float32Array(M * plan.constants.SCRATCH));
  data.set("aliasTable", Uint32Array.from(sources.flatMap((s) => interleave(aliasTable(s.probabilities)))));
  data.set("probabilities", Float32Array.from(sources.flatMap((s) => [...s.probabilities])));
  if (targets?.kind === "topics") {
    const all = sources.map((s) => topicTables(s.probabilities, targets.count, targets.strength));
    data.set("targetTables", Uint32Array.from(all.flatMap(({ tables }) => tables)));
    data.set("conditional", Float32Array.from(all.flatMap(({ shares }) => shares)));
  } else if (targets) {
    const rows = sources.map((s) => Array.from({ length: V }, (_, a) => s.targets(a)));
    data.set("targetTables", Uint32Array.from(rows.flat().flatMap((row) => interleave(aliasTable(row)))));
    data.set(
      "conditional",
      Float32Array.from(
        rows.flatMap((row) => Array.from({ length: V * V }, (_, i) => row[i % V][Math.floor(i / V)])),
      ),
    );
  }
  const running = configs.map((c) => startRunning(optimizerOf(c.optimizer).factors(c.optimizer)));
  data.set("control", new Uint32Array(4 * M));
  data.set("members", new Uint32Array(8 * M));
  data.set("scalars", new Float32Array(8 * M * atOnce));
  const gpuBuffers = new Map<string, GPUBuffer>();
  const write = (name: string, words: Float32Array | Uint32Array) =>
    device.queue.writeBuffer(gpuBuffers.get(name) as GPUBuffer, 0, words as Float32Array<ArrayBuffer>);
  for (const name of names) {
    const words = data.get(name) as Float32Array;
    gpuBuffers.set(
      name,
      device.createBuffer({ size: Math.max(16, 4 * words.length), usage: 0x80 | 0x8 | 0x4 }),
    );
    write(name, words);
  }
  const uniform = device.createBuffer({ size: 16, usage: 0x40 | 0x8 });
  device.queue.writeBuffer(uniform, 0, Uint32Array.of(atOnce));
  const bound = [
    device.createBindGroup({
      layout,
      entries: names.map((name, binding) => ({
        binding,
        resource: { buffer: gpuBuffers.get(name) as GPUBuffer },
      })),
    }),
    device.createBindGroup({ layout: blockLayout, entries: [{ binding: 0, resource: { buffer: uniform } }] }),
  ];
  const factors = configs.map((c) => optimizerOf(c.optimizer).factors(c.optimizer));
  for (let first = 0; first < steps; first += atOnce) {
    const count = Math.min(atOnce, steps - first);
    const scalars = new Float64Array(8 * M * atOnce);
    const members = new Uint32Array(8 * M);
    for (const [m, c] of configs.entries()) {
      for (let i = 0; i < count; i++) {
        advanceRunning(running[m], factors[m]);
        optimizerOf(c.optimizer).scalars(c.optimizer, rates[m], running[m], scalars, 8 * (m * atOnce + i));
      }
      const source = sources.indexOf(sources[m]);
      members.set([c.seed % 2 ** 32, Math.floor(c.seed / 2 ** 32), first, count, m, source, 0, 0], 8 * m);
    }
    write("scalars", Float32Array.from(scalars));
    write("members", members);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    bound.forEach((group, i) => {
      pass.setBindGroup(i, group);
    });
    pass.dispatchWorkgroups(M);
    pass.end();
    device.queue.submit([encoder.finish()]);
  }
  const read = async (name: string): Promise<Float32Array> => {
    const buffer = gpuBuffers.get(name) as GPUBuffer;
    const staging = device.createBuffer({ size: buffer.size, usage: 0x1 | 0x8 });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(1);
    const words = new Float32Array(staging.getMappedRange().slice(0));
    staging.destroy();
    return words;
  };
  const readAll = async (suffix: string): Promise<Weights[]> => {
    const take = async (name: string) =>
      names.includes(name + suffix)
        ? { words: await read(name + suffix), size: sizes[name + suffix] }
        : undefined;
    const [embedding, unembedding, gainBias] = [
      await take("embedding"),
      await take("unembedding"),
      await take("gainBias"),
    ];
    const of = (taken: { words: Float32Array; size: number } | undefined, m: number) =>
      taken?.words.slice(m * taken.size, (m + 1) * taken.size);
    return configs.map((_, m) => {
      const weights: Weights = { embedding: of(embedding, m) as Float32Array };
      if (!tied) weights.unembedding = of(unembedding, m) as Float32Array;
      if (norm !== "none") weights.gain = of(gainBias, m)?.slice(0, D) as Float32Array;
      if (norm === "layernorm") weights.bias = of(gainBias, m)?.slice(D) as Float32Array;
      return weights;
    });
  };
  const control = await read("control");
  const whole = new Uint32Array(control.buffer);
  const ends: Ends = {
    stopped: configs.map((_, m) => whole[4 * m]),
    done: configs.map((_, m) => whole[4 * m + 1]),
    loss: configs.map((_, m) => control[4 * m + 3]),
    weights: await readAll(""),
    states: {},
  };
  for (const [i, suffix] of ["State", "State2"].entries())
    if (i < stateShapes.length) ends.states[suffix] = await readAll(suffix);
  for (const buffer of [...gpuBuffers.values(), uniform]) buffer.destroy();
  return ends;
}

function expectNear(got: Weights, oracle: Weights, within: number, what: string) {
  for (const [name, array] of Object.entries(oracle)) {
    if (!array) continue;
    const other = got[name as keyof Weights] as Float32Array;
    let worst = 0;
    let scale = 0;
    array.forEach((x: number, i: number) => {
      worst = Math.max(worst, Number.isNaN(other[i]) ? Number.POSITIVE_INFINITY : Math.abs(x - other[i]));
      scale = Math.max(scale, Math.abs(x));
    });
    expect(worst, `${what} ${name}`).toBeLessThanOrEqual(within * scale + 1e-6);
  }
}

async function members(input: RunConfigInput, count = 3): Promise<[RunConfig[], TokenSource[]]> {
  const configs = Array.from({ length: count }, (_, m) =>
    parseConfig({
      ...input,
      arithmetic: "relaxed",
      seed: [3, 2 ** 40 + 5, 8][m % 3] + Math.floor(m / 3),
      distribution: input.distribution ?? { kind: "zipf", exponent: [1, 0.6, 1.5][m % 3] },
    }),
  );
  const sources: TokenSource[] = [];
  for (const config of configs) sources.push(await createSource(config));
  return [configs, sources];
}

/** Runs three members, and each by the reference. */
async function compare(
  input: RunConfigInput,
  steps: number,
  options: { choice?: ResidentChoice; atOnce?: number } = {},
) {
  const [configs, sources] = await members(input);
  const descends = configs[0].optimizer.kind === "sgd";
  const rates = (descends ? [0.3, 0.1, 0.5] : [1e-3, 3e-3, 3e-4]).slice();
  const ends = await runMembers(configs, sources, rates, steps, options);
  for (const [m, config] of configs.entries()) {
    const reference = createReferenceBackend(config, { source: sources[m] });
    const { loss } = reference.advance(new Float64Array(steps).fill(rates[m]));
    const what = `member ${m} of ${JSON.stringify(input)}`;
    expect(ends.stopped[m], what).toBe(0);
    expect(ends.done[m], what).toBe(steps);
    expect(Math.abs(ends.loss[m] - loss), what).toBeLessThan(5e-6 * (1 + loss));
    const oracle = reference.state();
    expectNear(ends.weights[m], oracle.weights, descends ? 1e-5 : 3e-3, what);
    for (const [i, array] of Object.values(oracle.arrays).entries())
      expectNear(ends.states[["State", "State2"][i]][m], array, 2e-5, `state ${i} of ${what}`);
  }
}

const optimizers: NonNullable<RunConfigInput["optimizer"]>[] = [
  { kind: "adam", weightDecay: 0.3 },
  { kind: "adam", coupled: true },
  { kind: "sgd" },
  { kind: "sgd", momentum: 0.9, nesterov: true, weightDecay: 0.05 },
];
const sizes = (
  [
    [1, 1, 1],
    [5, 3, 7],
    [10, 1, 128],
    [33, 17, 40],
  ] as const
).map(([vocabSize, embeddingDim, batchSize]) => ({ vocabSize, embeddingDim, batchSize }));

const fits = (input: RunConfigInput, choice: ResidentChoice): boolean =>
  planResident(parseConfig({ ...input, arithmetic: "relaxed" }), device.limits, choice) !== undefined;

let caseNumber = 0;
describe.skipIf(!gpu).each(optimizers)("resident members: %j", (optimizer) => {
  test.each(architectures)("three steps as the reference's: tied $tied, norm $norm", async (architecture) => {
    // a pipeline takes seconds to compile in software: each case has one of the sizes
    const size = sizes[caseNumber++ % sizes.length];
    const input = { ...size, ...architecture, optimizer };
    for (const shader of ["resident", "residentTokens"] as const)
      if (fits(input, { shader })) await compare(input, 3, { choice: { shader } });
      else console.log(`skipped: ${shader} has no plan for ${JSON.stringify(input)}`);
  });
});

const sources: Pick<RunConfigInput, "targets" | "distribution">[] = [
  {},
  { targets: { kind: "topics", count: 6, strength: 0.7 } },
  { targets: { kind: "topics", count: 41, strength: 1 } },
  { targets: { kind: "low-rank", rank: 3 } },
  { distribution: { kind: "given", probabilities: Array.from({ length: 50 }, (_, i) => (i % 2) / 25) } },
];

describe.skipIf(!gpu)("resident members of any source", () => {
  test.each(sources)("batches and exact gradients as the reference's: %j", async (source) => {
    const architecture = ([{}, { tied: false }, { norm: "layernorm" }] as const)[caseNumber++ % 3];
    const input: RunConfigInput = { vocabSize: 50, embeddingDim: 6, ...architecture, ...source };
    await compare({ ...input, batchSize: 70 }, 5);
    await compare({ ...input, gradient: "exact", optimizer: { kind: "sgd" } }, 5);
    if (source.distribution || (source.targets?.kind === "topics" && source.targets.count > 6)) return;
    const small = { ...input, vocabSize: 17, embeddingDim: 2 };
    await compare({ ...small, batchSize: 70 }, 5);
    await compare({ ...small, gradient: "exact", optimizer: { kind: "sgd" } }, 5);
  });
});

describe.skipIf(!gpu)("resident members", () => {
  test.each([
    // every size of tiles, blocks smaller than the inputs, parts fewer and more than blocks
    [
      { vocabSize: 33, embeddingDim: 17, batchSize: 40 },
      { THREADS: 64, TILE_ROWS: 8, SLOTS: 8, LOGIT_ROWS: 4, KEEPS: 0 },
    ],
    [
      { vocabSize: 33, embeddingDim: 16, batchSize: 40 },
      { THREADS: 32, TILE_ROWS: 4, SLOTS: 20, LOGIT_ROWS: 2, PARTS: 3, KEEPS: 1 },
    ],
    [
      { vocabSize: 37, embeddingDim: 5, batchSize: 300 },
      { RESIDENT: 0, SLOTS: 12 },
    ],
    [
      {
        vocabSize: 37,
        embeddingDim: 5,
        batchSize: 300,
        tied: false,
        optimizer: { kind: "adam", coupled: true },
      },
      { RESIDENT: 0, SLOTS: 8 },
    ],
    // counts of 16 bits, several masks of tokens
    [{ vocabSize: 300, embeddingDim: 4, batchSize: 1024 }, {}],
    [{ vocabSize: 100, embeddingDim: 100, batchSize: 128 }, {}],
  ] as [RunConfigInput, ResidentChoice][])("as the reference's in any cut: %j, %j", async (input, choice) => {
    await compare(input, 4, { choice });
  });

  test.each(["resident", "residentTokens"] as const)(
    "a member's bits depend neither on the others nor on how its steps are submitted: %s",
    async (shader) => {
      const [configs, sources] = await members({ vocabSize: 20, embeddingDim: 3, batchSize: 30 });
      const rates = [1e-3, 3e-3, 1e-2];
      const together = await runMembers(configs, sources, rates, 7, { choice: { shader } });
      expect(await runMembers(configs, sources, rates, 7, { choice: { shader } })).toEqual(together);
      const inPieces = await runMembers(configs, sources, rates, 7, { choice: { shader }, atOnce: 3 });
      expect(inPieces).toEqual(together);
      const alone = await runMembers([configs[1]], [sources[1]], [rates[1]], 7, { choice: { shader } });
      expect(alone.weights[0]).toEqual(together.weights[1]);
      expect(alone.states.State2[0]).toEqual(together.states.State2[1]);
    },
  );

  test.each(["resident", "residentTokens"] as const)(
    "one that diverges stops alone, before the update of a step whose loss is not finite: %s",
    async (shader) => {
      const [configs, sources] = await members({ vocabSize: 20, embeddingDim: 3, batchSize: 30 });
      const rates = [1e-3, 1e30, 1e-3];
      const ends = await runMembers(configs, sources, rates, 9, { choice: { shader }, atOnce: 5 });
      expect(ends.stopped).toEqual([0, 1, 0]);
      expect([ends.done[0], ends.done[2]]).toEqual([9, 9]);
      const reference = createReferenceBackend(configs[1], { source: sources[1] });
      let expected = 0;
      while (expected < 9 && reference.advance(Float64Array.of(1e30)).done) expected++;
      // where f32 overflows, f64 goes on
      expect(ends.done[1]).toBeGreaterThan(0);
      expect(ends.done[1]).toBeLessThanOrEqual(expected);
      expect(ends.loss[1]).not.toBeLessThan(Number.POSITIVE_INFINITY);
      expect(ends.weights[1].embedding.every(Number.isFinite)).toBe(true);
      const alone = await runMembers([configs[0]], [sources[0]], [1e-3], 9, { choice: { shader } });
      expect(alone.weights[0]).toEqual(ends.weights[0]);
    },
  );

  test("long: as near to f64 after 100 steps as a single run", async () => {
    const [configs, sources] = await members({ vocabSize: 33, embeddingDim: 17, batchSize: 40 });
    const ends = await runMembers(configs, sources, [1e-3, 1e-3, 1e-3], 100, { atOnce: 40 });
    for (const [m, config] of configs.entries()) {
      const reference = createReferenceBackend(config, { source: sources[m] });
      reference.advance(new Float64Array(100).fill(1e-3));
      const truth = reference.state().weights.embedding;
      let squares = 0;
      let all = 0;
      truth.forEach((x, i) => {
        squares += (x - ends.weights[m].embedding[i]) ** 2;
        all += x ** 2;
      });
      expect(Math.sqrt(squares / all)).toBeLessThan(2e-6);
    }
  });

  test("what a workgroup cannot hold has no plan", () => {
    const limits = {
      maxComputeWorkgroupStorageSize: 49152,
      maxComputeInvocationsPerWorkgroup: 1024,
      maxStorageBuffersPerShaderStage: 16,
    };
    const plan = (input: RunConfigInput, of = limits) =>
      planResident(parseConfig({ ...input, arithmetic: "relaxed" }), of);
    expect(plan({ vocabSize: 100, embeddingDim: 100 })).toMatchObject({
      threads: 352,
      constants: { RESIDENT: 1, SLOTS: 12, TILE_ROWS: 8, TILES: 1 },
    });
    expect(plan({ vocabSize: 10, embeddingDim: 1 })).toMatchObject({ threads: 32, shader: "residentTokens" });
    for (const bytes of [16384, 32768, 49152]) {
      const found = plan(
        { vocabSize: 100, embeddingDim: 100 },
        { ...limits, maxComputeWorkgroupStorageSize: bytes },
      );
      expect(found?.workgroupBytes).toBeLessThanOrEqual(bytes);
      expect(found?.constants.RESIDENT).toBe(bytes === 49152 ? 1 : 0);
    }
    expect(plan({ vocabSize: 1000, embeddingDim: 100 })).toBeUndefined();
    expect(plan({ vocabSize: 10, embeddingDim: 1, batchSize: 5000 })).toBeUndefined();
    expect(
      plan(
        { vocabSize: 10, embeddingDim: 4, norm: "rmsnorm" },
        { ...limits, maxStorageBuffersPerShaderStage: 8 },
      ),
    ).toBeUndefined();
  });
});
