/** A model's weights as a safetensors file, under the names that PyTorch's modules have. */
import { ConfigError, canonicalConfig, configHash, type RunConfig } from "../config.js";
import { generator } from "../disk/generator.js";
import { checkWritable, writeWhole } from "../disk/writeWhole.js";
import { encodeTensors, moduleNames } from "../formats/safetensors.js";
import { parametersOf, type Weights } from "../model/parameters.js";

/**
 * The file's bytes: `embedding.weight` [V, D] and, untied, `unembedding.weight` [V, D]; with a norm `norm.weight` [D], with
 * a layernorm `norm.bias` [D]. Metadata: config (canonical JSON), run, step, generator.
 */
export const weightsFile = (weights: Weights, config: RunConfig, step: number): Uint8Array =>
  encodeTensors(
    parametersOf(config).map(({ name, shape }) => [moduleNames[name], shape, weights[name] as Float32Array]),
    { config: canonicalConfig(config), run: configHash(config), step: String(step), generator: generator() },
  );

/**
 * Tries the path before there is anything to write.
 * @throws ConfigError that names the flag for another ending, or the path for what is not to be replaced there
 */
export async function checkWeightsPath(path: string, flag: string, force?: boolean): Promise<void> {
  if (!path.endsWith(".safetensors"))
    throw new ConfigError(`${flag}: expected a file that ends in .safetensors, got ${path}`);
  await checkWritable(path, { kind: "weights", force });
}

export const writeWeights = (path: string, bytes: Uint8Array, force?: boolean): Promise<void> =>
  writeWhole(path, bytes, { kind: "weights", force });
