/** Rows as Parquet, CSV, JSON or lines of JSON, written in pieces: of any length, every number bit for bit. */
import { ByteWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";

export type Cell = string | number | boolean | null;
/** Cells by the name of their column; one that is not there is null. */
export type Row = Record<string, Cell>;

export interface Column {
  name: string;
  /** Numbers of it are whole, from -2^31 to 2^31 - 1. */
  whole: boolean;
  /** Numbers of it are whole, and may be too large for that: safe integers. */
  long?: boolean;
  /** A cell that is not null, which tells the column's type; null while all are. */
  sample: Cell;
}

/** Where a table goes: a file, or a list of pieces. */
export interface Sink {
  write(piece: string | Uint8Array): Promise<void>;
}

/** What else is said of a table as a whole, by name. */
export type Metadata = Record<string, string>;

/** Takes the rows of a table in their order. */
export interface TableWriter {
  /** At least one row, each the cells of the table's columns in their order. */
  write(rows: readonly Cell[][]): Promise<void>;
  end(): Promise<void>;
}

const jsonOf = (columns: readonly Column[]) => {
  const keys = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  return (cells: readonly Cell[]): string =>
    `{${cells.map((cell, column) => keys[column] + JSON.stringify(cell)).join(",")}}`;
};

const csvCell = (cell: Cell): string => {
  if (cell === null) return "";
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
const csvLine = (cells: readonly Cell[]): string => `${cells.map(csvCell).join(",")}\n`;

/** A table as CSV; the header alone without rows. */
export const csvText = (columns: readonly Column[], rows: readonly Row[]): string =>
  [columns.map(({ name }) => name), ...rows.map((row) => columns.map(({ name }) => row[name] ?? null))]
    .map(csvLine)
    .join("");

/** A text: what stands before its rows, between them and after them. */
function text(
  sink: Sink,
  { before = "", between = "", after = "" },
  line: (cells: readonly Cell[]) => string,
): TableWriter {
  let begun = false;
  return {
    async write(rows) {
      await sink.write((begun ? between : before) + rows.map(line).join(between));
      begun = true;
    },
    end: () => sink.write(begun ? after : before + after),
  };
}

type ColumnType = "STRING" | "BOOLEAN" | "INT32" | "INT64" | "DOUBLE";

const typeOf = ({ whole, long, sample }: Column): ColumnType =>
  typeof sample === "string"
    ? "STRING"
    : typeof sample === "boolean"
      ? "BOOLEAN"
      : long
        ? "INT64"
        : whole
          ? "INT32"
          : "DOUBLE";

/** A cell as the writer takes it. */
const writable = ({ long }: Column, cell: Cell): Cell | bigint =>
  long && typeof cell === "number" ? BigInt(cell) : cell;

/** A row group of each piece that is written. */
function parquet(
  sink: Sink,
  columns: readonly Column[],
  generator: string,
  metadata: Metadata = {},
): TableWriter {
  const columnData = (rows: readonly Cell[][]) =>
    columns.map((column, at) => ({
      name: column.name,
      type: typeOf(column),
      data: rows.map((cells) => writable(column, cells[at])) as never[],
    }));
  const bytes: InstanceType<typeof ByteWriter> & { flush?(): Promise<void> } = new ByteWriter();
  bytes.flush = async () => {
    await sink.write(bytes.getBytes());
    bytes.index = 0;
  };
  bytes.finish = bytes.flush;
  const writer = new ParquetWriter({
    writer: bytes,
    kvMetadata: Object.entries({ generator, ...metadata }).map(([key, value]) => ({ key, value })),
    schema: schemaFromColumnData({ columnData: columnData([]) }),
  });
  return {
    write: async (rows) => writer.write({ columnData: columnData(rows), rowGroupSize: rows.length }),
    end: async () => writer.finish(),
  };
}

/**
 * The formats there are, by the ending of a file's name.
 * @param generator what made the table, for formats that have a place for it: the footer of Parquet
 * @param metadata goes there too
 */
export const tableFormats: Record<
  string,
  (sink: Sink, columns: readonly Column[], generator: string, metadata?: Metadata) => TableWriter
> = {
  ".parquet": parquet,
  ".csv": (sink, columns) => text(sink, { before: csvLine(columns.map(({ name }) => name)) }, csvLine),
  ".json": (sink, columns) => text(sink, { before: "[\n", between: ",\n", after: "\n]\n" }, jsonOf(columns)),
  ".ndjson": (sink, columns) => {
    const line = jsonOf(columns);
    return text(sink, {}, (cells) => `${line(cells)}\n`);
  },
};
