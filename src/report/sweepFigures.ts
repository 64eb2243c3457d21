/** Pictures of any sweep: curves over steps, coloured by one axis and in panels by the others; heat maps over two axes. */
import { colouredCurves } from "../figures/colouredCurves.js";
import type { Figure, Spec } from "../figures/figure.js";
import { heatMap } from "../figures/heatMap.js";
import { keyOf, labelsOf } from "../figures/labels.js";
import type { ValueAxis } from "../figures/valueScale.js";
import type { Axis } from "./sweepAxes.js";
import { observables, type Setting } from "./sweepSummary.js";

const titles = {
  excessLoss: "L − H (nats)",
  effectiveDimension: "effective dimension",
} as const;
/** Panels of one figure; what is beyond them is said in the caption and stands in the table. */
const PANELS = 12;

/** "config.learningRate" is the column's name; readers know the field. */
export const axisTitle = (path: string): string => path.replace(/^config\./, "");

const shownAs = ({ path, values }: Axis): ValueAxis => ({ title: axisTitle(path), values });

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

/** The figures of a sweep, in reading order, and a line for each that has nothing to draw. */
export function sweepFigures(axes: Axis[], settings: Setting[]): { figures: Figure[]; left: string[] } {
  const figures: Figure[] = [];
  const left: string[] = [];
  const byColour = colourAxis(axes);
  const colour = byColour < 0 ? undefined : shownAs(axes[byColour]);
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
      panels: shown,
      columns: Math.min(2, shown.length),
    });
  };
  for (const observable of observables) {
    const log = observable === "excessLoss";
    add(
      log ? "excess-loss" : "effective-dimension",
      `${log ? "Excess loss, both axes logarithmic" : "Effective dimension of the embedding"}: mean over seeds and a band of one standard deviation${colour ? `, coloured by ${colour.title}` : ""}.`,
      log
        ? "no evaluation after step 0 has a mean excess loss above 0, which a logarithmic axis needs"
        : "no evaluation has a finite effective dimension",
      facets(axes, settings, [byColour]).map(([title, own]) =>
        colouredCurves({
          curves: own.map(({ values, curves }) => ({ value: values[byColour], rows: curves[observable] })),
          colour,
          y: titles[observable],
          log,
          title,
        }),
      ),
    );
  }
  if (axes.length >= 2) {
    const [a, b] = axes.map((_, i) => i).sort((i, j) => axes[j].values.length - axes[i].values.length);
    const [x, y] = [shownAs(axes[a]), shownAs(axes[b])];
    add(
      "heat-map",
      `Excess loss at the last step, mean over seeds, over ${x.title} and ${y.title}; empty where no run finished or all diverged.`,
      "no setting has a mean excess loss above 0 at its last step",
      facets(axes, settings, [a, b]).map(([title, own]) =>
        heatMap({
          cells: own.map(({ values, excessLoss }) => ({
            x: values[a],
            y: values[b],
            value: excessLoss?.mean ?? null,
          })),
          x,
          y,
          legend: "L − H (nats)",
          title,
        }),
      ),
    );
  }
  return { figures, left };
}
