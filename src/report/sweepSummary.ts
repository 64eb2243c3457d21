/** The runs of a sweep brought down to what is drawn: a curve a setting, numbers at its end, a fitted exponent, the best run. */
import { leastSquaresFit, withoutLogarithm } from "../analysis/lossExponent.js";
import { type Outcome, outcomeOf } from "../analysis/outcome.js";
import { lastStepOf, type Observable, type SeriesRow, series, valueAt } from "../analysis/series.js";
import { type Measured as Mean, meanInterval, measured } from "../analysis/statistics.js";
import type { ComputedBy } from "../backend/backend.js";
import type { RunConfig } from "../config.js";
import type { Cell, Row } from "../formats/table.js";
import { Computers } from "../sweep/computedBy.js";
import type { RunResult } from "../sweep/result.js";
import type { FinishedRuns } from "../sweep/selection.js";
import { questionKey } from "./question.js";
import { type Axis, AxisFinder, axisCells } from "./sweepAxes.js";

/** A number over seeds, with a 95 % interval of its mean (null with one seed). */
export interface Measured extends Mean {
  interval: [number, number] | null;
}

/** β of excess loss ∝ step^−β by least squares over the last decade of steps, a seed at a time. */
export interface Exponent extends Measured {
  /** R² of the seed whose line fits worst. */
  rSquared: number;
}

/** A run as it is named among the findings. */
export interface NamedRun {
  run: string;
  config: RunConfig;
  computedBy: ComputedBy | undefined;
  /** At the last step. */
  excessLoss: number;
}

/** All seeds of one point of the axes. */
export interface Setting {
  /** Value on each axis, in the order of the axes. */
  values: Cell[];
  /** Of its vocabulary and data: losses are compared with those of the same. */
  question: string;
  /** Its run of the first seed, and all its seeds in order. */
  first: Pick<RunResult, "run" | "config" | "computedBy">;
  seeds: number[];
  /** How many of its runs ended how. Those that are not sound are in none of the numbers below. */
  outcomes: Record<Outcome, number>;
  curves: Record<(typeof observables)[number], SeriesRow[]>;
  /** At the last step. */
  excessLoss: Measured | null;
  effectiveDimension: Measured | null;
  /** Null where the loss does not fall along a line: see `LEAST_R_SQUARED`. */
  exponent: Exponent | null;
  /** Evaluations of that window, over all seeds, and how many of them β leaves out for being at or below 0. */
  leftOut: { count: number; of: number };
  /** Its run of the least excess loss. */
  best: NamedRun | null;
}

export interface SweepSummary {
  axes: Axis[];
  /** Config fields that all runs share, by dotted path. */
  shared: Row;
  /** Seeds that a setting has, by how many runs have it: [fewest, most]. */
  seeds: [number, number];
  settings: Setting[];
  computers: Computers["list"];
}

export const observables = ["excessLoss", "effectiveDimension"] as const satisfies Observable[];

/** Below it a line leaves a tenth and more of what is to be seen: the loss does not fall as a power of the step. */
export const LEAST_R_SQUARED = 0.9;

const measure = (values: (number | null)[]): Measured | null => {
  const known = values.filter((x): x is number => x !== null && Number.isFinite(x));
  if (known.length === 0) return null;
  return { ...measured(known), interval: meanInterval(known) };
};

/** β where every seed's loss falls along a line; a line through two points says nothing of how it falls. */
function exponentOf(runs: readonly RunResult[], from: number, to: number): Exponent | null {
  const fits = runs.map((run) => leastSquaresFit(run, from, to)).filter((fit) => fit !== null);
  const rSquared = fits.reduce((least, fit) => Math.min(least, fit.rSquared ?? 0), 1);
  if (rSquared < LEAST_R_SQUARED || fits.some(({ exponent }) => exponent <= 0)) return null;
  const measuredOver = measure(fits.map(({ exponent }) => exponent));
  return measuredOver && { ...measuredOver, rSquared };
}

function bestOf(runs: readonly RunResult[], end: number): NamedRun | null {
  return runs.reduce<NamedRun | null>((best, run) => {
    const excessLoss = valueAt(run, "excessLoss", end);
    if (excessLoss === null || (best !== null && best.excessLoss <= excessLoss)) return best;
    return { run: run.run, config: run.config, computedBy: run.computedBy, excessLoss };
  }, null);
}

/** What a setting comes to, from its runs. */
function settingOf(values: Cell[], runs: readonly RunResult[]): Setting {
  const end = lastStepOf(runs);
  const from = Math.max(1, end / 10);
  const outcomes: Setting["outcomes"] = { sound: 0, diverged: 0, exploded: 0 };
  const sound = runs.filter((run) => {
    const outcome = outcomeOf(run);
    outcomes[outcome]++;
    return outcome === "sound";
  });
  const windows = sound.map((run) => withoutLogarithm(run, from, end));
  const bySeed = [...runs].sort((a, b) => a.config.seed - b.config.seed);
  const [{ run, config, computedBy }] = bySeed;
  return {
    values,
    question: questionKey(config),
    first: { run, config, computedBy },
    seeds: bySeed.map(({ config: { seed } }) => seed),
    outcomes,
    curves: {
      excessLoss: series("", sound, "excessLoss"),
      effectiveDimension: series("", sound, "effectiveDimension"),
    },
    excessLoss: measure(sound.map((run) => valueAt(run, "excessLoss", end))),
    effectiveDimension: measure(sound.map((run) => valueAt(run, "effectiveDimension", end))),
    exponent: exponentOf(sound, from, end),
    leftOut: {
      count: windows.reduce((sum, { count }) => sum + count, 0),
      of: windows.reduce((sum, { of }) => sum + of, 0),
    },
    best: bestOf(sound, end),
  };
}

/** Reads a journal twice: for its axes, and then setting by setting, so that one setting's runs are in memory. */
export async function summarizeSweep(journal: FinishedRuns): Promise<SweepSummary> {
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
    settings.push(settingOf(values, runs));
  }
  const order = (setting: Setting) => setting.values.map((value, i) => axes[i].values.indexOf(value));
  settings.sort((a, b) => {
    const [x, y] = [order(a), order(b)];
    const i = x.findIndex((place, j) => place !== y[j]);
    return i < 0 ? 0 : x[i] - y[i];
  });
  const counts = [...names.values()].map(({ runs }) => runs.length);
  const seeds: [number, number] = [
    counts.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    counts.reduce((a, b) => Math.max(a, b), 0),
  ];
  return { axes, shared: finder.shared(), seeds, settings, computers: computers.list };
}

/** Runs of a setting, one a seed. */
export const runsOf = ({ outcomes }: Setting): number =>
  outcomes.sound + outcomes.diverged + outcomes.exploded;

/** Whether all its seeds ended soundly with an excess loss: one that some seeds do not survive is not compared by the others. */
export const isComparable = (setting: Setting): boolean => setting.excessLoss?.seeds === runsOf(setting);
