/** A panel of a figure: curves over steps with bands over seeds, a source's values and reference lines. */
import { type CurveRow, type DrawnRow, onLogarithm, type PanelMeta, type Spec, withMeta } from "./figure.js";
import {
  beyondEntry,
  beyondLayer,
  colourBy,
  dashBy,
  legendEntry,
  referenceDashBy,
  referenceEntry,
  referenceWidth,
} from "./seriesLook.js";
import { thinned } from "./thinned.js";
import { labelled } from "./ticks.js";

/** A curve of a source: [step, value] pairs. */
export type Curve = readonly (readonly [step: number, value: number])[];

type Row = CurveRow & { condition: string };

export interface PanelOptions {
  /** `condition`: legend entry. */
  rows: Row[];
  /** Legend entries in their order, the same list in all panels of a figure. */
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
  /** Legend entries of rules and segments of all panels of a figure, where panels have different ones. */
  references?: readonly string[];
  /** Logarithmic axes. */
  log?: { x?: boolean; y?: boolean };
  xTitle?: string;
  xTicks?: number;
  /** Labelled places of a logarithmic x axis. */
  xTickValues?: number[];
  /** The same of a logarithmic y axis. */
  yTickValues?: number[];
  /** Curves end at its edges; where one goes on beyond, a triangle says so. */
  yDomain?: [number, number];
  /** On a logarithm a band that lies above 0 reaches down as far as it does: it is of values, not of deviations. */
  wholeBands?: boolean;
  xDomain?: [number, number];
}

interface Stated {
  condition: string;
  step: number;
  mean: number;
  source: string;
}

const statedOf = ({ stated, log = {} }: PanelOptions): Stated[] =>
  Object.entries(stated?.curves ?? {}).flatMap(([condition, curve]) =>
    curve
      .filter(([step]) => !log.x || step > 0)
      .map(([step, mean]) => ({ condition, step, mean, source: String(stated?.by) })),
  );

/** Of each stretch of a curve beyond the y axis the point that is next to the part within. */
function leaving(rows: readonly Row[], { yDomain, xDomain, conditions, log = {} }: PanelOptions) {
  const [above, below]: [Row[], Row[]] = [[], []];
  if (!yDomain) return { above, below };
  // a line on the edge is seen
  const seen = log.y ? 0 : 0.01 * (yDomain[1] - yDomain[0]);
  const sideOf = ({ mean }: Row) =>
    mean > yDomain[1] + seen ? above : mean < yDomain[0] - seen ? below : undefined;
  for (const condition of conditions) {
    const own = rows
      .filter((row) => row.condition === condition)
      .filter(({ step }) => !xDomain || (step >= xDomain[0] && step <= xDomain[1]))
      .sort((a, b) => a.step - b.step);
    for (let from = 0, to = 0; from < own.length; from = to) {
      const side = sideOf(own[from]);
      while (to < own.length && sideOf(own[to]) === side) to++;
      side?.push(own[from === 0 ? to - 1 : from]);
    }
  }
  return { above, below };
}

const labelsOf = ({ references, segments = [], rules = [] }: PanelOptions): readonly string[] =>
  references ?? [...new Set([...segments, ...rules].map(({ label }) => label))];

