/** A panel of one number over two things that vary. */
import type { Cell } from "../formats/table.js";
import type { Spec } from "./figure.js";
import { keyOf } from "./labels.js";
import { type ValueAxis, valueScale } from "./valueScale.js";

export interface HeatMap {
  cells: { x: Cell; y: Cell; value: number | null }[];
  x: ValueAxis;
  y: ValueAxis;
  /** Of the colours, which are logarithmic: a value at or below 0 leaves its place empty. */
  legend: string;
  title?: string;
}

const position = (field: string, axis: ValueAxis): Spec => {
  const { domain, labelExpr } = valueScale(axis);
  return {
    field,
    type: "ordinal",
    sort: null,
    scale: { domain },
    axis: { title: axis.title, labelExpr, grid: false, labelAngle: 0 },
  };
};

/** Undefined when no cell has a value that can be shown. */
export function heatMap({ cells, x, y, legend, title }: HeatMap): Spec | undefined {
  const rows = cells.flatMap((cell) =>
    cell.value === null || cell.value <= 0 ? [] : [{ a: keyOf(cell.x), b: keyOf(cell.y), value: cell.value }],
  );
  if (rows.length === 0) return undefined;
  return {
    width: Math.max(160, 44 * x.values.length),
    height: Math.max(90, 26 * y.values.length),
    ...(title ? { title } : {}),
    data: { values: rows },
    mark: { type: "rect" },
    encoding: {
      x: position("a", x),
      y: position("b", y),
      color: {
        field: "value",
        type: "quantitative",
        scale: { scheme: "viridis", type: "log" },
        legend: { title: legend, format: "~g" },
      },
    },
  };
}
