/** The GPU's backend against the f64 reference, over every optimizer, architecture and source, at sizes around its tiles. */
import { afterAll, describe, expect, test, vi } from "vitest";
import type { Backend } from "../../src/backend/backend.js";
import { createReferenceBackend } from "../../src/backend/reference/backend.js";
import { webgpu } from "../../src/backend/webgpu/index.js";
import { Blocks } from "../../src/backend/webgpu/recorder.js";
import { parseConfig, type RunConfigInput } from "../../src/config.js";
import { createSource } from "../../src/data/createSource.js";
import type { Weights } from "../../src/model/parameters.js";
import { measurePopulation } from "../../src/observables/population.js";
import { architectures } from "../backend/modelCases.js";
import { testGpu } from "./devices.js";

const gpu = await testGpu();
/** The large kernels, at sizes too that a workgroup could hold by itself (test/webgpu/resident.gpu.ts). */
const by = (plan: object) => webgpu({ gpu, allowFallbackAdapter: true, plan: { resident: false, ...plan } });
const kind = by({});
/** Four buffers for the rows of a vocabulary of 3500, and the tiles of devices that have only what each must have. */
const inShards = by({ shardRows: 1024, slices: 6 });
const inLittle = by({ workgroup: 16384 });
const made: Backend[] = [];
afterAll(() => {
  for (const backend of made) backend.dispose();
});

async function pair(input: RunConfigInput, device = kind): Promise<[Backend, Backend, () => object]> {
  const config = parseConfig({ ...input, arithmetic: "relaxed" });
  const source = await createSource(config);
  const on = await device.create(config, { source, threads: 1, maxThreads: 1, vectorBits: 128 });
  made.push(on);
  const reference = createReferenceBackend(config, { source }) as Backend;
  return [on, reference, () => ({ config, source, step: 0 })];
}

const entries = (weights: Weights) => Object.entries(weights).filter(([, array]) => array !== undefined);

function expectNear(got: Weights, oracle: Weights, within: number, what: string) {
  for (const [name, array] of entries(oracle)) {
    const other = got[name as keyof Weights] as Float32Array;
    let worst = 0;
    let scale = 0;
    array.forEach((x: number, i: number) => {
      worst = Math.max(worst, Math.abs(x - other[i]));
      scale = Math.max(scale, Math.abs(x));
    });
    expect(worst, `${what} ${name}`).toBeLessThanOrEqual(within * scale + 1e-6);
  }
}

const optimizers: NonNullable<RunConfigInput["optimizer"]>[] = [
  { kind: "adam" },
  { kind: "adam", weightDecay: 0.3 },
  { kind: "adam", coupled: true },
  { kind: "sgd" },
  { kind: "sgd", momentum: 0.9, nesterov: true, weightDecay: 0.05 },
  { kind: "sign", momentum: 0.9 },
];
const middle = { vocabSize: 33, embeddingDim: 17, batchSize: 40 };

/** Three steps, and where they end, as the reference's. */
async function expectSteps(input: RunConfigInput, device = kind) {
  const [on, reference] = await pair({ seed: 3, ...input }, device);
  const { kind: optimizer = "adam" } = input.optimizer ?? {};
  const rates = new Float64Array(3).fill(optimizer === "sgd" ? 0.3 : 1e-3);
  const [a, b] = [await on.advance(rates), await reference.advance(rates)];
  expect(a.done).toBe(3);
  expect(Math.abs(a.loss - b.loss)).toBeLessThan(5e-6 * (1 + b.loss));
  const [state, oracle] = [await on.state(), await reference.state()];
  // Adam and sign divide by what may be rounding alone
  expectNear(state.weights, oracle.weights, optimizer === "sgd" ? 1e-5 : 3e-3, "weights");
  for (const [name, arrays] of Object.entries(oracle.arrays))
    expectNear(state.arrays[name], arrays, 2e-5, name);
}

