/** Panels of curves over steps with bands over seeds, coloured by what varies between them, on the same axes. */
import type { Cell } from "../formats/table.js";
import { type CurveRow, type LegendEntry, onLogarithm, palette, type Spec, withMeta } from "./figure.js";
import { keyOf } from "./labels.js";
import type { PanelTitle } from "./panelTitle.js";
import { dashes } from "./seriesLook.js";
import { thinned } from "./thinned.js";
import { labelled, logTicks } from "./ticks.js";
import { endsOf, numberScale, type ValueAxis, valueScale } from "./valueScale.js";

/** The curves of a panel. */
export interface ColouredCurves {
  title?: PanelTitle;
  /** `value`: on the axis that is told by colour. */
  curves: { value: Cell | undefined; rows: readonly CurveRow[] }[];
}

export interface CurveOptions {
  /** What is told by colour; without it all curves have one. */
  colour?: ValueAxis | undefined;
  y: string;
  /** Both axes logarithmic. */
  log: boolean;
  /** Pixels that a panel's axes are wide: 270 when left out. */
  width?: number;
  /** A y axis of its own for every panel: of what cannot be compared between them. */
  ownScales?: boolean;
}

/** From little to much: each lighter than the one before, so that grey print keeps the order; seen on white as on black. */
const ramp = ["#6050C8", "#0085C7", "#2AA876", "#E69F00"];
/** Numbers that a legend lists one by one; more are a scale with ticks. */
const LISTED = 8;
/** Distance of two places on the ramp whose colours can be told apart. */
const APART = 0.06;
/** The ramp's colour at a place between 0 and 1. */
function rampColour(place: number): string {
  const at = Math.min(1, Math.max(0, place)) * (ramp.length - 1);
  const i = Math.min(ramp.length - 2, Math.floor(at));
  const channel = (colour: string, c: number) => Number.parseInt(colour.slice(1 + 2 * c, 3 + 2 * c), 16);
  const mixed = [0, 1, 2].map((c) => {
    const [from, to] = [channel(ramp[i], c), channel(ramp[i + 1], c)];
    return Math.round(from + (at - i) * (to - from));
  });
  return `#${mixed.map((x) => x.toString(16).padStart(2, "0")).join("")}`;
}

/** Colours of a few numbers: by their size, or by their order where two are too close. */
function coloursOf(axis: ValueAxis): string[] | undefined {
  const scale = numberScale(axis);
  if (scale === undefined) return undefined;
  const numbers = [...new Set(axis.values)] as number[];
  const places = numbers.map(scale.place);
  const isApart = places.every((place, i) => i === 0 || place - places[i - 1] >= APART);
  return (isApart ? places : places.map((_, i) => i / (places.length - 1))).map(rampColour);
}

interface Looks {
  /** What of a value a row has for its colour. */
  colourOf(cell: Cell | undefined): unknown;
  encoding: { color: Spec; strokeDash?: Spec; detail?: Spec };
  /** What vega-lite's own legend does not explain. */
  legend: LegendEntry[];
}

function looksOf(axis: ValueAxis | undefined, band: boolean): Looks {
  if (!axis) return { colourOf: () => "", encoding: { color: { value: palette[0] } as Spec }, legend: [] };
  const numbers = numberScale(axis);
  if (numbers && axis.values.length > LISTED) {
    const { type, least, largest } = numbers;
    const color = {
      field: "colour",
      type: "quantitative",
      scale: { type, domain: [least, largest], range: ramp, interpolate: "rgb" },
      legend: {
        type: "gradient",
        title: axis.title,
        gradientLength: 200,
        ...(type === "log" ? labelled(logTicks(least, largest, 5)) : { tickCount: 5, format: "~g" }),
      },
    };
    return { colourOf: (cell) => cell, encoding: { color, detail: { field: "colour" } }, legend: [] };
  }
  const { domain, labelOf } = valueScale(axis);
  const ordered = coloursOf(axis);
  // grey print has dashes alone; a list that is longer than the palette comes round to it again, with dashes of its own
  const colours = ordered ?? domain.map((_, i) => palette[i % palette.length]);
  const dashed =
    ordered && domain.length > dashes.length
      ? undefined
      : domain.map((_, i) => dashes[(i + Math.floor(i / palette.length)) % dashes.length]);
  const told = { field: "colour", type: "nominal", title: axis.title, sort: null, legend: null };
  return {
    colourOf: labelOf,
    encoding: {
      color: { ...told, scale: { domain, range: colours } },
      ...(dashed ? { strokeDash: { ...told, scale: { domain, range: dashed } } } : {}),
    },
    legend: domain.map((label, i) => ({
      ...{ label: i === 0 ? `${axis.title} ${label}` : label },
      ...{ colour: colours[i], stroke: 2, band },
      ...(dashed && i > 0 ? { dash: dashed[i] } : {}),
    })),
  };
}

