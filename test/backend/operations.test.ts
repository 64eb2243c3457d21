/**
 * How many multiply-adds a step and an evaluation take, counted and not timed: the built kernel gets a counter at the head
 * of `multiply`, through which all its products go.
 */
import { readFile } from "node:fs/promises";
import binaryen from "assemblyscript/binaryen";
import { afterAll, describe, expect, test, vi } from "vitest";
import { parseConfig, type RunConfigInput } from "../../src/config.js";
import { createKernel } from "./backends.js";

/** The kernel, calling env.count(M, N, K) for every product. */
async function countingKernel(): Promise<WebAssembly.Module> {
  const { i32, none } = binaryen;
  const kernel = binaryen.readBinary(await readFile(new URL("../../build/kernel.wasm", import.meta.url)));
  kernel.addFunctionImport("count", "env", "count", binaryen.createType([i32, i32, i32]), none);
  const { value } = binaryen.getExportInfo(kernel.getExport("multiply"));
  const { params, results, vars, body } = binaryen.getFunctionInfo(kernel.getFunction(value));
  const sizes = [7, 8, 9].map((parameter) => kernel.local.get(parameter, i32));
  kernel.removeFunction(value);
  kernel.addFunction(
    value,
    params,
    results,
    vars,
    kernel.block(null, [kernel.call("count", sizes, none), body]),
  );
  return WebAssembly.compile(kernel.emitBinary() as Uint8Array<ArrayBuffer>);
}

let counted = 0;
const instantiate = WebAssembly.instantiate;
vi.spyOn(WebAssembly, "instantiate").mockImplementation(((module: WebAssembly.Module, imports: object) =>
  instantiate(module, {
    env: {
      ...(imports as { env: object }).env,
      count: (M: number, N: number, K: number) => {
        counted += M * N * K;
      },
    },
  })) as typeof WebAssembly.instantiate);
afterAll(() => vi.restoreAllMocks());
const module = await countingKernel();

const up8 = (x: number) => Math.ceil(x / 8) * 8;
const strideOf = (D: number) => {
  const stride = Math.ceil(D / 4) * 4;
  return stride + (stride % 128 === 0 ? 16 : 0);
};
/** Sizes of the blocks that n inputs are cut into. */
const blocksOf = (n: number) =>
  Array.from({ length: Math.ceil(n / 128) }, (_, block) => Math.min(128, n - 128 * block));
const sum = (values: number[]) => values.reduce((total, x) => total + x, 0);

async function count(input: RunConfigInput, distinct = 1) {
  const config = parseConfig(input);
  const backend = await createKernel(config, { module });
  const inputs = Uint32Array.from({ length: config.batchSize }, (_, i) => i % distinct);
  counted = 0;
  backend.stepOn({ inputs, targets: inputs }, 1e-3);
  const step = counted;
  counted = 0;
  backend.evaluate();
  return { step, evaluation: counted };
}

describe("multiply-adds of a step with u distinct inputs", () => {
  test.each([
    // V, D, B, u, tied
    [1000, 100, 128, 77, true],
    [1000, 100, 128, 128, false],
    [5000, 30, 128, 90, true],
    [700, 64, 512, 300, true],
    [60, 20, 32, 31, false],
  ])(
    "V %i, D %i, B %i, u %i, tied %s: 3uVD, with rows in fours and inputs in eights",
    async (V, D, B, u, tied) => {
      const { step } = await count({ vocabSize: V, embeddingDim: D, batchSize: B, tied }, u);
      const stride = strideOf(D);
      expect(step).toBe(sum(blocksOf(u).map((n) => V * (up8(n) * D + 2 * n * stride))));
    },
  );

  test.each([
    [100, 100, 128, 48],
    [100, 1000, 128, 47],
    [10, 1, 128, 9],
    [512, 16, 128, 100],
  ])("V %i, D %i, B %i, u %i, combined: at V = 100 a sixth less than that", async (V, D, B, u) => {
    const { step } = await count({ vocabSize: V, embeddingDim: D, batchSize: B }, u);
    const stride = strideOf(D);
    let logits = 0;
    for (let j = 0; j < up8(u); j += 16) logits += (V - j) * Math.min(16, up8(u) - j) * stride;
    expect(step).toBe(logits + (u * V + (V - u) * u) * stride);
    if (V === 100) expect(step).toBeLessThan((5 / 6) * 3 * u * V * D);
  });
});

describe("multiply-adds of an exact evaluation", () => {
  test.each([300, 1000])("V %i, untied: V²D", async (V) => {
    const { evaluation } = await count({ vocabSize: V, embeddingDim: 20, tied: false });
    expect(evaluation).toBe(sum(blocksOf(V).map((n) => up8(n) * V * 20)));
  });

  test.each([300, 1000, 3000])("V %i, tied: half of it, and half of the diagonal blocks", async (V) => {
    const { evaluation } = await count({ vocabSize: V, embeddingDim: 20, steps: 1 });
    const blocks = blocksOf(V);
    expect(evaluation).toBe(sum(blocks.map((n, i) => up8(n) * sum(blocks.slice(i)) * 20)));
    if (V === 3000) expect(evaluation).toBeLessThan(0.53 * V * V * 20);
  });
});
