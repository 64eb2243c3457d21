/** Points or bars on a canvas, with axes; kept in step with what a view says that there is to see. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { type CanvasAxis, cleared, drawAxes } from "./axes.js";
import { marker } from "./marker.js";
import { onFrame, sizeOf } from "./onFrame.js";
import { nearestPoint, type PixelAxis } from "./plane.js";
import { placeNames } from "./pointNames.js";
import { type Colours, colours } from "./theme.js";

/** What may be drawn behind and over the points. */
export interface Pen {
  ctx: CanvasRenderingContext2D;
  x: PixelAxis;
  y: PixelAxis;
  colours: Colours;
}

/** What a view has to draw. */
export interface CanvasPicture {
  /** What is missing, where nothing can be drawn. */
  empty?: string | undefined;
  x: CanvasAxis;
  y: CanvasAxis;
  /** A unit is as long across as it is upwards. */
  equal?: boolean;
  mark: "point" | "bar";
  /** Of each point, in the order that the arrow keys go. */
  xs: ArrayLike<number>;
  ys: ArrayLike<number>;
  radius(i: number): number;
  colour(i: number, colours: Colours): string;
  /** How many of the first have their names beside them. */
  labelled: number;
  label(i: number): string;
  behind?(pen: Pen): void;
  over?(pen: Pen): void;
  /** A point in words. */
  say(i: number): string;
}

export interface CanvasPlot {
  readonly empty: ReadonlySignal<string>;
  /** The point that is pointed at, in words. */
  readonly said: ReadonlySignal<string>;
  picture(): CanvasPicture | undefined;
  point(i?: number): void;
  end(): void;
}

/** How near a pointer has to be to a point, in pixels. */
const REACH = 16;

export function canvasPlot(host: HTMLElement, read: () => CanvasPicture): CanvasPlot {
  const theme = colours();
  const { size, stop } = sizeOf(host);
  const [empty, said] = [signal(""), signal("")];
  const pointed = signal<number | undefined>(undefined);
  const canvas = host.appendChild(document.createElement("canvas"));
  const ctx = canvas.getContext("2d") as CanvasRenderingContext2D;
  let picture: CanvasPicture | undefined;
  // of all points, in CSS pixels: where a pointer looks for them
  let [px, py] = [new Float64Array(0), new Float64Array(0)];

  const draw = () => {
    const now = read();
    const { width, height } = size.value;
    const palette = theme.value;
    const at = pointed.value;
    if (width === 0 || height === 0) return;
    picture = now;
    empty.value = now.empty ?? "";
    const em = cleared(ctx, { width, height });
    if (now.empty) return;
    const axes = drawAxes(ctx, palette, now.x, now.y, {
      size: { width, height },
      em,
      beside: 14,
      equal: now.equal,
    });
    const { x, y, left, right, top, bottom } = axes;

    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top - 6, right - left + 6, bottom - top + 6);
    ctx.clip();
    const pen = { ctx, x, y, colours: palette };
    now.behind?.(pen);
    ctx.setLineDash([]);
    const count = now.xs.length;
    if (px.length !== count) [px, py] = [new Float64Array(count), new Float64Array(count)];
    for (let i = 0; i < count; i++) {
      px[i] = x.toPixel(now.xs[i]);
      py[i] = y.toPixel(now.ys[i]);
    }
    // points beyond the lower or the upper edge stand at it, pointing outwards
    const wide = count > 1 ? Math.abs(px[1] - px[0]) : right - left;
    // the first lie uppermost
    for (let i = count - 1; i >= 0; i--) {
      ctx.fillStyle = now.colour(i, palette);
      if (now.mark === "bar") {
        const room = Math.max(1, wide * 0.8);
        ctx.fillRect(px[i] - room / 2, Math.min(py[i], bottom), room, Math.max(0, bottom - py[i]));
        continue;
      }
      const radius = now.radius(i);
      const below = !(py[i] <= bottom);
      if (below || py[i] < top) {
        py[i] = below ? bottom - radius : top + radius;
        marker(ctx, below ? "down" : "triangle", px[i], py[i], radius);
      } else if (radius < 2) ctx.fillRect(px[i] - radius, py[i] - radius, 2 * radius, 2 * radius);
      else marker(ctx, "circle", px[i], py[i], radius);
    }
    now.over?.(pen);
    ctx.setLineDash([]);
    ctx.fillStyle = palette.ink;
    ctx.strokeStyle = palette.paper;
    ctx.lineWidth = 3;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    const names = Array.from({ length: Math.min(now.labelled, count) }, (_, i) => now.label(i));
    placeNames(
      { xs: px, ys: py, radius: now.radius },
      names.map((name) => ctx.measureText(name).width),
      em,
      { left, right: right + 6, top: top - 6, bottom },
    ).forEach((place, i) => {
      if (!place) return;
      ctx.strokeText(names[i], ...place);
      ctx.fillText(names[i], ...place);
    });
    if (at !== undefined && at < count) {
      ctx.strokeStyle = palette.ink;
      ctx.lineWidth = 2;
      marker(ctx, "ring", px[at], Math.min(py[at], bottom), now.mark === "bar" ? 5 : now.radius(at) + 3);
    }
    ctx.restore();
    said.value = at !== undefined && at < count ? now.say(at) : "";
  };

  const point = (i?: number) => {
    pointed.value = i;
  };
  canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => {
    const bars = picture?.mark === "bar";
    const found = nearestPoint(px, bars ? py.map(() => offsetY) : py, offsetX, offsetY, REACH);
    point(found < 0 ? undefined : found);
  });
  canvas.addEventListener("pointerleave", () => point());
  const endFrames = onFrame(host, draw);
  return {
    empty,
    said,
    picture: () => picture,
    point,
    end() {
      endFrames();
      stop();
      canvas.remove();
    },
  };
}
