/** Schedules one after another: each holds from its step on, until the next one's. */
import * as v from "valibot";
import { expected, MOST_STEPS, wholeNumber } from "../schema.js";
import type { ScheduleKind } from "./kind.js";
import { lastAt } from "./lastAt.js";

export interface Sequence<Part> {
  kind: "sequence";
  /** `[step, schedule]` in ascending steps from 0 on; every schedule counts the steps of the run, not its own. */
  parts: [step: number, schedule: Part][];
}

/**
 * Sequences of what `part` takes. A sequence is no part of another: its own parts are.
 * @param rateAt the rate of a part
 * @internal
 */
export const sequenceOf = <Input, Part>(
  part: () => v.GenericSchema<Input, Part>,
  rateAt: (schedule: Part, step: number) => number,
): ScheduleKind<Sequence<Input>, Sequence<Part>> => ({
  kind: "sequence",
  form: '{ kind: "sequence", parts: [[step, schedule], ...] }',
  schema: () =>
    v.strictObject({
      kind: v.literal("sequence"),
      parts: v.pipe(
        v.array(
          v.tuple([wholeNumber(0, MOST_STEPS), part()], expected("a [step, schedule] pair")),
          expected("a list of [step, schedule] pairs"),
        ),
        v.check((parts) => parts[0]?.[0] === 0, "expected a first part at step 0"),
        v.check(
          (parts) => parts.every(([step], i) => i === 0 || parts[i - 1][0] < step),
          "expected steps that ascend, no two alike",
        ),
      ),
    }),
  rateAt({ parts }, step) {
    return rateAt(parts[Math.max(0, lastAt(parts, step))][1], step);
  },
});
