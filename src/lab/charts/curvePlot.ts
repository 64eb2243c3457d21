/** Curves over steps on a canvas, kept in step with what a view says that there is to see. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { type Axes, cleared, drawAxes } from "./axes.js";
import { type CurvePicture, drawCurves } from "./curvePicture.js";
import { extent, nearestStep, roomy, stepSpan } from "./curves.js";
import { roomBeside } from "./endLetters.js";
import { type LegendContent, legendOf, nothing } from "./legendOf.js";
import { onFrame, sizeOf } from "./onFrame.js";
import { colours } from "./theme.js";

/** Where the plot stands within its element, and what its x axis spans. */
export interface Plane {
  left: number;
  top: number;
  width: number;
  height: number;
  from: number;
  to: number;
  log: boolean;
}

export interface CurvePlot {
  readonly legend: ReadonlySignal<LegendContent>;
  /** What is missing; empty where something is drawn. */
  readonly empty: ReadonlySignal<string>;
  readonly plane: ReadonlySignal<Plane | undefined>;
  /** As last drawn. */
  picture(): CurvePicture | undefined;
  /** The cursor at a step of a curve; nowhere when left out. */
  point(curve?: number, step?: number): void;
  end(): void;
}

/** Where a pointer or a key is in one of the charts over steps: all of them show it. */
const shared = signal<number | undefined>(undefined);

export const withUnit = (text: string, unit: string): string => (unit ? `${text} ${unit}` : text);

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export function curvePlot(
  host: HTMLElement,
  read: () => CurvePicture,
  scrubbed: ReadonlySignal<number | undefined>,
  onScrub: (step: number | undefined) => void,
): CurvePlot {
  const theme = colours();
  const { size, stop } = sizeOf(host);
  const legend = signal(nothing);
  const empty = signal("");
  const plane = signal<Plane | undefined>(undefined);
  /** Where the arrow keys are. */
  const key = signal<{ curve: number; step: number } | undefined>(undefined);
  const canvas = host.appendChild(document.createElement("canvas"));
  const ctx = canvas.getContext("2d") as CanvasRenderingContext2D;
  let picture: CurvePicture | undefined;
  let axes: Axes | undefined;

  const draw = () => {
    const now = read();
    const at = size.value;
    const palette = theme.value;
    const pointed = { scrubbed: scrubbed.value, cursor: shared.value, key: key.value };
    if (at.width === 0 || at.height === 0) return;
    picture = now;
    const { curves, logX, logY, last, rules = [] } = now;
    empty.value = now.empty ?? (extent(curves, logY) ? "" : "No evaluations yet.");
    const step = pointed.key?.step ?? nearestStep(now, pointed.cursor) ?? pointed.scrubbed;
    const content = empty.peek() ? nothing : legendOf(curves, step);
    if (!isSame(content, legend.peek())) legend.value = content;

    const [from, to] = stepSpan(curves, last, logX);
    const levels = rules.map(({ y }) => y);
    const spanned = extent(curves, logY, levels) ?? (logY ? [0.1, 1] : [0, 1]);
    const em = cleared(ctx, at);
    axes = drawAxes(
      ctx,
      palette,
      { title: "training steps", log: logX, limits: [from, to] },
      {
        title: now.unit ? `${now.quantity} (${now.unit})` : now.quantity,
        log: logY,
        limits: roomy(spanned, logY),
      },
      { size: at, em, beside: roomBeside(em) },
    );
    drawCurves(ctx, now, axes, palette, pointed, em);
    const { left, right, top, bottom } = axes;
    const placed: Plane = { left, top, width: right - left, height: bottom - top, from, to, log: logX };
    if (!isSame(placed, plane.peek())) plane.value = placed;
  };

  /** The place of the axis under a pointer; undefined beside the plot. */
  const under = ({ offsetX, offsetY }: MouseEvent): number | undefined => {
    if (!axes) return undefined;
    const { left, right, top, bottom, x } = axes;
    const isWithin = offsetX >= left && offsetX <= right && offsetY >= top && offsetY <= bottom;
    return isWithin ? x.toValue(offsetX) : undefined;
  };
  const pointAt = (place: number | undefined) => {
    key.value = undefined;
    shared.value = place;
  };
  canvas.addEventListener("mousemove", (event) => pointAt(under(event)));
  canvas.addEventListener("mouseleave", () => pointAt(undefined));
  canvas.addEventListener("click", (event) => {
    const step = picture && nearestStep(picture, under(event));
    if (step !== undefined) onScrub(step);
  });
  canvas.addEventListener("dblclick", () => onScrub(undefined));

  const endFrames = onFrame(host, draw);
  return {
    legend,
    empty,
    plane,
    picture: () => picture,
    point(curve, step) {
      pointAt(step);
      if (curve !== undefined && step !== undefined) key.value = { curve, step };
    },
    end() {
      endFrames();
      stop();
      pointAt(undefined);
      canvas.remove();
    },
  };
}
