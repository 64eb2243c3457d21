/** The records of runs as a table in the format that the file name asks for. */
import { extname } from "node:path";
import { checkNames } from "../checks.js";
import { ConfigError } from "../config.js";
import { type WriteOptions, writeWhole } from "../disk/writeWhole.js";
import type { RunResult } from "../sweep/result.js";
import { parquetBytes } from "./parquet.js";
import { type Cell, columns, type Row, runRows } from "./table.js";

export const csvCell = (cell: Cell): string => {
  if (cell === null) return "";
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

function csv(rows: readonly Row[]): string {
  const table = columns(rows);
  const lines = rows.map((_, i) => table.map(({ cells }) => csvCell(cells[i])).join(","));
  return `${[table.map(({ name }) => csvCell(name)).join(","), ...lines].join("\n")}\n`;
}

const formats: Record<string, (rows: Row[]) => string | Uint8Array> = {
  ".parquet": parquetBytes,
  ".csv": csv,
  ".json": (rows) => `${JSON.stringify(rows, null, 2)}\n`,
  ".ndjson": (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
};

/**
 * @param name what the error calls the path
 * @throws ConfigError for a file name whose format is unknown, before any run is started
 */
export function checkRecordsPath(path: string, name = "path"): void {
  if (!Object.hasOwn(formats, extname(path).toLowerCase()))
    throw new ConfigError(
      `${name}: expected a file name ending in ${Object.keys(formats).join(", ")}, got ${JSON.stringify(path)}`,
    );
}

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
  const { force = false } = options;
  checkRecordsPath(path);
  await writeWhole(path, formats[extname(path).toLowerCase()](runRows(runs)), { kind: "table", force });
}
