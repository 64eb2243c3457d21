/**
 * Runs as rows and columns: what ran, the record's fields under their names, every config field by its dotted path. Whoever
 * shows or writes a table of runs takes it from here.
 */
import { canonicalConfig, parseConfig, type RunConfig, runConfigSchema } from "../config.js";
import type { Cell, Column, Row } from "../formats/table.js";
import { revisionOf } from "../kernel/bitsRevision.js";
import type { RunResult } from "../sweep/result.js";
import { particularColumns, recordColumns } from "../training/record.js";

/** One row an evaluation, or one row a run with its last evaluation. */
export type TableRows = "evaluations" | "runs";

/** A run, and the experiment it is listed under, if any. */
export type ListedRun = RunResult & { experiment?: string };

/** The field of a config that shares its name with a field of the record, and where it is a schedule, as JSON. */
const RATE = "config.learningRate";
const SCHEDULE = "config.learningRateSchedule";

function flatten(value: unknown, path: string, into: Row): Row {
  const name = path === "learningRate" ? RATE : path;
  // one cell each, though they have parts
  if (path === "distribution.probabilities" || (name === RATE && typeof value !== "number"))
    into[name] = JSON.stringify(value);
  else if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    for (const [key, field] of Object.entries(value)) flatten(field, path ? `${path}.${key}` : key, into);
  } else if (value !== undefined)
    into[name] = value !== null && typeof value === "object" ? JSON.stringify(value) : (value as Cell);
  return into;
}

/** What a config comes to, or the config as it stands: one of a later version may have fields that are unknown here. */
function orAsItStands<T>(config: RunConfig, of: (config: RunConfig) => T): T | RunConfig {
  try {
    return of(config);
  } catch {
    return config;
  }
}

const fields = Object.keys((runConfigSchema() as { entries: object }).entries);

/**
 * The flat fields of a config, complete and in their order, whichever version wrote it; a rate that is a schedule as JSON in
 * the place of the number.
 */
export function configCells(config: RunConfig): Row {
  const complete = orAsItStands(config, parseConfig);
  const place = (field: string) => (fields.includes(field) ? fields.indexOf(field) : fields.length);
  const entries = Object.entries(complete).sort(([a], [b]) => place(a) - place(b));
  return flatten(Object.fromEntries(entries), "", {});
}

/** A column holds numbers or texts: a rate that is a schedule has one of its own. */
const apart = (cells: Row): Row =>
  Object.fromEntries(
    Object.entries(cells).flatMap(([name, cell]): [string, Cell][] =>
      name === RATE && typeof cell === "string"
        ? [
            [RATE, null],
            [SCHEDULE, cell],
          ]
        : [[name, cell]],
    ),
  );

/** The cells that all rows of a run have; the others are its record's. */
function sharedCells(result: ListedRun, rows: TableRows): Row {
  const { experiment, run, computedBy, config, records, divergedAt } = result;
  // without its times, which no two machines share: the same runs give the same table
  return {
    ...(experiment === undefined ? {} : { experiment }),
    run,
    bitsRevision: revisionOf(result),
    ...computedByCells(computedBy),
    ...(rows === "runs" ? { evaluations: records.length, divergedAt } : {}),
    ...apart(configCells(config)),
  };
}

/** The records that are rows. */
const shownRecords = ({ records }: ListedRun, rows: TableRows) =>
  (rows === "runs" ? records.slice(-1) : records) as unknown as Row[];

/**
 * The rows of one run as the cells of these columns, one row at a time: a run may have a million. The rate that it was given
 * is `config.learningRate`, or `config.learningRateSchedule`, the rate of a record `learningRate`.
 */
export function* rowsOf(
  result: ListedRun,
  rows: TableRows,
  columns: readonly Column[],
): Generator<Cell[], void> {
  const shared = sharedCells(result, rows);
  const names = columns.map(({ name }) => name);
  const always = names.map((name) => shared[name] ?? null);
  for (const record of shownRecords(result, rows))
    yield names.map((name, column) => (name in shared ? always[column] : (record[name] ?? null)));
}

/** Who computed a relaxed run; a strict one has no such cells. */
const computedByCells = (computedBy: RunResult["computedBy"]): Row => {
  if (!computedBy) return {};
  const { backend, adapter, driver } = computedBy;
  return { backend, adapter, driver };
};

const beforeRecord = [
  "experiment",
  "run",
  "bitsRevision",
  "backend",
  "adapter",
  "driver",
  "evaluations",
  "divergedAt",
];
const wholeNumbers = new Set([
  "bitsRevision",
  "evaluations",
  "divergedAt",
  "step",
  "vocabSize",
  "embeddingDim",
  "targets.count",
  "targets.rank",
  "batchSize",
  "steps",
  "evaluateEvery",
  "evaluateAt.perDecade",
]);

/** Up to 2^53 - 1. */
const longNumbers = new Set(["targets.seed", "seed"]);

/**
 * The columns of these runs: who ran, every field of a record, those that only some runs measure where any of these does,
 * and the config. The bits revision is a column where they mix several, and who computed them where any is relaxed. A config field that came after version 0.1 is a column where it is not at its default in all of them.
 */
export async function columnsOf(
  runs: AsyncIterable<ListedRun> | Iterable<ListedRun>,
  rows: TableRows = "evaluations",
): Promise<Column[]> {
  const samples = new Map<string, Cell>();
  const particular = new Set<string>();
  const configured = new Set<string>();
  const revisions = new Set<number>();
  for await (const run of runs) {
    const named = apart(
      flatten(
        orAsItStands(run.config, (config) => JSON.parse(canonicalConfig(config))),
        "",
        {},
      ),
    );
    for (const record of run.records) for (const name in record) particular.add(name);
    revisions.add(revisionOf(run));
    const shown = shownRecords(run, rows);
    if (shown.length === 0) continue;
    const shared = sharedCells(run, rows);
    for (const name of Object.keys(shared)) if (Object.hasOwn(named, name)) configured.add(name);
    for (const cells of [shared, ...shown])
      for (const name in cells) if ((samples.get(name) ?? null) === null) samples.set(name, cells[name]);
  }
  if (revisions.size < 2) samples.delete("bitsRevision");
  for (const name of recordColumns) particular.delete(name);
  const known = particularColumns.filter((name) => particular.delete(name));
  return [
    ...beforeRecord.filter((name) => samples.has(name)),
    ...(samples.size > 0 ? recordColumns : []),
    ...known,
    ...particular,
    ...configured,
  ].map((name) => ({
    name,
    whole: wholeNumbers.has(name),
    ...(longNumbers.has(name) ? { long: true } : {}),
    sample: samples.get(name) ?? null,
  }));
}
