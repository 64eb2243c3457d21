/** The sweep that makes some given runs, and no others. */
import { isObject } from "../checks.js";
import { ConfigError, configHash, type RunConfig, type RunConfigInput } from "../config.js";
import { fieldAt } from "../fields/fieldAt.js";
import { type Fields, shortest } from "../fields/implied.js";
import { placeholderOf } from "../fields/trainCommand.js";
import type { SweepDescription } from "./description.js";
import { SweepPlan } from "./grid.js";

const textOf = (value: unknown): string => JSON.stringify(value) ?? "undefined";
const unique = (values: readonly unknown[]): unknown[] => [
  ...new Map(values.map((value) => [textOf(value), value])).values(),
];

/**
 * Fields in which configs differ, by dotted path: a single number of an object of one kind, else the whole of it. What
 * follows from other fields in all of them is left out.
 */
function differing(configs: readonly RunConfig[]): string[] {
  const said = new Set(configs.flatMap((config) => Object.keys(shortest(config))));
  const names = Object.keys(Object.assign({}, ...configs));
  return names.flatMap((name) => {
    if (!said.has(name)) return [];
    const values = unique(configs.map((config) => fieldAt(config, name)));
    if (values.length < 2) return [];
    if (!values.every(isObject)) return name;
    const leaves = [...new Set(values.flatMap((value) => Object.keys(value)))].filter(
      (leaf) => unique(values.map((value) => value[leaf])).length > 1,
    );
    return leaves.length === 1 && leaves[0] !== "kind" ? `${name}.${leaves[0]}` : name;
  });
}

/** The first config's fields, without what others say in their place. */
function baseOf(config: RunConfig, varied: readonly string[]): RunConfigInput {
  const base = structuredClone(shortest(config));
  for (const path of varied) {
    const [name, leaf] = path.split(".");
    if (leaf === undefined) delete base[name];
    else delete (base[name] as Fields | undefined)?.[leaf];
  }
  return base as RunConfigInput;
}

/** What a sweep says of a field: no interventions are an empty list, since JSON has no word for what is not there. */
const valueAt = (config: RunConfig, path: string): unknown =>
  fieldAt(config, path) ?? (path === "interventions" ? [] : undefined);

/** A list that begins at 0 and counts on is said by its length. */
const seedsOf = (seeds: readonly number[]): number | number[] =>
  seeds.every((seed, i) => seed === i) ? seeds.length : [...seeds];

/** Every value of each field with every one of the others. */
function grid(
  configs: readonly RunConfig[],
  varied: readonly string[],
  base: RunConfigInput,
): SweepDescription {
  const seeds = unique(configs.map(({ seed }) => seed)) as number[];
  const axes = varied.map((path) => [path, unique(configs.map((config) => valueAt(config, path)))]);
  return {
    base,
    ...(axes.length > 0 ? { axes: Object.fromEntries(axes) } : {}),
    seeds: seedsOf(seeds),
  };
}

/** One after the other, each with its own values; with all seeds where each has the same ones. */
function list(
  configs: readonly RunConfig[],
  varied: readonly string[],
  base: RunConfigInput,
): SweepDescription[] {
  const zipped = (all: readonly RunConfig[], paths: readonly string[]) => ({
    zip: [Object.fromEntries(paths.map((path) => [path, all.map((config) => valueAt(config, path))]))],
  });
  const seeds = unique(configs.map(({ seed }) => seed)) as number[];
  const ofFirst = configs.filter(({ seed }) => seed === seeds[0]);
  return [
    { base, ...zipped(ofFirst, varied), seeds: seedsOf(seeds) },
    { base, ...zipped(configs, [...varied, "seed"]) },
  ];
}

/** Whether the sweep has exactly these runs, read from a file. */
function makes(description: SweepDescription, names: ReadonlySet<string>): boolean {
  try {
    const { runs } = new SweepPlan(JSON.parse(JSON.stringify(description)));
    return runs.length === names.size && runs.every((run) => names.has(run));
  } catch {
    // a field that one of them has not, for example
    return false;
  }
}

/**
 * A sweep of exactly these runs: axes where they are a grid, else a list of them (`zip`).
 * @throws ConfigError without runs, for a distribution of a file, or for runs that no sweep has together
 */
export function sweepOf(configs: readonly RunConfig[]): SweepDescription {
  if (configs.length === 0) throw new ConfigError("runs: expected at least one, got none");
  const file = configs.map(placeholderOf).find((one) => one !== undefined);
  if (file !== undefined && new Set(configs.map(({ distribution }) => textOf(distribution))).size > 1)
    throw new ConfigError("distribution: expected one for all runs, got several of files");
  const names = new Set(configs.map(configHash));
  const paths = differing(configs).filter((path) => path !== "seed");
  // a number alone may not do where other fields follow from it: then the whole object
  for (const varied of [paths, [...new Set(paths.map((path) => path.split(".")[0]))]]) {
    const base = baseOf(configs[0], [...varied, "seed"]);
    const ways = [grid(configs, varied, base), ...(varied.length > 0 ? list(configs, varied, base) : [])];
    const found = ways.find((description) => makes(description, names));
    if (found) return found;
  }
  throw new ConfigError(
    `runs: expected runs of one sweep, got some that differ in ${paths.join(", ")} in a way that no list of values says`,
  );
}
