/** Learning rate schedules are data: stored, hashed and sent with a config; evaluated with + − × ÷ alone. */
import { ConfigError, show } from "../configError.js";
import { cosPi } from "../math/elementary.js";
import { checkSchedule, type Schedule } from "./schema.js";

/** A schedule as its corner points: `[step, value]`, linear between them, constant beyond the ends. */
export interface PiecewiseLinear {
  kind: "piecewise-linear";
  points: [number, number][];
}

/** The learning rate of the update from step `step` to `step + 1`. */
export function learningRateAt(schedule: Schedule, step: number): number {
  if (typeof schedule === "number") return schedule;
  if (typeof schedule !== "object" || schedule === null)
    throw new ConfigError(`schedule: expected a number or a schedule, got ${show(schedule)}`);
  if (schedule.kind === "cosine") {
    const { from, to, start, end } = schedule;
    const progress =
      end > start ? Math.min(1, Math.max(0, (step - start) / (end - start))) : step < end ? 0 : 1;
    return to + (from - to) * 0.5 * (1 + cosPi(progress));
  }
  const { points } = schedule;
  // the last point at or before the step: of two at one step the later holds
  let i = points.length - 1;
  while (i >= 0 && points[i][0] > step) i--;
  if (i < 0) return points[0][1];
  if (i === points.length - 1) return points[i][1];
  const [x0, y0] = points[i];
  const [x1, y1] = points[i + 1];
  return y0 + ((y1 - y0) * (step - x0)) / (x1 - x0);
}

/** Rates of `count` updates from `step` on. */
export function learningRates(schedule: Schedule, step: number, count: number): Float64Array {
  const rates = new Float64Array(count);
  // a function called for each would take a twentieth of the smallest runs
  if (typeof schedule === "number") return rates.fill(schedule);
  for (let i = 0; i < count; i++) rates[i] = learningRateAt(schedule, step + i);
  return rates;
}

/** @throws ConfigError that names the constructor, for points that make no schedule */
const piecewiseLinear = (name: string, points: [number, number][]): PiecewiseLinear =>
  checkSchedule(name, { kind: "piecewise-linear", points });

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
 * `first` before step `at`, `second` from it on, each on the run's own step count. Cosines cannot be joined.
 * @throws ConfigError for a cosine, or for what is no schedule
 */
export function join(first: Schedule, second: Schedule, at: number): PiecewiseLinear {
  checkSchedule("join", first);
  checkSchedule("join", second);
  const points = (schedule: Schedule, keep: (step: number) => boolean): [number, number][] => {
    if (typeof schedule === "number") return [];
    if (schedule.kind !== "piecewise-linear")
      throw new ConfigError(`join: expected numbers or piecewise-linear schedules, got ${schedule.kind}`);
    return schedule.points.filter(([step]) => keep(step)).map(([step, value]) => [step, value]);
  };
  return piecewiseLinear("join", [
    ...points(first, (step) => step < at),
    [at, limitBefore(first, at)],
    [at, learningRateAt(second, at)],
    ...points(second, (step) => step > at),
  ]);
}

/** The value a schedule comes to at `at` from the left, where a jump at `at` has not happened yet. */
function limitBefore(schedule: Schedule, at: number): number {
  if (typeof schedule === "number" || schedule.kind === "cosine") return learningRateAt(schedule, at);
  const index = schedule.points.findIndex(([step]) => step >= at);
  if (index < 0 || schedule.points[index][0] > at) return learningRateAt(schedule, at);
  return schedule.points[index][1];
}
