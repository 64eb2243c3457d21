/** What a kind of schedule is: a file beside this one and a line in schedule.ts. */
import type * as v from "valibot";

export interface ScheduleKind<Input, Config extends { kind: string }> {
  kind: Config["kind"];
  /** As an error says what it takes. */
  form: string;
  /** @internal */
  schema(): v.GenericSchema<Input, Config>;
  /** The rate of the update from `step` to `step + 1`: by + − × ÷ and cosPi alone, so that it has the same bits everywhere. */
  rateAt(schedule: Config, step: number): number;
}
