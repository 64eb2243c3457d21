/** The kernel's optimizers and exact gradients against the f64 ones, over every architecture and around every edge. */
import { describe, expect, test } from "vitest";
import type { RunConfigInput } from "../../src/config.js";
import type { Weights } from "../../src/model/parameters.js";
import { createKernel, createReference } from "./backends.js";
import { architectures, raggedSizes } from "./modelCases.js";

const optimizers: NonNullable<RunConfigInput["optimizer"]>[] = [
  { kind: "adam", weightDecay: 0.3 },
  { kind: "adam", coupled: true },
  { kind: "adam", coupled: true, weightDecay: 0.1, beta2: 0.9 },
  { kind: "sgd" },
  { kind: "sgd", momentum: 0.9, weightDecay: 0.05 },
  { kind: "sgd", momentum: 0.9, nesterov: true },
];

const arraysOf = (weights: Weights) => Object.entries(weights).filter(([, array]) => array !== undefined);

/** Every array, relative to its largest entry; and 3e-7 where terms of size 1 cancel, a rounding error or two of theirs. */
function expectNear(got: Weights, oracle: Weights, within: number, what: string) {
  for (const [name, array] of arraysOf(oracle)) {
    const other = got[name as keyof Weights] as Float32Array;
    expect(other.length).toBe(array.length);
    let worst = 0;
    let scale = 0;
    array.forEach((x: number, i: number) => {
      worst = Math.max(worst, Math.abs(x - other[i]));
      scale = Math.max(scale, Math.abs(x));
    });
    expect(worst, `${what} ${name}`).toBeLessThanOrEqual(within * scale + 3e-7);
  }
}

describe.each(optimizers)("%j", (optimizer) => {
  const rate = optimizer.kind === "sgd" ? 0.5 : 1e-3;
  describe.each(architectures)("tied $tied, norm $norm", (architecture) => {
    test.each(raggedSizes)("V $vocabSize, D $embeddingDim, B $batchSize", async (sizes) => {
      const config = { ...sizes, ...architecture, optimizer, seed: 3 };
      const [kernel, reference] = [await createKernel(config), await createReference(config)];
      const rates = new Float64Array(3).fill(rate);
      const [a, b] = [kernel.advance(rates), reference.advance(rates)];
      expect(Math.abs(a.loss - b.loss)).toBeLessThan(2e-6 * (1 + Math.abs(b.loss)));
      const [state, oracle] = [kernel.state(), reference.state()];
      expect(Object.keys(state.arrays)).toEqual(Object.keys(oracle.arrays));
      // Adam divides by the root of a second moment: where it is small, a small error of the gradient is a large one
      expectNear(state.weights, oracle.weights, optimizer.kind === "sgd" ? 1e-5 : 3e-3, "weights");
      for (const [name, arrays] of Object.entries(oracle.arrays))
        expectNear(state.arrays[name], arrays, 1e-5, name);
    });
  });
});

describe("exact gradients", () => {
  describe.each(architectures)("tied $tied, norm $norm", (architecture) => {
    test.each(raggedSizes.filter(({ vocabSize }) => (vocabSize as number) < 400))(
      "V $vocabSize, D $embeddingDim",
      async ({ vocabSize, embeddingDim }) => {
        const config: RunConfigInput = {
          vocabSize,
          embeddingDim,
          ...architecture,
          gradient: "exact",
          optimizer: { kind: "sgd", momentum: 0.5 },
        };
        const [kernel, reference] = [await createKernel(config), await createReference(config)];
        const norm = reference.gradientNorm();
        expect(Math.abs(kernel.gradientNorm() - norm)).toBeLessThan(1e-5 * norm + 3e-7);
        const rates = new Float64Array(3).fill(0.5);
        const [a, b] = [kernel.advance(rates), reference.advance(rates)];
        expect(Math.abs(a.loss - b.loss)).toBeLessThan(2e-6 * (1 + b.loss));
        expect(a.done).toBe(3);
        const [state, oracle] = [kernel.state(), reference.state()];
        expectNear(state.weights, oracle.weights, 1e-5, "weights");
        expectNear(state.arrays.momentum, oracle.arrays.momentum, 1e-5, "momentum");
        expect(state.step).toBe(3);
      },
    );
  });
});
