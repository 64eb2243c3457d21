/** What a model predicts, as probabilities: of single inputs, or on average. */
import { type ModelConfig, prediction, toParameters } from "../backend/reference/model.js";
import { ConfigError, show } from "../configError.js";
import type { TokenSource } from "../data/source.js";
import type { Weights } from "../model/parameters.js";

/** Numbers in one answer: 1 GiB. */
const MOST = 2 ** 27;

/**
 * q(·|a) of these inputs, a row of V each; without inputs Σ_a p_a q(·|a), length V.
 * @param breathe given when it last did, lets others in where that is long ago; says when
 * @throws ConfigError for what is no list of tokens, or a longer one than an answer holds
 */
export async function probabilities(
  config: ModelConfig,
  weights: Weights,
  source: Pick<TokenSource, "probabilities">,
  inputs: unknown,
  breathe: (last: number) => Promise<number>,
): Promise<Float64Array> {
  const { vocabSize: V } = config;
  const parameters = toParameters(weights);
  let last = performance.now();
  const predict = async (input: number): Promise<Float64Array> => {
    last = await breathe(last);
    return prediction(config, parameters, input);
  };
  if (inputs !== undefined) {
    const tokens = tokensOf(inputs, V);
    const rows = new Float64Array(tokens.length * V);
    for (const [i, input] of tokens.entries()) rows.set(await predict(input), i * V);
    return rows;
  }
  const mean = new Float64Array(V);
  for (const [input, p] of source.probabilities.entries()) {
    if (p === 0) continue;
    const q = await predict(input);
    for (let b = 0; b < V; b++) mean[b] += p * q[b];
  }
  return mean;
}

function tokensOf(inputs: unknown, V: number): number[] {
  if (!Array.isArray(inputs))
    throw new ConfigError(`inputs: expected a list of tokens or a Uint32Array, got ${show(inputs)}`);
  const most = Math.floor(MOST / V);
  if (inputs.length > most)
    throw new ConfigError(`inputs: expected at most ${most} tokens of ${V}, got ${inputs.length}`);
  for (const [i, input] of inputs.entries())
    if (!Number.isInteger(input) || input < 0 || input >= V)
      throw new ConfigError(`inputs[${i}]: expected a token below ${V} (vocabSize), got ${show(input)}`);
  return inputs;
}
