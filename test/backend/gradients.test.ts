/**
 * Gradients by finite differences, through the trainer: of a drawn batch and of the population, for every source, norm and
 * optimizer. A trainer that is loaded anew draws its first batch again, so that the losses of weights a little apart are of
 * the same pairs; and its first update says what gradient it has computed, once the optimizer's formula is known.
 */
import { describe, expect, test } from "vitest";
import type { RunConfigInput } from "../../src/config.js";
import { createTrainer, type Trainer, type Weights } from "../../src/index.js";
import { type OptimizerConfig, type OptimizerInput, optimizerOf } from "../../src/optimizer/index.js";
import { startRunning } from "../../src/optimizer/optimizer.js";
import { architectures } from "./modelCases.js";

type Name = keyof Weights;
type Arrays = Partial<Record<Name, Float64Array>>;

const [V, D] = [7, 4];
const sources = {
  independent: { kind: "independent" },
  topics: { kind: "topics", count: 3, strength: 0.6 },
  "low-rank": { kind: "low-rank", rank: 2, scale: 1.5, seed: 4 },
} as const;
const gradients = { batch: { batchSize: 20 }, exact: { gradient: "exact" } } as const;

/** Weights and steps of the differences are whole multiples of it, so that nothing is lost in f32. */
const UNIT = 2 ** -12;
const STEP = 4 * UNIT;
const HALF_ULP = 2 ** -24;
/** So high a rate that the old weights vanish beside what is added: an update is read to 2^-24 of itself. */
const RATE = 2 ** 20;

/** As they begin, a little off: gain and bias too, so that none drops out of a gradient. */
async function startOf(trainer: Trainer): Promise<Arrays> {
  const start: Arrays = {};
  for (const [name, array] of Object.entries(await trainer.weights()) as [Name, Float32Array | undefined][])
    if (array)
      start[name] = Float64Array.from(array, (w, i) => UNIT * (Math.round(w / UNIT) + ((37 * i) % 101)));
  return start;
}

const load = (trainer: Trainer, arrays: Arrays) =>
  trainer.load(
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, Float32Array.from(array)])),
  );

/** Five points: an error of h⁴·f⁽⁵⁾/30, so that h can be large enough for rounding to be 1e-12. */
async function differences(trainer: Trainer, start: Arrays, loss: () => Promise<number>): Promise<Arrays> {
  const result: Arrays = {};
  for (const [name, array] of Object.entries(start) as [Name, Float64Array][]) {
    result[name] = new Float64Array(array.length);
    for (let i = 0; i < array.length; i++) {
      const at = async (offset: number) => {
        const moved = array.slice();
        moved[i] += offset;
        await load(trainer, { ...start, [name]: moved });
        return loss();
      };
      const near = (await at(STEP)) - (await at(-STEP));
      const far = (await at(2 * STEP)) - (await at(-2 * STEP));
      result[name][i] = (8 * near - far) / (12 * STEP);
    }
  }
  return result;
}

/** What the difference may be off, for a gradient of this size. */
const uncertainty = (g: number) => 1e-7 * Math.abs(g) + 2e-12;

interface Case {
  optimizer: OptimizerInput;
  /** (θ − θ′)/rate after the first update, from the gradients and weights of one array, `columns` wide. */
  direction(g: Float64Array, theta: Float64Array, columns: number): ArrayLike<number>;
  /** How much of an error of the gradient is in it at most. */
  slope: number;
}

