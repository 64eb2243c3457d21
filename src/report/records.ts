import { checkNames } from "../checks.js";
import type { WriteOptions } from "../disk/writeWhole.js";
import type { RunResult } from "../sweep/result.js";
import { writeTable } from "./writeTable.js";

/**
 * Writes one row an evaluation: .parquet, .csv, .json or .ndjson by the extension. Replaces a table of ours only, unless
 * forced.
 * @throws ConfigError for any other extension, before anything is written, or when the file is not to be replaced
 */
export async function writeRecords(
  path: string,
  runs: RunResult[],
  options: Pick<WriteOptions, "force"> = {},
): Promise<void> {
  checkNames(options, ["force"]);
  await writeTable(path, () => runs, { force: options.force ?? false });
}
