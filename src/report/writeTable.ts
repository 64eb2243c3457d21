/** A table of runs as a file, however many: two passes over them, one for the columns and one for the rows. */
import { extname } from "node:path";
import { ConfigError } from "../config.js";
import { generator, packageVersion } from "../disk/generator.js";
import { openWhole, type WriteOptions } from "../disk/writeWhole.js";
import { type Column, type Metadata, type Row, tableFormats } from "../formats/table.js";
import { revisionOf } from "../kernel/bitsRevision.js";
import { columnHelp } from "./columnHelp.js";
import { columnsOf, type ListedRun, runRows, type TableRows } from "./table.js";

/** Rows that are written at once. */
const ROWS = 10_000;

const formatOf = (path: string) => {
  const ending = extname(path).toLowerCase();
  return Object.hasOwn(tableFormats, ending) ? tableFormats[ending] : undefined;
};

/**
 * @param name what the error calls the path
 * @throws ConfigError for a file name whose format is unknown, before anything is read or run
 */
export function checkTablePath(path: string, name = "path"): void {
  if (!formatOf(path))
    throw new ConfigError(
      `${name}: expected a file name ending in ${Object.keys(tableFormats).join(", ")}, got ${JSON.stringify(path)}`,
    );
}

/** Which version made a table, whose bits are in it, and what its columns are: nothing that differs where the runs are the same. */
function metadataOf(columns: readonly Column[], revisions: ReadonlySet<number>): Metadata {
  const described = columns.map(({ name }) => [name, columnHelp(name)]);
  return {
    package: "unigram-lab",
    version: packageVersion(),
    bitsRevision: [...revisions].sort((a, b) => a - b).join(", "),
    columns: JSON.stringify(Object.fromEntries(described)),
  };
}

/**
 * Writes runs as a table in the format that the file name asks for. The file is there whole or not at all, and replaces a
 * table of ours only, unless forced. Parquet says in its metadata which version wrote it, the bits revisions and what each
 * column is; the others have no place for that.
 * @param runs gives them anew, and alike, for each of the two passes
 * @returns rows written
 * @throws ConfigError for another file name, or when the file is not to be replaced
 */
export async function writeTable(
  path: string,
  runs: () => AsyncIterable<ListedRun> | Iterable<ListedRun>,
  { rows: kind = "evaluations", force = false }: Pick<WriteOptions, "force"> & { rows?: TableRows } = {},
): Promise<number> {
  checkTablePath(path);
  const revisions = new Set<number>();
  async function* noted(): AsyncGenerator<ListedRun> {
    for await (const run of runs()) {
      revisions.add(revisionOf(run));
      yield run;
    }
  }
  const columns = await columnsOf(noted(), kind);
  const file = await openWhole(path, { kind: "table", force });
  try {
    const table = formatOf(path)!(file, columns, generator(), metadataOf(columns, revisions));
    let count = 0;
    let rows: Row[] = [];
    const flush = async () => {
      if (rows.length > 0) await table.write(rows);
      count += rows.length;
      rows = [];
    };
    for await (const run of runs())
      for (const row of runRows(run, kind)) {
        rows.push(row);
        if (rows.length === ROWS) await flush();
      }
    await flush();
    await table.end();
    await file.commit();
    return count;
  } finally {
    await file.discard();
  }
}
