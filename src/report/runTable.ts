/** A table of runs, whoever writes it: two passes over them, one for the columns and one for the rows. */
import type { Cell, Column, Metadata, TableWriter } from "../formats/table.js";
import { revisionOf } from "../kernel/bitsRevision.js";
import { columnHelp } from "./columnHelp.js";
import { columnsOf, type ListedRun, rowsOf, type TableRows } from "./table.js";

/** Gives the runs anew, and alike, for each of the two passes. */
export type RunsAnew = () => AsyncIterable<ListedRun> | Iterable<ListedRun>;

/** Rows that are written at once. */
const ROWS = 10_000;

/** Which version made a table, whose bits are in it, and what its columns are: nothing that differs where the runs are the same. */
function metadataOf(columns: readonly Column[], revisions: ReadonlySet<number>, version: string): Metadata {
  const described = columns.map(({ name }) => [name, columnHelp(name)]);
  return {
    package: "unigram-lab",
    version,
    bitsRevision: [...revisions].sort((a, b) => a - b).join(", "),
    columns: JSON.stringify(Object.fromEntries(described)),
  };
}

/**
 * The first pass: what a writer of `tableFormats` takes.
 * @param version of the package that makes the table
 */
export async function headOf(
  runs: RunsAnew,
  kind: TableRows,
  version: string,
): Promise<{ columns: Column[]; generator: string; metadata: Metadata }> {
  const revisions = new Set<number>();
  async function* noted(): AsyncGenerator<ListedRun> {
    for await (const run of runs()) {
      revisions.add(revisionOf(run));
      yield run;
    }
  }
  const columns = await columnsOf(noted(), kind);
  return { columns, generator: `unigram-lab ${version}`, metadata: metadataOf(columns, revisions, version) };
}

/**
 * The second pass.
 * @returns rows written
 */
export async function writeRows(
  table: TableWriter,
  columns: readonly Column[],
  runs: RunsAnew,
  kind: TableRows,
): Promise<number> {
  let count = 0;
  let rows: Cell[][] = [];
  const flush = async () => {
    if (rows.length > 0) await table.write(rows);
    count += rows.length;
    rows = [];
  };
  for await (const run of runs())
    for (const row of rowsOf(run, kind, columns)) {
      rows.push(row);
      if (rows.length === ROWS) await flush();
    }
  await flush();
  await table.end();
  return count;
}
