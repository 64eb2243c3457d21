/** Rows as a Parquet file: numbers as doubles, bit for bit; whole-number fields as integers; what is missing as null. */
import { parquetWriteBuffer } from "hyparquet-writer";
import { type Cell, columns, type Row } from "./table.js";

const wholeNumbers = new Set([
  "step",
  "vocabSize",
  "embeddingDim",
  "batchSize",
  "steps",
  "evaluateEvery",
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

export const parquetBytes = (rows: readonly Row[]): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: columns(rows).map(({ name, cells }) => ({
        name,
        data: cells as never[],
        type: columnType(name, cells),
      })),
    }),
  );
