/** A panel of numbers over a number on a logarithmic axis: a line for each thing that differs, with intervals over seeds. */
import { palette, type Spec } from "./figure.js";

export interface MeasuredPoint {
  /** Which line it is on: its legend entry. */
  line: string;
  x: number;
  mean: number;
  low: number;
  high: number;
}

export interface MeasuredLines {
  points: readonly MeasuredPoint[];
  /** Legend entries in their order. */
  lines: readonly string[];
  /** Lines of single seeds, drawn faintly behind. */
  seeds?: readonly { seed: number; x: number; value: number }[];
  x: string;
  y: string;
  title: string;
  /** Dashed horizontal lines with their legend entry. */
  rules?: readonly { label: string; value: number }[];
}

/** Seen on white as on black. */
const GREY = "#808080";

export function measuredLines({ points, lines, seeds = [], rules = [], ...of }: MeasuredLines): Spec {
  const values = [...new Set([...points, ...seeds].map(({ x }) => x))].sort((a, b) => a - b);
  const x = {
    field: "x",
    type: "quantitative",
    scale: { type: "log", nice: false, padding: 12 },
    axis: { title: of.x, values, grid: false, format: "~g", labelOverlap: true },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    scale: { zero: true },
    axis: { title: of.y, tickCount: 5 },
  });
  // a single line needs no legend, nor a colour that another panel's legend has
  const color =
    lines.length === 1
      ? { value: GREY }
      : {
          field: "line",
          type: "nominal",
          scale: { domain: lines, range: palette.slice(0, lines.length) },
          legend: { title: null, symbolType: "stroke", symbolStrokeWidth: 3, symbolSize: 200 },
        };
  const strokeDash = {
    field: "label",
    type: "nominal",
    scale: {
      domain: rules.map(({ label }) => label),
      range: [
        [6, 4],
        [2, 3],
      ],
    },
    legend: { title: null, symbolType: "stroke", symbolSize: 200 },
  };
  const faint = {
    data: { values: seeds },
    mark: { type: "line", strokeWidth: 1, opacity: 0.45, color: GREY },
    encoding: { x, y: y("value"), detail: { field: "seed", type: "nominal" } },
  };
  const rule = {
    data: { values: rules },
    mark: { type: "rule", strokeWidth: 1.5 },
    encoding: { y: y("value"), strokeDash },
  };
  const data = { values: points };
  return {
    width: 230,
    height: 200,
    title: of.title,
    layer: [
      ...(seeds.length > 0 ? [faint] : []),
      ...(rules.length > 0 ? [rule] : []),
      { data, mark: { type: "line", strokeWidth: 2 }, encoding: { x, y: y("mean"), color } },
      {
        data,
        mark: { type: "rule", strokeWidth: 1.5 },
        encoding: { x, y: y("low"), y2: { field: "high" }, color },
      },
      {
        data,
        mark: { type: "point", filled: true, size: 45, opacity: 1 },
        encoding: { x, y: y("mean"), color },
      },
    ],
  };
}
