/** Pictures of any sweep: curves over steps, coloured by one axis and in panels by the others; heat maps over two axes. */
import { colouredCurves } from "../figures/colouredCurves.js";
import { evenly } from "../figures/evenly.js";
import type { Figure, Spec } from "../figures/figure.js";
import { heatMap } from "../figures/heatMap.js";
import { keyOf } from "../figures/labels.js";
import { panelTitle } from "../figures/panelTitle.js";
import { endsOf } from "../figures/valueScale.js";
import { type Axis, isOfTask, labelOn } from "./sweepAxes.js";
import { observables, runsOf, type Setting, type SweepSummary } from "./sweepSummary.js";

const titles = {
  excessLoss: "excess loss (nats)",
  effectiveDimension: "effective dimension",
} as const;
/** Panels of one figure; what is beyond them is said in the caption and stands in the table. */
const PANELS = 12;
/** A heat map with as many cells in a row, or fewer, has its numbers in them; of more the cells are narrower. */
const NUMBERED = { x: 14, y: 24 };
const CELL = 40;
const ROW = 26;
/** Pixels of a heat map without numbers, along either axis, where there are so many that they are compared with each other. */
const SMALL = 300;
/** Pixels of the labels beside an axis. */
const LABELS = 40;
/** Pixels that curves take, by how many panels stand in a row. */
const WIDTHS = [290, 270, 235];

const isNumeric = ({ values }: Axis): boolean => values.every((value) => typeof value === "number");

/** The most values first, and of as many what belongs to one task, so that it can be compared. */
const byValues = (axes: Axis[]): number[] =>
  axes
    .map((_, i) => i)
    .sort(
      (i, j) =>
        axes[j].values.length - axes[i].values.length ||
        Number(isOfTask(axes[i])) - Number(isOfTask(axes[j])),
    );

/** Across goes what is a number, and of two such what has more values. */
function heatAxes(axes: Axis[]): [x: number, y: number] {
  const [a, b] = byValues(axes);
  return isNumeric(axes[a]) || !isNumeric(axes[b]) ? [a, b] : [b, a];
}

/** What one panel is of: a title in parts, and its settings. */
type Facet = [parts: string[], settings: Setting[]];

/** Settings that share their values on every axis but `without`, with those values in words. */
function facets(axes: Axis[], settings: Setting[], without: number[]): Facet[] {
  const rest = axes.flatMap((axis, i) => (without.includes(i) ? [] : [{ i, axis }]));
  const groups = new Map<string, Facet>();
  for (const setting of settings) {
    const key = JSON.stringify(rest.map(({ i }) => keyOf(setting.values[i])));
    const group = groups.get(key);
    if (group) group[1].push(setting);
    else {
      const label = rest.map(({ i, axis }) => `${axis.title} ${labelOn(axis, setting.values[i])}`);
      groups.set(key, [label, [setting]]);
    }
  }
  return [...groups.values()];
}

/** Whether numbers vary along both axes, and not along a line of pairs alone: otherwise the table says more. */
const isGrid = (settings: readonly Setting[], axes: readonly number[]): boolean => {
  const measured = settings.filter(({ excessLoss }) => excessLoss !== null);
  return axes.every(
    (axis) => new Set(measured.map(({ values }) => keyOf(values[axis]))).size < measured.length,
  );
};

/** What failed in a setting without a sound run. */
const failureMark = (setting: Setting): string | undefined =>
  runsOf(setting) > 0 && setting.outcomes.sound === 0 ? "×" : undefined;

