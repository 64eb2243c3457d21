/** Corner points `[step, value]`: linear between them, constant beyond the ends. */
import * as v from "valibot";
import { expected, nonNegative } from "../schema.js";
import type { ScheduleKind } from "./kind.js";
import { lastAt } from "./lastAt.js";

/** Of two points at one step, a jump, the later value holds from that step on. */
export interface PiecewiseLinear {
  kind: "piecewise-linear";
  points: [step: number, value: number][];
}

export const piecewiseLinear: ScheduleKind<PiecewiseLinear, PiecewiseLinear> = {
  kind: "piecewise-linear",
  form: '{ kind: "piecewise-linear", points: [[step, value], ...] }',
  schema: () =>
    v.strictObject({
      kind: v.literal("piecewise-linear"),
      points: v.pipe(
        v.array(
          v.tuple([nonNegative(), nonNegative()], expected("a [step, value] pair")),
          expected("a list of [step, value] pairs"),
        ),
        v.minLength(1, "expected at least one [step, value] pair, got none"),
        v.check(
          (points) => points.every((p, i) => i === 0 || points[i - 1][0] <= p[0]),
          "expected steps in ascending order",
        ),
      ),
    }),
  rateAt({ points }, step) {
    // the last point at or before the step: of two at one step the later holds
    const i = lastAt(points, step);
    if (i < 0) return points[0][1];
    if (i === points.length - 1) return points[i][1];
    const [x0, y0] = points[i];
    const [x1, y1] = points[i + 1];
    return y0 + ((y1 - y0) * (step - x0)) / (x1 - x0);
  },
};
