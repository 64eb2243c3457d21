/** How values over seeds become a verdict: a few rules, each told in one line beside the claim it judged. */
import {
  type Measured,
  mean,
  measured,
  oneSidedT,
  standardDeviation,
  standardError,
  twoSidedT,
} from "./statistics.js";

export type Verdict = "holds" | "fails" | "inconclusive";

/** What every claim says, whatever rule judges it. */
export interface Statement {
  experiment: string;
  /** The statement, in its source's words as far as they are known. */
  claim: string;
  /** What was measured: "excess loss at step 3000, tied". */
  quantity: string;
  /** Whose statement it is: "post", a paper by its name and year, "ours". */
  whose: string;
}

export interface Claim extends Statement {
  /** The number that the experiment's source states, the post's or another's; null when it gives none. */
  post: number | null;
  measured: Measured;
  verdict: Verdict;
  /** The rule that gave the verdict, in one line. */
  rule: string;
  /** What would have falsified it, in one line. */
  falsifiedBy: string;
}

const judged = (
  statement: Statement,
  stated: number | null,
  values: readonly number[],
  verdict: Verdict,
  rule: string,
  falsifiedBy: string,
): Claim => ({
  ...statement,
  post: stated,
  measured: measured(values),
  verdict: values.every(Number.isFinite) ? verdict : "inconclusive",
  rule,
  falsifiedBy,
});

/**
 * A stated number against ours. Whoever states it (`by`: "post") is one more seed, read with an error: the number should lie
 * in the 95 % prediction interval of a further seed, widened by that error.
 */
export function judgeNumber(
  statement: Statement,
  stated: number,
  tolerance: number,
  values: readonly number[],
  by = "post",
): Claim {
  const n = values.length;
  const rule =
    `holds if |mean − ${by}| ≤ t₀.₉₇₅·sd·√(1 + 1/n) + ` +
    `${Number(tolerance.toPrecision(2))} (the ${by}'s own error), the ${by} being one more seed; else fails; inconclusive below 3 seeds`;
  const falsifiedBy = `a mean further from ${Number(stated.toPrecision(6))} than a further seed would be`;
  if (n < 3) return judged(statement, stated, values, "inconclusive", rule, falsifiedBy);
  const reach = twoSidedT(n - 1) * standardDeviation(values) * Math.sqrt(1 + 1 / n) + tolerance;
  return judged(
    statement,
    stated,
    values,
    Math.abs(mean(values) - stated) <= reach ? "holds" : "fails",
    rule,
    falsifiedBy,
  );
}

/** A number that no seed changes against the rounded one that is stated. */
export function judgeExact(
  statement: Statement,
  stated: number,
  tolerance: number,
  values: readonly number[],
  by = "post",
): Claim {
  const near = Math.abs(mean(values) - stated) <= tolerance * (1 + 1e-9);
  const rule = `exact, the same for every seed: holds if |value − ${by}| ≤ ${tolerance}, the ${by}'s rounding`;
  const falsifiedBy = `a value further than ${tolerance} from ${stated}`;
  return judged(statement, stated, values, near ? "holds" : "fails", rule, falsifiedBy);
}

/** "smaller is below larger", judged on the differences within each seed; `measured` is larger − smaller. */
export function judgeOrder(
  statement: Statement,
  smaller: readonly number[],
  larger: readonly number[],
  stated: number | null = null,
): Claim {
  const differences = larger.map((x, i) => x - smaller[i]);
  const centre = mean(differences);
  const falsifiedBy = "a difference of the other sign that exceeds the seeds' spread";
  if (differences.length === 1) {
    const clear = Math.abs(centre) > 0.1 * Math.max(Math.abs(larger[0]), Math.abs(smaller[0]));
    const verdict = clear ? (centre > 0 ? "holds" : "fails") : "inconclusive";
    const rule = "one seed: by the sign of the difference if it is above 10 % of the larger value";
    return judged(statement, stated, differences, verdict, rule, falsifiedBy);
  }
  const margin = oneSidedT(differences.length - 1) * standardError(differences);
  const verdict = centre > margin ? "holds" : centre < -margin ? "fails" : "inconclusive";
  const rule =
    "holds if the mean difference over seeds exceeds t₀.₉₅ standard errors, fails if it does so with the other sign";
  return judged(statement, stated, differences, verdict, rule, falsifiedBy);
}

/** "stays below a bound", the bound and where it comes from being part of the rule. */
export const judgeBelow = (statement: Statement, bound: number, origin: string, values: readonly number[]) =>
  judgeBound(statement, "below", bound, origin, values);

/** "exceeds a bound". */
export const judgeAbove = (statement: Statement, bound: number, origin: string, values: readonly number[]) =>
  judgeBound(statement, "above", bound, origin, values);

function judgeBound(
  statement: Statement,
  side: "below" | "above",
  bound: number,
  origin: string,
  values: readonly number[],
): Claim {
  const n = values.length;
  const other = side === "below" ? "above" : "below";
  const rule = `holds if the one-sided 95 % bound of the mean is ${side} ${bound} (${origin}), fails if it is ${other} on the other side; inconclusive with one seed`;
  const falsifiedBy = `a mean ${other} ${bound} by more than the seeds' spread`;
  if (n < 2) return judged(statement, null, values, "inconclusive", rule, falsifiedBy);
  const margin = oneSidedT(n - 1) * standardError(values);
  const centre = mean(values);
  const isBelow = centre + margin < bound;
  const isAbove = centre - margin > bound;
  const [holds, fails] = side === "below" ? [isBelow, isAbove] : [isAbove, isBelow];
  const verdict = holds ? "holds" : fails ? "fails" : "inconclusive";
  return judged(statement, null, values, verdict, rule, falsifiedBy);
}

/**
 * "is 0, as far as it matters": two one-sided tests at 5 % against a margin (Schuirmann 1987), which is that the 90 %
 * interval of the mean lies within it. That a difference is not significant proves nothing; this does.
 * @param margin the largest difference that does not matter; `origin` says why
 */
export function judgeEquivalent(
  statement: Statement,
  margin: number,
  origin: string,
  values: readonly number[],
): Claim {
  const n = values.length;
  const rule = `equivalence: holds if the 90 % interval of the mean lies within ±${margin} (${origin}; two one-sided tests at 5 %), fails if all of it lies outside; inconclusive with one seed`;
  const falsifiedBy = `an interval wholly beyond ±${margin}`;
  if (n < 2) return judged(statement, null, values, "inconclusive", rule, falsifiedBy);
  const reach = oneSidedT(n - 1) * standardError(values);
  const centre = Math.abs(mean(values));
  const verdict = centre + reach < margin ? "holds" : centre - reach > margin ? "fails" : "inconclusive";
  return judged(statement, null, values, verdict, rule, falsifiedBy);
}
