/** A list of probabilities, one a token, that sum to 1; zeros are allowed. */
import * as v from "valibot";
import { expected, nonNegative } from "../schema.js";

export interface Given {
  kind: "given";
  /** Length V. */
  probabilities: number[];
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0);

export const givenSchema = v.strictObject({
  kind: v.literal("given"),
  probabilities: v.pipe(
    v.array(nonNegative, expected("a list of probabilities")),
    v.check(
      (p) => Math.abs(sumOf(p) - 1) <= 1e-6,
      (issue) =>
        `expected probabilities that sum to 1 within 1e-6, got a sum of ${sumOf(issue.input as number[])}`,
    ),
  ),
});

/** The list divided by its sum. */
export function givenProbabilities({ probabilities }: Given): Float64Array {
  const total = sumOf(probabilities);
  return Float64Array.from(probabilities, (p) => p / total);
}
