/**
 * The population loss, and mean prediction, by the config's `evaluation`: exact, stratified, or on drawn pairs. Composed of
 * what any backend computes.
 */
import { after, type Backend, type Now, type Predictions } from "../backend/backend.js";
import type { RunConfig } from "../config.js";
import type { Batch } from "../data/batch.js";
import { PURPOSE } from "../data/random.js";
import type { PairCounts, TokenSource } from "../data/source.js";
import { stratify } from "../data/stratification.js";
import { RunningMean } from "../math/runningMean.js";

/** Population loss in nats. `standardError` is 0 when the loss is exact. */
export interface PopulationLoss {
  loss: number;
  standardError: number;
}

export interface Population extends PopulationLoss {
  /**
   * The mean prediction q̄ = Σ_a p_a q_a (length V) and Σ_a p_a H(q_a) in nats, where targets depend on inputs;
   * undefined elsewhere, and where pairs are sampled. In a stratified evaluation q̄ is a noisy estimate, so its entropy
   * is biased low, and with it `inputDependence`; `marginalError` is biased high. The loss is unbiased.
   */
  predicted?: { mean: Float64Array; entropy: number } | undefined;
}

/** A run, as an evaluation asks it. */
export interface Asked {
  config: RunConfig;
  source: TokenSource;
  backend: Backend;
  step: number;
}

export function measurePopulation(asked: Asked): Now<Population> {
  const { evaluation } = asked.config;
  if (evaluation.kind === "sampled") return sampledLoss(asked, evaluation.size);
  const { probabilities } = asked.source;
  if (evaluation.kind === "exact") {
    const every = Uint32Array.from({ length: asked.config.vocabSize }, (_, i) => i);
    return after(measure(asked, every, probabilities), ({ losses, mean, entropies }) => ({
      loss: weightedSum(losses, probabilities),
      standardError: 0,
      predicted: mean && { mean, entropy: weightedSum(entropies!, probabilities) },
    }));
  }
  const { exact, tail } = stratify(probabilities, evaluation, asked.config.seed, asked.step);
  return after(measure(asked, exact.inputs, exact.weights), (frequent) => {
    const loss = weightedSum(frequent.losses, exact.weights);
    const entropy = frequent.entropies && weightedSum(frequent.entropies, exact.weights);
    if (tail.inputs.length === 0)
      return {
        loss,
        standardError: 0,
        predicted: frequent.mean && { mean: frequent.mean, entropy: entropy! },
      };
    const weights = new Float64Array(tail.inputs.length).fill(tail.mass / tail.inputs.length);
    return after(measure(asked, tail.inputs, weights), (rare) => {
      const running = new RunningMean();
      for (const x of rare.losses) running.add(x, 1);
      return {
        loss: loss + tail.mass * running.mean,
        standardError: tail.mass * running.standardError,
        predicted: frequent.mean && {
          mean: frequent.mean.map((q, b) => q + rare.mean![b]),
          entropy: entropy! + weightedSum(rare.entropies!, weights),
        },
      };
    });
  });
}

type Measured = Pick<Predictions, "losses"> & Partial<Predictions>;

/** Losses of these inputs; where targets depend on inputs, what the model predicts for them as well. */
function measure({ source, backend }: Asked, inputs: Uint32Array, weights: Float64Array): Now<Measured> {
  if (!source.conditional) return after(backend.inputLosses(inputs), (losses) => ({ losses }));
  return after(backend.predictions(inputs, weights), (predictions) => {
    if (!source.pairs) return predictions;
    // targets of a corpus: the counted pairs of its training part
    return after(lossesByInput(backend, source.pairs.training, inputs), (losses) => ({
      ...predictions,
      losses,
    }));
  });
}

