/** A table of runs as a file, however many: two passes over them, one for the columns and one for the rows. */
import { extname } from "node:path";
import { ConfigError } from "../config.js";
import { generator } from "../disk/generator.js";
import { openWhole, type WriteOptions } from "../disk/writeWhole.js";
import { type Row, tableFormats } from "../formats/table.js";
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

/**
 * Writes runs as a table in the format that the file name asks for. The file is there whole or not at all, and replaces a
 * table of ours only, unless forced.
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
  const columns = await columnsOf(runs(), kind);
  const file = await openWhole(path, { kind: "table", force });
  try {
    const table = formatOf(path)!(file, columns, generator());
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
