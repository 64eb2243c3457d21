/** A panel of numbers with their intervals over something that varies: points, bars, and lines that join a series. */
import { type DrawnRow, type LegendEntry, type PanelMeta, type Spec, withMeta } from "./figure.js";
import {
  colourBy,
  dashBy,
  legendEntry,
  referenceDashes,
  referenceEntry,
  referenceWidth,
  shapeBy,
} from "./seriesLook.js";

export interface IntervalPoint {
  /** Legend entry. */
  series: string;
  x: number;
  mean: number;
  /** Ends of the bar. */
  low: number;
  high: number;
}

export interface IntervalCurves {
  points: readonly IntervalPoint[];
  /** Legend entries in their order. */
  series: readonly string[];
  x: string;
  y: string;
  title?: string | { text: string; subtitle: string };
  width: number;
  height: number;
  /** Logarithmic axes; what one cannot show is left out. */
  log?: { x?: boolean; y?: boolean };
  xTicks?: number[];
  /** The same in panels that are compared. */
  yDomain?: [number, number];
  /** Whether a linear y axis begins at 0. */
  zero?: boolean;
  /** Dashed horizontal lines, with a legend entry or told in the panel's caption. */
  rules?: readonly { value: number; label?: string }[];
  /** Lines of single seeds, drawn faintly behind. */
  seeds?: readonly { seed: number; x: number; value: number }[];
  /** A band that stands for "no difference that matters". */
  margin?: [number, number];
}

/** Seen on white as on black. */
const GREY = "#808080";

function metaOf(
  { series, points, x: xName, y: yName, rules = [], seeds = [], margin }: IntervalCurves,
  shown: readonly IntervalPoint[],
): PanelMeta {
  const row = (kind: string, name: string, x: number | null, mean: number): DrawnRow => ({
    ...{ kind, series: name, xName, x, yName, mean },
    ...{ low: null, high: null },
  });
  const present = series.flatMap((label, i) =>
    shown.some((point) => point.series === label)
      ? [legendEntry(label, i, { stroke: 1.5, points: true })]
      : [],
  );
  const reference = rules.flatMap(({ label }): LegendEntry[] =>
    label === undefined ? [] : [referenceEntry(label, 0)],
  );
  return {
    // a single series needs no entry
    legend: [...(series.length > 1 ? present : []), ...reference],
    rows: [
      ...points.map(({ series: name, x, mean, low, high }) => ({
        ...row("measured", name, x, mean),
        ...{ low, high },
      })),
      ...seeds.map(({ seed, x, value }) => row("single seed", `seed ${seed}`, x, value)),
      ...rules.map(({ value, label }) => row("reference line", label ?? "", null, value)),
      ...(margin ?? []).map((value) => row("margin", "", null, value)),
    ],
  };
}

/** Undefined when no point can be shown. */
export function intervalCurves(options: IntervalCurves): Spec | undefined {
  const { series, log = {}, rules = [], seeds = [], margin, zero = false } = options;
  const rows = options.points
    .filter(({ x, mean }) => (!log.x || x > 0) && (!log.y || mean > 0))
    .map((point) => (log.y ? { ...point, low: Math.max(point.low, point.mean / 10) } : point));
  if (rows.length === 0) return undefined;
  const x = {
    field: "x",
    type: "quantitative",
    scale: { ...(log.x ? { type: "log" } : {}), zero: false, nice: false, padding: 12 },
    axis: {
      title: options.x,
      grid: false,
      format: "~g",
      ...(options.xTicks ? { values: options.xTicks } : { tickCount: 5 }),
    },
  };
  const scale = {
    ...(log.y ? { type: "log", nice: false, padding: 12 } : {}),
    zero,
    ...(options.yDomain ? { domain: options.yDomain } : {}),
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    scale,
    axis: { title: options.y, tickCount: 5, ...(log.y ? { format: "~g" } : {}) },
  });
  // a single series needs no legend, nor a colour that another panel's legend has
  const alone = series.length === 1;
  const color = alone ? { value: GREY } : colourBy("series", series);
  const layer: Spec[] = [
    {
      mark: { type: "line", strokeWidth: 1.5 },
      encoding: { x, y: y("mean"), color, ...(alone ? {} : { strokeDash: dashBy("series", series) }) },
    },
    {
      mark: { type: "rule", strokeWidth: 2 },
      encoding: { x, y: y("low"), y2: { field: "high" }, color },
    },
    {
      mark: { type: "point", filled: true, size: 55, opacity: 1 },
      encoding: { x, y: y("mean"), color, ...(alone ? {} : { shape: shapeBy("series", series) }) },
    },
  ];
  for (const { value } of rules)
    layer.unshift({
      data: { values: [{ value }] },
      mark: { type: "rule", strokeWidth: referenceWidth, strokeDash: referenceDashes[0] },
      encoding: { y: y("value") },
    });
  if (seeds.length > 0)
    layer.unshift({
      data: { values: seeds },
      mark: { type: "line", strokeWidth: 1, opacity: 0.45, color: GREY },
      encoding: { x, y: y("value"), detail: { field: "seed", type: "nominal" } },
    });
  if (margin)
    layer.unshift({
      data: { values: [{ from: margin[0], to: margin[1] }] },
      mark: { type: "rect", opacity: 0.15, color: GREY },
      encoding: { y: y("from"), y2: { field: "to" } },
    });
  return withMeta(
    {
      width: options.width,
      height: options.height,
      ...(options.title ? { title: options.title } : {}),
      data: { values: rows },
      layer,
    },
    metaOf(options, rows),
  );
}
