/** The picture behind the handles: axes, what was drawn, and what came of it. */

import { lookOf } from "../../looks.js";
import type { Curve, Guess, Reference } from "../chapter.js";
import { type Axis, type Drawn, placeOf } from "./axes.js";

/** Margins around the plot, in heights of its letters; the handles keep to them too. */
export const margins = { left: 4.5, right: 1.8, top: 2.2, bottom: 2.8 };

/** The same in pixels, and the height of a letter. */
export function marginsOf(canvas: HTMLCanvasElement) {
  const em = Number.parseFloat(getComputedStyle(canvas).fontSize);
  const [left, right, top, bottom] = [margins.left, margins.right, margins.top, margins.bottom].map(
    (own) => own * em,
  );
  return { em, left, right, top, bottom };
}

export type DrawnCurve = Curve & { look: number };

export interface Drawing {
  guess: Guess;
  /** Undefined until a handle was moved. */
  drawn: Drawn | undefined;
  curves: readonly DrawnCurve[];
  references: readonly Reference[];
  /** Whether the guess can still be changed. */
  open: boolean;
}

/** "10,000", and as short as can be below 1. */
export const tickLabel = (value: number): string =>
  value >= 1000 ? value.toLocaleString("en") : String(value).replace("-", "−");

export function draw(canvas: HTMLCanvasElement, { guess, drawn, curves, references, open }: Drawing): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = globalThis.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  if (!context || width === 0) return;
  const style = getComputedStyle(canvas);
  const colour = (variable: string): string => style.getPropertyValue(variable).trim() || style.color;
  const { em, left, right, top, bottom } = marginsOf(canvas);
  const [ink, faint, line] = ["--ink", "--faint", "--line"].map(colour);
  const plot = {
    width: width - left - right,
    height: height - top - bottom,
  };
  const x = (value: number): number => left + placeOf(guess.x, value) * plot.width;
  const y = (value: number): number =>
    top + (1 - Math.max(-1, Math.min(2, placeOf(guess.y, value)))) * plot.height;
  context.scale(ratio, ratio);
  context.font = `${em}px ${style.fontFamily}`;
  context.lineJoin = "round";

  context.strokeStyle = line;
  context.fillStyle = faint;
  context.lineWidth = 1;
  const title = ({ title: name, unit }: Axis): string => (unit ? `${name} (${unit})` : name);
  for (const tick of guess.y.ticks) {
    rule(context, left, y(tick), width - right, y(tick));
    context.textAlign = "right";
    context.fillText(tickLabel(tick), left - em / 2, y(tick) + em / 3);
  }
  for (const tick of guess.x.ticks) {
    rule(context, x(tick), top, x(tick), height - bottom);
    context.textAlign = "center";
    context.fillText(tickLabel(tick), x(tick), height - bottom + 1.25 * em);
  }
  context.fillStyle = ink;
  context.textAlign = "right";
  context.fillText(title(guess.x), width - right, height - em / 3);
  context.textAlign = "left";
  context.fillText(title(guess.y), 2, 1.1 * em);

  context.save();
  context.beginPath();
  context.rect(left, top - 4, plot.width + 4, plot.height + 8);
  context.clip();
  for (const { value } of references) {
    context.strokeStyle = ink;
    context.setLineDash([1, 3]);
    rule(context, left, y(value), width - right, y(value));
  }
  for (const { points, look, apart } of curves) {
    const seen = points.filter((point) => Number.isFinite(placeOf(guess.x, point.x)));
    const { variable, dash } = lookOf(look);
    const own = colour(variable);
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
    context.setLineDash([...dash]);
    path(
      context,
      seen.map((point) => [x(point.x), y(point.mean)] as const),
    );
    context.stroke();
  }
  context.restore();
  if (!drawn && !open) return;
  context.setLineDash([8, 5]);
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
