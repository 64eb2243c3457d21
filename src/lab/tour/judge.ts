/** How values over seeds become a verdict, and a number in words. */

export type Verdict = "holds" | "fails" | "open";

/** A statement that is judged. */
export interface Finding {
  claim: string;
  /** Whose statement it is. */
  whose: "post" | "ours";
  /** What was measured. */
  quantity: string;
  /** Mean and half of its 95 % interval, in words. */
  measured: string;
  verdict: Verdict;
  /** Where the mean must lie for it to hold: "above 0". */
  needed: string;
}

/** How all of them are judged. */
export const rule =
  "A statement holds where the whole 95 % interval of the mean lies where it is needed, fails where the whole interval lies elsewhere, and stays open where the interval does both or there is a single seed.";

/** The 97.5 % quantile of Student's t for 1 to 9 degrees of freedom: 2 to 10 seeds. */
export const quantiles = [12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216];

export interface OverSeeds {
  mean: number;
  /** Of the values, n − 1 in its denominator; 0 of a single one. */
  standardDeviation: number;
  /** Half of the 95 % interval of the mean, by Student's t; infinite for a single seed, of which none is known. */
  half: number;
  seeds: number;
}

/** @param values one a seed, at most 10 */
export function overSeeds(values: readonly number[]): OverSeeds {
  const seeds = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / seeds;
  if (seeds < 2) return { mean, standardDeviation: 0, half: Infinity, seeds };
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const standardDeviation = Math.sqrt(squares / (seeds - 1));
  return {
    mean,
    standardDeviation,
    half: (quantiles[seeds - 2] * standardDeviation) / Math.sqrt(seeds),
    seeds,
  };
}

const minus = (text: string): string => text.replace("-", "−");

/** To the digit that its uncertainty begins with; to three digits where there is none. */
export function rounded(x: number, half?: number): string {
  if (!Number.isFinite(x)) return "no number";
  if (half === undefined || !Number.isFinite(half) || half <= 0)
    return minus(String(Number(x.toPrecision(3))));
  const decimals = Math.min(8, Math.max(0, -Math.floor(Math.log10(half))));
  return minus(x.toFixed(decimals));
}

/** "1.9938 ± 0.0002 nats": a mean over seeds with half of its 95 % interval. */
export function inWords(values: readonly number[], unit = ""): string {
  const { mean, half } = overSeeds(values);
  const spread = Number.isFinite(half) && half > 0 ? ` ± ${rounded(half, half)}` : "";
  return `${rounded(mean, half)}${spread}${unit && ` ${unit}`}`;
}

type Statement = Pick<Finding, "claim" | "whose" | "quantity"> & { values: readonly number[]; unit?: string };

/** Where its interval lies, one side of a bound or the other, gives the verdict. */
function judged(
  { values, unit, ...statement }: Statement,
  verdictOf: (low: number, high: number) => Verdict,
) {
  const { mean, half } = overSeeds(values);
  const known = values.length > 1 && values.every(Number.isFinite);
  return {
    ...statement,
    measured: `${inWords(values, unit)} (${values.length} ${values.length === 1 ? "seed" : "seeds"})`,
    verdict: known ? verdictOf(mean - half, mean + half) : ("open" as const),
  };
}

const bounded = (bound: number, unit = ""): string =>
  bound === 0 ? "0" : `${rounded(bound)}${unit && ` ${bound === 1 && unit === "nats" ? "nat" : unit}`}`;

export const above = (statement: Statement, bound = 0): Finding => ({
  ...judged(statement, (low, high) => (low > bound ? "holds" : high < bound ? "fails" : "open")),
  needed: `above ${bounded(bound, statement.unit)}`,
});

export const below = (statement: Statement, bound: number): Finding => ({
  ...judged(statement, (low, high) => (high < bound ? "holds" : low > bound ? "fails" : "open")),
  needed: `below ${bounded(bound, statement.unit)}`,
});

/** That it is 0, up to a margin. */
export const within = (statement: Statement, margin: number): Finding => ({
  ...judged(statement, (low, high) =>
    low > -margin && high < margin ? "holds" : low > margin || high < -margin ? "fails" : "open",
  ),
  needed: `within ±${bounded(margin, statement.unit)}`,
});
