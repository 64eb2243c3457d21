/** From the records of replicas to a curve, and from curves to the arrays that a chart draws. */
import type { TrainingRecord } from "../../training/record.js";
import { badEndOf } from "../state/ending.js";
import type { LabRun, Replica } from "../state/lab.js";

/** What of a record is a number. */
export type Quantity = Exclude<keyof TrainingRecord, "diverged">;

export type Values = readonly (number | null)[];

/** One quantity of a run over its steps: of its only seed, or the mean with the least and the largest of several. */
export interface Course {
  steps: readonly number[];
  values: Values;
  low?: Values | undefined;
  high?: Values | undefined;
  /** Standard deviations over the seeds. */
  deviation?: Values | undefined;
  seeds: number;
}

/** A course with how it looks and what it is called. */
export interface Curve extends Course {
  /** Tells it from the others of its chart as long as it is there. */
  key: string;
  look: number;
  /** In place of its look's dash. */
  dash?: readonly number[];
  letter: string;
  label: string;
  faint?: boolean;
  /** Said behind its value in the legend. */
  note?: string;
  /** How it ended, where it ended badly: "exploded". */
  badEnd?: string;
}

const measuredIn = (record: TrainingRecord, quantity: Quantity): number | null => {
  const value = record[quantity];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
};

function single({ records }: Replica, quantity: Quantity): Course {
  return {
    steps: records.map(({ step }) => step),
    values: records.map((record) => measuredIn(record, quantity)),
    seeds: 1,
  };
}

/** Over exactly these replicas, at the steps that all of them have measured. */
function average(replicas: readonly Replica[], quantity: Quantity): Course {
  const courses = replicas.map((replica) => single(replica, quantity));
  const [first, ...others] = courses;
  const places = others.map(() => 0);
  const steps: number[] = [];
  const [values, low, high, deviation]: (number | null)[][] = [[], [], [], []];
  first.steps.forEach((step, i) => {
    const here = [first.values[i]];
    for (const [k, other] of others.entries()) {
      while (other.steps[places[k]] < step) places[k]++;
      if (other.steps[places[k]] !== step) return;
      here.push(other.values[places[k]]);
    }
    steps.push(step);
    const measured = here.filter((value) => value !== null);
    const whole = measured.length === here.length;
    const mean = measured.reduce((sum, value) => sum + value, 0) / here.length;
    const squares = measured.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    values.push(whole ? mean : null);
    deviation.push(whole ? Math.sqrt(squares / (here.length - 1)) : null);
    low.push(whole ? Math.min(...measured) : null);
    high.push(whole ? Math.max(...measured) : null);
  });
  return { steps, values, low, high, deviation, seeds: replicas.length };
}

/** A list of replicas is another array whenever one of them has grown, so what was made of it stays right. */
const made = new WeakMap<readonly Replica[], Map<Quantity, Course>>();

export function courseOf(replicas: readonly Replica[], quantity: Quantity): Course {
  if (replicas.length === 0) return { steps: [], values: [], seeds: 0 };
  const ofThese = made.get(replicas) ?? new Map<Quantity, Course>();
  made.set(replicas, ofThese);
  let course = ofThese.get(quantity);
  if (!course) {
    course = replicas.length === 1 ? single(replicas[0], quantity) : average(replicas, quantity);
    ofThese.set(quantity, course);
  }
  return course;
}

/** What of a list of runs is to be seen. */
export const shownOf = (runs: readonly LabRun[]): LabRun[] => runs.filter((run) => run.shown.value);

export const curveOf = (run: LabRun, quantity: Quantity): Curve => ({
  ...courseOf(run.replicas.value, quantity),
  key: run.letter,
  look: run.look,
  letter: run.letter,
  label: run.label.value,
  badEnd: badEndOf(run.replicas.value),
});

/** The last step that any of them will reach: where the axis ends from the beginning. */
export const lastStepOf = (runs: readonly LabRun[]): number =>
  Math.max(1, ...runs.map((run) => run.config.value.steps));

/** Place of the last of ascending steps that is not beyond this one; −1 where all are. */
export function placeAt(steps: readonly number[], step: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Of all steps that curves have values at, the nearest to a place of the axis as it is drawn; undefined where none is. */
export function nearestStep(
  { curves, logX }: { curves: readonly Curve[]; logX: boolean },
  place: number | undefined,
): number | undefined {
  if (place === undefined) return undefined;
  const distance = (step: number) => (logX ? Math.abs(Math.log(step / place)) : Math.abs(step - place));
  const steps = curves.flatMap(({ steps }) => steps.filter((step) => !logX || step > 0));
  return steps.reduce<number | undefined>(
    (best, step) => (best === undefined || distance(step) < distance(best) ? step : best),
    undefined,
  );
}

/**
 * First and last step of an axis: a logarithmic one begins with the first evaluation that it can show.
 * @param last step that a run will reach
 */
export function stepSpan(curves: readonly Curve[], last: number, logX: boolean): [number, number] {
  if (!logX) return [0, last];
  const firsts = curves.flatMap(({ steps, values }) => {
    const place = steps.findIndex((step, i) => step > 0 && values[i] !== null);
    return place < 0 ? [] : steps[place];
  });
  const first = firsts.length > 0 ? Math.min(...firsts) : 1;
  // an axis of one step alone would have no length
  return [first, Math.max(first * 2, last)];
}

/** Place of the last value that there is; −1 where there is none. */
export function lastPlace(values: Values): number {
  let i = values.length - 1;
  while (i >= 0 && values[i] === null) i--;
  return i;
}

/** Least and largest of all that is drawn; undefined where nothing is. */
export function extent(
  curves: readonly Curve[],
  logY: boolean,
  others: readonly number[] = [],
): [number, number] | undefined {
  let [least, largest] = [Infinity, -Infinity];
  const take = (value: number | null) => {
    if (value === null || (logY && !(value > 0))) return;
    if (value < least) least = value;
    if (value > largest) largest = value;
  };
  for (const { values, low, high } of curves)
    for (const list of [low ?? values, high ?? values]) list.forEach(take);
  others.forEach(take);
  return least <= largest ? [least, largest] : undefined;
}

/** With a little room, so that no curve runs along an edge. */
export function roomy([least, largest]: readonly [number, number], log: boolean): [number, number] {
  if (log) {
    const room = Math.max(1.02, (largest / least) ** 0.04);
    return [least / room, largest * room];
  }
  const room = (largest - least) * 0.05 || Math.abs(largest) * 0.1 || 1;
  return [least - room, largest + room];
}
