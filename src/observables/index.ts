/** The observables there are: to add one, a file and a line here. */
import { after, type Now } from "../backend/backend.js";
import type { RunConfig } from "../config.js";
import { decomposition } from "./decomposition.js";
import { excessLoss } from "./excessLoss.js";
import { gradientNorm } from "./gradientNorm.js";
import { heldOutLoss } from "./heldOutLoss.js";
import type { Moment, Observable } from "./observable.js";
import { spectrum } from "./spectrum.js";

/** In every record: null where a run does not measure them. */
export const common = [excessLoss, spectrum] as const;
/** In the records of runs that they apply to, and only there. */
export const particular = [decomposition, gradientNorm, heldOutLoss] as const;

type ColumnOf<List extends readonly Observable<string>[]> = List[number]["columns"][number];
export type CommonColumn = ColumnOf<typeof common>;
export type ParticularColumn = ColumnOf<typeof particular>;

/** The observables that the records of these runs have, in the order of their columns. */
export const observablesOf = (config: RunConfig): Observable<CommonColumn | ParticularColumn>[] =>
  [
    ...common,
    ...particular.filter((observable) => observable.applies(config)),
  ] as Observable<string>[] as never;

/** Measures all of them now; null for what this run does not measure. */
export function measureAll(
  moment: Moment,
): Now<Record<CommonColumn, number | null> & Partial<Record<ParticularColumn, number | null>>> {
  const measured = {} as Record<CommonColumn, number | null>;
  const rest = observablesOf(moment.config);
  const next = (): Now<typeof measured> => {
    const observable = rest.shift();
    if (!observable) return measured;
    if (!observable.applies(moment.config)) {
      for (const column of observable.columns) measured[column as CommonColumn] = null;
      return next();
    }
    return after(observable.measure(moment), (values) => {
      Object.assign(measured, values);
      return next();
    });
  };
  return next();
}
