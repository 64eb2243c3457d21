/**
 * Which arrays a model trains, their shapes and what they start as: the one place that knows what tied and norm mean
 * here.
 */
import { EMBEDDING, UNEMBEDDING } from "../kernel/constants.js";
import type { Norm } from "./norm.js";

/** Trained arrays, row-major and unpadded. `unembedding` is undefined when tied; gain and bias exist with a norm. */
export interface Weights {
  /** V×D */
  embedding: Float32Array;
  /** V×D */
  unembedding?: Float32Array;
  /** D */
  gain?: Float32Array;
  /** D, layernorm only */
  bias?: Float32Array;
}

/** The fields of a config that determine its arrays. */
export interface ModelShape {
  vocabSize: number;
  embeddingDim: number;
  tied: boolean;
  norm: Norm;
}

export interface Parameter {
  name: keyof Weights;
  rows: number;
  columns: number;
  shape: number[];
  /** All entries alike, or normal numbers from the stream of that purpose. */
  init: { value: number } | { stream: number };
}

/** The arrays of a model, in the order in which files hold them. */
export function parametersOf({ vocabSize: V, embeddingDim: D, tied, norm }: ModelShape): Parameter[] {
  const matrix = (name: keyof Weights, stream: number): Parameter => ({
    name,
    rows: V,
    columns: D,
    shape: [V, D],
    init: { stream },
  });
  const row = (name: keyof Weights, value: number): Parameter => ({
    name,
    rows: 1,
    columns: D,
    shape: [D],
    init: { value },
  });
  const parameters = [matrix("embedding", EMBEDDING)];
  if (!tied) parameters.push(matrix("unembedding", UNEMBEDDING));
  if (norm !== "none") parameters.push(row("gain", 1));
  if (norm === "layernorm") parameters.push(row("bias", 0));
  return parameters;
}
