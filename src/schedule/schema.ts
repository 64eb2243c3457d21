/** What a learning rate schedule may be. */
import * as v from "valibot";
import { ConfigError } from "../configError.js";
import { expected, MOST_STEPS, nonNegative, wholeNumber } from "../schema.js";

/**
 * Learning rate over steps; the update from step k to k + 1 uses the value at k. A number; or corner points [step, value],
 * linear between them and constant beyond the ends, two points at one step being a jump whose later value holds from that
 * step on; or half a cosine from `from` at step `start` to `to` at step `end`.
 */
export type Schedule =
  | number
  | { kind: "piecewise-linear"; points: [number, number][] }
  | { kind: "cosine"; from: number; to: number; start: number; end: number };
export type ScheduleInput =
  | number
  | { kind: "piecewise-linear"; points: [number, number][] }
  | { kind: "cosine"; from: number; to?: number | undefined; start?: number | undefined; end: number };

const point = v.tuple([nonNegative, nonNegative], expected("a [step, value] pair"));

export const scheduleSchema: v.GenericSchema<ScheduleInput, Schedule> = v.union(
  [
    nonNegative,
    v.strictObject({
      kind: v.literal("piecewise-linear"),
      points: v.pipe(
        v.array(point, expected("a list of [step, value] pairs")),
        v.minLength(1, "expected at least one [step, value] pair, got none"),
        v.check(
          (points) => points.every((p, i) => i === 0 || points[i - 1][0] <= p[0]),
          "expected steps in ascending order",
        ),
      ),
    }),
    v.strictObject({
      kind: v.literal("cosine"),
      from: nonNegative,
      to: v.optional(nonNegative, 0),
      start: v.optional(wholeNumber(0, MOST_STEPS), 0),
      end: wholeNumber(1, MOST_STEPS),
    }),
  ],
  expected(
    'a number of at least 0, { kind: "piecewise-linear", points: [[step, value], ...] } or { kind: "cosine", from, to, start, end }',
  ),
);

/**
 * A schedule that is one.
 * @throws ConfigError that begins with `name`
 */
export function checkSchedule<S extends ScheduleInput>(name: string, value: S): S {
  const result = v.safeParse(scheduleSchema, value, { abortEarly: true });
  if (!result.success) throw new ConfigError(`${name}: ${result.issues[0].message}`);
  return value;
}
