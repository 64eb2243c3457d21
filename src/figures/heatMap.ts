/** A panel of one number over two things that vary, with a line over it if asked for. */
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
  /** The values at the colours' ends; what is beyond has the end's colour. Those of the cells when left out. */
  colours?: [low: number, high: number];
  /** A line that parts each row behind one of its cells. A row that is left out has none. */
  frontier?: { y: Cell; behind: Cell }[];
  /** Pixels that a cell is wide: 44 when left out. */
  cellWidth?: number;
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

/** The line as rules on the edges of cells: one down each row, and one between neighbouring rows where it moves. */
function frontierLayers({ frontier = [], y }: HeatMap, place: { x: Spec; y: Spec }): Spec[] {
  const edges = y.values.map((value) => frontier.find((edge) => keyOf(edge.y) === keyOf(value)));
  const down = edges.flatMap((edge) => (edge ? [{ a: keyOf(edge.behind), b: keyOf(edge.y) }] : []));
  const across = edges.flatMap((edge, i) => {
    const next = edges[i + 1];
    return edge && next ? [{ a: keyOf(edge.behind), to: keyOf(next.behind), b: keyOf(edge.y) }] : [];
  });
  // white around black: seen on every colour of the scale
  const strokes = [
    { color: "white", strokeWidth: 5 },
    { color: "black", strokeWidth: 2.5 },
  ];
  const end = { bandPosition: 1 };
  return strokes.flatMap((stroke) => [
    {
      data: { values: down },
      mark: { type: "rule", strokeCap: "square", ...stroke },
      encoding: {
        x: { ...place.x, ...end },
        y: { ...place.y, bandPosition: 0 },
        y2: { field: "b", ...end },
      },
    },
    {
      data: { values: across },
      mark: { type: "rule", strokeCap: "square", ...stroke },
      encoding: { x: { ...place.x, ...end }, x2: { field: "to", ...end }, y: { ...place.y, ...end } },
    },
  ]);
}

/** Undefined when no cell has a value that can be shown. */
export function heatMap(options: HeatMap): Spec | undefined {
  const { cells, x, y, legend, title, colours, frontier, cellWidth = 44 } = options;
  const rows = cells.flatMap((cell) =>
    cell.value === null || cell.value <= 0 ? [] : [{ a: keyOf(cell.x), b: keyOf(cell.y), value: cell.value }],
  );
  if (rows.length === 0) return undefined;
  const place = { x: position("a", x), y: position("b", y) };
  const rectangles = {
    data: { values: rows },
    mark: { type: "rect" },
    encoding: {
      ...place,
      color: {
        field: "value",
        type: "quantitative",
        scale: { scheme: "viridis", type: "log", ...(colours ? { domain: colours, clamp: true } : {}) },
        legend: { title: legend, format: "~g" },
      },
    },
  };
  return {
    width: Math.max(160, cellWidth * x.values.length),
    height: Math.max(90, 26 * y.values.length),
    ...(title ? { title } : {}),
    ...(frontier?.length ? { layer: [rectangles, ...frontierLayers(options, place)] } : rectangles),
  };
}
