import { fieldAt } from "../fields/fieldAt.js";
import type { RunResult } from "./result.js";

/** Runs that share their values on some axes. */
export interface Group {
  /** Value by dotted path; undefined where the runs have no such field. */
  values: Record<string, unknown>;
  runs: RunResult[];
}

/**
 * Runs by their values on the given axes: `await groupBy(runs, "learningRate")` gives a group a learning rate, its runs
 * sorted by seed and then by name. Groups come in the order of their values: numbers by size, then all others.
 */
export async function groupBy(
  runs: AsyncIterable<RunResult> | Iterable<RunResult>,
  ...paths: string[]
): Promise<Group[]> {
  const groups = new Map<string, Group>();
  for await (const run of runs) {
    const values = Object.fromEntries(paths.map((path) => [path, fieldAt(run.config, path)]));
    const key = JSON.stringify(values);
    const group = groups.get(key);
    if (group) group.runs.push(run);
    else groups.set(key, { values, runs: [run] });
  }
  for (const { runs: own } of groups.values())
    own.sort((a, b) => a.config.seed - b.config.seed || (a.run < b.run ? -1 : 1));
  return [...groups.values()].sort((a, b) => {
    for (const path of paths) {
      const order = compareValues(a.values[path], b.values[path]);
      if (order !== 0) return order;
    }
    return 0;
  });
}

/** Numbers by size, then everything else by its JSON. */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
  const [x, y] = [JSON.stringify(a) ?? "", JSON.stringify(b) ?? ""];
  return x < y ? -1 : x > y ? 1 : 0;
}
