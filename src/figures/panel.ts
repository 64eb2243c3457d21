/** A panel of a figure: curves over steps with bands over seeds, a source's values and reference lines. */
import { type CurveRow, onLogarithm, palette, type Spec } from "./figure.js";

/** A curve of a source: [step, value] pairs. */
export type Curve = readonly (readonly [step: number, value: number])[];

export interface PanelOptions {
  /** `condition`: legend entry. */
  rows: (CurveRow & { condition: string })[];
  /** Legend entries in their order. */
  conditions: string[];
  y: string;
  width: number;
  height: number;
  title?: string | { text: string; subtitle: string };
  /** What a source states, by condition: open circles under the source's name. */
  stated?: { by: string; curves: Record<string, Curve> };
  /** Dashed horizontal lines with their legend entry. */
  rules?: { label: string; value: number }[];
  /** Dashed straight segments with their legend entry. */
  segments?: { label: string; from: [number, number]; to: [number, number] }[];
  /** Logarithmic axes. */
  log?: { x?: boolean; y?: boolean };
  xTitle?: string;
  xTicks?: number;
  /** Labelled places of a logarithmic x axis. */
  xTickValues?: number[];
  yDomain?: [number, number];
  xDomain?: [number, number];
}

/** Legends stay out of a figure that has nothing to tell apart. */
const colourOf = (conditions: string[]): Spec => ({
  field: "condition",
  type: "nominal",
  scale: { domain: conditions, range: palette.slice(0, conditions.length) },
  legend:
    conditions.length > 1
      ? { title: null, symbolType: "stroke", symbolStrokeWidth: 3, symbolSize: 200, symbolOpacity: 1 }
      : null,
});

/** A vega-lite layer; a logarithmic axis drops what it cannot show. */
export function panel(options: PanelOptions): Spec {
  const { log = {}, conditions } = options;
  const shown = options.rows.filter(({ step }) => !log.x || step > 0);
  const rows = log.y ? onLogarithm(shown) : shown;
  const { by, curves } = options.stated ?? { by: "", curves: {} };
  const stated = Object.entries(curves).flatMap(([condition, curve]) =>
    curve
      .filter(([step]) => !log.x || step > 0)
      .map(([step, mean]) => ({ condition, step, mean, source: by })),
  );
  const x = {
    field: "step",
    type: "quantitative",
    scale: {
      ...(log.x ? { type: "log" } : {}),
      nice: false,
      ...(options.xDomain ? { domain: options.xDomain } : {}),
    },
    axis: {
      title: options.xTitle ?? "training steps",
      grid: false,
      ...(log.x
        ? { values: options.xTickValues ?? [20, 100, 300, 1000, 3000] }
        : { tickCount: options.xTicks ?? 6 }),
      format: options.xTickValues ? "~g" : "d",
    },
  };
  const scale = {
    ...(log.y ? { type: "log" } : {}),
    zero: false,
    ...(options.yDomain ? { domain: options.yDomain, clamp: true } : {}),
  };
  const axis = { title: options.y, tickCount: log.y ? 4 : 5, ...(log.y ? { format: "~g" } : {}) };
  const color = colourOf(conditions);
  const dash = (labels: string[]): Spec => ({
    field: "label",
    type: "nominal",
    scale: {
      domain: labels,
      range: labels.map(
        (_, i) =>
          [
            [6, 4],
            [2, 3],
            [10, 4],
          ][i % 3],
      ),
    },
    legend: { title: null, symbolType: "stroke", symbolSize: 200 },
  });
  const layer: Spec[] = [
    {
      data: { values: rows },
      mark: { type: "area", opacity: 0.22, line: false },
      encoding: {
        x,
        y: { field: "low", type: "quantitative", scale, axis },
        y2: { field: "high" },
        color,
      },
    },
    {
      data: { values: rows },
      mark: { type: "line", strokeWidth: 2 },
      encoding: { x, y: { field: "mean", type: "quantitative", scale, axis }, color },
    },
  ];
  const labels = [...(options.segments ?? []), ...(options.rules ?? [])].map((line) => line.label);
  const dashes = dash([...new Set(labels)]);
  if (options.rules?.length)
    layer.push({
      data: { values: options.rules },
      mark: { type: "rule", strokeWidth: 1.5 },
      encoding: { y: { field: "value", type: "quantitative", scale, axis }, strokeDash: dashes },
    });
  if (options.segments?.length)
    layer.push({
      data: {
        values: options.segments.flatMap(({ label, from, to }) =>
          [from, to].map(([step, mean]) => ({ label, step, mean })),
        ),
      },
      mark: { type: "line", strokeWidth: 1.5, color: palette[1] },
      encoding: { x, y: { field: "mean", type: "quantitative", scale, axis }, strokeDash: dashes },
    });
  if (stated.length)
    layer.push({
      data: { values: stated },
      mark: { type: "point", filled: false, size: 55, strokeWidth: 1.8, opacity: 1 },
      encoding: {
        x,
        y: { field: "mean", type: "quantitative", scale, axis },
        color,
        shape: {
          field: "source",
          type: "nominal",
          scale: { domain: [by], range: ["circle"] },
          legend: { title: null, symbolFillColor: "transparent", symbolStrokeWidth: 1.8 },
        },
      },
    });
  return {
    width: options.width,
    height: options.height,
    ...(options.title ? { title: options.title } : {}),
    layer,
  };
}