/** The figures of a sweep, in reading order, and a line for each that has nothing to draw. */
export function sweepFigures({ axes, settings, seeds }: SweepSummary): { figures: Figure[]; left: string[] } {
  const figures: Figure[] = [];
  const left: string[] = [];
  // told by colour, so that panels are few
  const [byColour = -1] = byValues(axes);
  const colour = byColour < 0 ? undefined : axes[byColour];
  const over = seeds[1] > 1 ? "mean over seeds and a band of one standard deviation" : "one seed a setting";
  const add = (
    { name, what, why }: { name: string; what: string; why: string },
    candidates: readonly Facet[],
    /** Whether there is anything of a setting to draw. */
    isDrawn: (setting: Setting) => boolean,
    draw: (shown: readonly Facet[]) => (Spec | undefined)[],
    columns = 2,
  ) => {
    const full = candidates.filter(([, own]) => own.some(isDrawn));
    if (full.length === 0) {
      left.push(`No figure ${name}: ${why}.`);
      return;
    }
    const shown = evenly(full.length, PANELS).map((i) => full[i]);
    const empty = candidates.length - full.length;
    const notes = [
      full.length > PANELS &&
        ` ${PANELS} of ${full.length} panels are shown, evenly from the first to the last; the table has all.`,
      empty > 0 && ` Left out are ${empty} of ${candidates.length} panels: ${why} there.`,
    ].filter((note) => note !== false);
    const panels = draw(shown).filter((panel) => panel !== undefined);
    const caption = `${what}${notes.join("")}`;
    figures.push({ name, caption, panels, columns: Math.min(columns, panels.length) });
  };
  const unsound = settings.some(({ outcomes: { diverged, exploded } }) => diverged + exploded > 0);
  const without = unsound ? " Runs that diverged or exploded are left out." : "";
  const heat = () => {
    if (axes.length < 2) return;
    const [a, b] = heatAxes(axes);
    const [x, y] = [axes[a], axes[b]];
    // a row, a column or a single value is a table's matter
    const maps = facets(axes, settings, [a, b]).filter(([, own]) => isGrid(own, [a, b]));
    if (maps.length === 0 && settings.some(({ excessLoss }) => excessLoss !== null)) return;
    const numbers = x.values.length <= NUMBERED.x && y.values.length <= NUMBERED.y;
    // many are looked at side by side
    const areSmall = maps.length > 2 && !numbers;
    const most = numbers ? CELL : Math.max(8, (CELL * NUMBERED.x) / x.values.length);
    const cellWidth = areSmall ? Math.max(4, SMALL / x.values.length) : Math.max(most, 160 / x.values.length);
    const isLong = y.values.length > NUMBERED.y;
    const rowHeight = areSmall
      ? Math.max(4, Math.min(ROW, SMALL / y.values.length))
      : isLong
        ? Math.max(8, (ROW * NUMBERED.y) / y.values.length)
        : undefined;
    const isAbove0 = ({ excessLoss }: Setting) => excessLoss !== null && excessLoss.mean > 0;
    const marked = settings.some(failureMark);
    add(
      {
        name: "heat-map",
        what: `Excess loss at the last step${seeds[1] > 1 ? ", mean over seeds," : ""} over ${x.title} and ${y.title}.${without}${marked ? " ×: none of the setting's runs is left." : ""}`,
        why: "no setting has a mean excess loss above 0 at its last step",
      },
      maps,
      isAbove0,
      (shown) => {
        const { least, largest } = endsOf(
          shown.flatMap(([, own]) =>
            own.filter(isAbove0).map(({ excessLoss }) => excessLoss?.mean as number),
          ),
        );
        return shown.map(([parts, own], i) =>
          heatMap({
            cells: own.map((setting) => ({
              ...{ x: setting.values[a], y: setting.values[b] },
              ...{ value: setting.excessLoss?.mean ?? null, mark: failureMark(setting) },
            })),
            ...{ x, y, legend: titles.excessLoss, numbers, cellWidth, rowHeight, bare: i > 0 },
            colours: least < largest ? [least, largest] : undefined,
            title: panelTitle(parts, cellWidth * x.values.length + LABELS),
          }),
        );
      },
      x.values.length > 7 && !areSmall ? 1 : 2,
    );
  };
  heat();
  for (const observable of observables) {
    const log = observable === "excessLoss";
    const groups = facets(axes, settings, [byColour]);
    const width = WIDTHS[Math.min(groups.length, WIDTHS.length) - 1];
    add(
      {
        name: log ? "excess-loss" : "effective-dimension",
        what: `${log ? "Excess loss, both axes logarithmic" : "Effective dimension of the embedding"}: ${over}${colour ? `, coloured by ${colour.title}` : ""}.${without}`,
        why: log
          ? "no evaluation after step 0 has a mean excess loss above 0, which a logarithmic axis needs"
          : "no evaluation has a finite effective dimension",
      },
      groups,
      ({ curves }) => curves[observable].some(({ step, mean }) => !log || (step > 0 && mean > 0)),
      (shown) =>
        colouredCurves(
          shown.map(([parts, own]) => ({
            title: panelTitle(parts, width + LABELS),
            curves: own.map(({ values, curves }) => ({ value: values[byColour], rows: curves[observable] })),
          })),
          {
            ...{ colour, y: titles[observable], log, width },
            // a dimension out of 4 and one out of 100 have no scale in common
            ownScales: !log && axes.some(({ path }, i) => i !== byColour && path === "embeddingDim"),
          },
        ),
      3,
    );
  }
  return { figures, left };
}
