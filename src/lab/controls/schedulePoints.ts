/** Corner points of a schedule as they are moved about. */
import { learningRateAt, type ScheduleInput } from "../../index.js";

export type Point = [step: number, rate: number];

/** The corners of a schedule; of one that is not made of corners, some of its values. */
export function pointsOf(schedule: ScheduleInput, steps: number): Point[] {
  if (typeof schedule === "number") return [[0, schedule]];
  if (schedule.kind === "piecewise-linear") return schedule.points.map(([step, rate]) => [step, rate]);
  const count = 8;
  return Array.from({ length: count + 1 }, (_, i) => {
    const step = Math.round((i / count) * steps);
    return [
      step,
      Number(learningRateAt(schedule as Parameters<typeof learningRateAt>[0], step).toPrecision(3)),
    ];
  });
}

/** The points with one of them moved, which stays between its neighbours. */
export function atPoint(points: readonly Point[], i: number, [step, rate]: Point, steps: number): Point[] {
  const from = points[i - 1]?.[0] ?? 0;
  const to = points[i + 1]?.[0] ?? Math.max(steps, from);
  const next = [...points] as Point[];
  next[i] = [Math.max(from, Math.min(to, Math.round(step))), Math.max(0, Number(rate.toPrecision(4)))];
  return next;
}

/** The points without one of them; the last stays. */
export const removed = (points: readonly Point[], i: number): Point[] =>
  points.length < 2 ? [...points] : points.filter((_, k) => k !== i);

/** The point within reach, or a new one where none is. */
export function closestPoint(
  points: readonly Point[],
  at: Point,
  steps: number,
  most: number,
): { next: Point[]; index: number; isNew: boolean } {
  const distance = ([step, rate]: Point) => Math.hypot((step - at[0]) / steps, (rate - at[1]) / most / 2);
  const index = points.reduce((best, point, i) => (distance(point) < distance(points[best]) ? i : best), 0);
  if (distance(points[index]) < 0.05) return { next: [...points], index, isNew: false };
  const place = points.findIndex(([step]) => step > at[0]);
  const made = place < 0 ? points.length : place;
  return { next: [...points.slice(0, made), at, ...points.slice(made)], index: made, isNew: true };
}
