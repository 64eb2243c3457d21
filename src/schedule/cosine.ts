/** Half a cosine: to + (from − to)·(1 + cos π·progress)/2, constant before its start and after its end. */
import * as v from "valibot";
import { cosPi } from "../math/elementary.js";
import { MOST_STEPS, nonNegative, wholeNumber } from "../schema.js";
import type { ScheduleKind } from "./kind.js";

export interface Cosine {
  kind: "cosine";
  from: number;
  /** Default 0. */
  to: number;
  /** Step at which the rate begins to change. Default 0. */
  start: number;
  /** Step at which it is `to`; one that is not behind `start` makes a jump at `end`. */
  end: number;
}

export interface CosineInput {
  kind: "cosine";
  from: number;
  to?: number | undefined;
  start?: number | undefined;
  end: number;
}

export const cosine: ScheduleKind<CosineInput, Cosine> = {
  kind: "cosine",
  form: '{ kind: "cosine", from, to, start, end }',
  schema: () =>
    v.strictObject({
      kind: v.literal("cosine"),
      from: nonNegative(),
      to: v.optional(nonNegative(), 0),
      start: v.optional(wholeNumber(0, MOST_STEPS), 0),
      end: wholeNumber(1, MOST_STEPS),
    }),
  rateAt({ from, to, start, end }, step) {
    const progress =
      end > start ? Math.min(1, Math.max(0, (step - start) / (end - start))) : step < end ? 0 : 1;
    return to + (from - to) * 0.5 * (1 + cosPi(progress));
  },
};
