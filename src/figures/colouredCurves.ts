/** A panel of curves over steps with bands over seeds, coloured by what varies between them. */
import type { Cell } from "../formats/table.js";
import { type CurveRow, onLogarithm, palette, type Spec } from "./figure.js";
import { keyOf } from "./labels.js";
import { type ValueAxis, valueScale } from "./valueScale.js";

export interface ColouredCurves {
  /** `value`: on the axis that is told by colour. */
  curves: { value: Cell | undefined; rows: readonly CurveRow[] }[];
  /** What is told by colour; without it all curves have one. */
  colour?: ValueAxis | undefined;
  y: string;
  /** Both axes logarithmic. */
  log: boolean;
  title?: string;
}

/** Few values get colours that are told apart, many numbers a scale of brightness. */
function colourOf(axis: ValueAxis | undefined): Spec {
  if (!axis) return { value: palette[0] };
  const { domain, labelExpr } = valueScale(axis);
  return {
    field: "colour",
    type: "nominal",
    sort: null,
    scale: {
      domain,
      ...(domain.length <= palette.length
        ? { range: palette.slice(0, domain.length) }
        : { scheme: { name: "viridis", count: domain.length, extent: [0, 0.92] } }),
    },
    legend: {
      title: axis.title,
      labelExpr,
      symbolType: "stroke",
      symbolStrokeWidth: 3,
      symbolSize: 200,
      symbolOpacity: 1,
    },
  };
}

/** A linear axis of a single value has no span of its own. */
const roomAround = ([first, ...others]: number[]): { domain?: [number, number] } =>
  others.every((value) => value === first) ? { domain: [first - 0.5, first + 0.5] } : {};

/** A vega-lite layer; undefined when there is nothing that its axes can show. */
export function colouredCurves({ curves, colour, y: yTitle, log, title }: ColouredCurves): Spec | undefined {
  const rows = curves.flatMap(({ value, rows: own }) => {
    const shown = log ? onLogarithm(own.filter(({ step }) => step > 0)) : own;
    return shown.map(({ step, mean, low, high }) => ({
      step,
      mean,
      low,
      high,
      colour: colour ? keyOf(value) : "",
      alone: shown.length === 1,
    }));
  });
  if (rows.length === 0) return undefined;
  const scale = (values: number[]) => (log ? { type: "log" } : { zero: false, ...roomAround(values) });
  const x = {
    field: "step",
    type: "quantitative",
    scale: { ...scale(rows.map(({ step }) => step)), nice: false },
    axis: { title: "training steps", grid: false, tickCount: 5, format: "~s" },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    scale: scale(rows.flatMap(({ low, high }) => [low, high])),
    axis: { title: yTitle, tickCount: 5, ...(log ? { format: "~g" } : {}) },
  });
  const color = colourOf(colour);
  return {
    width: 230,
    height: 180,
    ...(title ? { title } : {}),
    data: { values: rows },
    layer: [
      {
        mark: { type: "area", opacity: 0.2, line: false },
        encoding: { x, y: y("low"), y2: { field: "high" }, color },
      },
      { mark: { type: "line", strokeWidth: 2 }, encoding: { x, y: y("mean"), color } },
      // one point makes no line
      {
        transform: [{ filter: "datum.alone" }],
        mark: { type: "point", filled: true, size: 60 },
        encoding: { x, y: y("mean"), color },
      },
    ],
  };
}
