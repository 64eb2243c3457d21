/** What every plot on a canvas begins with: an empty one of the right size, and two axes. */
import { shortNumber } from "../../figures/labels.js";
import { linearTicks, logTicks } from "../../figures/ticks.js";
import type { Size } from "./onFrame.js";
import { type AxisSpan, equalSpans, type PixelAxis, pixelAxis } from "./plane.js";
import type { Colours } from "./theme.js";

export interface CanvasAxis extends AxisSpan {
  /** Empty: none, and no room for it. */
  title: string;
  /** Whether it counts something. */
  whole?: boolean;
}

/** Where the axes are, in CSS pixels. */
export interface Axes {
  x: PixelAxis;
  y: PixelAxis;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Makes it empty and as large as its element, in whose pixels and font it is drawn from now on. Gives the font's size. */
export function cleared(ctx: CanvasRenderingContext2D, { width, height }: Size): number {
  const { canvas } = ctx;
  const ratio = devicePixelRatio;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, height);
  const em = Number.parseFloat(getComputedStyle(canvas).fontSize);
  ctx.font = `${em}px system-ui, sans-serif`;
  return em;
}

interface Options {
  size: Size;
  /** Pixels of a letter. */
  em: number;
  /** Pixels right of the plot. */
  beside: number;
  /** A unit is as long across as it is upwards. */
  equal?: boolean | undefined;
}

/** Lines at round places, their numbers, and titles. */
export function drawAxes(
  ctx: CanvasRenderingContext2D,
  { ink, line }: Colours,
  xAxis: CanvasAxis,
  yAxis: CanvasAxis,
  { size: { width, height }, em, beside, equal }: Options,
): Axes {
  const ticksOf = ({ log, limits: [a, b], whole }: CanvasAxis, room: number) => {
    const most = Math.max(2, Math.floor(room));
    const places = log ? logTicks(a, b, most, whole) : linearTicks(a, b, most);
    return whole ? places.filter(Number.isInteger) : places;
  };
  const [top, bottom, right] = [6, height - em * 2.9, width - beside];
  // close enough for one near either end
  const upwards = (bottom - top) / (em * 1.8);
  // room for the numbers, and for those that equal scales may add
  const longest = Math.max(4, ...ticksOf(yAxis, upwards).map((place) => shortNumber(place).length));
  const left = 14 + em * 0.6 * longest + (yAxis.title ? em * 1.2 : 0);
  const spans = equal
    ? equalSpans(xAxis.limits, yAxis.limits, right - left, bottom - top)
    : { x: xAxis.limits, y: yAxis.limits };
  const across = { ...xAxis, limits: spans.x };
  const up = { ...yAxis, limits: spans.y };
  const x = pixelAxis(across, left, right);
  const y = pixelAxis(up, bottom, top);

  ctx.lineWidth = 1;
  ctx.setLineDash([]);
  ctx.strokeStyle = line;
  ctx.fillStyle = ink;
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  ctx.beginPath();
  // round places of a logarithmic axis stand unevenly: where there is no room for a number there is a line alone
  let taken = Number.NEGATIVE_INFINITY;
  for (const place of ticksOf(across, (right - left) / (em * 5))) {
    const at = Math.round(x.toPixel(place)) + 0.5;
    ctx.moveTo(at, top);
    ctx.lineTo(at, bottom + 4);
    const text = shortNumber(place);
    const half = ctx.measureText(text).width / 2;
    const middle = Math.min(at, width - half);
    if (middle - half < taken) continue;
    taken = middle + half + em * 0.4;
    ctx.fillText(text, middle, bottom + 6);
  }
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  let lowest = Number.POSITIVE_INFINITY;
  for (const place of ticksOf(up, upwards)) {
    const at = Math.round(y.toPixel(place)) + 0.5;
    ctx.moveTo(left - 4, at);
    ctx.lineTo(right, at);
    if (lowest - at < em * 1.1) continue;
    lowest = at;
    ctx.fillText(shortNumber(place), left - 7, at);
  }
  ctx.stroke();
  ctx.textAlign = "center";
  ctx.textBaseline = "bottom";
  ctx.fillText(xAxis.title, (left + right) / 2, height - 1);
  ctx.save();
  // a long one goes on beside the numbers of the other axis, and is smaller where that is not enough
  const room = height - 2;
  let long = ctx.measureText(yAxis.title).width;
  if (long > room) {
    ctx.font = ctx.font.replace(/[\d.]+px/, `${(em * room) / long}px`);
    long = room;
  }
  ctx.translate(1, Math.max(1 + long / 2, Math.min(height - 1 - long / 2, (top + bottom) / 2)));
  ctx.rotate(-Math.PI / 2);
  ctx.textBaseline = "top";
  ctx.fillText(yAxis.title, 0, 0);
  ctx.restore();
  return { x, y, left, right, top, bottom };
}
