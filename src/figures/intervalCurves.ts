/** A panel of numbers with their intervals over something that varies: points, bars, and lines that join a series. */
import { palette, type Spec } from "./figure.js";

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
  yDomain?: [number, number];
  /** Dashed horizontal lines, each told in the panel's caption or title. */
  rules?: number[];
  /** A band that stands for "no difference that matters". */
  margin?: [number, number];
}

/** Undefined when no point can be shown. */
export function intervalCurves(options: IntervalCurves): Spec | undefined {
  const { series, log = {}, rules = [], margin } = options;
  const rows = options.points
    .filter(({ x, mean }) => (!log.x || x > 0) && (!log.y || mean > 0))
    .map((point) => (log.y ? { ...point, low: Math.max(point.low, point.mean / 10) } : point));
  if (rows.length === 0) return undefined;
  const x = {
    field: "x",
    type: "quantitative",
    scale: { ...(log.x ? { type: "log" } : {}), zero: false, padding: 12 },
    axis: {
      title: options.x,
      grid: false,
      format: "~g",
      ...(options.xTicks ? { values: options.xTicks } : { tickCount: 5 }),
    },
  };
  const scale = {
    ...(log.y ? { type: "log" } : {}),
    zero: false,
    ...(options.yDomain ? { domain: options.yDomain, clamp: true } : {}),
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    scale,
    axis: { title: options.y, tickCount: 5, format: "~g" },
  });
  const color = {
    field: "series",
    type: "nominal",
    sort: null,
    scale: { domain: [...series], range: palette.slice(0, series.length) },
    legend:
      series.length > 1 ? { title: null, symbolType: "circle", symbolSize: 70, symbolOpacity: 1 } : null,
  };
  const layer: Spec[] = [
    { mark: { type: "line", strokeWidth: 1.5, opacity: 0.6 }, encoding: { x, y: y("mean"), color } },
    {
      mark: { type: "rule", strokeWidth: 2 },
      encoding: { x, y: y("low"), y2: { field: "high" }, color },
    },
    {
      mark: { type: "point", filled: true, size: 55, opacity: 1 },
      encoding: { x, y: y("mean"), color },
    },
  ];
  for (const value of rules)
    layer.unshift({
      data: { values: [{ value }] },
      mark: { type: "rule", strokeWidth: 1.5, strokeDash: [6, 4] },
      encoding: { y: y("value") },
    });
  if (margin)
    layer.unshift({
      data: { values: [{ from: margin[0], to: margin[1] }] },
      mark: { type: "rect", opacity: 0.15, color: "#808080" },
      encoding: { y: y("from"), y2: { field: "to" } },
    });
  return {
    width: options.width,
    height: options.height,
    ...(options.title ? { title: options.title } : {}),
    data: { values: rows },
    layer,
  };
}
