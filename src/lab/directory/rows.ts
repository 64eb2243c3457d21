/** Runs of a directory as the rows of its table: one a config, whatever its seed. */
import { type Measured, measured } from "../../analysis/statistics.js";
import type { FollowedFailure, FollowedRun } from "../../sweep/directoryNews.js";

export type Cell = string | number | boolean | null;

/** A run that is finished or failed: its config and its last evaluation by dotted path. */
export interface Row {
  run: string;
  /** The config but for its seed. */
  key: string;
  /** In the order of the config. */
  fields: readonly string[];
  cells: ReadonlyMap<string, Cell>;
  finished?: FollowedRun;
  failed?: FollowedFailure;
}

/** Seeds of one config. */
export interface Group {
  /** The config but for its seed. */
  key: string;
  /** Sorted by seed. */
  rows: Row[];
}

/** A schedule and a list stand in one cell, as JSON. */
function flat(value: unknown, path: string, into: Map<string, Cell>): void {
  if (Array.isArray(value)) into.set(path, JSON.stringify(value));
  else if (typeof value === "object" && value !== null)
    for (const [name, inner] of Object.entries(value)) flat(inner, path ? `${path}.${name}` : name, into);
  else if (value !== undefined) into.set(path, value as Cell);
}

export const cellOf = ({ cells }: Row, path: string): Cell | undefined => cells.get(path);

export function rowOf(run: { finished: FollowedRun } | { failed: FollowedFailure }): Row {
  const { config, run: name } = "finished" in run ? run.finished : run.failed;
  const { seed: _, ...others } = config;
  const [cells, fields] = [new Map<string, Cell>(), new Map<string, Cell>()];
  if ("finished" in run) flat(run.finished.records.at(-1) ?? {}, "", cells);
  flat(config, "", fields);
  // the rate of an evaluation has the name of the config's, which stays
  for (const [path, value] of fields) cells.set(path, value);
  return { run: name, key: JSON.stringify(others), fields: [...fields.keys()], cells, ...run };
}

export function groupsOf(rows: Iterable<Row>): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const group = groups.get(row.key) ?? { key: row.key, rows: [] };
    group.rows.push(row);
    groups.set(row.key, group);
  }
  const seedOf = (row: Row) => Number(cellOf(row, "seed"));
  for (const { rows } of groups.values()) rows.sort((a, b) => seedOf(a) - seedOf(b));
  return [...groups.values()];
}

/** Fields of the config in which some runs differ, in the order of the config; V and D where none does. */
export function variedPaths(rows: readonly Row[]): string[] {
  const paths = new Set(rows.flatMap(({ fields }) => fields));
  paths.delete("seed");
  const varied = [...paths].filter((path) => new Set(rows.map((row) => cellOf(row, path))).size > 1);
  return varied.length > 0 ? varied : ["vocabSize", "embeddingDim"];
}

export type Spread = Measured;

/** Over the seeds that have a number. */
export function spreadOf({ rows }: Group, path: string): Spread | undefined {
  const numbers = rows.map((row) => cellOf(row, path)).filter((value) => typeof value === "number");
  return numbers.length > 0 ? measured(numbers) : undefined;
}

/** How the seeds of a config ended: "3 finished, 1 of them diverged, 1 failed". */
export function endText({ rows }: Group): string {
  const finished = rows.filter((row) => row.finished);
  const diverged = finished.filter((row) => row.finished?.divergedAt !== null).length;
  const failed = rows.length - finished.length;
  return [
    ...(finished.length > 0 ? [`${finished.length} finished`] : []),
    ...(diverged > 0 ? [`${diverged} diverged`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join(", ");
}
