/** uPlot kept in step with what a view says that there is to see. */
import { type ReadonlySignal, signal } from "@preact/signals";
import uPlot from "uplot";
import { shortNumber } from "../../figures/labels.js";
import { logTicks } from "../../figures/ticks.js";
import { lookCount, lookOf } from "../looks.js";
import { aligned, type Curve, extent, lastPlace, placeAt, roomy } from "./curves.js";
import { marker } from "./marker.js";
import { onFrame, sizeOf } from "./onFrame.js";
import { colours } from "./theme.js";

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

/** What a view has to draw. */
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

/** All charts over steps share a cursor. */
const SYNC = "steps";

const bandOf = (curve: Curve): boolean => curve.low !== undefined;
const dashOf = (curve: Curve): readonly number[] => curve.dash ?? lookOf(curve.look).dash;

export const withUnit = (text: string, unit: string): string => (unit ? `${text} ${unit}` : text);

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
  let picture: CurvePicture | undefined;
  let plot: uPlot | undefined;
  let shape = "";
  let pointed: { curve: number; step: number } | undefined;

  const tell = () => {
    if (!picture) return;
    const at = plot?.cursor.idx;
    const step = pointed?.step ?? (at == null ? scrubbed.peek() : Number(plot?.data[0][at]));
    const curves = empty.peek() ? [] : picture.curves;
    const entries = curves.map((curve): LegendEntry => {
      const place = step === undefined ? lastPlace(curve.values) : placeAt(curve.steps, step);
      const value = curve.values[place];
      const said = value == null ? "–" : shortNumber(value);
      const mean = curve.seeds > 1 ? `mean of ${curve.seeds}` : "";
      const ended = curve.diverged === undefined ? "" : `diverged at step ${curve.diverged}`;
      return {
        key: curve.key,
        look: curve.look,
        dash: dashOf(curve),
        faint: curve.faint ?? false,
        letter: curve.letter,
        label: curve.label,
        value: said,
        note: [mean, curve.note ?? "", ended].filter((text) => text !== "").join(", "),
      };
    });
    if (JSON.stringify(entries) !== JSON.stringify(legend.peek())) legend.value = entries;
  };

  const draw = () => {
    const next = read();
    const at = size.value;
    void theme.value;
    void scrubbed.value;
    if (at.width === 0 || at.height === 0) return;
    picture = next;
    const none = next.empty ?? (extent(next.curves, next.logY) ? "" : "No evaluations yet.");
    empty.value = none;
    const fontSize = Number.parseFloat(getComputedStyle(host).fontSize);
    const structure = JSON.stringify([
      next.logX,
      next.logY,
      fontSize,
      next.curves.map((curve) => [curve.look, dashOf(curve), bandOf(curve), curve.faint]),
    ]);
    const data = aligned(next.curves, next) as unknown as uPlot.AlignedData;
    if (!plot || structure !== shape) {
      plot?.destroy();
      shape = structure;
      plot = new uPlot(optionsOf(next, at, fontSize), data, host);
    } else {
      if (plot.width !== at.width || plot.height !== at.height) plot.setSize(at);
      plot.setData(data);
    }
    tell();
  };

  /** What uPlot has no series for, above its curves. */
  const drawMore = (u: uPlot) => {
    if (!picture) return;
    const { ctx, bbox } = u;
    const { ink, faint, paper, looks } = theme.peek();
    const ratio = uPlot.pxRatio;
    const fontSize = Number.parseFloat(getComputedStyle(host).fontSize) * ratio;
    const toX = (value: number) => u.valToPos(value, "x", true);
    const toY = (value: number) => u.valToPos(value, "y", true);
    const right = bbox.left + bbox.width;
    const stroke = (path: () => void, colour: string, width: number, dash: readonly number[] = []) => {
      ctx.strokeStyle = colour;
      ctx.lineWidth = width * ratio;
      ctx.setLineDash(dash.map((pixels) => pixels * ratio));
      ctx.beginPath();
      path();
      ctx.stroke();
    };
    ctx.save();
    ctx.font = `${fontSize}px system-ui, sans-serif`;
    ctx.textBaseline = "alphabetic";
    ctx.textAlign = "left";
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    for (const { y, label } of picture.rules ?? []) {
      const at = toY(y);
      stroke(
        () => {
          ctx.moveTo(bbox.left, at);
          ctx.lineTo(right, at);
        },
        ink,
        1,
        [5, 4],
      );
      const width = ctx.measureText(label).width;
      ctx.fillStyle = paper;
      ctx.globalAlpha = 0.8;
      ctx.fillRect(bbox.left + 4 * ratio, at - fontSize - 3 * ratio, width + 4 * ratio, fontSize + 2 * ratio);
      ctx.globalAlpha = 1;
      ctx.fillStyle = ink;
      ctx.fillText(label, bbox.left + 6 * ratio, at - 4 * ratio);
    }
    for (const { from, to } of picture.segments ?? []) {
      const path = () => {
        ctx.moveTo(toX(from[0]), toY(from[1]));
        ctx.lineTo(toX(to[0]), toY(to[1]));
      };
      stroke(path, ink, 1.2, [2, 3]);
    }
    const step = scrubbed.peek();
    if (step !== undefined) {
      const at = toX(picture.logX ? Math.max(step, 1) : step);
      stroke(
        () => {
          ctx.moveTo(at, bbox.top);
          ctx.lineTo(at, bbox.top + bbox.height);
        },
        faint,
        1.5,
      );
    }
    ctx.restore();

    const ends = picture.curves.flatMap((curve) => {
      const place = lastPlace(curve.values);
      const [x, y] = [curve.steps[place], curve.values[place]];
      if (place < 0 || y === null || (picture?.logX && x <= 0) || (picture?.logY && y <= 0)) return [];
      return [{ curve, x: toX(x), y: toY(y) }];
    });
    for (const { curve, x, y } of ends) {
      if (curve.faint) continue;
      ctx.fillStyle = ctx.strokeStyle = looks[curve.look % looks.length];
      ctx.lineWidth = 2 * ratio;
      ctx.setLineDash([]);
      marker(ctx, curve.diverged === undefined ? lookOf(curve.look).shape : "cross", x, y, 3.5 * ratio);
    }
    // letters at the ends of their curves, none over another
    ctx.fillStyle = ink;
    let above = -Infinity;
    const alike = new Set(picture.curves.map(({ letter }) => letter)).size < 2;
    for (const { curve, x, y } of ends.sort((a, b) => a.y - b.y)) {
      if (curve.faint || alike) continue;
      above = Math.max(y + fontSize * 0.35, above + fontSize);
      ctx.fillText(curve.letter, x + 8 * ratio, above);
    }
    const curve = pointed && picture.curves[pointed.curve];
    const place = curve ? placeAt(curve.steps, pointed?.step ?? 0) : -1;
    const value = curve?.values[place];
    if (curve && value != null) {
      ctx.strokeStyle = ink;
      ctx.lineWidth = 2 * ratio;
      ctx.setLineDash([]);
      marker(ctx, "ring", toX(curve.steps[place]), toY(value), 6 * ratio);
    }
    ctx.restore();
  };

  function optionsOf(
    now: CurvePicture,
    { width, height }: { width: number; height: number },
    em: number,
  ): uPlot.Options {
    const font = `${em}px system-ui, sans-serif`;
    const axis = {
      stroke: () => theme.peek().ink,
      font,
      labelFont: font,
      grid: { stroke: () => theme.peek().line, width: 1 },
      ticks: { stroke: () => theme.peek().line, width: 1, size: 4 },
      // all of them: they are chosen with room for their numbers
      filter: (_: uPlot, places: number[]) => places,
      values: (_: uPlot, places: number[]) =>
        places.map((place) => shortNumber(Number(place.toPrecision(10)))),
    };
    const ticks = (room: number) => (u: uPlot, index: number, least: number, largest: number) =>
      logTicks(
        least,
        largest,
        // none in a plot that has no size yet
        Math.max(2, Math.floor((index === 0 ? u.bbox.width : u.bbox.height) / uPlot.pxRatio / room) || 0),
      );
    const edge = (): uPlot.Series => ({ width: 0, points: { show: false } });
    // large letters are those of a lecture: its lines are seen from afar
    const thickness = em < 16 ? 1 : em / 10;
    const series: uPlot.Series[] = [{}];
    const bands: uPlot.Band[] = [];
    for (const curve of now.curves) {
      const stroke = () => theme.peek().looks[curve.look % lookCount];
      series.push({
        stroke,
        width: thickness * (curve.faint ? 1 : 2),
        alpha: curve.faint ? 0.45 : 1,
        dash: [...dashOf(curve)],
        points: { show: false },
      });
      if (!bandOf(curve)) continue;
      const at = series.push(edge(), edge());
      bands.push({ series: [at - 2, at - 1], fill: () => translucent(stroke()) });
    }
    return {
      width,
      height,
      series,
      bands,
      padding: [8, 24, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: false, distr: now.logX ? 3 : 1, range: () => [now.logX ? 1 : 0, picture?.last ?? 1] },
        y: {
          distr: now.logY ? 3 : 1,
          range: () =>
            roomy(
              extent(
                picture?.curves ?? [],
                now.logY,
                picture?.rules?.map(({ y }) => y),
              ) ?? (now.logY ? [0.1, 1] : [0, 1]),
              now.logY,
            ),
        },
      },
      axes: [
        {
          ...axis,
          label: "step",
          labelSize: em * 1.3,
          labelGap: 0,
          size: em * 1.8,
          gap: 2,
          ...(now.logX ? { splits: ticks(em * 5) } : { space: em * 5 }),
        },
        {
          ...axis,
          gap: 4,
          size: (_, values) =>
            12 + em * 0.6 * Math.max(3, ...(values ?? []).map((text) => String(text).length)),
          ...(now.logY ? { splits: ticks(em * 2.6) } : { space: em * 2.6 }),
        },
      ],
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: false, y: false, setScale: false },
        bind: { dblclick: () => null },
        sync: { key: SYNC, scales: ["x", null] },
      },
      hooks: {
        draw: [drawMore, place],
        setCursor: [
          (u) => {
            if (u.cursor.event) pointed = undefined;
            tell();
          },
        ],
        ready: [
          ({ over, cursor, data }) => {
            void data;
            over.addEventListener("click", () => {
              const at = cursor.idx;
              if (at != null && plot) onScrub(Number(plot.data[0][at]));
            });
            over.addEventListener("dblclick", () => onScrub(undefined));
          },
        ],
      },
    };
  }

  const place = (u: uPlot) => {
    const { left, top, width, height } = u.bbox;
    const ratio = uPlot.pxRatio;
    const { min, max } = u.scales.x;
    const now: Plane = {
      left: left / ratio,
      top: top / ratio,
      width: width / ratio,
      height: height / ratio,
      from: min ?? 0,
      to: max ?? 1,
      log: picture?.logX ?? false,
    };
    if (JSON.stringify(now) !== JSON.stringify(plane.peek())) plane.value = now;
  };

  const endFrames = onFrame(host, draw);
  return {
    legend,
    empty,
    plane,
    picture: () => picture,
    point(curve, step) {
      pointed = curve === undefined || step === undefined ? undefined : { curve, step };
      if (!plot) return;
      // the third tells the other charts, as a pointer's moves do
      const cursor = plot as {
        setCursor(at: { left: number; top: number }, fire: boolean, tell: boolean): void;
      };
      cursor.setCursor({ left: pointed ? plot.valToPos(pointed.step, "x") : -10, top: 0 }, true, true);
      plot.redraw(false, false);
      tell();
    },
    end() {
      endFrames();
      stop();
      plot?.destroy();
    },
  };
}

/** "rgb(1, 2, 3)" with a fifth of its weight. */
const translucent = (colour: string): string => colour.replace(/^rgb\((.*)\)$/, "rgba($1, 0.2)");
