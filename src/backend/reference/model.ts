/**
 * The model itself, in f64 and as plain as its formulas: x_a = norm(E_a), logits_ab = x_a · U_b, q(b|a) = softmax over b.
 * Pure functions over flat row-major arrays; V tokens, D dimensions, u distinct inputs in a batch of B pairs.
 */
import type { RunConfig } from "../../config.js";
import type { Batch } from "../../data/batch.js";
import { exp, log } from "../../math/elementary.js";
import { NORM_EPS } from "../../model/norm.js";
import type { Weights } from "../../model/parameters.js";

/** Trained arrays in f64, the shapes of Weights: embedding and unembedding V×D, gain and bias D. */
export interface Parameters {
  embedding: Float64Array;
  /** Undefined when tied: the embedding serves for both. */
  unembedding?: Float64Array;
  gain?: Float64Array;
  bias?: Float64Array;
}

/** What the model needs to know of a config. */
export type ModelConfig = Pick<RunConfig, "vocabSize" | "embeddingDim" | "norm">;

const NAMES = ["embedding", "unembedding", "gain", "bias"] as const;

/** Applies `f` to each array that is there. */
function mapArrays<From, To>(
  arrays: Partial<Record<(typeof NAMES)[number], From>>,
  f: (array: From, name: (typeof NAMES)[number]) => To,
) {
  const result: Partial<Record<(typeof NAMES)[number], To>> = {};
  for (const name of NAMES) {
    const array = arrays[name];
    if (array !== undefined) result[name] = f(array, name);
  }
  return result as { embedding: To } & typeof result;
}

/** f32 weights widened to f64. */
export const toParameters = (weights: Weights): Parameters => mapArrays(weights, (a) => Float64Array.from(a));

/** f64 parameters rounded to f32. */
export const toWeights = (parameters: Parameters): Weights =>
  mapArrays(parameters, (a) => Float32Array.from(a));

/** Zeros in the shapes of `parameters`. */
export const zerosLike = (parameters: Parameters): Parameters =>
  mapArrays(parameters, (a) => new Float64Array(a.length));

/** Calls `f` with each array of the first set and those of the same name in the others. */
export function forEachArray(sets: Parameters[], f: (...arrays: Float64Array[]) => void): void {
  for (const name of NAMES) {
    if (sets[0][name] !== undefined) f(...sets.map((set) => set[name] as Float64Array));
  }
}

/** One embedding row through the norm: x = normalised · gain + bias, all of length D. */
interface NormedRow {
  x: Float64Array;
  /** The row before gain and bias. */
  normalised: Float64Array;
  /** 1/sqrt(var + eps), or 1/sqrt(mean square + eps) for rmsnorm. */
  inverseDeviation: number;
}

/** x_a = norm(E_a): layernorm with population variance, rmsnorm without a mean, or the row itself. */
function normForward({ embeddingDim: D, norm }: ModelConfig, weights: Parameters, input: number): NormedRow {
  const row = weights.embedding.subarray(input * D, (input + 1) * D);
  if (norm === "none") return { x: row, normalised: row, inverseDeviation: 1 };
  const mean = norm === "layernorm" ? row.reduce((sum, e) => sum + e, 0) / D : 0;
  const variance = row.reduce((sum, e) => sum + (e - mean) * (e - mean), 0) / D;
  const inverseDeviation = 1 / Math.sqrt(variance + NORM_EPS);
  const normalised = row.map((e) => (e - mean) * inverseDeviation);
  const gain = weights.gain as Float64Array;
  const x = normalised.map((h, d) => h * gain[d] + (weights.bias?.[d] ?? 0));
  return { x, normalised, inverseDeviation };
}

/** Adds to the gradients what dL/dx of one input gives: into its embedding row, gain and bias. */
function normBackward(
  { embeddingDim: D, norm }: ModelConfig,
  weights: Parameters,
  input: number,
  { normalised, inverseDeviation }: NormedRow,
  dx: Float64Array,
  gradients: Parameters,
): void {
  const dRow = gradients.embedding.subarray(input * D, (input + 1) * D);
  if (norm === "none") {
    for (let d = 0; d < D; d++) dRow[d] += dx[d];
    return;
  }
  const gain = weights.gain as Float64Array;
  const dNormalised = dx.map((g, d) => g * gain[d]);
  for (let d = 0; d < D; d++) {
    (gradients.gain as Float64Array)[d] += dx[d] * normalised[d];
    if (gradients.bias) gradients.bias[d] += dx[d];
  }
  // dE = (dh - mean(dh) - h mean(dh h)) / deviation; rmsnorm subtracts no mean
  const meanOfGradient = norm === "layernorm" ? dNormalised.reduce((sum, g) => sum + g, 0) / D : 0;
  const meanOfProduct = dNormalised.reduce((sum, g, d) => sum + g * normalised[d], 0) / D;
  for (let d = 0; d < D; d++)
    dRow[d] += (dNormalised[d] - meanOfGradient - normalised[d] * meanOfProduct) * inverseDeviation;
}

/** logits_b = x · U_b, length V. */
function logitsOf({ vocabSize: V, embeddingDim: D }: ModelConfig, weights: Parameters, x: Float64Array) {
  const U = weights.unembedding ?? weights.embedding;
  const logits = new Float64Array(V);
  for (let b = 0; b < V; b++) {
    let sum = 0;
    for (let d = 0; d < D; d++) sum += x[d] * U[b * D + d];
    logits[b] = sum;
  }
  return logits;
}