/** The ends of an axis, with a little room; a single value gets some on either side. */
function span(values: number[], log: boolean, room: number): [number, number] {
  const { least, largest } = endsOf(values);
  if (log) {
    const factor = largest > least ? 1 + room : 2;
    return [least / factor, largest * factor];
  }
  const more = largest > least ? room * (largest - least) : 0.5;
  return [least - more, largest + more];
}

/** A vega-lite layer a panel, all with the same axes unless they are not to be compared; undefined where there is nothing that they can show. */
export function colouredCurves(
  panels: readonly ColouredCurves[],
  { colour: axis, y: yTitle, log, width = 270, ownScales = false }: CurveOptions,
): (Spec | undefined)[] {
  const kept = (rows: readonly CurveRow[]) => (log ? onLogarithm(rows.filter(({ step }) => step > 0)) : rows);
  const drawn = new Set(
    panels.flatMap(({ curves }) =>
      curves.flatMap(({ value, rows }) => (kept(rows).length > 0 ? [keyOf(value)] : [])),
    ),
  );
  const hasBand = panels.some(({ curves }) =>
    curves.some(({ rows }) => rows.some(({ low, high }) => low < high)),
  );
  // a legend is of what is drawn
  const colour = axis && { ...axis, values: axis.values.filter((value) => drawn.has(keyOf(value))) };
  const { colourOf, encoding, legend } = looksOf(colour, hasBand);
  const scale = colour && valueScale(colour);
  const nameOf = (value: Cell | undefined) => (scale ? `${colour.title} ${scale.labelOf(value)}` : "");
  const rowsOf = (curves: ColouredCurves["curves"], points = kept) =>
    curves.flatMap(({ value, rows }) => {
      const shown = points(rows);
      return shown.map(({ step, mean, low, high }) => ({
        ...{ step, mean, low, high, colour: colourOf(value), series: nameOf(value) },
        alone: shown.length === 1,
      }));
    });
  const all = panels.map(({ curves }) => rowsOf(curves));
  const shown = all.flat();
  if (shown.length === 0) return panels.map(() => undefined);
  const [from, to] = span(
    shown.map(({ step }) => step),
    log,
    0,
  );
  const type = log ? { type: "log" } : {};
  const x = {
    field: "step",
    type: "quantitative",
    scale: { ...type, domain: [from, to], nice: false, zero: false },
    axis: {
      title: "training steps",
      grid: false,
      ...(log ? labelled(logTicks(from, to, 5, true)) : { tickCount: 5, tickMinStep: 1, format: "d" }),
    },
  };
  const yOf = (rows: typeof shown) => {
    const [low, high] = span(
      rows.flatMap((row) => [row.low, row.high]),
      log,
      0.04,
    );
    return (field: string) => ({
      field,
      type: "quantitative",
      scale: { ...type, domain: [low, high], nice: false, zero: false },
      axis: { title: yTitle, ...(log ? labelled(logTicks(low, high, 6)) : { tickCount: 5 }) },
    });
  };
  const sharedY = ownScales ? undefined : yOf(shown);
  // one panel has the legend of all
  const withLegend = all.findIndex((rows) => rows.length > 0);
  return panels.map(({ title, curves }, i) => {
    if (all[i].length === 0) return undefined;
    const y = sharedY ?? yOf(all[i]);
    // the line's legend explains the band: of both, vega would make symbols of a scale
    const { strokeDash: _, ...looks } = encoding;
    const others = { ...looks, color: { ...encoding.color, legend: null } };
    const lines = i === withLegend ? encoding : { ...encoding, color: others.color };
    const spec = {
      width,
      height: 190,
      ...(title ? { title } : {}),
      resolve: { legend: { color: "independent" } },
      data: {
        values: rowsOf(curves, (rows) => thinned(kept(rows), width, log)).map(({ series, ...row }) => row),
      },
      layer: [
        {
          mark: { type: "area", opacity: 0.2, line: false },
          encoding: { x, y: y("low"), y2: { field: "high" }, ...others },
        },
        { mark: { type: "line", strokeWidth: 2 }, encoding: { x, y: y("mean"), ...lines } },
        // one point makes no line
        {
          transform: [{ filter: "datum.alone" }],
          mark: { type: "point", filled: true, size: 60 },
          encoding: { x, y: y("mean"), ...others },
        },
      ],
    };
    const rows = all[i].map(({ series, step, mean, low: from, high: to }) => ({
      ...{ kind: "measured", series, xName: "training steps", x: step },
      ...{ yName: yTitle, mean, low: from, high: to },
    }));
    return withMeta(spec, { legend, rows });
  });
}
