import { normal, streamKey } from "../data/random.js";
import type { TokenSource } from "../data/source.js";
import { type Init, spreadOf } from "./init.js";
import { type ModelShape, type Parameter, parametersOf, type Weights } from "./parameters.js";
import { addUnigramSolution } from "./unigramSolution.js";

/**
 * The weights a run starts from. Embedding and unembedding (V×D each, the latter unless tied) are N(0, std²), entry
 * (row, col) being the normal quantile of one uniform, number row·D + col of its stream, rounded to f32. Gain (D)
 * starts at 1 with a norm, bias (D) at 0 with a layernorm. From the unigram solution they are that, added to such numbers of its noise.
 */
export function initialWeights(
  config: ModelShape & { init: Init; seed: number },
  { marginal }: Pick<TokenSource, "marginal">,
): Weights {
  const { init, seed } = config;
  const weights: Weights = Object.fromEntries(
    parametersOf(config).map((parameter) => [parameter.name, initial(parameter, spreadOf(init), seed)]),
  ) as unknown as Weights;
  if (init.kind === "unigram") addUnigramSolution(weights, config, marginal);
  return weights;
}

function initial({ rows, columns, init }: Parameter, spread: number, seed: number): Float32Array {
  const array = new Float32Array(rows * columns);
  if ("value" in init) return array.fill(init.value);
  const key = streamKey(seed, init.stream, 0);
  for (let i = 0; i < array.length; i++) array[i] = spread * normal(key, i);
  return array;
}
