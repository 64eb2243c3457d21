import type { RunConfig } from "../../config.js";
import { ConfigError } from "../../configError.js";
import type { Batch } from "../../data/batch.js";
import { PURPOSE, streamKey } from "../../data/random.js";
import { SCALARS } from "../../kernel/constants.js";
import { exp } from "../../math/elementary.js";
import { initialWeights } from "../../model/initialWeights.js";
import { parametersOf, type Weights } from "../../model/parameters.js";
import { optimizerOf } from "../../optimizer/index.js";
import { advanceRunning, startRunning } from "../../optimizer/optimizer.js";
import type { Advanced, BackendKind, BackendOptions, SynchronousBackend } from "../backend.js";
import { stepsAtOnce } from "../stepsAtOnce.js";
import {
  forEachArray,
  inputLoss,
  lossAndGradients,
  type Parameters,
  populationLossAndGradients,
  targetLosses,
  toParameters,
  toWeights,
} from "./model.js";
import { centredGram, jacobiEigenvalues } from "./spectrum.js";

export const reference: BackendKind = {
  name: "reference",
  // weights, gradients and the optimizer's arrays
  bytes: (config) => 8 * (2 + Object.keys(stateOf(config)).length) * sizeOf(config),
  create: createReferenceBackend,
};

const stateOf = ({ optimizer }: RunConfig) => optimizerOf(optimizer).state(optimizer);
/** base^exponent for a whole exponent, by repeated squaring: `**` differs between engines. */
function wholePower(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

const sizeOf = (config: RunConfig): number =>
  parametersOf(config).reduce((sum, { rows, columns }) => sum + rows * columns, 0);

/**
 * The definition of a run, computed in f64 by plain TypeScript: the oracle of every faster backend, and a backend of
 * its own for small sizes. Starts from the f32 initial weights that all backends share. `state()` rounds to f32, so
 * that a run resumed from it goes on from rounded numbers.
 * @throws ConfigError when more threads than one are asked for
 */
export function createReferenceBackend(
  config: RunConfig,
  { source, maxThreads = 1 }: Pick<BackendOptions, "source"> & Partial<BackendOptions>,
): SynchronousBackend {
  if (maxThreads > 1)
    throw new ConfigError(`threads: expected 1 with the reference backend, got ${maxThreads}`);
  const { vocabSize: V, embeddingDim: D, seed, batchSize } = config;
  const optimizer = optimizerOf(config.optimizer);
  let step = 0;
  const factors = optimizer.factors(config.optimizer);
  let running = startRunning(factors);
  /** Where powers are counted from: what the running products were at a step. */
  let origin = { step, running: { ...running } };
  let weights = toParameters(initialWeights(config, source));
  let arrays: Record<string, Parameters> = Object.fromEntries(
    Object.entries(stateOf(config)).map(([name, shape]) => [
      name,
      Object.fromEntries(
        parametersOf(config).map(({ name, rows, columns }) => [
          name,
          new Float64Array((shape === "row" ? 1 : rows) * columns),
        ]),
      ) as unknown as Parameters,
    ]),
  );

  function update(gradients: Parameters, learningRate: number): void {
    step += 1;
    const scalars = new Float64Array(SCALARS);
    advanceRunning(running, factors);
    const powers = Object.entries(factors).map(([name, factor]) => [
      name,
      origin.running[name] * wholePower(factor, step - origin.step),
    ]);
    optimizer.scalars(config.optimizer, learningRate, Object.fromEntries(powers), scalars, 0);
    for (const { name } of parametersOf(config)) {
      const state = Object.entries(arrays).map(([array, of]) => [array, of[name]]);
      optimizer.update(scalars, {
        theta: weights[name] as Float64Array,
        gradient: gradients[name] as Float64Array,
        state: Object.fromEntries(state),
        columns: D,
      });
    }
  }

  const exact = () => populationLossAndGradients(config, weights, source.probabilities, source.targets);

  function stepBy(
    { loss, gradients }: { loss: number; gradients: Parameters },
    learningRate: number,
  ): Advanced {
    if (!Number.isFinite(loss)) return { done: 0, loss };
    update(gradients, learningRate);
    return { done: 1, loss };
  }

  const draw = (purpose: number, count: number): Batch => source.draw(streamKey(seed, purpose, step), count);

  return {
    advance(learningRates) {
      let advanced: Advanced = { done: 0, loss: Number.NaN };
      for (let i = 0; i < learningRates.length; i++) {
        const gradients =
          config.gradient === "exact"
            ? exact()
            : lossAndGradients(config, weights, draw(PURPOSE.batch, batchSize));
        const { done, loss } = stepBy(gradients, learningRates[i]);
        advanced = { done: advanced.done + done, loss };
        if (done === 0) break;
      }
      return advanced;
    },
    stepOn: (batch, learningRate) => stepBy(lossAndGradients(config, weights, batch), learningRate),
    draw,
    inputLosses: (inputs) =>
      Float64Array.from(inputs, (input) => inputLoss(config, weights, source.targets(input), input)),
    pairLosses(inputs, starts, targets) {
      const losses = new Float64Array(targets.length);
      for (let i = 0; i < inputs.length; i++) {
        const ofInput = targetLosses(config, weights, inputs[i]);
        for (let k = starts[i]; k < starts[i + 1]; k++) losses[k] = ofInput[targets[k]];
      }
      return losses;
    },
    predictions(inputs, shares) {
      const losses = new Float64Array(inputs.length);
      const entropies = new Float64Array(inputs.length);
      const mean = new Float64Array(V);
      for (const [i, input] of inputs.entries()) {
        const surprises = targetLosses(config, weights, input);
        losses[i] = inputLoss(config, weights, source.targets(input), input);
        for (let b = 0; b < V; b++) {
          const q = exp(-surprises[b]);
          mean[b] += shares[i] * q;
          if (q > 0) entropies[i] += q * surprises[b];
        }
      }
      return { losses, entropies, mean };
    },
    gradientNorm() {
      let squares = 0;
      forEachArray([exact().gradients], (gradient) => {
        for (const g of gradient) squares += g * g;
      });
      return Math.sqrt(squares);
    },
    eigenvalues() {
      const { n, gram, meanEnergyShare } = centredGram(weights.embedding, V, D);
      return { values: jacobiEigenvalues(gram, n), meanEnergyShare };
    },
    state: () => ({
      step,
      weights: toWeights(weights),
      arrays: Object.fromEntries(
        Object.entries(arrays).map(([name, array]): [string, Weights] => [name, toWeights(array)]),
      ),
      scalars: { ...running },
    }),
    setState(state) {
      step = state.step;
      running = { ...state.scalars };
      origin = { step, running: { ...state.scalars } };
      weights = toParameters(state.weights);
      arrays = Object.fromEntries(
        Object.entries(state.arrays).map(([name, array]) => [name, toParameters(array)]),
      );
    },
    stepsAtOnce: stepsAtOnce(config),
    bytes: reference.bytes(config, { maxThreads: 1 }),
    async setThreads() {},
    dispose() {},
  };
}
