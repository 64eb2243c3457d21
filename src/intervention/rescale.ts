/**
 * Weights of another size that give the same predictions. Under a norm the embedding may have any size; an unembedding k
 * times smaller is made up for by gain and bias k times larger (tied, the embedding is both). Without a norm the embedding
 * grows by what the unembedding shrinks. The optimizer's arrays go along: where a weight grows by k, its gradient shrinks
 * by it, a first moment by k and a second by k².
 *
 * How far the function is kept: up to the rounding of the f32 weights, but for the 1e-5 inside a norm's root. Where a row's
 * variance s (mean square, for rmsnorm) becomes c²s, what the norm makes of it grows by the factor
 * c·sqrt((s + 1e-5)/(c²s + 1e-5)), about 1 + 5e-6·(1/s − 1/(c²s)): 1 + 5e-4 from rms 0.1 to a large one. Below rms 0.01,
 * where that is 5 %, nothing is rescaled. Adam's eps and weight decay do not scale along, so the steps that follow are
 * others: that is what such a run is about.
 */
import * as v from "valibot";
import { ConfigError } from "../configError.js";
import type { Weights } from "../model/parameters.js";
import { optimizerOf } from "../optimizer/index.js";
import { positive } from "../schema.js";
import type { Held, InterventionKind, Subject } from "./intervention.js";
import { stepSchema } from "./step.js";

/** Below it a norm's 1e-5 changes the function by more than 5 %. */
const LEAST_NORMED = 0.01;

export interface Rescale {
  step: number;
  kind: "rescale";
  /** Root mean square of the embedding's entries then. */
  embeddingRms?: number | undefined;
  /** Root mean square of the unembedding's entries then; untied weights only. */
  unembeddingRms?: number | undefined;
}

export const rescale: InterventionKind<Rescale> = {
  kind: "rescale",
  form: '{ step, kind: "rescale", embeddingRms, unembeddingRms }',
  schema: () =>
    v.strictObject({
      step: stepSchema(),
      kind: v.literal("rescale"),
      embeddingRms: v.optional(positive()),
      unembeddingRms: v.optional(positive()),
    }),
  check({ embeddingRms, unembeddingRms }, { tied, norm }, _, refuse) {
    if (tied && norm === "none")
      throw refuse("", "expected untied weights or a norm, without which no other size keeps the function");
    if (embeddingRms === undefined && unembeddingRms === undefined)
      throw refuse("", `expected embeddingRms${tied ? "" : ", unembeddingRms or both"}, got nothing`);
    if (tied && unembeddingRms !== undefined)
      throw refuse("unembeddingRms", `expected nothing with tied weights, got ${unembeddingRms}`);
    if (norm !== "none" && embeddingRms !== undefined && embeddingRms < LEAST_NORMED)
      throw refuse(
        "embeddingRms",
        `expected at least ${LEAST_NORMED} under a norm, whose 1e-5 would change the function, got ${embeddingRms}`,
      );
    if (norm === "none" && embeddingRms !== undefined && unembeddingRms !== undefined)
      throw refuse(
        "unembeddingRms",
        `expected nothing beside embeddingRms without a norm, since one gives the other, got ${unembeddingRms}`,
      );
  },
  change(intervention, held, run) {
    const factors = factorsOf(intervention, held, run);
    const { degrees } = optimizerOf(run.optimizer);
    for (const [name, factor] of Object.entries(factors) as [keyof Weights, number][]) {
      multiply(held.weights[name], factor);
      const shrunk = 1 / factor;
      for (const [array, of] of Object.entries(held.arrays))
        multiply(of[name], degrees[array] === 2 ? shrunk * shrunk : shrunk);
    }
  },
};

/** What each parameter is multiplied by. */
function factorsOf(
  { step, embeddingRms, unembeddingRms }: Rescale,
  { weights }: Held,
  { tied, norm }: Subject,
): Partial<Record<keyof Weights, number>> {
  const towards = (name: "embedding" | "unembedding", wanted: number | undefined): number => {
    if (wanted === undefined) return 1;
    const now = rms(weights[name] as Float32Array);
    const least = norm !== "none" && name === "embedding" ? LEAST_NORMED : 0;
    if (now === 0 || now < least)
      throw new ConfigError(
        `interventions: expected an ${name} of rms ${least > 0 ? `at least ${least}` : "above 0"} to rescale at step ${step}, got ${now}`,
      );
    return wanted / now;
  };
  const embedding = towards("embedding", embeddingRms);
  const unembedding = towards("unembedding", unembeddingRms);
  if (norm === "none")
    return embeddingRms === undefined
      ? { embedding: 1 / unembedding, unembedding }
      : { embedding, unembedding: 1 / embedding };
  const outside = 1 / (tied ? embedding : unembedding);
  return { embedding, unembedding, gain: outside, bias: outside };
}

/** Root mean square, summed in the array's order. */
function rms(array: Float32Array): number {
  let squares = 0;
  for (const x of array) squares += x * x;
  return Math.sqrt(squares / array.length);
}

/** In place; nothing for an array that the model has not. */
function multiply(array: Float32Array | undefined, factor: number): void {
  if (!array || factor === 1) return;
  for (let i = 0; i < array.length; i++) array[i] *= factor;
}
