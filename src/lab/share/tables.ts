/** Records as a file: the columns, the order and the bytes of `unigram-lab export`. */
import { version } from "../../../package.json";
import { type Sink, tableFormats } from "../../formats/table.js";
import { headOf, writeRows } from "../../report/runTable.js";
import type { RunResult } from "../../sweep/result.js";

export type TableFormat = "csv" | "parquet" | "json";

const types: Record<TableFormat, string> = {
  csv: "text/csv",
  parquet: "application/vnd.apache.parquet",
  json: "application/json",
};

/** Runs between which the page may do something else. */
const RUNS = 8;
const breath = () => new Promise<void>((resolve) => setTimeout(resolve));

/** @param results at least one, in the order that the table is to have */
export async function tableFile(results: readonly RunResult[], format: TableFormat): Promise<Blob> {
  async function* runs() {
    for (const [i, result] of results.entries()) {
      if (i % RUNS === 0) await breath();
      yield result;
    }
  }
  const pieces: BlobPart[] = [];
  const sink: Sink = {
    async write(piece) {
      // a writer may use its memory again
      pieces.push(typeof piece === "string" ? piece : piece.slice());
      await breath();
    },
  };
  const { columns, generator, metadata } = await headOf(runs, "evaluations", version);
  await writeRows(
    tableFormats[`.${format}`](sink, columns, generator, metadata),
    columns,
    runs,
    "evaluations",
  );
  return new Blob(pieces, { type: types[format] });
}