/** Mean loss of the pairs of each of these inputs; 0 for an input without pairs. */
function lossesByInput(backend: Backend, pairs: PairCounts, inputs: Uint32Array): Now<Float64Array> {
  const rowOf = new Map(Array.from(pairs.inputs, (input, row) => [input, row]));
  const present = [...new Set(inputs)].filter((input) => rowOf.has(input));
  const rows = present.map((input) => rowOf.get(input) as number);
  const starts = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => {
    starts[i + 1] = starts[i] + pairs.starts[row + 1] - pairs.starts[row];
  });
  const targets = new Uint32Array(starts[rows.length]);
  rows.forEach((row, i) => {
    targets.set(pairs.targets.subarray(pairs.starts[row], pairs.starts[row + 1]), starts[i]);
  });
  return after(backend.pairLosses(Uint32Array.from(present), starts, targets), (losses) => {
    const means = new Map<number, number>();
    rows.forEach((row, i) => {
      let sum = 0;
      let total = 0;
      for (let k = 0; k < starts[i + 1] - starts[i]; k++) {
        const count = pairs.counts[pairs.starts[row] + k];
        sum += count * losses[starts[i] + k];
        total += count;
      }
      means.set(present[i], sum / total);
    });
    return Float64Array.from(inputs, (input) => means.get(input) ?? 0);
  });
}

/** Mean loss, in nats, of all pairs of one part of a corpus. */
export const lossOfPairs = (backend: Backend, pairs: PairCounts): Now<number> =>
  after(backend.pairLosses(pairs.inputs, pairs.starts, pairs.targets), (losses) => {
    let sum = 0;
    for (let k = 0; k < losses.length; k++) sum += pairs.counts[k] * losses[k];
    return sum / pairs.total;
  });

/** Mean loss of `size` drawn pairs, each distinct pair computed once. */
function sampledLoss({ backend, config: { vocabSize } }: Asked, size: number): Now<Population> {
  return after(backend.draw(PURPOSE.sampledEvaluation, size), (batch) => {
    const { inputs, starts, targets, counts } = countPairs(batch, vocabSize);
    return after(backend.pairLosses(inputs, starts, targets), (losses) => {
      const running = new RunningMean();
      for (let k = 0; k < losses.length; k++) running.add(losses[k], counts[k]);
      return { loss: running.mean, standardError: running.standardError };
    });
  });
}

/** Distinct pairs: inputs in ascending order, the targets of each in the order of their first appearance. */
function countPairs({ inputs, targets }: Batch, vocabSize: number) {
  const ends = new Uint32Array(vocabSize + 1);
  for (const input of inputs) ends[input + 1]++;
  for (let a = 0; a < vocabSize; a++) ends[a + 1] += ends[a];
  const sorted = new Uint32Array(targets.length);
  const next = ends.slice(0, vocabSize);
  for (let i = 0; i < inputs.length; i++) sorted[next[inputs[i]]++] = targets[i];

  const found: number[] = [];
  const starts: number[] = [0];
  const counts = new Uint32Array(sorted.length);
  // 1 + the entry of each target of the current input, 0 if it has none
  const places = new Uint32Array(vocabSize);
  let entries = 0;
  for (let a = 0; a < vocabSize; a++) {
    if (ends[a] === ends[a + 1]) continue;
    const first = entries;
    for (let i = ends[a]; i < ends[a + 1]; i++) {
      const target = sorted[i];
      if (places[target] === 0) {
        // entries never overtake the pairs they come from
        sorted[entries] = target;
        places[target] = ++entries;
      }
      counts[places[target] - 1]++;
    }
    for (let k = first; k < entries; k++) places[sorted[k]] = 0;
    found.push(a);
    starts.push(entries);
  }
  return {
    inputs: Uint32Array.from(found),
    starts: Uint32Array.from(starts),
    targets: sorted.subarray(0, entries),
    counts: counts.subarray(0, entries),
  };
}

const weightedSum = (values: Float64Array, weights: Float64Array): number => {
  let sum = 0;
  // inputs of weight 0 are left out, even where their loss is infinite
  for (let i = 0; i < values.length; i++) if (weights[i] > 0) sum += values[i] * weights[i];
  return sum;
};
