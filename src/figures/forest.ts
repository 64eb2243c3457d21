/** A forest plot: a number and its interval for each of many settings, a line a setting, and the margin that counts as 0. */
import { type DrawnRow, type LegendEntry, palette, type Spec, withMeta } from "./figure.js";
import { decimals } from "./labels.js";
import { colourAt, colourBy, shapeBy, shapes } from "./seriesLook.js";

export interface ForestRow {
  /** The heading that it stands under. */
  group: string;
  /** What the line is called, once a group and series. */
  label: string;
  /** What is told by colour: a line has one of each at most. */
  series: string;
  mean: number;
  /** The interval; null for a single seed. */
  interval: readonly [low: number, high: number] | null;
}

export interface Forest {
  /** In the order in which groups and lines appear. */
  rows: readonly ForestRow[];
  /** Legend entries in their order. */
  series: readonly string[];
  x: string;
  /** Numbers within ± this count as none: a band. */
  margin: number;
  width: number;
  title?: string;
  /** Digits behind the point of the numbers beside the lines. */
  digits?: number;
}

/** Of one series. */
const lineHeight = 13;

interface Line {
  key: string;
  text: string;
}

const headingKey = (group: string): string => JSON.stringify([group]);
const lineKey = ({ group, label }: ForestRow): string => JSON.stringify([group, label]);

/** Lines from top to bottom: a group's heading and its labels. */
function linesOf(rows: readonly ForestRow[]): { headings: Line[]; lines: Line[] } {
  const headings = [...new Set(rows.map(({ group }) => group))].map((text) => ({
    key: headingKey(text),
    text,
  }));
  const lines = headings.flatMap((heading) => {
    const own = rows.filter(({ group }) => group === heading.text);
    const labels = new Map(own.map((row) => [lineKey(row), row.label]));
    return [heading, ...[...labels].map(([key, text]) => ({ key, text }))];
  });
  return { headings, lines };
}

/** Three numbers as they are read: "0.62 (0.53 to 0.71)". */
const readAs = ({ mean, interval }: ForestRow, digits: number): string => {
  const text = (x: number) => decimals(x, digits);
  return interval ? `${text(mean)} (${text(interval[0])} to ${text(interval[1])})` : text(mean);
};

/** Undefined when there are no rows. */
export function forest({
  rows,
  series,
  x: title,
  margin,
  width,
  digits = 2,
  ...rest
}: Forest): Spec | undefined {
  if (rows.length === 0) return undefined;
  const { headings, lines } = linesOf(rows);
  const values = rows.map((row) => ({
    line: lineKey(row),
    series: row.series,
    mean: row.mean,
    low: row.interval?.[0] ?? row.mean,
    high: row.interval?.[1] ?? row.mean,
    text: readAs(row, digits),
  }));
  const y = {
    field: "line",
    type: "ordinal",
    sort: null,
    scale: { domain: lines.map(({ key }) => key), paddingInner: 0.15, paddingOuter: 0 },
    axis: {
      title: null,
      ticks: false,
      domain: false,
      grid: false,
      labelLimit: 0,
      labelPadding: 8,
      labelOverlap: false,
      labelExpr: `(${JSON.stringify(Object.fromEntries(lines.map(({ key, text }) => [key, text])))})[datum.value]`,
      labelFontWeight: {
        condition: {
          test: `indexof(${JSON.stringify(headings.map(({ key }) => key))}, datum.value) >= 0`,
          value: 600,
        },
        value: 400,
      },
    },
  };
  const yOffset = { field: "series", type: "nominal", sort: null, scale: { domain: series } };
  const color = colourBy("series", series);
  const axis = { title, tickCount: 6, grid: true, format: "~g" };
  const x = (field: string) => ({ field, type: "quantitative", scale: { nice: true }, axis });
  const [band, zero] = [[{ from: -margin, to: margin }], [{ zero: 0 }]];
  const spec = {
    width,
    height: { step: lineHeight, for: "offset" },
    ...rest,
    layer: [
      {
        data: { values: band },
        mark: { type: "rect", opacity: 0.25, color: palette[2] },
        encoding: { x: x("from"), x2: { field: "to" } },
      },
      { data: { values: zero }, mark: { type: "rule", strokeWidth: 1 }, encoding: { x: x("zero") } },
      {
        data: { values },
        mark: { type: "rule", strokeWidth: 2 },
        encoding: { x: x("low"), x2: { field: "high" }, y, yOffset, color },
      },
      {
        data: { values },
        mark: { type: "point", filled: true, size: 60, opacity: 1 },
        encoding: { x: x("mean"), y, yOffset, color, shape: shapeBy("series", series) },
      },
      {
        data: { values },
        mark: { type: "text", align: "left", fontSize: 11 },
        encoding: { x: { value: width + 10 }, y, yOffset, text: { field: "text" } },
      },
    ],
  };
  return withMeta(spec, {
    legend: legendOf(rows, series, margin),
    rows: rows.map((row) => tabled(row, title)),
  });
}

/** A single series needs no entry. */
const legendOf = (rows: readonly ForestRow[], series: readonly string[], margin: number): LegendEntry[] => [
  ...(series.length > 1 ? series : []).flatMap((label, i): LegendEntry[] =>
    rows.some((row) => row.series === label)
      ? [{ label, colour: colourAt(i), stroke: 2, point: { shape: shapes[i % shapes.length], filled: true } }]
      : [],
  ),
  ...(margin > 0 ? [{ label: `within ±${margin}: counts as none`, colour: palette[2], band: true }] : []),
];

const tabled = ({ group, label, series, mean, interval }: ForestRow, yName: string): DrawnRow => ({
  ...{ kind: "measured", series, xName: group, x: label, yName, mean },
  ...{ low: interval?.[0] ?? null, high: interval?.[1] ?? null },
});
