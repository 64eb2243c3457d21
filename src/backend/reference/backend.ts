import type { RunConfig } from "../../config.js";
import { tokenProbabilities } from "../../data/distribution.js";
import { PURPOSE } from "../../data/random.js";
import { aliasTable, drawBatch } from "../../data/sampling.js";
import { stratify } from "../../data/stratification.js";
import { RunningMean } from "../../math/runningMean.js";
import { initialWeights } from "../../model/initialWeights.js";
import type { Adam } from "../../optimizer/adam.js";
import type { Advanced, Batch, PopulationLoss, SynchronousBackend } from "../backend.js";
import { summarize } from "../spectrum.js";
import { adamUpdate } from "./adam.js";
import {
  forEachArray,
  groupByInput,
  inputLoss,
  lossAndGradients,
  populationLoss,
  targetLosses,
  toParameters,
  toWeights,
  zerosLike,
} from "./model.js";
import { centredGram, jacobiEigenvalues } from "./spectrum.js";

/**
 * The definition of a run, computed in f64 by plain TypeScript: the oracle of every faster backend, and a backend of
 * its own for small sizes. Starts from the f32 initial weights that all backends share. `state()` rounds to f32, so
 * that a run resumed from it goes on from rounded numbers.
 */
export function createReferenceBackend(config: RunConfig): SynchronousBackend {
  const { vocabSize: V, embeddingDim: D, seed, batchSize } = config;
  const probabilities = tokenProbabilities(config.distribution, V);
  const table = aliasTable(probabilities);
  let step = 0;
  let scalars = { beta1Power: 1, beta2Power: 1 };
  let weights = toParameters(initialWeights(config));
  let firstMoment = zerosLike(weights);
  let secondMoment = zerosLike(weights);

  let count = 0;
  forEachArray([weights], (array) => {
    count += array.length;
  });

  function stepOn(batch: Batch, learningRate: number): Advanced {
    const { loss, gradients } = lossAndGradients(config, weights, batch);
    if (!Number.isFinite(loss)) return { done: 0, loss };
    step += 1;
    const { beta1, beta2 } = config.optimizer as Adam;
    scalars = { beta1Power: scalars.beta1Power * beta1, beta2Power: scalars.beta2Power * beta2 };
    forEachArray([weights, gradients, firstMoment, secondMoment], (theta, g, m, v) => {
      adamUpdate(theta, g, m, v, step, learningRate, config.optimizer as Adam);
    });
    return { done: 1, loss };
  }

  /** Mean of `size` drawn pairs, each distinct input's logits computed once. */
  function evaluateSampled(size: number): PopulationLoss {
    const pairs = drawBatch(table, seed, step, size, PURPOSE.sampledEvaluation);
    const running = new RunningMean();
    for (const [input, targets] of groupByInput(pairs)) {
      const losses = targetLosses(config, weights, input);
      const counts = new Uint32Array(V);
      for (const target of targets) counts[target] += 1;
      for (let b = 0; b < V; b++) if (counts[b] > 0) running.add(losses[b], counts[b]);
    }
    return { loss: running.mean, standardError: running.standardError };
  }

  /** The most frequent inputs exactly, the tail by its drawn inputs; targets exactly in both. */
  function evaluateStratified(sizes: { exactInputs: number; sampledInputs: number }): PopulationLoss {
    const { exact, tail } = stratify(probabilities, sizes, seed, step);
    let loss = 0;
    for (let i = 0; i < exact.inputs.length; i++) {
      const weight = exact.weights[i];
      if (weight > 0) loss += weight * inputLoss(config, weights, probabilities, exact.inputs[i]);
    }
    if (tail.inputs.length === 0) return { loss, standardError: 0 };
    const known = new Map<number, number>();
    const running = new RunningMean();
    for (const input of tail.inputs) {
      const inputsLoss = known.get(input) ?? inputLoss(config, weights, probabilities, input);
      known.set(input, inputsLoss);
      running.add(inputsLoss, 1);
    }
    return { loss: loss + tail.mass * running.mean, standardError: tail.mass * running.standardError };
  }

  return {
    advance(learningRates) {
      let advanced: Advanced = { done: 0, loss: Number.NaN };
      for (let i = 0; i < learningRates.length; i++) {
        const { done, loss } = stepOn(drawBatch(table, seed, step, batchSize), learningRates[i]);
        advanced = { done: advanced.done + done, loss };
        if (done === 0) break;
      }
      return advanced;
    },
    stepOn,
    evaluate() {
      const { evaluation } = config;
      if (evaluation.kind === "sampled") return evaluateSampled(evaluation.size);
      if (evaluation.kind === "stratified") return evaluateStratified(evaluation);
      return { loss: populationLoss(config, weights, probabilities), standardError: 0 };
    },
    spectrum() {
      const { n, gram, meanEnergyShare } = centredGram(weights.embedding, V, D);
      return summarize(jacobiEigenvalues(gram, n), meanEnergyShare);
    },
    state: () => ({
      step,
      weights: toWeights(weights),
      firstMoment: toWeights(firstMoment),
      secondMoment: toWeights(secondMoment),
      scalars,
    }),
    setState(state) {
      step = state.step;
      scalars = state.scalars;
      weights = toParameters(state.weights);
      firstMoment = toParameters(state.firstMoment);
      secondMoment = toParameters(state.secondMoment);
    },
    // weights, gradients and two moments
    bytes: 4 * 8 * count,
    async setThreads() {},
    dispose() {},
  };
}
