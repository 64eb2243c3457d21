/** Small models, each by a workgroup of its own, against the f64 reference; how they are cut changes nothing that it should not. */
import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/backend/backend.js";
import { createReferenceBackend } from "../../src/backend/reference/backend.js";
import { type WebGpuBackend, webgpu } from "../../src/backend/webgpu/index.js";
import { planResident, type ResidentChoice } from "../../src/backend/webgpu/resident.js";
import { parseConfig, type RunConfig, type RunConfigInput } from "../../src/config.js";
import { createSource } from "../../src/data/createSource.js";
import type { Weights } from "../../src/model/parameters.js";
import { architectures } from "../backend/modelCases.js";
import { testGpu } from "./devices.js";

const gpu = await testGpu();
const by = (resident: ResidentChoice, more = {}) =>
  webgpu({ gpu, allowFallbackAdapter: true, plan: { resident, ...more } });
const kind = by({});

/** Three members that differ in seed (one beyond 32 bits), exponent and initial scale. */
const membersOf = (input: RunConfigInput): RunConfig[] =>
  [
    { seed: 3 },
    { seed: 2 ** 40 + 5, distribution: { kind: "zipf", exponent: 1.5 } as const },
    { seed: 4, init: { kind: "normal", std: 0.3 } as const },
  ].map((own) => parseConfig({ ...own, ...input, arithmetic: "relaxed" }));

async function start(configs: RunConfig[], device: WebGpuBackend): Promise<Backend[]> {
  const sources = await Promise.all(configs.map((config) => createSource(config)));
  return device.device.createMany(configs, { sources, threads: 1, maxThreads: 1, vectorBits: 128 });
}

function expectNear(got: Weights, oracle: Weights, within: number, what: string) {
  for (const [name, array] of Object.entries(oracle)) {
    if (!array) continue;
    const scale = array.reduce((most: number, x: number) => Math.max(most, Math.abs(x)), 0);
    const other = got[name as keyof Weights] as Float32Array;
    const worst = array.reduce(
      (most: number, x: number, i: number) => Math.max(most, Math.abs(x - other[i])),
      0,
    );
    expect(worst, `${what} ${name}`).toBeLessThanOrEqual(within * scale + 1e-6);
  }
}

/** A few steps of every member, another number for each, and where they end, as the reference's. */
async function expectSteps(input: RunConfigInput, device = kind, steps = 4) {
  const configs = membersOf(input);
  const backends = await start(configs, device);
  const { kind: optimizer = "adam" } = input.optimizer ?? {};
  const rates = new Float64Array(steps).fill(optimizer === "sgd" ? 0.2 : 1e-3);
  const advanced = await Promise.all(backends.map((own, i) => own.advance(rates.subarray(i))));
  for (const [i, config] of configs.entries()) {
    const reference = createReferenceBackend(config, { source: await createSource(config) });
    const { loss, done } = reference.advance(rates.subarray(i));
    expect(advanced[i].done).toBe(done);
    expect(Math.abs(advanced[i].loss - loss)).toBeLessThan(5e-6 * (1 + loss));
    const [state, oracle] = [await backends[i].state(), reference.state()];
    // Adam and sign divide by what may be rounding alone
    expectNear(state.weights, oracle.weights, optimizer === "sgd" ? 1e-5 : 3e-3, "weights");
    for (const [name, arrays] of Object.entries(oracle.arrays))
      expectNear(state.arrays[name], arrays, 2e-5, name);
    backends[i].dispose();
  }
}

const optimizers: NonNullable<RunConfigInput["optimizer"]>[] = [
  { kind: "adam", weightDecay: 0.3 },
  { kind: "adam", coupled: true },
  { kind: "sgd" },
  { kind: "sgd", momentum: 0.9, nesterov: true, weightDecay: 0.05 },
  { kind: "sign", momentum: 0.9 },
];
const shapes = [
  { vocabSize: 9, embeddingDim: 5, batchSize: 20 },
  { vocabSize: 33, embeddingDim: 9, batchSize: 40 },
];

describe.skipIf(!gpu).each(shapes)("%j", (shape) => {
  test.each(architectures)("tied $tied, norm $norm", (architecture) =>
    expectSteps({ ...shape, ...architecture }),
  );
  test.each(optimizers)("%j", async (optimizer) => {
    await expectSteps({ ...shape, optimizer });
    await expectSteps({ ...shape, optimizer, tied: false, norm: "layernorm" });
  });
  test.each<RunConfigInput>([
    { targets: { kind: "topics", count: 4, strength: 0.6 } },
    { targets: { kind: "topics", count: 9, strength: 1 }, gradient: "exact", batchSize: undefined },
    { targets: { kind: "low-rank", rank: 2 } },
    { targets: { kind: "low-rank", rank: 2 }, gradient: "exact", batchSize: undefined },
    { gradient: "exact", batchSize: undefined, tied: false, norm: "rmsnorm" },
  ])("%j", (source) => expectSteps({ ...shape, ...source }));
});

describe.skipIf(!gpu)("a workgroup a member", () => {
  test.each([
    [1, 1, 1],
    [1, 2, 300],
    [10, 1, 128],
    [32, 8, 200],
    [33, 8, 64],
    [300, 4, 700],
  ])("V %i, D %i, B %i", (vocabSize, embeddingDim, batchSize) =>
    expectSteps({ vocabSize, embeddingDim, batchSize }),
  );

  test.each<ResidentChoice>([
    { RESIDENT: 0 },
    { KEEPS: 0 },
    { SLOTS: 8, TILE_ROWS: 4, LOGIT_ROWS: 2, PARTS: 3 },
    { shader: "resident", THREADS: 64 },
  ])("in another cut: %j", (choice) =>
    expectSteps({ vocabSize: 40, embeddingDim: 6, batchSize: 50 }, by(choice)),
  );

  test("a member's bits depend neither on the others nor on how its steps are cut", async () => {
    const configs = membersOf({ vocabSize: 12, embeddingDim: 3, batchSize: 30 });
    const rates = Float64Array.from({ length: 9 }, (_, i) => 0.01 + 0.001 * i);
    const together = await start(configs, kind);
    await Promise.all(together.map((own) => own.advance(rates)));
    for (const [i, config] of configs.entries()) {
      const [alone] = await start([config], kind);
      for (const [from, to] of [
        [0, 2],
        [2, 3],
        [3, 9],
      ])
        await alone.advance(rates.subarray(from, to));
      expect(await alone.state()).toEqual(await together[i].state());
      alone.dispose();
      together[i].dispose();
    }
  });
});

test("what a workgroup cannot hold has no plan", () => {
  const limits = { workgroup: 49152, invocations: 1024, buffers: 16 };
  const plan = (input: RunConfigInput, own = {}) => planResident(parseConfig(input), { ...limits, ...own });
  expect(plan({})?.constants).toMatchObject({ RESIDENT: 1, THREADS: 352 });
  expect(plan({}, { workgroup: 32768, invocations: 256 })?.constants.RESIDENT).toBe(0);
  expect(plan({ vocabSize: 10, embeddingDim: 1 })?.shader).toBe("residentTokens");
  for (const input of [{ vocabSize: 2000 }, { embeddingDim: 2000 }, { batchSize: 4096 }])
    expect(plan(input), JSON.stringify(input)).toBeUndefined();
  for (const workgroup of [16384, 32768, 49152])
    expect(plan({}, { workgroup })?.workgroupBytes ?? 0).toBeLessThanOrEqual(workgroup);
});
