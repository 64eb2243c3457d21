/** Our values beside those that another program measured in the same setting: how far apart, in standard errors. */
import { type Quantity, valuesOf } from "./claims.js";
import type { Runs } from "./series.js";
import { type Measured, measured } from "./statistics.js";

/** What another program measured: to agree with within the spread of both, no truth. */
export interface Comparison {
  /** In words: "lag at step 2000, V 300, α 0.5". */
  quantity: string;
  /** The program: "PyTorch 1.13". */
  by: string;
  mean: number;
  /** Over `seeds`. */
  standardDeviation: number;
  seeds: number;
  value: Quantity;
}

export interface Agreement {
  quantity: string;
  by: string;
  theirs: Measured;
  ours: Measured;
  /** (ours − theirs) over the standard error of that difference; null where neither has a spread. */
  standardErrors: number | null;
}

/** Beyond so many standard errors two programs are said to differ. */
export const MOST_STANDARD_ERRORS = 3;

export const agrees = ({ standardErrors }: Agreement): boolean =>
  standardErrors !== null && Math.abs(standardErrors) <= MOST_STANDARD_ERRORS;

/** Those of which some seed has our value, in their order. */
export const agreements = (comparisons: readonly Comparison[], runs: Runs): Agreement[] =>
  comparisons.flatMap(({ quantity, by, value, ...theirs }) => {
    const values = valuesOf(value, runs);
    if (values.length === 0) return [];
    const ours = measured(values);
    const squares = [ours, theirs].map(({ standardDeviation: s, seeds }) => (s * s) / seeds);
    const error = Math.sqrt(squares[0] + squares[1]);
    return [
      { quantity, by, theirs, ours, standardErrors: error > 0 ? (ours.mean - theirs.mean) / error : null },
    ];
  });
