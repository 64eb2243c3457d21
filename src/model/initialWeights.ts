import { normal, streamKey } from "../data/random.js";
import { type ModelShape, type Parameter, parametersOf, type Weights } from "./parameters.js";

/**
 * The weights a run starts from. Embedding and unembedding (V×D each, the latter unless tied) are N(0, std²), entry
 * (row, col) being the normal quantile of one uniform, number row·D + col of its stream, rounded to f32. Gain (D)
 * starts at 1 with a norm, bias (D) at 0 with a layernorm.
 */
export function initialWeights(config: ModelShape & { init: { std: number }; seed: number }): Weights {
  const weights = parametersOf(config).map((parameter) => [
    parameter.name,
    initial(parameter, config.init.std, config.seed),
  ]);
  return Object.fromEntries(weights);
}

function initial({ rows, columns, init }: Parameter, std: number, seed: number): Float32Array {
  const array = new Float32Array(rows * columns);
  if ("value" in init) return array.fill(init.value);
  const key = streamKey(seed, init.stream, 0);
  for (let i = 0; i < array.length; i++) array[i] = std * normal(key, i);
  return array;
}
