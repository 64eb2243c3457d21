/** How series are told apart: by colour, and once more without it, by dashes and shapes. */
import { type LegendEntry, palette, type Shape, type Spec } from "./figure.js";

/** Pixels on and off, solid first. */
export const dashes: readonly (readonly number[])[] = [
  [1, 0],
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
  [14, 3],
  [5, 2, 2, 2, 2, 2],
];
export const shapes: readonly Shape[] = [
  "circle",
  "square",
  "triangle-up",
  "diamond",
  "cross",
  "triangle-down",
];

/** Lines that are no series: thin and in the colour of text. */
export const referenceDashes: readonly (readonly number[])[] = [
  [5, 4],
  [1.5, 3],
  [10, 4],
];
export const referenceWidth = 1.3;

const scaled = (field: string, domain: readonly string[], looks: readonly unknown[]): Spec => ({
  field,
  type: "nominal",
  scale: { domain: [...domain], range: domain.map((_, i) => looks[i % looks.length]) },
  legend: null,
});

/** Encodings of a field by the place of its values in a list; the figure's legend explains them, see `legendEntry`. */
export const colourBy = (field: string, domain: readonly string[]): Spec => scaled(field, domain, palette);
export const dashBy = (field: string, domain: readonly string[]): Spec => scaled(field, domain, dashes);
export const shapeBy = (field: string, domain: readonly string[]): Spec => scaled(field, domain, shapes);

export const colourAt = (i: number): string => palette[i % palette.length];

/** The look of the i-th series as a line, with a band or points where they are drawn. */
export const legendEntry = (
  label: string,
  i: number,
  { stroke = 2, ...more }: Pick<LegendEntry, "stroke" | "band"> & { points?: boolean } = {},
): LegendEntry => ({
  label,
  colour: colourAt(i),
  stroke,
  ...(i % dashes.length > 0 ? { dash: dashes[i % dashes.length] } : {}),
  ...(more.band ? { band: true } : {}),
  ...(more.points ? { point: { shape: shapes[i % shapes.length], filled: true } } : {}),
});

/** The look of the i-th reference line. */
export const referenceEntry = (label: string, i: number): LegendEntry => ({
  label,
  colour: "ink",
  stroke: referenceWidth,
  dash: referenceDashes[i % referenceDashes.length],
});

export const referenceDashBy = (field: string, labels: readonly string[]): Spec =>
  scaled(field, labels, referenceDashes);

export const beyondEntry: LegendEntry = {
  label: "goes on beyond the axis",
  colour: "ink",
  point: { shape: "triangle-up", filled: true },
};

/** Where curves leave an axis: triangles at its edge, `above` or below. */
export const beyondLayer = (
  values: readonly object[],
  above: boolean,
  { x, color, height }: { x: Spec; color: Spec; height: number },
): Spec => ({
  data: { values: [...values] },
  mark: {
    type: "point",
    filled: true,
    opacity: 1,
    size: 45,
    shape: above ? "triangle-up" : "triangle-down",
  },
  encoding: { x, y: { value: above ? 4 : height - 4 }, color },
});
