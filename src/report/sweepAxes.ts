/** What varies in a set of runs, found in the runs themselves, so that any directory can be drawn. */

import { keyOf } from "../figures/labels.js";
import type { Cell, Row } from "../formats/table.js";
import { shownComputedBy } from "../sweep/computedBy.js";
import { compareValues } from "../sweep/groups.js";
import type { RunResult } from "../sweep/result.js";
import { configCells } from "./table.js";

/** A config field that differs between runs. */
export interface Axis {
  /** Dotted path as in exported tables. */
  path: string;
  /** Its values in order: numbers by size. */
  values: Cell[];
}

/** What of a run tells its setting. */
type Drawn = Pick<RunResult, "config" | "computedBy">;

/**
 * The flat fields of a run's config: those of an exported table, but for a learning rate that is a number and stays one; and
 * the device, of a relaxed run.
 */
export const axisCells = ({ config, computedBy }: Drawn): Row => {
  const cells = configCells(config);
  // relaxed runs of two devices are kept apart as two settings are
  if (computedBy) cells.device = shownComputedBy(computedBy);
  const rate = config.learningRate;
  return typeof rate === "number" ? { ...cells, "config.learningRate": rate } : cells;
};

/** Collects the values of every field, run by run. */
export class AxisFinder {
  readonly #points = new Map<string, Row>();

  add(run: Drawn): void {
    const { seed: _, ...cells } = axisCells(run);
    this.#points.set(JSON.stringify(cells), cells);
  }

  /**
   * Fields with more than one value; of several that always change together (a dimension and the default std of its
   * initial weights) the first in the config's order.
   */
  axes(): Axis[] {
    const points = [...this.#points.values()];
    const axes: Axis[] = [];
    for (const path of new Set(points.flatMap((point) => Object.keys(point)))) {
      const values = new Map(points.map((point) => [keyOf(point[path]), point[path] ?? null]));
      if (values.size < 2) continue;
      const follows = axes.some((axis) => {
        const pairs = new Set(points.map((point) => `${keyOf(point[axis.path])} ${keyOf(point[path])}`));
        return pairs.size === axis.values.length;
      });
      if (!follows) axes.push({ path, values: [...values.values()].sort(compareValues) });
    }
    return axes;
  }
}