/** q(·|a) of one input, length V: the largest logit taken off, so that nothing overflows. */
export function prediction(config: ModelConfig, weights: Parameters, input: number): Float64Array {
  const q = logitsOf(config, weights, normForward(config, weights, input).x);
  let largest = -Infinity;
  for (const logit of q) if (logit > largest) largest = logit;
  let total = 0;
  for (let b = 0; b < q.length; b++) {
    q[b] = exp(q[b] - largest);
    total += q[b];
  }
  for (let b = 0; b < q.length; b++) q[b] /= total;
  return q;
}

/** ln Σ exp(logits), shifted by the largest so that nothing overflows. */
export function logSumExp(logits: Float64Array): number {
  const shift = logits.reduce((max, logit) => Math.max(max, logit), -Infinity);
  return shift + log(logits.reduce((sum, logit) => sum + exp(logit - shift), 0));
}

/** Targets by distinct input, inputs in the order of their first appearance. */
export function groupByInput({ inputs, targets }: Batch): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (let i = 0; i < inputs.length; i++) {
    const group = groups.get(inputs[i]);
    if (group) group.push(targets[i]);
    else groups.set(inputs[i], [targets[i]]);
  }
  return groups;
}

/**
 * Mean loss of a batch in nats and its gradients, in the shapes of `weights`. Since the logits depend on the input
 * alone, each distinct input a is done once: G_ab = (n_a q(b|a) - c_ab)/B with n_a its count and c_ab the pair's;
 * dU = Gᵀx, dx = G U. Tied, both uses add into the embedding's gradient.
 */
export function lossAndGradients(
  config: ModelConfig,
  weights: Parameters,
  batch: Batch,
): { loss: number; gradients: Parameters } {
  const B = batch.inputs.length;
  const gradients = zerosLike(weights);
  let loss = 0;

  for (const [input, targets] of groupByInput(batch)) {
    const { normed, logits, logNormaliser } = predict(config, weights, input);
    const dLogits = logits.map((logit) => (targets.length * exp(logit - logNormaliser)) / B);
    for (const target of targets) {
      loss += (logNormaliser - logits[target]) / B;
      dLogits[target] -= 1 / B;
    }
    addGradients(config, weights, input, normed, dLogits, gradients);
  }
  return { loss, gradients };
}

/** Of one input: the normed row, the logits and ln Σ exp(logits). */
function predict(config: ModelConfig, weights: Parameters, input: number) {
  const normed = normForward(config, weights, input);
  const logits = logitsOf(config, weights, normed.x);
  return { normed, logits, logNormaliser: logSumExp(logits) };
}

/** Loss of each target b given one input, -ln q(b|a) in nats, length V. */
export function targetLosses(config: ModelConfig, weights: Parameters, input: number): Float64Array {
  const { logits, logNormaliser } = predict(config, weights, input);
  return logits.map((logit) => logNormaliser - logit);
}

/**
 * Expected loss of one input over its targets: lse_a - Σ_b P(b|a) logits_ab, in nats.
 * @param targets P(·|a), length V, summing to 1
 */
export function inputLoss(
  config: ModelConfig,
  weights: Parameters,
  targets: ArrayLike<number>,
  input: number,
): number {
  const { logits, logNormaliser } = predict(config, weights, input);
  // targets of probability 0 are left out, even where their logit is infinite
  const expected = logits.reduce((sum, logit, b) => (targets[b] > 0 ? sum + targets[b] * logit : sum), 0);
  return logNormaliser - expected;
}

/**
 * Population loss Σ_a p_a [lse_a - Σ_b P(b|a) logits_ab] in nats and its gradients: G_ab = p_a (q(b|a) - P(b|a)).
 * @param targetsOf P(·|a)
 */
export function populationLossAndGradients(
  config: ModelConfig,
  weights: Parameters,
  probabilities: ArrayLike<number>,
  targetsOf: (input: number) => ArrayLike<number>,
): { loss: number; gradients: Parameters } {
  const gradients = zerosLike(weights);
  let loss = 0;
  for (let a = 0; a < config.vocabSize; a++) {
    const p = probabilities[a];
    if (p === 0) continue;
    const targets = targetsOf(a);
    const { normed, logits, logNormaliser } = predict(config, weights, a);
    const expected = logits.reduce((sum, logit, b) => (targets[b] > 0 ? sum + targets[b] * logit : sum), 0);
    loss += p * (logNormaliser - expected);
    const dLogits = logits.map((logit, b) => p * (exp(logit - logNormaliser) - targets[b]));
    addGradients(config, weights, a, normed, dLogits, gradients);
  }
  return { loss, gradients };
}

/** Adds the gradients of one input, given G, that of its logits: dU = Gᵀx, dx = G U and back through the norm. */
function addGradients(
  config: ModelConfig,
  weights: Parameters,
  input: number,
  normed: NormedRow,
  dLogits: Float64Array,
  gradients: Parameters,
): void {
  const { vocabSize: V, embeddingDim: D } = config;
  const U = weights.unembedding ?? weights.embedding;
  const dU = gradients.unembedding ?? gradients.embedding;
  const dx = new Float64Array(D);
  for (let b = 0; b < V; b++) {
    for (let d = 0; d < D; d++) {
      dx[d] += dLogits[b] * U[b * D + d];
      dU[b * D + d] += dLogits[b] * normed.x[d];
    }
  }
  normBackward(config, weights, input, normed, dx, gradients);
}
