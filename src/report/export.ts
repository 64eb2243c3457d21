/** Finished runs as one table, however many: two passes over the journal, one for the columns and one for the rows. */
import { extname } from "node:path";
import { ByteWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import { checkNames } from "../checks.js";
import { ConfigError } from "../config.js";
import { openWhole, type WholeFile, type WriteOptions } from "../disk/writeWhole.js";
import type { Journal } from "../sweep/journal.js";
import type { RunResult } from "../sweep/result.js";
import { columnType, parquetMetadata } from "./parquet.js";
import { csvCell } from "./records.js";
import { type Cell, type Row, runRows } from "./table.js";

/** One row an evaluation, or one row a run with its last evaluation. */
export type ExportRows = "evaluations" | "runs";

interface Column {
  name: string;
  /** A cell that is not null, from which the type is known; null while all are. */
  sample: Cell;
}

/** A table that takes its rows in pieces. */
interface Table {
  write(rows: readonly Row[]): Promise<void>;
  end(): Promise<void>;
}

const ROWS = 10_000;

/** A run without its times, which no two machines share: the same runs give the same table. */
function rowsOf(result: RunResult, kind: ExportRows): Row[] {
  if (kind === "evaluations") return runRows([result]);
  const { run, records, divergedAt } = result;
  const [{ run: _, ...last }] = runRows([{ ...result, records: records.slice(-1) }]);
  return [{ run, evaluations: records.length, divergedAt, ...last }];
}

async function columnsOf(journal: Journal, kind: ExportRows): Promise<Column[]> {
  const columns = new Map<string, Column>();
  for await (const result of journal.results())
    for (const row of rowsOf(result, kind))
      for (const [name, cell] of Object.entries(row)) {
        const column = columns.get(name);
        if (!column) columns.set(name, { name, sample: cell });
        else column.sample ??= cell;
      }
  return [...columns.values()];
}

function parquet(file: WholeFile, columns: Column[]): Table {
  const types = columns.map(({ name, sample }) => columnType(name, [sample]));
  const columnData = (rows: readonly Row[]) =>
    columns.map(({ name }, i) => ({
      name,
      type: types[i],
      data: rows.map((row) => row[name] ?? null) as never[],
    }));
  const bytes: InstanceType<typeof ByteWriter> & { flush?(): Promise<void> } = new ByteWriter();
  bytes.flush = async () => {
    await file.write(bytes.getBytes());
    bytes.index = 0;
  };
  bytes.finish = bytes.flush;
  const writer = new ParquetWriter({
    writer: bytes,
    kvMetadata: parquetMetadata(),
    schema: schemaFromColumnData({ columnData: columnData([]) }),
  });
  return {
    write: async (rows) => writer.write({ columnData: columnData(rows), rowGroupSize: ROWS }),
    end: async () => writer.finish(),
  };
}

/** A text table: what stands before the rows, between them and after them. */
function text(
  file: WholeFile,
  [before, between, after]: [string, string, string],
  line: (row: Row) => string,
): Table {
  let first = true;
  return {
    async write(rows) {
      await file.write((first ? before : between) + rows.map(line).join(between));
      first = false;
    },
    end: () => file.write(after),
  };
}

const csv = (file: WholeFile, columns: Column[]): Table =>
  text(file, [`${columns.map(({ name }) => csvCell(name)).join(",")}\n`, "\n", "\n"], (row) =>
    columns.map(({ name }) => csvCell(row[name] ?? null)).join(","),
  );
const json = (file: WholeFile, columns: Column[]): Table =>
  text(file, ["[\n", ",\n", "\n]\n"], (row) =>
    JSON.stringify(Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null]))),
  );

const tables: Record<string, (file: WholeFile, columns: Column[]) => Table> = {
  ".parquet": parquet,
  ".csv": csv,
  ".json": json,
};

/**
 * @param name what the error calls the path
 * @throws ConfigError for a file name whose format is unknown, before anything is read
 */
export function checkExportPath(path: string, name = "path"): void {
  if (!Object.hasOwn(tables, extname(path).toLowerCase()))
    throw new ConfigError(
      `${name}: expected a file name ending in ${Object.keys(tables).join(", ")}, got ${JSON.stringify(path)}`,
    );
}

/**
 * Writes the finished runs of a journal as Parquet, CSV or JSON, by the file name: sorted by run and step, every number
 * bit for bit, the same runs always the same bytes. The file is there whole or not at all, and replaces a table of ours
 * only, unless forced.
 * @returns rows written
 * @throws ConfigError for another file name, when there is no finished run, or when the file is not to be replaced
 */
export async function exportRuns(
  journal: Journal,
  path: string,
  kind: ExportRows = "evaluations",
  options: Pick<WriteOptions, "force"> = {},
): Promise<number> {
  checkNames(options, ["force"]);
  const { force = false } = options;
  checkExportPath(path);
  const columns = await columnsOf(journal, kind);
  if (columns.length === 0) throw new ConfigError(`DIR: expected at least one finished run, got none`);
  const file = await openWhole(path, { kind: "table", force });
  try {
    const table = tables[extname(path).toLowerCase()](file, columns);
    let count = 0;
    let rows: Row[] = [];
    const flush = async () => {
      if (rows.length > 0) await table.write(rows);
      count += rows.length;
      rows = [];
    };
    for await (const result of journal.results())
      for (const row of rowsOf(result, kind)) {
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
