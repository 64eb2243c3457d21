/** From a description to its runs. */
import { ConfigError, configHash, parseConfig, type RunConfig } from "../config.js";
import { axisValues, parseSweep, type SweepDescription } from "./description.js";
import { checkWhere, meets } from "./where.js";

type Input = Record<string, unknown>;
/** Fields that take their values together. */
interface Axis {
  paths: string[];
  /** Values by path, all of one length. */
  values: unknown[][];
}

/** A field that a sweep varies. */
export interface Varied {
  /** Dotted path. */
  path: string;
  /** In the order of the axis, more than one; all of them, whatever the conditions let in. */
  values: readonly unknown[];
}

/** Combinations of a sweep, before its conditions. */
const MOST_POINTS = 1e7;

/** A copy of `object` with `value` at the dotted path; a missing parent is the default's kind, without its numbers. */
function withValue(object: Input, path: string, value: unknown, defaults: () => RunConfig): Input {
  const [key, ...rest] = path.split(".");
  if (rest.length === 0) return { ...object, [key]: value };
  const parent = object[key] ?? kindOf((defaults() as unknown as Input)[key]);
  if (parent === null || typeof parent !== "object")
    throw new ConfigError(`axes.${path}: expected the path of a field, ${key} has no fields`);
  return { ...object, [key]: withValue(parent as Input, rest.join("."), value, defaults) };
}

/** What a default has beside its kind follows from other fields, which may vary: it is filled in anew. */
const kindOf = (value: unknown): unknown =>
  value !== null && typeof value === "object" && "kind" in value ? { kind: value.kind } : value;

function axesOf({ axes = {}, zip = [] }: SweepDescription): Axis[] {
  const single = Object.entries(axes).map(([path, values]) => ({
    paths: [path],
    values: [axisValues(path, values)],
  }));
  const zipped = zip.map((together, i) => {
    const values = Object.entries(together).map(([path, values]) => axisValues(path, values));
    if (values.length === 0) throw new ConfigError(`zip.${i}: expected at least one axis, got none`);
    if (values.some(({ length }) => length !== values[0].length))
      throw new ConfigError(
        `zip.${i}: expected lists of one length, got ${values.map(({ length }) => length).join(" and ")}`,
      );
    return { paths: Object.keys(together), values };
  });
  return [...single, ...zipped];
}

/** @throws ConfigError when two axes, or an axis and the seeds, set one field: one of them would be lost */
function checkPaths({ axes = {}, zip = [], seeds }: SweepDescription): void {
  const named = [
    ...Object.keys(axes).map((path) => ({ path, place: `axes.${path}` })),
    ...zip.flatMap((together, i) =>
      Object.keys(together).map((path) => ({ path, place: `zip.${i}.${path}` })),
    ),
    ...(seeds === undefined ? [] : [{ path: "seed", place: "seeds" }]),
  ];
  const places = new Map<string, string>();
  for (const { path, place } of named) {
    const other = places.get(path);
    if (other !== undefined)
      throw new ConfigError(`${place}: expected a field that is set once, ${other} sets it too`);
    places.set(path, place);
  }
  for (const { path, place } of named)
    for (let end = path.lastIndexOf("."); end > 0; end = path.lastIndexOf(".", end - 1)) {
      const parent = places.get(path.slice(0, end));
      if (parent !== undefined)
        throw new ConfigError(`${place}: expected a field that is set once, ${parent} sets it as a whole`);
    }
}

/**
 * The runs of a sweep, in the order of its axes, seeds innermost, each run once. Holds the names of the runs and makes
 * their configs as they are asked for.
 */
export class SweepPlan {
  readonly #description: SweepDescription;
  readonly #axes: Axis[];
  readonly #seeds: number[] | undefined;
  readonly #points: number[] = [];
  /** Names of the runs, `configHash` of each config. */
  readonly runs: string[] = [];

  /**
   * @param keep which runs to plan, by name: a shard's
   * @throws ConfigError that names the axis or the field, also for a field set twice or more than 10^7 combinations
   */
  constructor(description: SweepDescription, keep: (run: string) => boolean = () => true) {
    this.#description = parseSweep(description);
    const { base, seeds, where = [] } = this.#description;
    parseConfig(base);
    checkPaths(this.#description);
    this.#axes = axesOf(this.#description);
    this.#seeds = typeof seeds === "number" ? Array.from({ length: seeds }, (_, i) => i) : seeds;
    const total =
      this.#axes.reduce((count, { values }) => count * values[0].length, 1) * (this.#seeds?.length ?? 1);
    if (total > MOST_POINTS)
      throw new ConfigError(`sweep: expected at most ${MOST_POINTS} combinations, got ${total}`);
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

  /** What differs between its runs, axis by axis, the seeds last. */
  get varied(): Varied[] {
    const axes = this.#axes.flatMap(({ paths, values }) =>
      paths.map((path, i) => ({ path, values: values[i] })),
    );
    const seeds = this.#seeds === undefined ? [] : [{ path: "seed", values: this.#seeds }];
    return [...axes, ...seeds].filter(({ values }) => values.length > 1);
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
    const nested: [path: string, value: unknown][] = [];
    for (const [i, { paths, values }] of this.#axes.entries())
      for (const [j, path] of paths.entries()) {
        const value = values[j][places[i]];
        if (path.includes(".")) nested.push([path, value]);
        else input = { ...input, [path]: value };
      }
    // what a field has by default depends on other fields: those that vary as a whole are set by now
    const whole = input;
    let complete: RunConfig | undefined;
    const defaults = () => {
      complete ??= parseConfig(whole);
      return complete;
    };
    for (const [path, value] of nested) input = withValue(input, path, value, defaults);
    return parseConfig(seed === undefined ? input : { ...input, seed });
  }
}

/**
 * The runs of a sweep, in the order of its axes, seeds innermost.
 * @throws ConfigError that names the axis or the field
 */
export const sweepConfigs = (description: SweepDescription): RunConfig[] => [...new SweepPlan(description)];
