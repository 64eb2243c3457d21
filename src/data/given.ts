/** A list of probabilities, one a token, that sum to 1; zeros are allowed. A long one goes by its digest. */
import * as v from "valibot";
import { ConfigError } from "../configError.js";
import { expected, nonNegative } from "../schema.js";
import { digestSchema } from "./digest.js";

export interface GivenList {
  kind: "given";
  /** Length V. */
  probabilities: number[];
  digest?: undefined;
}

/** The list itself is handed in at run time. */
export interface GivenDigest {
  kind: "given";
  /** SHA-256 of the V values as 64-bit little-endian floats, in hexadecimal (probabilitiesDigest). */
  digest: string;
  probabilities?: undefined;
}

export type Given = GivenList | GivenDigest;

const sumOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
};
const isOne = (sum: number): boolean => Math.abs(sum - 1) <= 1e-6;
const badSum = (sum: number): string =>
  `expected probabilities that sum to 1 within 1e-6, got a sum of ${sum}`;

/** @internal */
export const givenSchema = () =>
  v.pipe(
    v.strictObject({
      kind: v.literal("given"),
      probabilities: v.optional(
        v.pipe(
          v.array(nonNegative(), expected("a list of probabilities")),
          v.check(
            (p) => isOne(sumOf(p)),
            (issue) => badSum(sumOf(issue.input as number[])),
          ),
        ),
      ),
      digest: v.optional(digestSchema()),
    }),
    v.check(
      ({ probabilities, digest }) => (probabilities === undefined) !== (digest === undefined),
      expected("either probabilities or their digest"),
    ),
  );

/** The list divided by its sum. */
export function givenProbabilities(probabilities: ArrayLike<number>): Float64Array {
  const total = sumOf(probabilities);
  return Float64Array.from(probabilities, (p) => p / total);
}

/** @throws ConfigError for a list, handed in at run time, that would be refused in a config */
export function checkProbabilities(probabilities: ArrayLike<number>, vocabSize: number): void {
  if (probabilities.length !== vocabSize)
    throw new ConfigError(
      `probabilities: expected ${vocabSize} values (vocabSize), got ${probabilities.length}`,
    );
  for (let i = 0; i < vocabSize; i++)
    if (!(probabilities[i] >= 0 && probabilities[i] < Infinity))
      throw new ConfigError(`probabilities.${i}: expected a number of at least 0, got ${probabilities[i]}`);
  const sum = sumOf(probabilities);
  if (!isOne(sum)) throw new ConfigError(`probabilities: ${badSum(sum)}`);
}
