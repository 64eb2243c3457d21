/** A panel of one number over two things that vary, with a line over it if asked for. */
import type { Cell } from "../formats/table.js";
import { type Spec, withMeta } from "./figure.js";
import { keyOf, shortNumber } from "./labels.js";
import type { PanelTitle } from "./panelTitle.js";
import { labelled, logTicks } from "./ticks.js";
import { endsOf, type ValueAxis, valueScale } from "./valueScale.js";

/** Pixels that a cell is wide where a number stands in it. */
const CELL = 40;

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
  /** Pixels that a cell is wide: 40 when left out. */
  cellWidth?: number;
  /** Pixels that a row is high: 26 when left out, 32 where labels take two lines. */
  rowHeight?: number;
  /** Writes the values into their cells, to a few digits. */
  numbers?: boolean;
}

/** Pixels of a character of a label, and how many of them stand on one line beside the rows. */
const CHARACTER = 6.6;
const LINE = 26;

/** A long name on two lines, broken where it pauses or else between words. */
function onTwoLines(label: string): string | string[] {
  if (label.length <= LINE) return label;
  const breaks = [...label.matchAll(/, | /g)].map(({ index, 0: text }) => ({
    at: index + text.length,
    // a pause is worth some imbalance
    cost: Math.abs(index - label.length / 2) - (text === ", " ? 8 : 0),
  }));
  const best = breaks.sort((a, b) => a.cost - b.cost)[0];
  return best ? [label.slice(0, best.at).trim(), label.slice(best.at)] : label;
}

const isWrapped = (axis: ValueAxis): boolean => valueScale(axis).domain.some((label) => label.length > LINE);

/** Across: what is wider than its cell stands aslant where all of them are read, and is left out by turns where they are many. */
function across(axis: ValueAxis, cellWidth: number): Spec {
  const { domain } = valueScale(axis);
  const isWide = domain.some((label) => CHARACTER * label.length > cellWidth);
  const aslant = { labelAngle: -35, labelAlign: "right", labelBaseline: "middle", labelOverlap: false };
  return {
    ...{ field: "a", type: "ordinal", title: axis.title, sort: null, scale: { domain } },
    axis: {
      ...{ grid: false, labelLimit: 200 },
      ...(isWide && cellWidth >= CELL ? aslant : { labelAngle: 0 }),
    },
  };
}

function down(axis: ValueAxis): Spec {
  const { domain } = valueScale(axis);
  const lines = Object.fromEntries(domain.map((label) => [label, onTwoLines(label)]));
  return {
    ...{ field: "b", type: "ordinal", title: axis.title, sort: null, scale: { domain } },
    axis: {
      ...{ grid: false, labelLimit: 200 },
      labelExpr: `${JSON.stringify(lines)}[datum.value]`,
    },
  };
}

/** The line as rules on the edges of cells: one down each row, and one between neighbouring rows where it moves. */
function frontierLayers({ frontier = [], x, y }: HeatMap, place: { x: Spec; y: Spec }): Spec[] {
  const [a, b] = [valueScale(x).labelOf, valueScale(y).labelOf];
  const edges = y.values.map((value) => frontier.find((edge) => keyOf(edge.y) === keyOf(value)));
  const downwards = edges.flatMap((edge) => (edge ? [{ a: a(edge.behind), b: b(edge.y) }] : []));
  const sideways = edges.flatMap((edge, i) => {
    const next = edges[i + 1];
    return edge && next ? [{ a: a(edge.behind), to: a(next.behind), b: b(edge.y) }] : [];
  });
  if (downwards.length === 0) return [];
  // white around black: seen on every colour of the scale
  const strokes = [
    { color: "white", strokeWidth: 5 },
    { color: "black", strokeWidth: 2.5 },
  ];
  const end = { bandPosition: 1 };
  return strokes.flatMap((stroke) => [
    {
      data: { values: downwards },
      mark: { type: "rule", strokeCap: "square", ...stroke },
      encoding: {
        x: { ...place.x, ...end },
        y: { ...place.y, bandPosition: 0 },
        y2: { field: "b", ...end },
      },
    },
    {
      data: { values: sideways },
      mark: { type: "rule", strokeCap: "square", ...stroke },
      encoding: { x: { ...place.x, ...end }, x2: { field: "to", ...end }, y: { ...place.y, ...end } },
    },
  ]);
}

/** With so many significant digits, so that all cells have as many: "0.90" beside "0.45". */
function withDigits(value: number, digits: number): string {
  const rounded = Number(value.toPrecision(digits));
  if (rounded >= 10 ** digits) return shortNumber(rounded);
  return rounded < 1e-4 ? rounded.toExponential(digits - 1) : rounded.toPrecision(digits);
}

/** Numbers in the cells, dark on the bright half of the colours, and the marks of cells without one. */
function textLayers(
  { cells, x: xAxis, y: yAxis, numbers }: HeatMap,
  place: { x: Spec; y: Spec },
  ends: [number, number],
): Spec[] {
  const middle = Math.sqrt(ends[0] * ends[1]);
  // as many digits as it takes to tell the ends apart
  const digits = ends[1] > 1.2 * ends[0] ? 2 : ends[1] > 1.02 * ends[0] ? 3 : 4;
  const [a, b] = [valueScale(xAxis).labelOf, valueScale(yAxis).labelOf];
  const values = cells.flatMap(({ x, y, value, mark }) => {
    const at = { a: a(x), b: b(y) };
    if (value === null || value <= 0) return mark ? [{ ...at, text: mark, on: "none" }] : [];
    return numbers
      ? [
          {
            ...at,
            text: withDigits(value, digits),
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
  const { cells, x, y, legend, bare = false, title, colours, cellWidth = CELL } = options;
  const { rowHeight = isWrapped(y) ? 32 : 26 } = options;
  const [a, b] = [valueScale(x).labelOf, valueScale(y).labelOf];
  const rows = cells.flatMap((cell) =>
    cell.value === null || cell.value <= 0 ? [] : [{ a: a(cell.x), b: b(cell.y), value: cell.value }],
  );
  if (rows.length === 0) return undefined;
  const place = { x: across(x, cellWidth), y: down(y) };
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
        title: legend,
        scale: { scheme: "viridis", type: "log", ...(colours ? { domain: colours, clamp: true } : {}) },
        legend: bare
          ? null
          : {
              title: [legend, "(logarithmic scale)"],
              gradientLength: 160,
              ...labelled(logTicks(...ends, 5)),
            },
      },
    },
  };
  const above = [...textLayers(options, place, ends), ...frontierLayers(options, place)];
  const spec = {
    width: Math.max(160, cellWidth * x.values.length),
    height: Math.max(90, rowHeight * y.values.length),
    ...(title ? { title } : {}),
    ...(above.length > 0 ? { layer: [rectangles, ...above] } : rectangles),
  };
  const drawn = cells.filter(({ value }) => value !== null && value > 0);
  return withMeta(spec, {
    rows: drawn.map((cell) => ({
      ...{ kind: "measured", series: `${y.title} ${b(cell.y)}` },
      ...{ xName: x.title, x: typeof cell.x === "number" ? cell.x : a(cell.x) },
      ...{ yName: legend, mean: cell.value, low: null, high: null },
    })),
  });
}
