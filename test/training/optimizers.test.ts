import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { RunConfigInput } from "../../src/config.js";
import { createTrainer, type StepResult, type Trainer, type Weights } from "../../src/index.js";

type Name = keyof Weights;
type Arrays = Partial<Record<Name, number[]>>;

/** One run of PyTorch in float64; the docstring of optimizers.py says what each field holds. */
interface Run {
  name: string;
  config: RunConfigInput;
  losses: number[];
  finalWeights: Arrays;
  float32Deviation: { loss: number; weights: number };
  leastBuffer?: Partial<Record<Name, number>>;
}

interface Case {
  name: string;
  config: RunConfigInput & { steps: number };
  initialWeights: Arrays;
  inputs: number[][];
  targets: number[][];
  firstGradient: Arrays;
  runs: Run[];
}

const { weightUnit, cases }: { weightUnit: number; cases: Case[] } = JSON.parse(
  readFileSync(new URL("../vectors/optimizers.json", import.meta.url), "utf8"),
);

const backends = ["wasm", "reference"] as const;

/** The largest relative error of rounding to f32. */
const HALF_ULP = 2 ** -24;

/**
 * Loss: relative, at every step. Weights: absolute, after the last step, beyond HALF_ULP. f32 may stray from f64 twice as far
 * as PyTorch's own does in the worst of these runs, since where in a run it strays is chance: by 3.4e-6.
 */
const tolerances = {
  wasm: {
    loss: 2e-6,
    weights: 2 * Math.max(...cases.flatMap(({ runs }) => runs.map((run) => run.float32Deviation.weights))),
  },
  reference: { loss: 1e-12, weights: 1e-9 },
};

/** Largest error of an f32 gradient: a sum of terms of either sign, relative to the largest of its array. */
const gradientError = (gradient: number[]) => 3e-6 * largest(gradient, Math.abs) + 2e-8;

/** Largest of `f` over the values of an array; NaN when one is NaN, so that no comparison with it holds. */
const largest = (array: number[], f: (value: number, index: number) => number): number =>
  array.reduce((most, value, i) => Math.max(most, f(value, i)), 0);

const entriesOf = (arrays: Arrays) => Object.entries(arrays) as [Name, number[]][];

const initialWeights = (given: Case): Arrays =>
  Object.fromEntries(
    entriesOf(given.initialWeights).map(([name, a]) => [name, a.map((x) => x * weightUnit)]),
  );

async function load(trainer: Trainer, given: Case): Promise<void> {
  const weights = entriesOf(initialWeights(given)).map(([name, array]) => [name, Float32Array.from(array)]);
  await trainer.load(Object.fromEntries(weights));
}

const batchOf = ({ inputs, targets }: Case, step: number) => ({
  inputs: Uint32Array.from(inputs[step]),
  targets: Uint32Array.from(targets[step]),
});

/** Each array that is there, as numbers. */
const arraysOf = async (trainer: Trainer): Promise<Arrays> =>
  Object.fromEntries(
    Object.entries(await trainer.weights())
      .filter(([, array]) => array !== undefined)
      .map(([name, array]) => [name, Array.from(array as Float32Array)]),
  );

describe.each(backends)("%s walks PyTorch's path", (backend) => {
  describe.each(cases)("$name", (given) => {
    test.each(given.runs)("$name", async ({ config: own, losses, finalWeights }) => {
      const config = { ...given.config, ...own };
      const { steps } = given.config;
      const tolerance = tolerances[backend];
      const trainer = await createTrainer(config, { backend });
      await load(trainer, given);
      const results: StepResult[] = [];
      for (let k = 0; k < steps; k++)
        results.push(await (config.gradient === "exact" ? trainer.step() : trainer.step(batchOf(given, k))));
      expect(results.at(-1)?.step).toBe(steps);
      expect(losses).toHaveLength(steps);
      const lossError = largest(losses, (loss, k) => Math.abs(results[k].loss / loss - 1));
      expect(lossError, "loss").toBeLessThanOrEqual(tolerance.loss);

      const weights = await arraysOf(trainer);
      expect(Object.keys(weights).sort()).toEqual(Object.keys(finalWeights).sort());
      for (const [name, golden] of entriesOf(finalWeights)) {
        const array = weights[name] as number[];
        expect(array, name).toHaveLength(golden.length);
        const error = largest(golden, (w, i) => Math.abs(array[i] - w) - HALF_ULP * Math.abs(w));
        expect(error, name).toBeLessThanOrEqual(tolerance.weights);
      }
      trainer.dispose();
    });
  });
});

describe("the sign optimizer's runs are held weight by weight: no sign is in doubt", () => {
  const runs = cases.flatMap((given) =>
    given.runs.flatMap((run) =>
      run.leastBuffer ? [[`${given.name}: ${run.name}`, given, run] as const] : [],
    ),
  );

  test.each(runs)("%s: every buffer is larger than its error", (_, given, { config, leastBuffer }) => {
    const { momentum = 0 } = config.optimizer as { momentum?: number };
    for (const [name, gradient] of entriesOf(given.firstGradient))
      expect(leastBuffer?.[name], name).toBeGreaterThan(gradientError(gradient) / (1 - momentum));
  });
});

describe.each(backends)("%s, the first step", (backend) => {
  const first = async (given: Case, config: RunConfigInput): Promise<[Arrays, Arrays]> => {
    const batchSize = given.inputs[0].length;
    const trainer = await createTrainer({ ...given.config, batchSize, ...config }, { backend });
    await load(trainer, given);
    await trainer.step(batchOf(given, 0));
    const after = await arraysOf(trainer);
    trainer.dispose();
    return [initialWeights(given), after];
  };

  test.each(cases)("SGD moves by the rate times PyTorch's gradient: $name", async (given) => {
    // a rate so high that the old weights vanish beside what is added
    const learningRate = 2 ** 16;
    const [before, after] = await first(given, { optimizer: { kind: "sgd" }, learningRate });
    for (const [name, gradient] of entriesOf(given.firstGradient)) {
      const [w, moved] = [before[name] as number[], after[name] as number[]];
      const scale = largest(gradient, Math.abs);
      const tolerance = backend === "reference" ? 1e-13 * scale : gradientError(gradient);
      const error = largest(gradient, (g, i) => {
        const rounding = HALF_ULP * (Math.abs(moved[i]) / learningRate) + 5e-8 * Math.abs(g);
        return Math.abs((w[i] - moved[i]) / learningRate - g) - rounding;
      });
      expect(error, name).toBeLessThanOrEqual(tolerance);
    }
  });

  test.each(cases)("signSGD moves by the rate, against the gradient, or not at all: $name", async (given) => {
    // weights and rate are whole multiples of 2^-12: nothing is rounded
    const learningRate = 2 ** -6;
    const [before, after] = await first(given, { optimizer: { kind: "sign" }, learningRate });
    for (const [name, gradient] of entriesOf(given.firstGradient)) {
      const [w, moved] = [before[name] as number[], after[name] as number[]];
      const bound = gradientError(gradient);
      const sure = gradient.flatMap((g, i) => (g === 0 || Math.abs(g) > bound ? [i] : []));
      expect(sure.length).toBeGreaterThan(0.99 * gradient.length);
      expect(sure.map((i) => (w[i] - moved[i]) / learningRate)).toEqual(
        sure.map((i) => Math.sign(gradient[i])),
      );
    }
  });
});