describe.skipIf(!gpu)("three steps as the reference's", () => {
  test.each(architectures)("tied $tied, norm $norm", (architecture) =>
    expectSteps({ ...middle, ...architecture }),
  );
  test.each(optimizers)("%j", async (optimizer) => {
    await expectSteps({ ...middle, optimizer });
    await expectSteps({ ...middle, optimizer, tied: false, norm: "layernorm" });
  });
  test.each([
    [1, 1, 1],
    [1, 2, 300],
    [2, 1, 3],
    [5, 3, 7],
    [8, 4, 16],
    [9, 5, 17],
    [127, 8, 16],
    [129, 9, 129],
    [300, 20, 600],
    [20, 300, 50],
  ])("around tiles and blocks: V %i, D %i, B %i", (vocabSize, embeddingDim, batchSize) =>
    expectSteps({ vocabSize, embeddingDim, batchSize }),
  );
  test("the post's own size", () => expectSteps({}));
  test.each<RunConfigInput>([
    {},
    { tied: false, norm: "layernorm" },
    { optimizer: { kind: "adam", coupled: true }, batchSize: 200 },
  ])("rows in several buffers: %j", (more) =>
    expectSteps({ vocabSize: 3500, embeddingDim: 6, batchSize: 20, ...more }, inShards),
  );
  test.each<RunConfigInput>([{}, { embeddingDim: 40, tied: false, norm: "rmsnorm" }])(
    "where a workgroup has 16 KiB: %j",
    (more) => expectSteps({ vocabSize: 90, embeddingDim: 20, batchSize: 30, ...more }, inLittle),
  );
});

test.skipIf(!gpu)("the same bits where what dispatches are told finds no more room", async () => {
  const input: RunConfigInput = { vocabSize: 300, embeddingDim: 5, batchSize: 140 };
  const run = async () => {
    const [on, , asked] = await pair(input);
    await on.advance(new Float64Array(5).fill(0.01));
    const population = await measurePopulation({ ...(asked() as never as object), backend: on } as never);
    return [await on.state(), population];
  };
  const expected = await run();
  let asked = 0;
  const hasRoom = vi.spyOn(Blocks.prototype, "hasRoom").mockImplementation(() => asked++ % 2 === 0);
  expect(await run()).toEqual(expected);
  expect(asked).toBeGreaterThan(8);
  hasRoom.mockRestore();
});

const sources: Pick<RunConfigInput, "targets" | "distribution">[] = [
  {},
  { targets: { kind: "topics", count: 6, strength: 0.7 } },
  { targets: { kind: "topics", count: 41, strength: 1 } },
  { targets: { kind: "low-rank", rank: 3 } },
];

describe.skipIf(!gpu).each(sources)("%j", (source) => {
  test.each([
    { tied: true, norm: "none" },
    { tied: false, norm: "layernorm" },
  ] as const)(
    "exact gradients, evaluations and predictions: tied $tied, norm $norm",
    async (architecture) => {
      const input: RunConfigInput = { vocabSize: 41, embeddingDim: 9, ...source, ...architecture, seed: 4 };
      const exact: RunConfigInput = { ...input, gradient: "exact", optimizer: { kind: "sgd" } };
      const [on, reference] = await pair(exact);
      const norm = await reference.gradientNorm();
      expect(Math.abs((await on.gradientNorm()) - norm)).toBeLessThan(2e-5 * norm + 1e-6);
      const rates = new Float64Array(3).fill(0.5);
      const [a, b] = [await on.advance(rates), await reference.advance(rates)];
      expect(Math.abs(a.loss - b.loss)).toBeLessThan(5e-6 * (1 + b.loss));
      expectNear((await on.state()).weights, (await reference.state()).weights, 1e-5, "weights");
      for (const evaluation of [
        { kind: "exact" },
        { kind: "sampled", size: 3000 },
        { kind: "stratified", exactInputs: 10, sampledInputs: 20 },
      ] as const) {
        const [gpuBackend, oracle, asked] = await pair({ ...input, evaluation });
        const x = await measurePopulation({ ...(asked() as never as object), backend: gpuBackend } as never);
        const y = await measurePopulation({ ...(asked() as never as object), backend: oracle } as never);
        expect(Math.abs(x.loss - y.loss)).toBeLessThan(5e-6 * (1 + y.loss));
        if (y.predicted) {
          expect(Math.abs((x.predicted?.entropy ?? 0) - y.predicted.entropy)).toBeLessThan(1e-5);
          y.predicted.mean.forEach((q, i) => {
            expect(Math.abs((x.predicted?.mean[i] ?? 0) - q)).toBeLessThan(1e-6);
          });
        }
      }
    },
  );

  test("tokens of the device are the source's", async () => {
    // what SGD learns from a batch at rate 1 tells which pairs it saw
    const [on, reference] = await pair({
      ...source,
      vocabSize: 41,
      embeddingDim: 41,
      tied: false,
      batchSize: 500,
      optimizer: { kind: "sgd" },
    });
    for (let i = 0; i < 5; i++) {
      const [a, b] = [await on.advance(Float64Array.of(1)), await reference.advance(Float64Array.of(1))];
      expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-5);
    }
  });
});
