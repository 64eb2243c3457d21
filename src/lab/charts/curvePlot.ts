/** Curves over steps on a canvas, kept in step with what a view says that there is to see. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { shortNumber } from "../../figures/labels.js";
import { type Axes, cleared, drawAxes } from "./axes.js";
import { type CurvePicture, dashOf, drawCurves } from "./curvePicture.js";
import { type Curve, extent, lastPlace, nearestStep, placeAt, roomy } from "./curves.js";
import { onFrame, sizeOf } from "./onFrame.js";
import { colours } from "./theme.js";

/** A line of the legend. */
export interface LegendEntry {
  key: string;
  look: number;
  dash: readonly number[];
  faint: boolean;
  letter: string;
  label: string;
  value: string;
  /** What else there is to say of it: seeds, a fit, an end. */
  note: string;
}

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
  readonly legend: ReadonlySignal<readonly LegendEntry[]>;
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

/** Pixels right of the plot, for letters at the ends of curves. */
const BESIDE = 24;

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
  const legend = signal<readonly LegendEntry[]>([]);
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
    const entries = empty.value ? [] : curves.map((curve) => entryOf(curve, step));
    if (!isSame(entries, legend.peek())) legend.value = entries;

    // an axis of one step alone would have no length
    const [from, to] = logX ? [1, Math.max(2, last)] : [0, last];
    const levels = rules.map(({ y }) => y);
    const spanned = extent(curves, logY, levels) ?? (logY ? [0.1, 1] : [0, 1]);
    const em = cleared(ctx, at);
    axes = drawAxes(
      ctx,
      palette,
      { title: "step", log: logX, limits: [from, to] },
      { title: "", log: logY, limits: roomy(spanned, logY) },
      { size: at, em, beside: BESIDE },
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

/** A curve in the legend, with its value at a step; with its last where that is undefined. */
function entryOf(curve: Curve, step: number | undefined): LegendEntry {
  const { key, look, faint = false, letter, label, steps, values, seeds, note = "", diverged } = curve;
  const value = values[step === undefined ? lastPlace(values) : placeAt(steps, step)];
  const mean = seeds > 1 ? `mean of ${seeds}` : "";
  const ended = diverged === undefined ? "" : `diverged at step ${diverged}`;
  return {
    key,
    look,
    dash: dashOf(curve),
    faint,
    letter,
    label,
    value: value == null ? "–" : shortNumber(value),
    note: [mean, note, ended].filter((text) => text !== "").join(", "),
  };
}
