/** What a figure is: panels of vega-lite with their data inline, and a caption. */

/** A piece of a vega-lite specification. */
export type Spec = Record<string, unknown>;

export interface Figure {
  /** File name without extension: "scaling-law". */
  name: string;
  caption: string;
  /** Each with a `width` and a `height` in pixels, and what `withMeta` puts in it. */
  panels: Spec[];
  /** Panels beside each other where there is room: default 1. */
  columns?: number;
}

/** Okabe and Ito's palette in an order that keeps neighbours apart, on white as on black. */
export const palette = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];

/**
 * Pixels of a plot by how many stand beside each other: with what is around it no wider than the 358 that a phone of 390
 * leaves to a page.
 */
export const plotSize = {
  one: { width: 270, height: 230 },
  two: { width: 270, height: 200 },
  three: { width: 220, height: 170 },
} as const;

/** What a legend shows of a mark, as the mark is drawn. */
export interface LegendEntry {
  label: string;
  /** A CSS colour, or "ink": that of the text. */
  colour: string;
  /** A line of this width. */
  stroke?: number;
  /** Of the line, in pixels on and off; solid when left out. */
  dash?: readonly number[];
  /** A band behind the line. */
  band?: boolean;
  point?: { shape: Shape; filled: boolean };
}

/** Names of vega's symbols. */
export type Shape = "circle" | "square" | "triangle-up" | "triangle-down" | "diamond" | "cross";

/** A row of a figure's table: a number that the figure shows, with all its digits. */
export interface DrawnRow {
  /** "measured", or whose or what it is: "post", "reference line". */
  kind: string;
  series: string;
  /** What `x` is: "training steps". */
  xName: string;
  x: number | string | null;
  /** What `mean`, `low` and `high` are: "excess loss (nats)". */
  yName: string;
  mean: number | null;
  low: number | null;
  high: number | null;
}

export interface PanelMeta {
  /** Marks that the figure's one legend explains; what vega-lite's own legends explain is not among them. */
  legend?: readonly LegendEntry[];
  rows?: readonly DrawnRow[];
}

/** A panel that says what its legend and its table hold; vega-lite passes over it. */
export const withMeta = (spec: Spec, usermeta: PanelMeta): Spec => ({ ...spec, usermeta });
export const metaOf = ({ usermeta }: Spec): PanelMeta => (usermeta ?? {}) as PanelMeta;

/** A row of a curve: the mean over seeds at one step and its band. */
export interface CurveRow {
  step: number;
  mean: number;
  low: number;
  high: number;
}

/**
 * Rows that a logarithmic y axis can show: a band that reaches 0 ends at a third of its mean.
 * @param whole whether one that lies above 0 stays as it is, however low it reaches
 */
export const onLogarithm = <Row extends CurveRow>(rows: readonly Row[], whole = false): Row[] =>
  rows
    .filter(({ mean }) => mean > 0)
    .map((row) => (whole && row.low > 0 ? row : { ...row, low: Math.max(row.low, row.mean / 3) }));
