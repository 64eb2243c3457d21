import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { RunConfigInput } from "../../src/config.js";
import { createTrainer, type StepResult, type Weights } from "../../src/index.js";

type Arrays = Partial<Record<keyof Weights, number[]>>;

/** One run of PyTorch in float64; the docstring of trajectories.py says what each field holds. */
interface Trajectory {
  name: string;
  config: RunConfigInput & { steps: number };
  initialWeights: Arrays;
  inputs: number[][];
  targets: number[][];
  learningRates: number[];
  losses: number[];
  finalWeights: Arrays;
}

const { weightUnit, cases }: { weightUnit: number; cases: Trajectory[] } = JSON.parse(
  readFileSync(new URL("../vectors/trajectories.json", import.meta.url), "utf8"),
);

const toWeights = (arrays: Arrays): Partial<Weights> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, units]) => [name, Float32Array.from(units, (x) => x * weightUnit)]),
  );

/** Largest relative error of rounding to f32, which the reference does when its weights are read out. */
const HALF_ULP = 2 ** -24;

/** Loss: relative, at every step. Weights: absolute, after the last step; for the reference, beyond HALF_ULP. */
const tolerances = {
  wasm: { loss: 2e-6, weights: 1e-5 },
  reference: { loss: 1e-12, weights: 1e-9 },
};

/**
 * At D = 1 a layernorm's output is its bias, and the gradients of row and gain are 0. PyTorch leaves rounding of about
 * 1e-14 there, which Adam, dividing by eps, makes part of the weights: 1.2e-7 of the gain after 60 steps.
 */
const oneDimensionalReference = { loss: 1e-9, weights: 1e-6 };

const toleranceOf = (backend: "wasm" | "reference", { embeddingDim, norm }: RunConfigInput) =>
  backend === "reference" && embeddingDim === 1 && norm === "layernorm"
    ? oneDimensionalReference
    : tolerances[backend];

/** Largest of `f` over the indices of an array; NaN when one is NaN, so that no comparison with it holds. */
const largest = (array: ArrayLike<number>, f: (index: number) => number): number => {
  let most = 0;
  for (let i = 0; i < array.length; i++) most = Math.max(most, f(i));
  return most;
};

describe.each(["wasm", "reference"] as const)("%s walks PyTorch's path", (backend) => {
  test.each(cases)(
    "$name",
    async ({ config, initialWeights, inputs, targets, learningRates, losses, finalWeights }) => {
      const tolerance = toleranceOf(backend, config);
      const trainer = await createTrainer(config, { backend });
      await trainer.load(toWeights(initialWeights));

      const results: StepResult[] = [];
      for (let k = 0; k < config.steps; k++)
        results.push(
          await trainer.step({ inputs: Uint32Array.from(inputs[k]), targets: Uint32Array.from(targets[k]) }),
        );
      expect(losses).toHaveLength(config.steps);
      expect(results.map(({ learningRate }) => learningRate)).toEqual(learningRates);
      const lossError = largest(losses, (k) => Math.abs(results[k].loss / losses[k] - 1));
      expect(lossError, "loss").toBeLessThanOrEqual(tolerance.loss);

      const weights = Object.entries(await trainer.weights()).filter(([, array]) => array !== undefined);
      expect(weights.map(([name]) => name).sort()).toEqual(Object.keys(finalWeights).sort());
      for (const [name, array] of weights as [keyof Weights, Float32Array][]) {
        const golden = finalWeights[name] as number[];
        expect(array, name).toHaveLength(golden.length);
        const rounding = backend === "reference" ? HALF_ULP : 0;
        const error = largest(golden, (i) => Math.abs(array[i] - golden[i]) - rounding * Math.abs(golden[i]));
        expect(error, name).toBeLessThanOrEqual(tolerance.weights);
      }
      trainer.dispose();
    },
  );
});
