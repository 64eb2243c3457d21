/** A GPU walks PyTorch's paths: the tolerances of the CPU's f32 (test/training/) times ten, which a device may round. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { webgpu } from "../../src/backend/webgpu/index.js";
import { createTrainer, type RunConfigInput, type Weights } from "../../src/index.js";
import { testGpu } from "./devices.js";

const gpu = await testGpu();
const backend = webgpu({ gpu, allowFallbackAdapter: true });

type Arrays = Partial<Record<keyof Weights, number[]>>;

/** A start, and the batches from there; trajectories.py and optimizers.py say what each field holds. */
interface Case {
  name: string;
  config: RunConfigInput & { steps: number };
  initialWeights: Arrays;
  inputs: number[][];
  targets: number[][];
}
/** Where PyTorch in float64 went. */
interface Run {
  name: string;
  config: RunConfigInput;
  losses: number[];
  finalWeights: Arrays;
  float32Deviation: { weights: number };
}

const read = <T>(name: string): { weightUnit: number; cases: T[] } =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));

const largest = (array: ArrayLike<number>, f: (index: number) => number): number => {
  let most = 0;
  // NaN stays NaN, so that no comparison with it holds
  for (let i = 0; i < array.length; i++) most = Math.max(most, f(i));
  return most;
};

/** Largest errors of a run: of the losses, relative; of the weights, absolute. */
async function errors(given: Case, run: Pick<Run, "config" | "losses" | "finalWeights">, weightUnit: number) {
  const config = { ...given.config, ...run.config, arithmetic: "relaxed" } as RunConfigInput;
  const trainer = await createTrainer(config, { backend });
  const start = Object.entries(given.initialWeights).map(([name, units]) => [
    name,
    Float32Array.from(units, (x) => x * weightUnit),
  ]);
  await trainer.load(Object.fromEntries(start));
  const losses: number[] = [];
  for (let k = 0; k < given.config.steps; k++) {
    const batch = { inputs: Uint32Array.from(given.inputs[k]), targets: Uint32Array.from(given.targets[k]) };
    losses.push((await (config.gradient === "exact" ? trainer.step() : trainer.step(batch))).loss);
  }
  const weights = await trainer.weights();
  trainer.dispose();
  expect(losses).toHaveLength(run.losses.length);
  const there = Object.entries(weights).filter(([, array]) => array !== undefined);
  expect(there.map(([name]) => name).sort()).toEqual(Object.keys(run.finalWeights).sort());
  const ofWeights = there.map(([name, array]) => {
    const golden = run.finalWeights[name as keyof Weights] as number[];
    expect(array).toHaveLength(golden.length);
    return largest(golden, (i) => Math.abs(array[i] - golden[i]));
  });
  return {
    loss: largest(losses, (k) => Math.abs(losses[k] / run.losses[k] - 1)),
    weights: Math.max(...ofWeights),
  };
}

describe.skipIf(!gpu)("Adam", () => {
  const { weightUnit, cases } = read<Case & Run>("trajectories");
  test.each(cases)("$name", async (given) => {
    const found = await errors(given, { ...given, config: {} }, weightUnit);
    console.log(
      `${given.name}: loss ${found.loss.toExponential(1)}, weights ${found.weights.toExponential(1)}`,
    );
    expect(found.loss).toBeLessThanOrEqual(10 * 2e-6);
    expect(found.weights).toBeLessThanOrEqual(10 * 1e-5);
  });
});

/** Of the cases two, so that a GPU in software is done within a minute; backend.gpu.ts has them all. */
const ofOptimizers = ["untied, layernorm", "rare inputs"];
describe.skipIf(!gpu)("other optimizers, exact gradients", () => {
  const { weightUnit, cases } = read<Case & { runs: Run[] }>("optimizers");
  const all = cases.flatMap(({ runs }) => runs.map(({ float32Deviation }) => float32Deviation.weights));
  const within = 10 * 2 * Math.max(...all);
  const chosen = cases.filter(({ name }) => ofOptimizers.includes(name));
  const runs = chosen.flatMap((given) =>
    given.runs.map((run) => [given.name, run.name, given, run] as const),
  );

  test.each(runs)("%s: %s", async (_, __, given, run) => {
    const found = await errors(given, run, weightUnit);
    expect(found.loss).toBeLessThanOrEqual(10 * 2e-6);
    expect(found.weights).toBeLessThanOrEqual(within);
  });
});
