/** A panel of one number over two things that vary, with a line over it if asked for. */
import type { Cell } from "../formats/table.js";
import { type Spec, withMeta } from "./figure.js";
import { keyOf, shortNumber } from "./labels.js";
import type { PanelTitle } from "./panelTitle.js";
import { labelled, logTicks } from "./ticks.js";
import { endsOf, type ValueAxis, valueScale } from "./valueScale.js";

export interface HeatMap {
  /** `mark`: what stands in a place without a value, such as "×". */
  cells: { x: Cell; y: Cell; value: number | null; mark?: string }[];
  x: ValueAxis;
  y: ValueAxis;
  /** Of the colours, which are logarithmic: a value at or below 0 leaves its place empty. */
  legend: string;
  /** Whether the legend is left to another panel, of the same colours. */
  bare?: boolean;
  title?: PanelTitle;
  /** The values at the colours' ends; what is beyond has the end's colour. Those of the cells when left out. */
  colours?: [low: number, high: number];
  /** A line that parts each row behind one of its cells. A row that is left out has none. */
  frontier?: { y: Cell; behind: Cell }[];
  /** Pixels that a cell is wide: 44 when left out. */
  cellWidth?: number;
  /** Writes the values into their cells, to a few digits. */
  numbers?: boolean;
}

const position = (field: string, axis: ValueAxis): Spec => {
  const { domain, labels, labelExpr } = valueScale(axis);
  // words need more room beside each other than numbers
  const isLong =
    field === "a" &&
    axis.values.some((value) => typeof value !== "number") &&
    labels.some((label) => label.length > 7);
  return {
    field,
    type: "ordinal",
    sort: null,
    scale: { domain },
    axis: {
      title: axis.title,
      labelExpr,
      grid: false,
      labelLimit: 300,
      ...(isLong
        ? { labelAngle: -35, labelAlign: "right", labelBaseline: "middle", labelOverlap: false }
        : { labelAngle: 0 }),
    },
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
  if (down.length === 0) return [];
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

/** Numbers in the cells, dark on the bright half of the colours, and the marks of cells without one. */
function textLayers(
  { cells, numbers }: HeatMap,
  place: { x: Spec; y: Spec },
  ends: [number, number],
): Spec[] {
  const middle = Math.sqrt(ends[0] * ends[1]);
  // as many digits as it takes to tell the ends apart
  const digits = ends[1] > 1.2 * ends[0] ? 2 : ends[1] > 1.02 * ends[0] ? 3 : 4;
  const values = cells.flatMap(({ x, y, value, mark }) => {
    const at = { a: keyOf(x), b: keyOf(y) };
    if (value === null || value <= 0) return mark ? [{ ...at, text: mark, on: "none" }] : [];
    return numbers
      ? [
          {
            ...at,
            text: shortNumber(Number(value.toPrecision(digits))),
            on: value > middle ? "bright" : "dark",
          },
        ]
      : [];
  });
  const layer = (on: string, colour: Spec) =>
    values.some((row) => row.on === on)
      ? [
          {
            data: { values: values.filter((row) => row.on === on) },
            mark: { type: "text", fontSize: 10, ...colour },
            encoding: { ...place, text: { field: "text", type: "nominal" } },
          },
        ]
      : [];
  return [
    ...layer("bright", { color: "#111111" }),
    ...layer("dark", { color: "#ffffff" }),
    ...layer("none", {}),
  ];
}

/** Undefined when no cell has a value that can be shown. */
export function heatMap(options: HeatMap): Spec | undefined {
  const { cells, x, y, legend, bare = false, title, colours, cellWidth = 44 } = options;
  const rows = cells.flatMap((cell) =>
    cell.value === null || cell.value <= 0 ? [] : [{ a: keyOf(cell.x), b: keyOf(cell.y), value: cell.value }],
  );
  if (rows.length === 0) return undefined;
  const place = { x: position("a", x), y: position("b", y) };
  const { least, largest } = endsOf(rows.map(({ value }) => value));
  const ends: [number, number] = colours ?? [least, largest];
  const rectangles = {
    data: { values: rows },
    mark: { type: "rect" },
    encoding: {
      ...place,
      color: {
        field: "value",
        type: "quantitative",
        scale: { scheme: "viridis", type: "log", ...(colours ? { domain: colours, clamp: true } : {}) },
        legend: bare ? null : { title: legend, gradientLength: 160, ...labelled(logTicks(...ends, 5)) },
      },
    },
  };
  const above = [...textLayers(options, place, ends), ...frontierLayers(options, place)];
  const spec = {
    width: Math.max(160, cellWidth * x.values.length),
    height: Math.max(90, 26 * y.values.length),
    ...(title ? { title } : {}),
    ...(above.length > 0 ? { layer: [rectangles, ...above] } : rectangles),
  };
  const labelOf = (axis: ValueAxis, value: Cell) => {
    const { domain, labels } = valueScale(axis);
    return labels[domain.indexOf(keyOf(value))];
  };
  const drawn = cells.filter(({ value }) => value !== null && value > 0);
  return withMeta(spec, {
    rows: drawn.map((cell) => ({
      ...{ kind: "measured", series: `${y.title} ${labelOf(y, cell.y)}` },
      ...{ xName: x.title, x: typeof cell.x === "number" ? cell.x : labelOf(x, cell.x) },
      ...{ yName: legend, mean: cell.value, low: null, high: null },
    })),
  });
}
