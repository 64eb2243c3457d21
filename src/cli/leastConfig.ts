/** A config as briefly as JSON says it. */
import { canonicalConfig, type RunConfig } from "../config.js";

/** JSON of the fields that make the config: those that are what they would be anyway are left out. */
export function leastConfig(config: RunConfig): string {
  const name = canonicalConfig(config);
  const least: Record<string, unknown> = { ...config };
  for (const field of Object.keys(config)) {
    const { [field]: _, ...others } = least;
    if (isNamed(name, others)) delete least[field];
  }
  return JSON.stringify(least);
}

/** A field that others need is not left out: without it they may make no config. */
function isNamed(name: string, fields: Record<string, unknown>): boolean {
  try {
    return canonicalConfig(fields) === name;
  } catch {
    return false;
  }
}
