/** What a figure is: panels of vega-lite with their data inline, and a caption. */

/** A piece of a vega-lite specification. */
export type Spec = Record<string, unknown>;

export interface Figure {
  /** File name without extension: "scaling-law". */
  name: string;
  caption: string;
  spec: Spec;
}

/** Okabe and Ito's palette in an order that keeps neighbours apart, on white as on black. */
export const palette = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];

/** A row of a curve: the mean over seeds at one step and its band. */
export interface CurveRow {
  step: number;
  mean: number;
  low: number;
  high: number;
}

/** Rows that a logarithmic y axis can show: a band that reaches 0 ends at a third of its mean. */
export const onLogarithm = <Row extends CurveRow>(rows: readonly Row[]): Row[] =>
  rows.filter(({ mean }) => mean > 0).map((row) => ({ ...row, low: Math.max(row.low, row.mean / 3) }));

/** The figure made of panels, in rows of `columns`. */
export const figureOf = (panels: Spec[], columns = 1): Spec => {
  const $schema = "https://vega.github.io/schema/vega-lite/v6.json";
  return panels.length === 1
    ? { $schema, ...panels[0] }
    : { $schema, concat: panels, columns, bounds: "flush", spacing: { row: 100, column: 76 } };
};
