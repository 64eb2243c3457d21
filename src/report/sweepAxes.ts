/** What varies in a set of runs and what they share, found in the runs themselves, so that any directory can be drawn. */

import type { RunConfig } from "../config.js";
import { isImplied } from "../fields/implied.js";
import { keyOf } from "../figures/labels.js";
import type { ValueAxis } from "../figures/valueScale.js";
import type { Cell, Row } from "../formats/table.js";
import { shownComputedBy } from "../sweep/computedBy.js";
import { compareValues } from "../sweep/groups.js";
import type { RunResult } from "../sweep/result.js";
import { configCells } from "./table.js";
import { valueLabels } from "./valueLabels.js";

/** A config field that differs between runs. */
export interface Axis extends ValueAxis {
  /** Dotted path as in exported tables. */
  path: string;
  /** Dotted path as in a config. */
  title: string;
  /** Its values in order: numbers by size. */
  values: readonly Cell[];
  /** How they are said, by `keyOf`. */
  labels: ReadonlyMap<string, string>;
  /** Fields that change with it, so that no effect of the axis is apart from theirs. */
  follows: readonly Follower[];
}

/** A field that has one value for each of an axis's. */
export interface Follower {
  /** Dotted path as in a config. */
  title: string;
  /** In the order of the axis's values. */
  said: readonly string[];
}

/** Fields of the task: an excess loss over one entropy is not compared with one over another. */
export const isOfTask = ({ path }: Pick<Axis, "path">): boolean =>
  /^(vocabSize|distribution|targets)(\.|$)/.test(path);

/** What of a run tells its setting. */
type Drawn = Pick<RunResult, "config" | "computedBy">;

/** The one cell that no config has. */
const DEVICE = "device";

/** "config.learningRate" is the column's name; readers know the field. */
export const fieldTitle = (path: string): string => path.replace(/^config\./, "");

/** An axis of these values, in order. */
export function axisOf(path: string, values: readonly Cell[]): Axis {
  const inOrder = [...values].sort(compareValues);
  return { path, title: fieldTitle(path), values: inOrder, labels: valueLabels(path, inOrder), follows: [] };
}

/** How a value of an axis is said. */
export const labelOn = ({ labels }: Axis, value: Cell | undefined): string =>
  labels.get(keyOf(value)) ?? String(value);

/** The flat fields of a run's config; and the device, of a relaxed run. */
export const axisCells = ({ config, computedBy }: Drawn): Row => {
  const cells = configCells(config);
  // relaxed runs of two devices are kept apart as two settings are
  if (computedBy) cells[DEVICE] = shownComputedBy(computedBy);
  return cells;
};

/** Collects the values of every field, run by run. */
export class AxisFinder {
  readonly #points = new Map<string, Row>();
  /** The config of a run of each point. */
  readonly #configs = new Map<string, RunConfig>();

  add(run: Drawn): void {
    const { seed: _, ...cells } = axisCells(run);
    const key = JSON.stringify(cells);
    this.#points.set(key, cells);
    this.#configs.set(key, run.config);
  }

  /** Every field with its values, by key, one that some runs lack with null among them. */
  #fields(): Map<string, Map<string, Cell>> {
    const points = [...this.#points.values()];
    const paths = [...new Set(points.flatMap((point) => Object.keys(point)))];
    return new Map(
      paths.map((path) => [
        path,
        new Map(points.map((point) => [keyOf(point[path]), point[path] ?? null] as const)),
      ]),
    );
  }

  /**
   * Fields with more than one value; of several that always change together (a dimension and the default std of its
   * initial weights) the first in the config's order. What tells a task from another follows from the task alone.
   */
  axes(): Axis[] {
    const points = [...this.#points.values()];
    const axes: Axis[] = [];
    for (const [path, values] of this.#fields()) {
      if (values.size < 2) continue;
      const at = axes.findIndex((axis) => {
        if (isOfTask({ path }) && !isOfTask(axis)) return false;
        const pairs = new Set(points.map((point) => `${keyOf(point[axis.path])} ${keyOf(point[path])}`));
        return pairs.size === axis.values.length;
      });
      if (at < 0) {
        axes.push(axisOf(path, [...values.values()]));
        continue;
      }
      const follower = this.#follower(path, [...values.values()], axes[at]);
      if (follower) axes[at] = { ...axes[at], follows: [...axes[at].follows, follower] };
    }
    return axes;
  }

  /** A field that follows an axis; undefined where it does so by itself, as the default that belongs to the axis's value. */
  #follower(path: string, values: readonly Cell[], axis: Axis): Follower | undefined {
    const points = [...this.#points];
    const keys = axis.values.map(
      (value) => points.find(([, point]) => keyOf(point[axis.path]) === keyOf(value))?.[0] as string,
    );
    const title = fieldTitle(path);
    const isOfConfig = path !== DEVICE;
    if (isOfConfig && keys.every((key) => isImplied(this.#configs.get(key) as RunConfig, title)))
      return undefined;
    const labels = valueLabels(path, values);
    return { title, said: keys.map((key) => labels.get(keyOf(this.#points.get(key)?.[path])) ?? "none") };
  }

  /** Fields that all runs have with one value. */
  shared(): Row {
    return Object.fromEntries(
      [...this.#fields()].flatMap(([path, values]) =>
        values.size === 1 ? [[path, [...values.values()][0]]] : [],
      ),
    );
  }
}
