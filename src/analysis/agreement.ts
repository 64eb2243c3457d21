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
  /** Half a unit of the last digit printed, where it exceeds the spread: it is the same for all seeds. */
  rounding?: number;
  value: Quantity;
  /** What it means that finished runs of this condition have no value: "not reached in 400 steps". */
  without?: { label: string; text: string };
  /** Why the two may differ, where they do. */
  why?: string | undefined;
}

/** The same with what explains those that differ, by their quantities. */
export const explained = (
  comparisons: readonly Comparison[],
  reasons: Readonly<Record<string, string>>,
): Comparison[] => comparisons.map((one) => ({ ...one, why: reasons[one.quantity] ?? one.why }));

export interface Agreement extends Pick<Comparison, "quantity" | "by" | "why"> {
  theirs: Measured;
  /** Or what it means that there is none. */
  ours: Measured | string;
  /** (ours − theirs) over the standard error of that difference; null where ours has no spread. */
  standardErrors: number | null;
}

/** Beyond so many standard errors two programs are said to differ. */
export const MOST_STANDARD_ERRORS = 3;

export const agrees = ({ standardErrors }: Agreement): boolean =>
  standardErrors !== null && Math.abs(standardErrors) <= MOST_STANDARD_ERRORS;

/** Whether it can be said that they agree or differ: with one seed of ours it cannot. */
export const isComparable = ({ ours, standardErrors }: Agreement): boolean =>
  typeof ours === "string" || standardErrors !== null;

const squaredError = ({ standardDeviation, seeds }: Measured): number => standardDeviation ** 2 / seeds;

/** Those of which there are runs, in their order. */
export const agreements = (comparisons: readonly Comparison[], runs: Runs): Agreement[] =>
  comparisons.flatMap(
    ({ mean, standardDeviation, seeds, rounding = 0, value, without, ...named }): Agreement[] => {
      const theirs = { mean, standardDeviation, seeds };
      const values = valuesOf(value, runs);
      if (values.length === 0)
        return without && runs.get(without.label)?.length
          ? [{ ...named, theirs, ours: without.text, standardErrors: null }]
          : [];
      const ours = measured(values);
      // rounding is uniform over a unit
      const error = Math.sqrt(squaredError(ours) + squaredError(theirs) + rounding ** 2 / 3);
      const comparable = values.length > 1 && error > 0;
      return [{ ...named, theirs, ours, standardErrors: comparable ? (ours.mean - mean) / error : null }];
    },
  );
