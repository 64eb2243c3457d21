/** Rows as a Parquet file: numbers as doubles, bit for bit; whole-number fields as integers; what is missing as null. */
import { parquetWriteBuffer } from "hyparquet-writer";
import { generator } from "./environment.js";
import { type Cell, columns, type Row } from "./table.js";

const wholeNumbers = new Set([
  "step",
  "vocabSize",
  "embeddingDim",
  "batchSize",
  "steps",
  "evaluateEvery",
  "evaluateAt.perDecade",
  "evaluations",
  "divergedAt",
]);

type ColumnType = "STRING" | "BOOLEAN" | "INT32" | "DOUBLE";

export function columnType(name: string, cells: readonly Cell[]): ColumnType {
  const sample = cells.find((cell) => cell !== null);
  if (typeof sample === "string") return "STRING";
  if (typeof sample === "boolean") return "BOOLEAN";
  return wholeNumbers.has(name) ? "INT32" : "DOUBLE";
}

/** What the file says of itself. */
export const parquetMetadata = () => [{ key: "generator", value: generator() }];

export const parquetBytes = (rows: readonly Row[]): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      kvMetadata: parquetMetadata(),
      columnData: columns(rows).map(({ name, cells }) => ({
        name,
        data: cells as never[],
        type: columnType(name, cells),
      })),
    }),
  );
