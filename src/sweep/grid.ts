/** From a description to its runs. */
import { ConfigError, configHash, parseConfig, type RunConfig } from "../config.js";
import { spaceValues } from "./axis.js";
import { type AxisValues, parseSweep, type SweepDescription } from "./description.js";
import { checkWhere, meets } from "./where.js";

type Input = Record<string, unknown>;
/** Fields that take their values together. */
interface Axis {
  paths: string[];
  /** Values by path, all of one length. */
  values: unknown[][];
}

/** A copy of `object` with `value` at the dotted path; a missing parent takes `{ kind }` from the complete config. */
function withValue(object: Input, path: string, value: unknown, complete: RunConfig): Input {
  const [key, ...rest] = path.split(".");
  if (rest.length === 0) return { ...object, [key]: value };
  const parent = object[key] ?? (complete as unknown as Input)[key];
  if (parent === null || typeof parent !== "object")
    throw new ConfigError(`axes.${path}: expected the path of a field, ${key} has no fields`);
  return { ...object, [key]: withValue(parent as Input, rest.join("."), value, complete) };
}

const listOf = (values: AxisValues): unknown[] => (Array.isArray(values) ? values : spaceValues(values));

function axesOf({ axes = {}, zip = [] }: SweepDescription): Axis[] {
  const single = Object.entries(axes).map(([path, values]) => ({ paths: [path], values: [listOf(values)] }));
  const zipped = zip.map((together, i) => {
    const values = Object.values(together).map(listOf);
    if (values.length === 0) throw new ConfigError(`zip.${i}: expected at least one axis, got none`);
    if (values.some(({ length }) => length !== values[0].length))
      throw new ConfigError(
        `zip.${i}: expected lists of one length, got ${values.map(({ length }) => length).join(" and ")}`,
      );
    return { paths: Object.keys(together), values };
  });
  return [...single, ...zipped];
}

/**
 * The runs of a sweep, in the order of its axes, seeds innermost, each run once. Holds the names of the runs and makes
 * their configs as they are asked for.
 */
export class SweepPlan {
  readonly #description: SweepDescription;
  readonly #axes: Axis[];
  readonly #seeds: number[] | undefined;
  readonly #complete: RunConfig;
  readonly #points: number[] = [];
  /** Names of the runs, `configHash` of each config. */
  readonly runs: string[] = [];

  /**
   * @param keep which runs to plan, by name: a shard's
   * @throws ConfigError that names the axis or the field
   */
  constructor(description: SweepDescription, keep: (run: string) => boolean = () => true) {
    this.#description = parseSweep(description);
    const { base, seeds, where = [] } = this.#description;
    this.#complete = parseConfig(base);
    this.#axes = axesOf(this.#description);
    this.#seeds = typeof seeds === "number" ? Array.from({ length: seeds }, (_, i) => i) : seeds;
    const total =
      this.#axes.reduce((count, { values }) => count * values[0].length, 1) * (this.#seeds?.length ?? 1);
    const seen = new Set<string>();
    const known = new Set<string>();
    for (let point = 0; point < total; point++) {
      const config = this.#configOf(point);
      if (!meets(config, where, seen)) continue;
      const run = configHash(config);
      if (known.has(run)) continue;
      known.add(run);
      if (!keep(run)) continue;
      this.#points.push(point);
      this.runs.push(run);
    }
    checkWhere(where, seen);
  }

  get length(): number {
    return this.runs.length;
  }

  at(index: number): RunConfig | undefined {
    return index in this.#points ? this.#configOf(this.#points[index]) : undefined;
  }

  *[Symbol.iterator](): Generator<RunConfig> {
    for (let i = 0; i < this.length; i++) yield this.at(i) as RunConfig;
  }

  /** The point's digits are its place on the seeds (lowest) and on each axis, the last axis next. */
  #configOf(point: number): RunConfig {
    let rest = point;
    const digit = (size: number): number => {
      const place = rest % size;
      rest = (rest - place) / size;
      return place;
    };
    const seed = this.#seeds?.[digit(this.#seeds.length)];
    const places = this.#axes.map(() => 0);
    for (let i = places.length - 1; i >= 0; i--) places[i] = digit(this.#axes[i].values[0].length);
    let input: Input = { ...this.#description.base };
    for (const [i, { paths, values }] of this.#axes.entries())
      for (const [j, path] of paths.entries())
        input = withValue(input, path, values[j][places[i]], this.#complete);
    return parseConfig(seed === undefined ? input : { ...input, seed });
  }
}

/**
 * The runs of a sweep, in the order of its axes, seeds innermost.
 * @throws ConfigError that names the axis or the field
 */
export const sweepConfigs = (description: SweepDescription): RunConfig[] => [...new SweepPlan(description)];
