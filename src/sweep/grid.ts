import { ConfigError, parseConfig, type RunConfig, type RunConfigInput } from "../config.js";

/** A sweep as data: every combination of the axes' values, on top of `base`, for every seed. */
export interface SweepDescription {
  base?: RunConfigInput;
  /** Values by dotted path: `{ learningRate: [0.001, 0.01], "distribution.exponent": [0.5, 1] }`. */
  axes?: Record<string, unknown[]>;
  /** A count (seeds 0 … n − 1) or a list. Default: the seed of `base`. */
  seeds?: number | number[];
}

/** A copy of `object` with `value` at the dotted path; a missing parent takes `{ kind }` from the complete config. */
function withValue(object: Record<string, unknown>, path: string, value: unknown, complete: RunConfig) {
  const [key, ...rest] = path.split(".");
  if (rest.length === 0) return { ...object, [key]: value };
  const parent = object[key] ?? (complete as unknown as Record<string, unknown>)[key];
  if (parent === null || typeof parent !== "object")
    throw new ConfigError(`axes.${path}: expected the path of a field, ${key} has no fields`);
  const inner: Record<string, unknown> = withValue(
    parent as Record<string, unknown>,
    rest.join("."),
    value,
    complete,
  );
  return { ...object, [key]: inner };
}

/**
 * The runs of a sweep, in the order of its axes, seeds innermost.
 * @throws ConfigError that names the axis or the field
 */
export function sweepConfigs({ base = {}, axes = {}, seeds }: SweepDescription): RunConfig[] {
  const complete = parseConfig(base);
  let inputs: Record<string, unknown>[] = [{ ...base }];
  for (const [path, values] of Object.entries(axes)) {
    if (!Array.isArray(values) || values.length === 0)
      throw new ConfigError(
        `axes.${path}: expected a list with at least one value, got ${JSON.stringify(values)}`,
      );
    inputs = inputs.flatMap((input) => values.map((value) => withValue(input, path, value, complete)));
  }
  if (typeof seeds === "number" && (!Number.isInteger(seeds) || seeds < 1))
    throw new ConfigError(`seeds: expected a whole number of at least 1 or a list of seeds, got ${seeds}`);
  const list = typeof seeds === "number" ? Array.from({ length: seeds }, (_, i) => i) : seeds;
  return inputs.flatMap((input) =>
    list ? list.map((seed) => parseConfig({ ...input, seed })) : [parseConfig(input)],
  );
}