/** The first updates by formula; an eps of 1 keeps Adam's from being the sign. */
const optimizers: Record<string, Case> = {
  sgd: { optimizer: { kind: "sgd" }, direction: (g) => g, slope: 1 },
  "sgd, momentum": { optimizer: { kind: "sgd", momentum: 0.9 }, direction: (g) => g, slope: 1 },
  "sgd, nesterov, weight decay": {
    optimizer: { kind: "sgd", momentum: 0.9, nesterov: true, weightDecay: 0.3 },
    direction: (g, theta) => g.map((x, i) => 1.9 * (x + 0.3 * theta[i])),
    slope: 1.9,
  },
  adam: {
    optimizer: { kind: "adam", eps: 1 },
    direction: (g) => g.map((x) => x / (Math.abs(x) + 1)),
    slope: 1,
  },
  "adam, weight decay": {
    optimizer: { kind: "adam", eps: 1, weightDecay: 0.3 },
    direction: (g, theta) => g.map((x, i) => x / (Math.abs(x) + 1) + 0.3 * theta[i]),
    slope: 1,
  },
  "adam, coupled": {
    optimizer: { kind: "adam", eps: 1, coupled: true },
    direction: (g, _, columns) =>
      g.map((x, i) => {
        const column = g.filter((__, j) => j % columns === i % columns);
        const meanSquare = column.reduce((sum, y) => sum + y * y, 0) / column.length;
        return x / (Math.sqrt(meanSquare) + 1);
      }),
    slope: 2,
  },
  // what is less than the difference's error stands for a gradient that is 0
  sign: {
    optimizer: { kind: "sign" },
    direction: (g) => g.map((x) => (Math.abs(x) < 2e-12 ? 0 : Math.sign(x))),
    slope: 0,
  },
  "sign, momentum": {
    optimizer: { kind: "sign", momentum: 0.9 },
    direction: (g) => g.map((x) => (Math.abs(x) < 2e-12 ? 0 : Math.sign(x))),
    slope: 0,
  },
};

describe.each(Object.keys(gradients) as (keyof typeof gradients)[])("gradient: %s", (gradient) => {
  describe.each(Object.keys(sources) as (keyof typeof sources)[])("targets: %s", (source) => {
    describe.each(architectures)("tied $tied, norm $norm", (architecture) => {
      const create = (optimizer: OptimizerInput) => {
        const config: RunConfigInput = {
          vocabSize: V,
          embeddingDim: D,
          targets: sources[source],
          learningRate: RATE,
          seed: 5,
          optimizer,
          ...gradients[gradient],
          ...architecture,
        };
        return createTrainer(config, { backend: "reference" });
      };

      const measured = (async () => {
        const trainer = await create({ kind: "sgd" });
        const start = await startOf(trainer);
        const loss = async () => (await trainer.step()).loss;
        return { start, difference: await differences(trainer, start, loss) };
      })();

      test.each(Object.entries(optimizers))("%s", async (_, { optimizer, direction, slope }) => {
        const { start, difference } = await measured;
        const trainer = await create(optimizer);
        await load(trainer, start);
        await trainer.step();
        const after = await trainer.weights();
        for (const [name, theta] of Object.entries(start) as [Name, Float64Array][]) {
          const g = difference[name] as Float64Array;
          const expected = direction(g, theta, D);
          const moved = after[name] as Float32Array;
          for (let i = 0; i < theta.length; i++) {
            const got = (theta[i] - moved[i]) / RATE;
            const rounding = HALF_ULP * Math.abs(moved[i] / RATE);
            const error = Math.abs(got - expected[i]);
            expect(error, `${name}[${i}]`).toBeLessThanOrEqual(slope * uncertainty(g[i]) + rounding + 1e-15);
          }
        }
        expect(Object.keys(start)).toHaveLength(
          1 + (architecture.tied ? 0 : 1) + { none: 0, rmsnorm: 1, layernorm: 2 }[architecture.norm],
        );
      });

      test("none is small by chance", async () => {
        const { start, difference } = await measured;
        const sizes = Object.keys(start).map((name) =>
          Math.max(...(difference[name as Name] as Float64Array).map(Math.abs)),
        );
        expect(Math.min(...sizes)).toBeGreaterThan(1e-3);
      });

      if (gradient === "exact")
        test("its loss is the population loss", async () => {
          const trainer = await create({ kind: "sgd" });
          const { loss } = await trainer.evaluate();
          expect(Math.abs((await trainer.step()).loss - loss)).toBeLessThan(1e-14);
        });
    });
  });
});