function metaOf(options: PanelOptions, shown: readonly Row[], stated: readonly Stated[], beyond: boolean) {
  const { conditions, rules = [], segments = [], y: yName } = options;
  const xName = options.xTitle ?? "training steps";
  const row = (kind: string, series: string, x: number | null, mean: number): DrawnRow => ({
    ...{ kind, series, xName, x, yName, mean },
    ...{ low: null, high: null },
  });
  const labels = labelsOf(options);
  const others = [
    ...labels
      .map((label, i) => referenceEntry(label, i))
      .filter(({ label }) => [...segments, ...rules].some((line) => line.label === label)),
    ...(stated.length > 0
      ? [{ label: stated[0].source, colour: "ink", point: { shape: "circle", filled: false } } as const]
      : []),
    ...(beyond ? [beyondEntry] : []),
  ];
  const present = conditions.flatMap((label, i) => {
    const own = shown.filter(({ condition }) => condition === label);
    return own.length === 0 ? [] : [legendEntry(label, i, { band: own.some(({ low, high }) => low < high) })];
  });
  return {
    // alone, a curve is what the caption speaks of
    legend: conditions.length > 1 || others.length > 0 ? [...present, ...others] : [],
    rows: [
      ...options.rows.map(({ condition, step, mean, low, high }) => ({
        ...row("measured", condition, step, mean),
        ...{ low, high },
      })),
      ...stated.map(({ condition, step, mean, source }) => row(source, condition, step, mean)),
      ...rules.map(({ label, value }) => row("reference line", label, null, value)),
      ...segments.flatMap(({ label, from, to }) =>
        [from, to].map(([x, mean]) => row("reference line", label, x, mean)),
      ),
    ],
  } satisfies PanelMeta;
}

/** A vega-lite layer; a logarithmic axis drops what it cannot show. */
export function panel(options: PanelOptions): Spec {
  const { log = {}, conditions, rules = [], segments = [], width, height } = options;
  const shown = options.rows.filter(({ step }) => !log.x || step > 0);
  const rows = log.y ? onLogarithm(shown, options.wholeBands) : shown;
  const series = [...new Set(rows.map(({ condition }) => condition))];
  const drawn = series.flatMap((name) =>
    thinned(
      rows.filter(({ condition }) => condition === name),
      width,
      log.x ?? false,
    ),
  );
  const stated = statedOf(options);
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
    ...(options.yDomain ? { domain: options.yDomain } : {}),
  };
  const yTicks = options.yTickValues
    ? labelled(options.yTickValues)
    : { tickCount: log.y ? 4 : 5, ...(log.y ? { format: "~g" } : {}) };
  const axis = { title: options.y, ...yTicks };
  const y = (field: string) => ({ field, type: "quantitative", scale, axis });
  const color = colourBy("condition", conditions);
  const clip = options.yDomain || options.xDomain ? { clip: true } : {};
  const layer: Spec[] = [
    {
      data: { values: drawn },
      mark: { type: "area", opacity: 0.22, line: false, ...clip },
      encoding: { x, y: y("low"), y2: { field: "high" }, color },
    },
    {
      data: { values: drawn },
      mark: { type: "line", strokeWidth: 2, ...clip },
      encoding: { x, y: y("mean"), color, strokeDash: dashBy("condition", conditions) },
    },
  ];
  const strokeDash = referenceDashBy("label", labelsOf(options));
  const reference = { type: "rule", strokeWidth: referenceWidth };
  if (rules.length)
    layer.push({ data: { values: rules }, mark: reference, encoding: { y: y("value"), strokeDash } });
  if (segments.length)
    layer.push({
      data: {
        values: segments.map(({ label, from, to }) => ({
          ...{ label, step: from[0], mean: from[1] },
          ...{ endStep: to[0], end: to[1] },
        })),
      },
      mark: reference,
      encoding: { x, y: y("mean"), x2: { field: "endStep" }, y2: { field: "end" }, strokeDash },
    });
  if (stated.length)
    layer.push({
      data: { values: stated },
      mark: { type: "point", shape: "circle", filled: false, size: 55, strokeWidth: 1.8, opacity: 1 },
      encoding: { x, y: y("mean"), color },
    });
  const { above, below } = leaving(shown, options);
  for (const [values, isAbove] of [
    [above, true],
    [below, false],
  ] as const)
    if (values.length) layer.push(beyondLayer(values, isAbove, { x, color, height }));
  return withMeta(
    {
      width,
      height,
      ...(options.title ? { title: options.title } : {}),
      // dashes of curves and of reference lines are two things
      resolve: { scale: { strokeDash: "independent" } },
      layer,
    },
    metaOf(options, rows, stated, above.length + below.length > 0),
  );
}
