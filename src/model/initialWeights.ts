import { randomBits, streamKey } from "../data/random.js";
import { normalQuantile } from "../math/normal.js";
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
  for (let i = 0; i < array.length; i++) {
    // the middle of one of 2^53 equal cells; the last one's rounds to 1, which has no quantile
    const u = Math.min((Number(randomBits(key, i) >> 11n) + 0.5) * 2 ** -53, 1 - 2 ** -53);
    array[i] = std * normalQuantile(u);
  }
  return array;
}
