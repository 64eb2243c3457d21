/** Runs as flat rows, one an evaluation: the record's fields under their names, every config field by its dotted path. */
import type { RunResult } from "../sweep/result.js";

export type Cell = string | number | boolean | null;
export type Row = Record<string, Cell>;

/** Fields whose shape varies from run to run stay one cell, as JSON. */
const whole = new Set(["learningRate", "distribution.probabilities"]);

/** Config fields that share a name with a field of the record. */
const renamed: Record<string, string> = { learningRate: "config.learningRate" };

function flatten(value: unknown, path: string, into: Row): void {
  const name = renamed[path] ?? path;
  if (whole.has(path)) into[name] = JSON.stringify(value);
  else if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    for (const [key, field] of Object.entries(value)) flatten(field, path ? `${path}.${key}` : key, into);
  } else if (value !== undefined)
    into[name] = value !== null && typeof value === "object" ? JSON.stringify(value) : (value as Cell);
}

/** Rows of runs; the rate that a run was given is `config.learningRate`, the rate of a record `learningRate`. */
export function runRows(runs: readonly RunResult[], experiment: string | null = null): Row[] {
  return runs.flatMap((result) => {
    const config: Row = {};
    flatten(result.config, "", config);
    return result.records.map((record) => ({
      ...(experiment === null ? {} : { experiment }),
      run: result.run,
      ...(record as unknown as Row),
      ...config,
    }));
  });
}

/** All columns of the rows in the order of their first appearance; what a row lacks is null. */
export function columns(rows: readonly Row[]): { name: string; cells: Cell[] }[] {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return [...names].map((name) => ({ name, cells: rows.map((row) => row[name] ?? null) }));
}
