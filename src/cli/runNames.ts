/** Runs on one line, by what differs between them: "lr 0.01, D 10, seed 3". Names are made as they are asked for. */
import { isObject } from "../checks.js";
import { configHash, parseConfig, type RunConfig, type Schedule, type ScheduleInput } from "../config.js";
import type { Experiment } from "../experiments/experiment.js";
import { conditionsOf, configsOf, type Profile } from "../experiments/profile.js";
import { fieldAt } from "../fields/fieldAt.js";
import { fields } from "../fields/fields.js";
import { digitsFor, shortNumber } from "../figures/labels.js";
import { scheduleName, scheduleNames } from "../figures/scheduleNames.js";
import { checkSchedule } from "../schedule/schedule.js";
import type { Varied } from "../sweep/grid.js";

export type NameOf = (config: RunConfig) => string;

/** What an axis is called, and a run's value on it for a reader. */
export interface NamedAxis {
  path: string;
  /** "lr", "D", else its flag: "weight-decay". */
  name: string;
  /** Undefined for a run without such a field: an optimizer without momentum says so by its kind. */
  textOf(config: RunConfig): string | undefined;
}

const letters: Record<string, string> = {
  learningRate: "lr",
  vocabSize: "V",
  embeddingDim: "D",
  batchSize: "B",
  "distribution.exponent": "α",
};

const shortOf = (path: string): string =>
  letters[path] ?? fields.find((field) => field.path === path)?.flag ?? path;

const isSchedule = (path: string): boolean =>
  fields.some((field) => field.path === path && field.type === "schedule");

/** Characters of a word, a list or an object: interventions, probabilities. */
const LONG = 30;

const cut = (text: string): string => (text.length <= LONG ? text : `${text.slice(0, LONG - 1)}…`);
const textOf = (value: unknown): string => cut(typeof value === "string" ? value : JSON.stringify(value));

/** Those of words, lists and objects, numbered where the cut leaves them alike, by their JSON. */
function cutNames(values: readonly unknown[]): Map<string, string> {
  const keys = [...new Set(values.filter((value) => value !== undefined).map((it) => JSON.stringify(it)))];
  const texts = keys.map((key) => textOf(JSON.parse(key)));
  return new Map(
    keys.map((key, i) => [key, texts.indexOf(texts[i]) < i ? `${texts[i]} (${i + 1})` : texts[i]]),
  );
}

/** How the values of an axis are said: no two alike, and as short as that lets them be. */
function wordsFor(path: string, values: readonly unknown[]): (value: unknown) => string {
  if (isSchedule(path) && values.some(isObject)) {
    // as configs have them: complete
    const names = scheduleNames(values.map((value) => checkSchedule(path, value as ScheduleInput)));
    return (value) => names.get(JSON.stringify(value)) ?? scheduleName(value as Schedule);
  }
  const digits = digitsFor(values.filter((value) => typeof value === "number"));
  const names = cutNames(values.filter((value) => typeof value !== "number"));
  return (value) =>
    typeof value === "number"
      ? shortNumber(value, digits)
      : (names.get(JSON.stringify(value)) ?? textOf(value));
}

function axisOf({ path, values }: Varied): NamedAxis {
  const words = wordsFor(path, values);
  return {
    path,
    name: shortOf(path),
    textOf: (config) => {
      const value = fieldAt(config, path);
      return value === undefined ? undefined : words(value);
    },
  };
}

/** An axis of whole objects (optimizers, distributions) as axes of those of their fields that tell them apart. */
function leavesOf({ path, values }: Varied): Varied[] {
  if (isSchedule(path) || !values.every(isObject)) return [{ path, values }];
  const leaf = (name: string): Varied => ({
    path: `${path}.${name}`,
    values: values.map((value) => value[name]),
  });
  const kinds = leaf("kind");
  if (new Set(kinds.values).size === values.length) return [kinds];
  return [...new Set(values.flatMap(Object.keys))].map(leaf);
}

/** Of several sweeps an axis has the values of all of them. */
function together(varied: readonly Varied[]): Varied[] {
  const paths = new Set(varied.map(({ path }) => path));
  return [...paths].map((path) => ({
    path,
    values: varied.flatMap((one) => (one.path === path ? one.values : [])),
  }));
}

/** What sweeps vary, with names and values as they are read. */
export const namedAxes = (varied: readonly Varied[]): NamedAxis[] =>
  together(varied.flatMap(leavesOf))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1)
    .map(axisOf);

/** Runs of a sweep by the values of its axes; a sweep of one run by size and seed. */
export function sweepNames(varied: readonly Varied[]): NameOf {
  const axes = namedAxes(varied);
  if (axes.length === 0)
    return ({ vocabSize, embeddingDim, seed }) => `V ${vocabSize}, D ${embeddingDim}, seed ${seed}`;
  return (config) =>
    axes
      .flatMap(({ name, textOf }) => {
        const value = textOf(config);
        return value === undefined ? [] : [`${name} ${value}`];
      })
      .join(", ");
}

/**
 * Runs of experiments by experiment and condition; a run of several by the first of them.
 * @param seeds of every condition; each experiment's own when left out
 */
export function experimentNames(
  experiments: readonly Experiment[],
  profile: Profile,
  seeds: number | undefined,
): NameOf {
  const names = new Map<string, string>();
  for (const experiment of experiments)
    for (const condition of conditionsOf(experiment, profile))
      for (const config of configsOf(condition, seeds ?? experiment.seeds).map(parseConfig)) {
        const run = configHash(config);
        if (!names.has(run)) names.set(run, `${experiment.name}: ${condition.label}, seed ${config.seed}`);
      }
  return (config) => names.get(configHash(config)) ?? `seed ${config.seed}`;
}
