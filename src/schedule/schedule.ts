/**
 * Learning rate schedules are data: stored, hashed and sent with a config; evaluated with + − × ÷ alone. The kinds there
 * are: to add one, a file and its lines here.
 */
import * as v from "valibot";
import { ConfigError, show } from "../configError.js";
import { expected, nonNegative, parseBy } from "../schema.js";
import { type Cosine, type CosineInput, cosine } from "./cosine.js";
import type { ScheduleKind } from "./kind.js";
import { type PiecewiseLinear, piecewiseLinear } from "./piecewiseLinear.js";
import { type Sequence, sequenceOf } from "./sequence.js";

export type { PiecewiseLinear } from "./piecewiseLinear.js";

/** What a sequence is made of: a constant rate, or a schedule that is no sequence itself. */
type Part = number | PiecewiseLinear | Cosine;
type PartInput = number | PiecewiseLinear | CosineInput;

/**
 * Learning rate over steps; the update from step k to k + 1 uses the value at k. A number; or corner points [step, value],
 * linear between them and constant beyond the ends, two points at one step being a jump whose later value holds from that
 * step on; or half a cosine from `from` at step `start` to `to` at step `end`; or a sequence of these, each from a step on.
 */
export type Schedule = Part | Sequence<Part>;
export type ScheduleInput = PartInput | Sequence<PartInput>;

type AnyKind = ScheduleKind<{ kind: string }, { kind: string }>;

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;

/** A number or one of the kinds; an error inside a kind names the field there. */
function schemaOf(kinds: AnyKind[]): v.GenericSchema {
  const forms = ["a number of at least 0", ...kinds.map(({ form }) => form)];
  const what = expected(`${forms.slice(0, -1).join(", ")} or ${forms.at(-1)}`);
  // biome-ignore lint/suspicious/noExplicitAny: each schema is typed in its own file
  const kind = v.variant("kind", kinds.map(({ schema }) => schema()) as any, what);
  const any = v.union([nonNegative(), kind], what);
  // of a union all that could be said is that none of its options fits
  return v.lazy((input) => (isObject(input) && !Array.isArray(input) ? kind : any));
}

const parts = [piecewiseLinear, cosine] as unknown as AnyKind[];
const partSchema = () => schemaOf(parts) as v.GenericSchema<PartInput, Part>;

// made when they are first asked for: what is made at once, a bundler cannot drop
let known: AnyKind[] | undefined;
function kinds(): AnyKind[] {
  known ??= [...parts, sequenceOf(partSchema, rateAt) as unknown as AnyKind];
  return known;
}

let made: v.GenericSchema<ScheduleInput, Schedule> | undefined;
/** @internal */
export function scheduleSchema(): v.GenericSchema<ScheduleInput, Schedule> {
  made ??= schemaOf(kinds()) as v.GenericSchema<ScheduleInput, Schedule>;
  return made;
}

function rateAt(schedule: Schedule, step: number): number {
  if (typeof schedule === "number") return schedule;
  const found = kinds().find(({ kind }) => kind === schedule?.kind);
  if (!found) throw new ConfigError(`schedule: expected a number or a schedule, got ${show(schedule)}`);
  return found.rateAt(schedule, step);
}

/** The learning rate of the update from step `step` to `step + 1`. */
export const learningRateAt: (schedule: Schedule, step: number) => number = rateAt;

/** Rates of `count` updates from `step` on. */
export function learningRates(schedule: Schedule, step: number, count: number): Float64Array {
  const rates = new Float64Array(count);
  // a function called for each would take a twentieth of the smallest runs
  if (typeof schedule === "number") return rates.fill(schedule);
  for (let i = 0; i < count; i++) rates[i] = learningRateAt(schedule, step + i);
  return rates;
}

/**
 * A schedule that is one, complete: a copy.
 * @throws ConfigError that begins with `name`
 */
export const checkSchedule = (name: string, value: ScheduleInput): Schedule =>
  parseBy(v.strictObject({ [name]: scheduleSchema() }), { [name]: value }, name)[name];
