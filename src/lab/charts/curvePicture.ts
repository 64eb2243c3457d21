/** What a view has to draw over steps, and how it is drawn. */
import { lookOf } from "../looks.js";
import type { Axes } from "./axes.js";
import { type Curve, lastPlace, placeAt, type Values } from "./curves.js";
import { placeLetters } from "./endLetters.js";
import { dashOf } from "./legendOf.js";
import { marker } from "./marker.js";
import type { Colours } from "./theme.js";

/** A level of y, such as a floor of the loss. */
export interface Rule {
  y: number;
  label: string;
}

/** A straight line on the axes as they are. */
export interface Segment {
  from: readonly [x: number, y: number];
  to: readonly [x: number, y: number];
}

export interface CurvePicture {
  curves: readonly Curve[];
  /** What is measured, for axis and readers: "excess loss". */
  quantity: string;
  /** "nats"; empty for what is counted. */
  unit: string;
  logX: boolean;
  logY: boolean;
  /** Largest step of the axis. */
  last: number;
  rules?: readonly Rule[];
  segments?: readonly Segment[];
  /** What is missing, where nothing can be drawn. */
  empty?: string | undefined;
}

/** What the reader points at. */
export interface Pointed {
  /** Step that is looked at. */
  scrubbed: number | undefined;
  /** Place of the axis that a pointer or a key is at. */
  cursor: number | undefined;
  /** Curve and step that the arrow keys are at. */
  key: { curve: number; step: number } | undefined;
}

/** Pixels; not a number where a value was not measured or has no logarithm. */
type Point = readonly [x: number, y: number];

const has = ([x, y]: Point): boolean => !Number.isNaN(x + y);

/** @param em pixels of a letter */
export function drawCurves(
  ctx: CanvasRenderingContext2D,
  { curves, logX, logY, rules = [], segments = [] }: CurvePicture,
  { x, y, left, right, top, bottom }: Axes,
  { ink, faint, paper, looks }: Colours,
  { scrubbed, cursor, key }: Pointed,
  em: number,
): void {
  const pointOf = (step: number, value: number | null): Point => [
    logX && step <= 0 ? Number.NaN : x.toPixel(step),
    value === null || (logY && value <= 0) ? Number.NaN : y.toPixel(value),
  ];
  const colourOf = ({ look }: Curve) => looks[look % looks.length];
  const stroke = (points: readonly Point[], colour: string, width: number, dash: readonly number[] = []) => {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.setLineDash([...dash]);
    ctx.beginPath();
    points.forEach((point, i) => {
      if (!has(point)) return;
      // a gap where a value was not measured
      if (i > 0 && has(points[i - 1])) ctx.lineTo(...point);
      else ctx.moveTo(...point);
    });
    ctx.stroke();
  };
  const upright = (step: number, colour: string, width: number, dash?: readonly number[]) => {
    const [at] = pointOf(logX ? Math.max(step, 1) : step, 1);
    stroke(
      [
        [at, top],
        [at, bottom],
      ],
      colour,
      width,
      dash,
    );
  };

  ctx.textBaseline = "alphabetic";
  ctx.textAlign = "left";
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, right - left, bottom - top);
  ctx.clip();
  ctx.lineJoin = "round";
  // large letters are those of a lecture: its lines are seen from afar
  const thickness = em < 16 ? 1 : em / 10;
  for (const curve of curves) {
    const points = (values: Values) => curve.steps.map((step, i) => pointOf(step, values[i]));
    const colour = colourOf(curve);
    if (curve.low && curve.high) {
      ctx.fillStyle = colour;
      ctx.globalAlpha = 0.2;
      fillBetween(ctx, points(curve.low), points(curve.high));
    }
    ctx.globalAlpha = curve.faint ? 0.45 : 1;
    stroke(points(curve.values), colour, curve.faint ? thickness : 2 * thickness, dashOf(curve));
    ctx.globalAlpha = 1;
  }
  for (const { y: level, label } of rules) {
    const at = y.toPixel(level);
    stroke(
      [
        [left, at],
        [right, at],
      ],
      ink,
      1,
      [5, 4],
    );
    ctx.fillStyle = paper;
    ctx.globalAlpha = 0.8;
    ctx.fillRect(left + 4, at - em - 3, ctx.measureText(label).width + 4, em + 2);
    ctx.globalAlpha = 1;
    ctx.fillStyle = ink;
    ctx.fillText(label, left + 6, at - 4);
  }
  for (const { from, to } of segments) stroke([pointOf(...from), pointOf(...to)], ink, 1.2, [2, 3]);
  if (scrubbed !== undefined) upright(scrubbed, faint, 1.5);
  if (cursor !== undefined) upright(cursor, ink, 1, [3, 3]);
  ctx.restore();

  ctx.setLineDash([]);
  ctx.lineWidth = 2;
  const ends = curves.flatMap((curve) => {
    const place = lastPlace(curve.values);
    const point = pointOf(curve.steps[place] ?? Number.NaN, curve.values[place] ?? null);
    return curve.faint || !has(point) ? [] : [{ curve, point }];
  });
  for (const { curve, point } of ends) {
    ctx.fillStyle = ctx.strokeStyle = colourOf(curve);
    marker(ctx, curve.badEnd ? "cross" : lookOf(curve.look).shape, ...point, 3.5);
  }
  ctx.fillStyle = ink;
  if (new Set(curves.map(({ letter }) => letter)).size > 1) {
    ctx.textAlign = "center";
    const room = { em, top: top - em / 2, bottom: bottom + em * 0.75 };
    ctx.lineWidth = 1;
    placeLetters(
      ends.map(({ point }) => point),
      room,
    ).forEach((place, i) => {
      if (!place) return;
      const { curve, point } = ends[i];
      // a letter that is not beside its end is led to it
      if (Math.abs(place[1] - point[1]) > em / 3) {
        ctx.strokeStyle = colourOf(curve);
        ctx.beginPath();
        ctx.moveTo(...point);
        ctx.lineTo(place[0] - em * 0.4, place[1]);
        ctx.stroke();
      }
      haloed(ctx, curve.letter, place[0], place[1] + em * 0.35, paper);
    });
    ctx.lineWidth = 2;
  }
  ctx.strokeStyle = ink;
  const curve = key && curves[key.curve];
  const place = curve ? placeAt(curve.steps, key.step) : -1;
  if (!curve || place < 0) return;
  const point = pointOf(curve.steps[place], curve.values[place]);
  if (has(point)) marker(ctx, "ring", ...point, 6);
}

/** Legible on a curve, too. */
function haloed(ctx: CanvasRenderingContext2D, text: string, x: number, y: number, paper: string): void {
  const { strokeStyle, lineWidth } = ctx;
  ctx.strokeStyle = paper;
  ctx.lineWidth = 3;
  ctx.strokeText(text, x, y);
  ctx.fillText(text, x, y);
  Object.assign(ctx, { strokeStyle, lineWidth });
}

/** In the colour that is set, but for gaps. */
function fillBetween(ctx: CanvasRenderingContext2D, low: readonly Point[], high: readonly Point[]): void {
  let from = 0;
  for (let i = 0; i <= low.length; i++) {
    if (i < low.length && has(low[i])) continue;
    ctx.beginPath();
    for (const point of low.slice(from, i)) ctx.lineTo(...point);
    for (const point of high.slice(from, i).reverse()) ctx.lineTo(...point);
    ctx.fill();
    from = i + 1;
  }
}
