/** Pictures of any sweep: curves over steps, coloured by one axis and in panels by the others; heat maps over two axes. */

import type { Figure } from "../experiments/experiment.js";
import { figureOf, palette } from "../experiments/panel.js";
import { keyOf, labelsOf } from "./labels.js";
import type { Axis } from "./sweepAxes.js";
import { observables, type Setting } from "./sweepSummary.js";

type Spec = Record<string, unknown>;

const titles = {
  excessLoss: "L − H (nats)",
  effectiveDimension: "effective dimension",
} as const;
/** Panels of one figure; what is beyond them is said in the caption and stands in the table. */
const PANELS = 12;

/** "config.learningRate" is the column's name; readers know the field. */
export const axisTitle = (path: string): string => path.replace(/^config\./, "");

/** Values are told apart by their keys; a legend or an axis shows their labels. */
const scaleOf = ({ values }: Axis): { domain: string[]; labelExpr: string } => {
  const labels = labelsOf(values);
  return {
    domain: [...labels.keys()],
    labelExpr: `${JSON.stringify(Object.fromEntries(labels))}[datum.value]`,
  };
};

/** Few values get colours that are told apart, many numbers a scale of brightness. */
function colour(axis: Axis | undefined): Spec {
  if (!axis) return { value: palette[0] };
  const { domain, labelExpr } = scaleOf(axis);
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
      labelExpr,
      symbolType: "stroke",
      symbolStrokeWidth: 3,
      symbolSize: 200,
      symbolOpacity: 1,
    },
  };
}

/** A linear axis of a single value has no span of its own. */
const roomAround = ([first, ...others]: number[]): { domain?: [number, number] } =>
  others.every((value) => value === first) ? { domain: [first - 0.5, first + 0.5] } : {};

function curvesPanel(
  settings: Setting[],
  axis: number,
  axes: Axis[],
  observable: (typeof observables)[number],
  title: string,
): Spec | undefined {
  const log = observable === "excessLoss";
  const rows = settings.flatMap(({ values, curves }) => {
    const shown = curves[observable].filter(({ step, mean }) => !log || (step > 0 && mean > 0));
    return shown.map(({ step, mean, low, high }) => ({
      step,
      mean,
      // a band that reaches 0 has no place on a logarithmic axis
      low: log ? Math.max(low, mean / 3) : low,
      high,
      colour: axis < 0 ? "" : keyOf(values[axis]),
      alone: shown.length === 1,
    }));
  });
  if (rows.length === 0) return undefined;
  const scale = (values: number[]) => (log ? { type: "log" } : { zero: false, ...roomAround(values) });
  const x = {
    field: "step",
    type: "quantitative",
    scale: { ...scale(rows.map(({ step }) => step)), nice: false },
    axis: { title: "training steps", grid: false, tickCount: 5, format: "~s" },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    scale: scale(rows.flatMap(({ low, high }) => [low, high])),
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
      // one point makes no line
      {
        transform: [{ filter: "datum.alone" }],
        mark: { type: "point", filled: true, size: 60 },
        encoding: { x, y: y("mean"), color },
      },
    ],
  };
}

/** The axis with the most values is told by colour, so that panels are few. */
const colourAxis = (axes: Axis[]): number =>
  axes.reduce((best, { values }, i) => (best < 0 || values.length > axes[best].values.length ? i : best), -1);

/** Settings that share their values on every axis but `without`, with those values as a label. */
function facets(axes: Axis[], settings: Setting[], without: number[]): [string, Setting[]][] {
  const rest = axes.flatMap((axis, i) =>
    without.includes(i) ? [] : [{ i, title: axisTitle(axis.path), labels: labelsOf(axis.values) }],
  );
  const groups = new Map<string, [string, Setting[]]>();
  for (const setting of settings) {
    const key = JSON.stringify(rest.map(({ i }) => keyOf(setting.values[i])));
    const group = groups.get(key);
    if (group) group[1].push(setting);
    else {
      const label = rest.map(({ i, title, labels }) => `${title} ${labels.get(keyOf(setting.values[i]))}`);
      groups.set(key, [label.join(", "), [setting]]);
    }
  }
  return [...groups.values()];
}

function heatPanel(
  settings: Setting[],
  [a, b]: [number, number],
  axes: Axis[],
  measured: (setting: Setting) => number | null,
  title: string,
  legend: string,
  log: boolean,
): Spec | undefined {
  const rows = settings.flatMap((setting) => {
    const value = measured(setting);
    return value === null || (log && value <= 0)
      ? []
      : [
          {
            a: keyOf(setting.values[a]),
            b: keyOf(setting.values[b]),
            value,
          },
        ];
  });
  if (rows.length === 0) return undefined;
  const position = (field: string, axis: Axis) => {
    const { domain, labelExpr } = scaleOf(axis);
    return {
      field,
      type: "ordinal",
      sort: null,
      scale: { domain },
      axis: { title: axisTitle(axis.path), labelExpr, grid: false, labelAngle: 0 },
    };
  };
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

/** The figures of a sweep, in reading order, and a line for each that has nothing to draw. */
export function sweepFigures(axes: Axis[], settings: Setting[]): { figures: Figure[]; left: string[] } {
  const figures: Figure[] = [];
  const left: string[] = [];
  const byColour = colourAxis(axes);
  const add = (name: string, what: string, why: string, panels: (Spec | undefined)[]) => {
    const full = panels.filter((panel) => panel !== undefined);
    const shown = full.slice(0, PANELS);
    if (shown.length === 0) {
      left.push(`No figure ${name}: ${why}.`);
      return;
    }
    const empty = panels.length - full.length;
    const notes = [
      full.length > PANELS && ` The first ${PANELS} of ${full.length} panels are shown.`,
      empty > 0 && ` Left out are ${empty} of ${panels.length} panels: ${why} there.`,
    ].filter((note) => note !== false);
    figures.push({
      name,
      caption: `${what}${notes.join("")}`,
      spec: figureOf(shown, Math.min(2, shown.length)),
    });
  };
  for (const observable of observables) {
    const log = observable === "excessLoss";
    add(
      log ? "excess-loss" : "effective-dimension",
      `${log ? "Excess loss, both axes logarithmic" : "Effective dimension of the embedding"}: mean over seeds and a band of one standard deviation${byColour < 0 ? "" : `, coloured by ${axisTitle(axes[byColour].path)}`}.`,
      log
        ? "no evaluation after step 0 has a mean excess loss above 0, which a logarithmic axis needs"
        : "no evaluation has a finite effective dimension",
      facets(axes, settings, [byColour]).map(([label, own]) =>
        curvesPanel(own, byColour, axes, observable, label),
      ),
    );
  }
  if (axes.length >= 2) {
    const [a, b] = axes.map((_, i) => i).sort((i, j) => axes[j].values.length - axes[i].values.length);
    add(
      "heat-map",
      `Excess loss at the last step, mean over seeds, over ${axisTitle(axes[a].path)} and ${axisTitle(axes[b].path)}; empty where no run finished or all diverged.`,
      "no setting has a mean excess loss above 0 at its last step",
      facets(axes, settings, [a, b]).map(([label, own]) =>
        heatPanel(
          own,
          [a, b],
          axes,
          (setting) => setting.excessLoss?.mean ?? null,
          label,
          "L − H (nats)",
          true,
        ),
      ),
    );
  }
  return { figures, left };
}
