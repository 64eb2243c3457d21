/** Curves of more points than a picture can show. */
import type { CurveRow } from "./figure.js";

/** Columns of a curve to a pixel of its panel: files and screens have two dots or three. */
const FINENESS = 3;

/**
 * Of each column of a picture the points at its ends and those that reach furthest up and down: drawn, they look as all of
 * them do. A curve of no more points than columns stays as it is.
 * @param rows of one curve, by their steps
 * @param width of the panel's axes in pixels
 * @param log whether the x axis is logarithmic: steps are above 0 then
 */
export function thinned<Row extends CurveRow>(rows: readonly Row[], width: number, log: boolean): Row[] {
  const columns = FINENESS * width;
  if (rows.length <= columns) return [...rows];
  const place = ({ step }: Row) => (log ? Math.log(step) : step);
  const from = place(rows[0]);
  const perColumn = (place(rows[rows.length - 1]) - from) / columns;
  // all at one place
  if (!(perColumn > 0)) return [...rows];
  const columnOf = (row: Row) => Math.floor((place(row) - from) / perColumn);
  const kept: Row[] = [];
  for (let first = 0, end = 0; first < rows.length; first = end) {
    const own = new Set([first]);
    let [low, high, least, most] = [first, first, first, first];
    const column = columnOf(rows[first]);
    for (; end < rows.length && columnOf(rows[end]) === column; end++) {
      const row = rows[end];
      if (row.low < rows[low].low) low = end;
      if (row.high > rows[high].high) high = end;
      if (row.mean < rows[least].mean) least = end;
      if (row.mean > rows[most].mean) most = end;
    }
    for (const at of [low, high, least, most, end - 1]) own.add(at);
    for (const at of [...own].sort((a, b) => a - b)) kept.push(rows[at]);
  }
  return kept;
}
