/**
 * How values over seeds become a verdict. Every rule tests two things: that the statement is true, and that it is not.
 * It holds, or fails, where the seeds are unlikely under the opposite; else they tell too little, and it is inconclusive.
 */
import { type Measured, mean, measured, standardDeviation, standardError } from "./statistics.js";
import { beyond, upperTail } from "./studentT.js";

export type Verdict = "holds" | "fails" | "inconclusive";

export type RuleName = "near" | "exact" | "order" | "below" | "above" | "equivalent";

/** Of one statement by itself: the probability of a verdict that is wrong. */
export const LEVEL = 0.05;

/** A deviation that `noticed` gives would be found in this share of repetitions. */
export const POWER = 0.8;

/** What every claim says, whatever rule judges it. */
export interface Statement {
  experiment: string;
  /** The claim that it is evidence of, in its source's words as far as they are known. */
  claim: string;
  /** What was measured: "excess loss at step 3000, tied". */
  quantity: string;
  /** Whose statement it is: "post", a paper by its name and year, "ours". */
  whose: string;
  /** Why it may come out otherwise than it says, where that is known. */
  why?: string | undefined;
  /** What shows it: a panel of a figure of its experiment. The first of the first when left out. */
  picture?: { figure: string; panel?: number } | undefined;
}

/** A statement after its runs. */
export interface Claim extends Statement {
  /** The number that the experiment's source states, the post's or another's; null when it gives none. */
  post: number | null;
  measured: Measured;
  verdict: Verdict;
  kind: RuleName;
  /** What it asks for: "36 ± 6", "above 0". */
  asks: string;
  /** The rule that gave the verdict, in one line. */
  rule: string;
  /** What would have falsified it, in one line. */
  falsifiedBy: string;
  /** Probability of values that speak as clearly, or more, were it not so: for "holds" and for "fails". */
  p: { holds: number; fails: number };
  /** The smallest deviation that would have been found, in four of five repetitions; null where nothing can be told. */
  noticed: number | null;
}

interface Test {
  kind: RuleName;
  stated?: number | null;
  values: readonly number[];
  p: { holds: number; fails: number };
  noticed: number | null;
  asks: string;
  rule: string;
  falsifiedBy: string;
}

const short = (x: number): string => String(Number(x.toPrecision(6)));

function judged(statement: Statement, { stated = null, values, p, noticed, ...told }: Test): Claim {
  const isSound = values.every(Number.isFinite);
  const verdict = p.fails <= LEVEL ? "fails" : p.holds <= LEVEL ? "holds" : "inconclusive";
  return {
    ...statement,
    post: stated,
    measured: measured(values),
    verdict: isSound ? verdict : "inconclusive",
    ...told,
    p: isSound ? p : { holds: 1, fails: 1 },
    noticed: isSound ? noticed : null,
  };
}

/** The probability that chance puts a mean this far, or farther, beyond what is asked. */
function tail(distance: number, error: number, seeds: number): number {
  if (seeds < 2) return 1;
  if (error === 0) return distance > 0 ? 0 : distance < 0 ? 1 : 0.5;
  return upperTail(distance / error, seeds - 1);
}

/** How far off a mean must truly be to be found, at a one-sided level, in four of five repetitions. */
const findable = (error: number, seeds: number, level = LEVEL): number | null =>
  seeds < 2 ? null : (beyond(level, seeds - 1) + beyond(1 - POWER, seeds - 1)) * error;

/**
 * A stated number against ours. Whoever states it (`by`: "post") is one more seed, read with an error (`tolerance`).
 * @param matters the smallest deviation that would make the statement false: above `tolerance`
 */
export function judgeNumber(
  statement: Statement,
  stated: number,
  { tolerance, matters }: { tolerance: number; matters: number },
  values: readonly number[],
  by = "post",
): Claim {
  const n = values.length;
  const deviation = Math.abs(mean(values) - stated);
  const error = standardDeviation(values) * Math.sqrt(1 + 1 / n);
  const found = findable(error, n, LEVEL / 2);
  const [read, most] = [Number(tolerance.toPrecision(2)), short(matters)];
  return judged(statement, {
    kind: "near",
    stated,
    values,
    p: {
      holds: tail(matters - tolerance - deviation, error, n),
      fails: Math.min(1, 2 * tail(deviation - tolerance, error, n)),
    },
    noticed: found === null ? null : found + tolerance,
    asks: `${short(stated - matters)} to ${short(stated + matters)}`,
    rule:
      `fails if the ${by}, as one more seed read to ±${read}, lies outside the 95 % prediction interval; else holds if a ` +
      `deviation of ${most}, the least that matters, is excluded at 5 %; inconclusive with one seed`,
    falsifiedBy: `a mean further from ${short(stated)} than a further seed would be`,
  });
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
  return judged(statement, {
    kind: "exact",
    stated,
    values,
    p: near ? { holds: 0, fails: 1 } : { holds: 1, fails: 0 },
    noticed: tolerance,
    asks: `${short(stated - tolerance)} to ${short(stated + tolerance)}`,
    rule: `exact, the same for every seed: holds if |value − ${by}| ≤ ${tolerance}, the ${by}'s rounding`,
    falsifiedBy: `a value further than ${tolerance} from ${stated}`,
  });
}

/** "smaller is below larger", judged on the differences within each seed; `measured` is larger − smaller. */
export function judgeOrder(
  statement: Statement,
  smaller: readonly number[],
  larger: readonly number[],
  stated: number | null = null,
): Claim {
  const differences = larger.map((x, i) => x - smaller[i]);
  const n = differences.length;
  const error = standardError(differences);
  const centre = mean(differences);
  return judged(statement, {
    kind: "order",
    stated,
    values: differences,
    p: { holds: tail(centre, error, n), fails: tail(-centre, error, n) },
    noticed: findable(error, n),
    asks: "above 0",
    rule: "holds if the mean difference, paired over seeds, exceeds t₀.₉₅ standard errors, fails if it does so with the other sign; inconclusive with one seed",
    falsifiedBy: "a difference of the other sign that exceeds the seeds' spread",
  });
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
  const error = standardError(values);
  const room = (bound - mean(values)) * (side === "below" ? 1 : -1);
  return judged(statement, {
    kind: side,
    values,
    p: { holds: tail(room, error, n), fails: tail(-room, error, n) },
    noticed: findable(error, n),
    asks: `${side} ${short(bound)} (${origin})`,
    rule: `holds if the one-sided 95 % bound of the mean is ${side} ${bound} (${origin}), fails if it is ${other} on the other side; inconclusive with one seed`,
    falsifiedBy: `a mean ${other} ${bound} by more than the seeds' spread`,
  });
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
  const error = standardError(values);
  const room = margin - Math.abs(mean(values));
  return judged(statement, {
    kind: "equivalent",
    values,
    p: { holds: tail(room, error, n), fails: tail(-room, error, n) },
    noticed: findable(error, n),
    asks: `within ±${short(margin)} (${origin})`,
    rule: `equivalence: holds if the 90 % interval of the mean lies within ±${margin} (${origin}; two one-sided tests at 5 %), fails if all of it lies outside; inconclusive with one seed`,
    falsifiedBy: `an interval wholly beyond ±${margin}`,
  });
}
