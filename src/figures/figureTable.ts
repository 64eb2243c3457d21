/** The numbers of a figure as a table: a row a number, with all its digits. */
import { figureColumns } from "../disk/figureColumns.js";
import { type Column, type Row, type Sink, tableFormats } from "../formats/table.js";
import { type Figure, metaOf, type Spec } from "./figure.js";

/** A panel's title, if it has one. */
const titleOf = ({ title }: Spec): string | undefined =>
  typeof title === "string" ? title : (title as { text?: string } | undefined)?.text;

const columns: Column[] = figureColumns.map((name) => ({ name, whole: false, sample: null }));

/** @returns CSV with `figureColumns`; the header alone where panels keep no rows */
export async function figureCsv({ panels }: Pick<Figure, "panels">): Promise<string> {
  const pieces: string[] = [];
  const sink: Sink = { write: async (piece) => void pieces.push(String(piece)) };
  const rows = panels.flatMap((panel): Row[] =>
    (metaOf(panel).rows ?? []).map(({ kind, series, xName, x, yName, mean, low, high }) => ({
      ...{ panel: titleOf(panel) ?? yName, kind, series, x_name: xName, x },
      ...{ y_name: yName, mean, low, high },
    })),
  );
  const csv = tableFormats[".csv"](sink, columns, "");
  if (rows.length > 0) await csv.write(rows);
  await csv.end();
  return pieces.join("");
}
