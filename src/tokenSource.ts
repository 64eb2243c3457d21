import { checkNames } from "./checks.js";
import { parseConfig, type RunConfigInput } from "./config.js";
import { createSource, type SourceOptions } from "./data/createSource.js";
import type { TokenSource } from "./data/source.js";

/**
 * Where a config's tokens come from: its probabilities, entropies, conditional distributions, and draws. Whatever does not
 * define the source (sizes, optimizer, …) may be left out.
 * @param options `corpus` and `probabilities`, the arrays that the config names by their digests
 * @throws ConfigError for a bad config, or options that are not what it names; by the promise, as everything here
 */
export async function tokenSource(
  config: RunConfigInput = {},
  options: SourceOptions = {},
): Promise<TokenSource> {
  checkNames(options, ["corpus", "probabilities"]);
  return createSource(parseConfig(config), options);
}
