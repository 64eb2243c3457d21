/** Schedules by their usual names. Each throws a ConfigError that begins with its name for what makes no schedule. */
import type { Cosine } from "./cosine.js";
import type { PiecewiseLinear } from "./piecewiseLinear.js";
import { checkSchedule, learningRateAt, type Schedule, type ScheduleInput } from "./schedule.js";

type Point = [step: number, value: number];

const piecewiseLinear = (name: string, points: Point[]): PiecewiseLinear =>
  checkSchedule(name, { kind: "piecewise-linear", points }) as PiecewiseLinear;

/**
 * From 0 to `value` over `steps` updates, then constant.
 * @throws ConfigError for numbers that make no schedule
 */
export const warmup = (value: number, steps: number): PiecewiseLinear =>
  piecewiseLinear("warmup", [
    [0, 0],
    [steps, value],
  ]);

/**
 * `from` until step `start`, then linearly to `to` at step `end`.
 * @throws ConfigError for numbers that make no schedule
 */
export const linearDecay = (from: number, to: number, start: number, end: number): PiecewiseLinear =>
  piecewiseLinear("linearDecay", [
    [start, from],
    [end, to],
  ]);

/**
 * Warm up over `warmupSteps`, hold `value`, and fall linearly to `to` between `decayStart` and `end` (WSD).
 * @throws ConfigError for numbers that make no schedule
 */
export const warmupStableDecay = (
  value: number,
  warmupSteps: number,
  decayStart: number,
  end: number,
  to = 0,
): PiecewiseLinear =>
  piecewiseLinear("warmupStableDecay", [
    [0, 0],
    [warmupSteps, value],
    [decayStart, value],
    [end, to],
  ]);

/**
 * `from` until step `start`, then along half a cosine to `to` at step `end`.
 * @throws ConfigError for numbers that make no schedule
 */
export const cosine = (from: number, to: number, start: number, end: number): Cosine =>
  checkSchedule("cosine", { kind: "cosine", from, to, start, end }) as Cosine;

/**
 * Each schedule from its step on, all on the run's own step count: `sequence([0, warmup(0.01, 200)], [200, 0.01])`.
 * @param parts in ascending steps, the first at step 0; none of them a sequence
 * @throws ConfigError for what makes no schedule
 */
export const sequence = (...parts: [step: number, schedule: ScheduleInput][]): Schedule =>
  checkSchedule("sequence", { kind: "sequence", parts } as ScheduleInput);

/**
 * `first` before step `at`, `second` from it on, each on the run's own step count: numbers and piecewise-linear schedules
 * as one that is piecewise-linear, with cosines or sequences among them a sequence.
 * @throws ConfigError for what is no schedule, and for a sequence at a step that is no whole number
 */
export function join(
  first: number | PiecewiseLinear,
  second: number | PiecewiseLinear,
  at: number,
): PiecewiseLinear;
export function join(first: ScheduleInput, second: ScheduleInput, at: number): Schedule;
export function join(first: ScheduleInput, second: ScheduleInput, at: number): Schedule {
  const [before, after] = [checkSchedule("join", first), checkSchedule("join", second)];
  if (!isLinear(before) || !isLinear(after))
    return checkSchedule("join", {
      kind: "sequence",
      parts: [...partsOf(before).filter(([step]) => step < at), ...partsFrom(after, at)],
    } as Schedule);
  const points = (schedule: number | PiecewiseLinear, keep: (step: number) => boolean): Point[] =>
    typeof schedule === "number" ? [] : schedule.points.filter(([step]) => keep(step));
  return piecewiseLinear("join", [
    ...points(before, (step) => step < at),
    [at, limitBefore(before, at)],
    [at, learningRateAt(after, at)],
    ...points(after, (step) => step > at),
  ]);
}

/**
 * A run's schedule that is another one from step `at` of the run on. Before it the rates keep their bits, which those of
 * `join`, cut anew, need not; where the two are the same from there on, it is the one before.
 * @internal
 */
export function changedAt(before: Schedule, given: ScheduleInput, at: number): Schedule {
  const after = checkSchedule("learningRate", given);
  const parts = partsFrom(after, at);
  if (JSON.stringify(parts) === JSON.stringify(partsFrom(before, at))) return before;
  if (at === 0) return after;
  const all = partsOf(before).filter(([step]) => step < at);
  // back to what held before a change at this very step: as if there had been none
  if (JSON.stringify(all.at(-1)?.[1]) === JSON.stringify(parts[0][1])) parts.shift();
  all.push(...parts);
  return all.length > 1 ? ({ kind: "sequence", parts: all } as Schedule) : all[0][1];
}

const isLinear = (schedule: Schedule): schedule is number | PiecewiseLinear =>
  typeof schedule === "number" || schedule.kind === "piecewise-linear";

/** Any schedule as the parts of a sequence. */
const partsOf = (schedule: Schedule): [step: number, schedule: Schedule][] =>
  typeof schedule !== "number" && schedule.kind === "sequence" ? schedule.parts : [[0, schedule]];

/** The same from a step on: the last part that begins at or before it holds there. */
function partsFrom(schedule: Schedule, at: number): [step: number, schedule: Schedule][] {
  const parts = partsOf(schedule);
  const [, holding] = parts.findLast(([step]) => step <= at) ?? parts[0];
  return [[at, holding], ...parts.filter(([step]) => step > at)];
}

/** The value a schedule comes to at `at` from the left, where a jump at `at` has not happened yet. */
function limitBefore(schedule: number | PiecewiseLinear, at: number): number {
  if (typeof schedule === "number") return schedule;
  const index = schedule.points.findIndex(([step]) => step >= at);
  if (index < 0 || schedule.points[index][0] > at) return learningRateAt(schedule, at);
  return schedule.points[index][1];
}
