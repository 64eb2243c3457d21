/** A table of runs as a file, however many. */
import { extname } from "node:path";
import { ConfigError } from "../config.js";
import { packageVersion } from "../disk/generator.js";
import { openWhole, type WriteOptions } from "../disk/writeWhole.js";
import { tableFormats } from "../formats/table.js";
import { headOf, type RunsAnew, writeRows } from "./runTable.js";
import type { TableRows } from "./table.js";

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
 * table of ours only, unless forced. Parquet says in its metadata which version wrote it, the bits revisions and what each
 * column is; the others have no place for that.
 * @returns rows written
 * @throws ConfigError for another file name, or when the file is not to be replaced
 */
export async function writeTable(
  path: string,
  runs: RunsAnew,
  { rows: kind = "evaluations", force = false }: Pick<WriteOptions, "force"> & { rows?: TableRows } = {},
): Promise<number> {
  checkTablePath(path);
  const { columns, generator, metadata } = await headOf(runs, kind, packageVersion());
  const file = await openWhole(path, { kind: "table", force });
  try {
    const count = await writeRows(formatOf(path)!(file, columns, generator, metadata), columns, runs, kind);
    await file.commit();
    return count;
  } finally {
    await file.discard();
  }
}
