/**
 * Whether a loss pauses at the unigram entropy H on its way down to H − I, I being the mutual information of the data.
 * Times are sums of rates τ, lr·t where the rate is constant, so that runs of different rates can be compared; levels are
 * shares of I, 0 at H and −1 at the floor.
 */

import { log } from "../math/elementary.js";
import { learningRateAt, learningRates, type Schedule } from "../schedule/schedule.js";
import type { RunResult } from "../sweep/result.js";
import type { TrainingRecord } from "../training/record.js";
import { crossingStep } from "./crossing.js";
import { mutualInformation } from "./mutualInformation.js";

/** S of a loss that falls as H − I + c·e^−kτ: ln(1.25/0.75)/ln(0.75/0.25). Above it the loss stays about H longer than that. */
export const RELAXATION = log(1.25 / 0.75) / log(0.75 / 0.25);

/** τ: the sum of the rates of the updates up to a step, which need not be whole. */
export function rateSum(schedule: Schedule, step: number): number {
  if (typeof schedule === "number") return schedule * step;
  const whole = Math.floor(step);
  const sum = learningRates(schedule, 0, whole).reduce((total, rate) => total + rate, 0);
  return sum + (step - whole) * learningRateAt(schedule, whole);
}

const isMeasured = ({ unigramExcess, diverged }: TrainingRecord): boolean =>
  !diverged && typeof unigramExcess === "number" && Number.isFinite(unigramExcess);

/** (L − H)/I over the steps. */
export function levels(run: RunResult): { step: number; level: number }[] {
  const information = mutualInformation(run);
  return information === null
    ? []
    : run.records
        .filter(isMeasured)
        .map(({ step, unigramExcess }) => ({ step, level: Number(unigramExcess) / information }));
}

/** The step at which a run first falls below H + level·I, and the τ there; null when it never does. */
function reach(run: RunResult, level: number): { step: number; time: number } | null {
  const information = mutualInformation(run);
  if (information === null) return null;
  const step = crossingStep(run.records, (record) =>
    isMeasured(record) ? Number(record.unigramExcess) - level * information : null,
  );
  return step === null ? null : { step, time: rateSum(run.config.learningRate, step) };
}

/** The step at which a run first falls below H + level·I. */
export const stepTo = (run: RunResult, level: number): number | null => reach(run, level)?.step ?? null;

/**
 * τ that a run takes from H + from·I to H + to·I, each when it first falls below it; null where it does not come there, and
 * where the loss rises in between, since then a first crossing is no passage.
 */
export function passage(run: RunResult, from: number, to: number): number | null {
  const [start, end] = [reach(run, from), reach(run, to)];
  if (!start || !end) return null;
  const within = levels(run).filter(({ step }) => step >= start.step && step <= end.step);
  const rises = within.some(({ level }, i) => i > 0 && level > within[i - 1].level);
  return rises ? null : end.time - start.time;
}

/** W: the τ from H + I/4 to H − I/4. */
export const pauseWidth = (run: RunResult): number | null => passage(run, 0.25, -0.25);

/** S: W over the τ of the descent behind it, from H − I/4 to H − 3I/4. Null where the loss is not monotone from first to last. */
export function pauseRatio(run: RunResult): number | null {
  const descent = passage(run, -0.25, -0.75);
  const whole = passage(run, 0.25, -0.75);
  return whole === null || descent === null ? null : (whole - descent) / descent;
}

/** Half the width of the differences that v is made of: as on a grid of 12 steps a decade. */
const HALF_WIDTH = 1.1;

/** The level at a step between two evaluations, on the chord. */
function levelAt(curve: readonly { step: number; level: number }[], step: number): number | null {
  const i = curve.findIndex((point) => point.step >= step);
  if (i < 0 || (i === 0 && curve[0].step > step)) return null;
  if (i === 0) return curve[0].level;
  const [a, b] = [curve[i - 1], curve[i]];
  return a.level + ((b.level - a.level) * (step - a.step)) / (b.step - a.step);
}

/** Where a descent is slowest. */
export interface Pause {
  /** v there over its peak in the descent behind it: 1 = no pause, 0 = a standstill. */
  dip: number;
  /**
   * The least v between the peaks and within I/4 of H over the lower of the peaks: 1 = no pause there, as where v still grows
   * at H; null without an evaluation there.
   */
  atEntropy: number | null;
  /** The evaluation there. */
  step: number;
  /** (L − H)/I there. */
  level: number;
}

/**
 * The pause between the descent to the unigram entropy and the one below it, by v = −dL/d ln t, a difference over ±10 % of
 * t: the least v between its largest value above H and its largest below H − I/4, over the latter. Null where a run has
 * not both.
 */
export function pauseOf(run: RunResult): Pause | null {
  const curve = levels(run);
  const speeds = curve.flatMap(({ step, level }) => {
    const [before, after] = [levelAt(curve, step / HALF_WIDTH), levelAt(curve, step * HALF_WIDTH)];
    return step === 0 || before === null || after === null
      ? []
      : [{ step, level, v: (before - after) / (2 * log(HALF_WIDTH)) }];
  });
  const belowFrom = stepTo(run, -0.25);
  const aboveTo = stepTo(run, 0);
  if (belowFrom === null || aboveTo === null) return null;
  const fastest = (those: typeof speeds) => those.reduce((a, b) => (b.v > a.v ? b : a), those[0]);
  const first = fastest(speeds.filter(({ step }) => step <= aboveTo));
  const second = fastest(speeds.filter(({ step }) => step >= belowFrom));
  if (!first || !second || second.v <= 0) return null;
  const between = speeds.filter(({ step }) => step >= first.step && step <= second.step);
  const slowest = between.reduce((a, b) => (b.v < a.v ? b : a));
  const { v, step, level } = slowest;
  const about = between.filter((point) => Math.abs(point.level) <= 0.25).map((point) => point.v);
  const lower = Math.min(first.v, second.v);
  const atEntropy = about.length > 0 ? Math.min(1, Math.min(...about) / lower) : null;
  return { dip: v / second.v, atEntropy, step, level };
}

/** How far below a saddle counts as having left it, in I. */
const AWAY = 0.05;

/**
 * τ at which a run has left a saddle: when its loss first falls I/20 below the least of `staying`, a run of the same data
 * that cannot leave it.
 */
export function escapeTime(run: RunResult, staying: RunResult): number | null {
  const rest = levels(staying).map(({ level }) => level);
  return rest.length === 0 ? null : (reach(run, Math.min(...rest) - AWAY)?.time ?? null);
}
