import { checkNames } from "../checks.js";
import { ConfigError } from "../config.js";
import type { WriteOptions } from "../disk/writeWhole.js";
import type { FinishedRuns } from "../sweep/selection.js";
import type { TableRows } from "./table.js";
import { checkTablePath, writeTable } from "./writeTable.js";

/**
 * Writes the finished runs of a journal or a selection as Parquet, CSV, JSON or lines of JSON, by the file name: sorted by run and step,
 * every number bit for bit, the same runs always the same bytes. The file is there whole or not at all, and replaces a
 * table of ours only, unless forced.
 * @returns rows written
 * @throws ConfigError for another file name, when there is no finished run, or when the file is not to be replaced
 */
export async function exportRuns(
  runs: FinishedRuns,
  path: string,
  rows: TableRows = "evaluations",
  options: Pick<WriteOptions, "force"> = {},
): Promise<number> {
  checkNames(options, ["force"]);
  checkTablePath(path);
  if ((await runs.results().next()).done)
    throw new ConfigError("DIR: expected at least one finished run, got none");
  return writeTable(path, () => runs.results(), { rows, force: options.force ?? false });
}
