/** Pictures of any sweep: curves over steps, coloured by one axis and in panels by the others; heat maps over two axes. */

import type { Figure } from "../experiments/experiment.js";
import { figureOf, palette } from "../experiments/panel.js";
import { shortNumber } from "./page.js";
import type { Axis } from "./sweepAxes.js";
import { observables, type Setting } from "./sweepSummary.js";
import type { Cell } from "./table.js";

type Spec = Record<string, unknown>;

const titles = {
  excessLoss: "L − H (nats)",
  effectiveDimension: "effective dimension",
} as const;
/** Panels of one figure; what is beyond them is said in the caption and stands in the table. */
const PANELS = 12;

/** A value as it is read. */
export const valueText = (value: Cell): string =>
  typeof value === "number" ? shortNumber(value) : value === null ? "none" : String(value);
/** "config.learningRate" is the column's name; readers know the field. */
export const axisTitle = (path: string): string => path.replace(/^config\./, "");

const labelOf = (axes: Axis[], values: Cell[]): string =>
  axes.map(({ path }, i) => `${axisTitle(path)} ${valueText(values[i])}`).join(", ");

/** Few values get colours that are told apart, many numbers a scale of brightness. */
function colour(axis: Axis | undefined): Spec {
  if (!axis) return { value: palette[0] };
  const domain = axis.values.map(valueText);
  return {
    field: "colour",
    type: "nominal",
    sort: null,
    scale: {
      domain,
      ...(domain.length <= palette.length
        ? { range: palette.slice(0, domain.length) }
        : { scheme: { name: "viridis", count: domain.length, extent: [0, 0.92] } }),
    },
    legend: {
      title: axisTitle(axis.path),
      symbolType: "stroke",
      symbolStrokeWidth: 3,
      symbolSize: 200,
      symbolOpacity: 1,
    },
  };
}

function curvesPanel(
  settings: Setting[],
  axis: number,
  axes: Axis[],
  observable: (typeof observables)[number],
  title: string,
): Spec {
  const log = observable === "excessLoss";
  const rows = settings.flatMap(({ values, curves }) =>
    curves[observable]
      .filter(({ step, mean }) => !log || (step > 0 && mean > 0))
      .map(({ step, mean, low, high }) => ({
        step,
        mean,
        // a band that reaches 0 has no place on a logarithmic axis
        low: log ? Math.max(low, mean / 3) : low,
        high,
        colour: axis < 0 ? "" : valueText(values[axis]),
      })),
  );
  const scale = (isLog: boolean) => (isLog ? { type: "log" } : { zero: false });
  const x = {
    field: "step",
    type: "quantitative",
    scale: { ...scale(log), nice: false },
    axis: { title: "training steps", grid: false, tickCount: 5, format: "~s" },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    scale: scale(log),
    axis: { title: titles[observable], tickCount: 5, ...(log ? { format: "~g" } : {}) },
  });
  const color = colour(axes[axis]);
  return {
    width: 230,
    height: 180,
    ...(title ? { title } : {}),
    data: { values: rows },
    layer: [
      {
        mark: { type: "area", opacity: 0.2, line: false },
        encoding: { x, y: y("low"), y2: { field: "high" }, color },
      },
      { mark: { type: "line", strokeWidth: 2 }, encoding: { x, y: y("mean"), color } },
    ],
  };
}

/** The axis with the most values is told by colour, so that panels are few. */
const colourAxis = (axes: Axis[]): number =>
  axes.reduce((best, { values }, i) => (best < 0 || values.length > axes[best].values.length ? i : best), -1);

/** Settings that share their values on every axis but `without`, with those values as a label. */
function facets(axes: Axis[], settings: Setting[], without: number[]): [string, Setting[]][] {
  const rest = axes.map((_, i) => i).filter((i) => !without.includes(i));
  const groups = new Map<string, Setting[]>();
  for (const setting of settings) {
    const label = labelOf(
      rest.map((i) => axes[i]),
      rest.map((i) => setting.values[i]),
    );
    groups.set(label, [...(groups.get(label) ?? []), setting]);
  }
  return [...groups];
}

function heatPanel(
  settings: Setting[],
  [a, b]: [number, number],
  axes: Axis[],
  measured: (setting: Setting) => number | null,
  title: string,
  legend: string,
  log: boolean,
): Spec {
  const rows = settings.flatMap((setting) => {
    const value = measured(setting);
    return value === null || (log && value <= 0)
      ? []
      : [
          {
            a: valueText(setting.values[a]),
            b: valueText(setting.values[b]),
            value,
            text: shortNumber(value),
          },
        ];
  });
  const position = (field: string, axis: Axis) => ({
    field,
    type: "ordinal",
    sort: null,
    scale: { domain: axis.values.map(valueText) },
    axis: { title: axisTitle(axis.path), grid: false, labelAngle: 0 },
  });
  return {
    width: Math.max(160, 44 * axes[a].values.length),
    height: Math.max(90, 26 * axes[b].values.length),
    ...(title ? { title } : {}),
    data: { values: rows },
    mark: { type: "rect" },
    encoding: {
      x: position("a", axes[a]),
      y: position("b", axes[b]),
      color: {
        field: "value",
        type: "quantitative",
        scale: { scheme: "viridis", ...(log ? { type: "log" } : { zero: false }) },
        legend: { title: legend, format: "~g" },
      },
    },
  };
}

/** The figures of a sweep, in reading order. */
export function sweepFigures(axes: Axis[], settings: Setting[]): Figure[] {
  const figures: Figure[] = [];
  const byColour = colourAxis(axes);
  const add = (name: string, what: string, panels: [string, (title: string) => Spec][]) => {
    const shown = panels.slice(0, PANELS);
    const left = panels.length > PANELS ? ` The first ${PANELS} of ${panels.length} panels are shown.` : "";
    if (shown.length > 0)
      figures.push({
        name,
        caption: `${what}${left}`,
        spec: figureOf(
          shown.map(([title, draw]) => draw(title)),
          Math.min(2, shown.length),
        ),
      });
  };
  for (const observable of observables) {
    if (!settings.some(({ curves }) => curves[observable].length > 0)) continue;
    add(
      observable === "excessLoss" ? "excess-loss" : "effective-dimension",
      `${observable === "excessLoss" ? "Excess loss, both axes logarithmic" : "Effective dimension of the embedding"}: mean over seeds and a band of one standard deviation${byColour < 0 ? "" : `, coloured by ${axisTitle(axes[byColour].path)}`}.`,
      facets(axes, settings, [byColour]).map(([label, own]) => [
        label,
        (title) => curvesPanel(own, byColour, axes, observable, title),
      ]),
    );
  }
  if (axes.length >= 2) {
    const [a, b] = axes.map((_, i) => i).sort((i, j) => axes[j].values.length - axes[i].values.length);
    add(
      "heat-map",
      `Excess loss at the last step, mean over seeds, over ${axisTitle(axes[a].path)} and ${axisTitle(axes[b].path)}; empty where no run finished or all diverged.`,
      facets(axes, settings, [a, b]).map(([label, own]) => [
        label,
        (title) =>
          heatPanel(
            own,
            [a, b],
            axes,
            (setting) => setting.excessLoss?.mean ?? null,
            title,
            "L − H (nats)",
            true,
          ),
      ]),
    );
  }
  return figures;
}
