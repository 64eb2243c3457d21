/** The runs of a sweep brought down to what is drawn: a curve a setting, numbers at its end, a fitted exponent. */
import { leastSquaresExponent, withoutLogarithm } from "../analysis/lossExponent.js";
import { lastStepOf, type Observable, type SeriesRow, series, valueAt } from "../analysis/series.js";
import { type Measured as Mean, meanInterval, measured } from "../analysis/statistics.js";
import type { Cell } from "../formats/table.js";
import { Computers } from "../sweep/computedBy.js";
import type { FinishedRuns } from "../sweep/selection.js";
import { type Axis, AxisFinder, axisCells } from "./sweepAxes.js";

/** A number over seeds, with a 95 % interval of its mean (null with one seed). */
export interface Measured extends Mean {
  interval: [number, number] | null;
}

/** All seeds of one point of the axes. */
export interface Setting {
  /** Value on each axis, in the order of the axes. */
  values: Cell[];
  seeds: number;
  diverged: number;
  curves: Record<(typeof observables)[number], SeriesRow[]>;
  /** At the last step. */
  excessLoss: Measured | null;
  effectiveDimension: Measured | null;
  /** β of excess loss ∝ step^−β by least squares over the last decade of steps. */
  exponent: Measured | null;
  /** Evaluations of that window, over all seeds, and how many of them β leaves out for being at or below 0. */
  leftOut: { count: number; of: number };
}

export const observables = ["excessLoss", "effectiveDimension"] as const satisfies Observable[];

const measure = (values: (number | null)[]): Measured | null => {
  const known = values.filter((x): x is number => x !== null && Number.isFinite(x));
  if (known.length === 0) return null;
  return { ...measured(known), interval: meanInterval(known) };
};

/** Reads a journal twice: for its axes, and then setting by setting, so that one setting's runs are in memory. */
export async function summarizeSweep(journal: FinishedRuns): Promise<{
  axes: Axis[];
  settings: Setting[];
  computers: Computers["list"];
}> {
  const finder = new AxisFinder();
  const computers = new Computers();
  for await (const run of journal.results()) {
    finder.add(run);
    computers.add(run);
  }
  const axes = finder.axes();
  const names = new Map<string, { values: Cell[]; runs: string[] }>();
  for await (const result of journal.results()) {
    const { run } = result;
    const cells = axisCells(result);
    const values = axes.map(({ path }) => cells[path] ?? null);
    const key = JSON.stringify(values);
    const setting = names.get(key);
    if (setting) setting.runs.push(run);
    else names.set(key, { values, runs: [run] });
  }
  const settings: Setting[] = [];
  for (const { values, runs: own } of names.values()) {
    const runs = [];
    for await (const run of journal.results(own)) runs.push(run);
    const end = lastStepOf(runs);
    const from = Math.max(1, end / 10);
    // a run that diverged has no exponent
    const sound = runs.filter(({ divergedAt }) => divergedAt === null);
    const windows = sound.map((run) => withoutLogarithm(run, from, end));
    settings.push({
      values,
      seeds: runs.length,
      diverged: runs.filter(({ divergedAt }) => divergedAt !== null).length,
      curves: {
        excessLoss: series("", runs, "excessLoss"),
        effectiveDimension: series("", runs, "effectiveDimension"),
      },
      excessLoss: measure(runs.map((run) => valueAt(run, "excessLoss", end))),
      effectiveDimension: measure(runs.map((run) => valueAt(run, "effectiveDimension", end))),
      exponent: measure(sound.map((run) => leastSquaresExponent(run, from, end))),
      leftOut: {
        count: windows.reduce((sum, { count }) => sum + count, 0),
        of: windows.reduce((sum, { of }) => sum + of, 0),
      },
    });
  }
  const order = (setting: Setting) => setting.values.map((value, i) => axes[i].values.indexOf(value));
  settings.sort((a, b) => {
    const [x, y] = [order(a), order(b)];
    const i = x.findIndex((place, j) => place !== y[j]);
    return i < 0 ? 0 : x[i] - y[i];
  });
  return { axes, settings, computers: computers.list };
}
