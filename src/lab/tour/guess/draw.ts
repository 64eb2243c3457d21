/** The picture behind the handles: axes, what was drawn, and what came of it. */

import { lookOf } from "../../looks.js";
import type { Curve, Guess, Reference } from "../chapter.js";
import { type Axis, type Drawn, placeOf } from "./axes.js";

/** Margins around the plot, in CSS pixels; the handles keep to them too. */
export const margins = { left: 54, right: 22, top: 26, bottom: 34 };

export interface Drawing {
  guess: Guess;
  /** Undefined until a handle was moved. */
  drawn: Drawn | undefined;
  curves: readonly (Curve & { look: number })[];
  references: readonly Reference[];
}

/** "10,000", and as short as can be below 1. */
export const tickLabel = (value: number): string =>
  value >= 1000 ? value.toLocaleString("en") : String(value).replace("-", "−");

export function draw(canvas: HTMLCanvasElement, { guess, drawn, curves, references }: Drawing): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = globalThis.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  if (!context || width === 0) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim() || style.color;
  const [ink, faint, line] = ["ink", "faint", "line"].map(colour);
  const plot = {
    width: width - margins.left - margins.right,
    height: height - margins.top - margins.bottom,
  };
  const x = (value: number): number => margins.left + placeOf(guess.x, value) * plot.width;
  const y = (value: number): number =>
    margins.top + (1 - Math.max(-1, Math.min(2, placeOf(guess.y, value)))) * plot.height;
  context.scale(ratio, ratio);
  context.font = `12px ${style.fontFamily}`;
  context.lineJoin = "round";

  context.strokeStyle = line;
  context.fillStyle = faint;
  context.lineWidth = 1;
  const title = ({ title: name, unit }: Axis): string => (unit ? `${name} (${unit})` : name);
  for (const tick of guess.y.ticks) {
    rule(context, margins.left, y(tick), width - margins.right, y(tick));
    context.textAlign = "right";
    context.fillText(tickLabel(tick), margins.left - 6, y(tick) + 4);
  }
  for (const tick of guess.x.ticks) {
    rule(context, x(tick), margins.top, x(tick), height - margins.bottom);
    context.textAlign = "center";
    context.fillText(tickLabel(tick), x(tick), height - margins.bottom + 15);
  }
  context.fillStyle = ink;
  context.textAlign = "right";
  context.fillText(title(guess.x), width - margins.right, height - 4);
  context.textAlign = "left";
  context.fillText(title(guess.y), 2, 13);

  context.save();
  context.beginPath();
  context.rect(margins.left, margins.top - 4, plot.width + 4, plot.height + 8);
  context.clip();
  for (const { value } of references) {
    context.strokeStyle = ink;
    context.setLineDash([1, 3]);
    rule(context, margins.left, y(value), width - margins.right, y(value));
  }
  for (const { points, look, apart } of curves) {
    const seen = points.filter((point) => Number.isFinite(placeOf(guess.x, point.x)));
    const own = colour(`look-${look}`);
    context.fillStyle = own;
    context.strokeStyle = own;
    if (apart) {
      context.setLineDash([]);
      context.lineWidth = 2;
      for (const { x: at, mean, low, high } of seen) {
        rule(context, x(at), y(low), x(at), y(high));
        context.beginPath();
        context.arc(x(at), y(mean), 4, 0, 2 * Math.PI);
        context.fill();
      }
      continue;
    }
    context.globalAlpha = 0.2;
    path(context, [
      ...seen.map((point) => [x(point.x), y(point.high)] as const),
      ...[...seen].reverse().map((point) => [x(point.x), y(point.low)] as const),
    ]);
    context.fill();
    context.globalAlpha = 1;
    context.lineWidth = 2;
    context.setLineDash([...lookOf(look).dash]);
    path(
      context,
      seen.map((point) => [x(point.x), y(point.mean)] as const),
    );
    context.stroke();
  }
  context.restore();
  context.setLineDash([3, 4]);
  context.lineWidth = 2.5;
  context.strokeStyle = ink;
  // before it is moved it is no guess yet, but what to take hold of
  context.globalAlpha = drawn ? 1 : 0.5;
  path(
    context,
    guess.at.map((at, i) => [x(at), y(drawn?.[i] ?? guess.start)] as const),
  );
  context.stroke();
  context.globalAlpha = 1;
  context.setLineDash([]);
}

function rule(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  path(context, [
    [x0, y0],
    [x1, y1],
  ]);
  context.stroke();
}

function path(context: CanvasRenderingContext2D, points: readonly (readonly [number, number])[]): void {
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
}