describe("updates follow the formulas over many steps", () => {
  const [rows, columns, rate] = [5, 3, 0.01];

  /** Gradients that differ, and stop for good in the first row after step 4. */
  const gradientAt = (t: number) =>
    Float64Array.from({ length: rows * columns }, (_, i) =>
      t > 4 && i < columns ? 0 : Math.sin(1 + i * i + 0.7 * t * (i + 1)),
    );

  type Step = (theta: number[], g: number[], t: number) => number[];

  /** θ by the papers' formulas, with the whole history in hand. */
  const formulas: [OptimizerConfig, () => Step][] = [
    [
      { kind: "sgd", momentum: 0.8, nesterov: false, weightDecay: 0.2 },
      () => {
        let buffer: number[] | undefined;
        return (theta, g) => {
          const decayed = g.map((x, i) => x + 0.2 * theta[i]);
          buffer = buffer ? buffer.map((b, i) => 0.8 * b + decayed[i]) : decayed;
          return theta.map((x, i) => x - rate * (buffer as number[])[i]);
        };
      },
    ],
    [
      { kind: "sgd", momentum: 0.8, nesterov: true, weightDecay: 0 },
      () => {
        const seen: number[][] = [];
        return (theta, g) => {
          seen.unshift(g);
          const buffer = g.map((_, i) => seen.reduce((sum, past, age) => sum + 0.8 ** age * past[i], 0));
          return theta.map((x, i) => x - rate * (g[i] + 0.8 * buffer[i]));
        };
      },
    ],
    [
      { kind: "sign", momentum: 0.5 },
      () => {
        const seen: number[][] = [];
        return (theta, g) => {
          seen.unshift(g);
          const buffer = g.map((_, i) => seen.reduce((sum, past, age) => sum + 0.5 ** age * past[i], 0));
          return theta.map((x, i) => x - rate * (Math.abs(buffer[i]) < 1e-30 ? 0 : Math.sign(buffer[i])));
        };
      },
    ],
    ...[false, true].map((coupled): [OptimizerConfig, () => Step] => [
      { kind: "adam", beta1: 0.8, beta2: 0.9, eps: 0.01, weightDecay: 0.3, coupled },
      () => {
        const seen: number[][] = [];
        const mean = (beta: number, f: (past: number[]) => number) =>
          ((1 - beta) * seen.reduce((sum, past, age) => sum + beta ** age * f(past), 0)) /
          (1 - beta ** seen.length);
        return (theta, g) => {
          seen.unshift(g);
          return theta.map((x, i) => {
            const first = mean(0.8, (past) => past[i]);
            const second = mean(0.9, (past) => {
              if (!coupled) return past[i] ** 2;
              const column = past.filter((_, j) => j % columns === i % columns);
              return column.reduce((sum, y) => sum + y * y, 0) / rows;
            });
            return x - rate * 0.3 * x - (rate * first) / (Math.sqrt(second) + 0.01);
          });
        };
      },
    ]),
  ];

  test.each(formulas)("%j", (config, start) => {
    const optimizer = optimizerOf(config);
    const theta = Float64Array.from({ length: rows * columns }, (_, i) => Math.cos(3 * i));
    let expected = Array.from(theta);
    const next = start();
    const state = Object.fromEntries(
      Object.entries(optimizer.state(config)).map(([name, shape]) => [
        name,
        new Float64Array(shape === "row" ? columns : rows * columns),
      ]),
    );
    const factors = optimizer.factors(config);
    const running = startRunning(factors);
    // 0.5^t of the last gradients is below 1e-30 from step 104 on
    for (let t = 1; t <= 120; t++) {
      const gradient = gradientAt(t);
      for (const name in factors) running[name] *= factors[name];
      const scalars = new Float64Array(8);
      optimizer.scalars(config, rate, running, scalars, 0);
      optimizer.update(scalars, { theta, gradient, state, columns });
      expected = next(expected, Array.from(gradient), t);
      for (const [i, x] of expected.entries())
        expect(Math.abs(theta[i] - x), `step ${t}, weight ${i}`).toBeLessThan(1e-12);
    }
  });
});
