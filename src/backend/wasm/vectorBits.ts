import { ConfigError } from "../../config.js";

/** Width of the vectors that the runtime computes with: 256 where V8's revectorizer is on. */
export type VectorBits = 128 | 256;

/** @throws ConfigError when it is neither */
export function checkVectorBits(bits: unknown): void {
  if (bits !== 128 && bits !== 256)
    throw new ConfigError(`vectorBits: expected 128 or 256, got ${String(bits)}`);
}
