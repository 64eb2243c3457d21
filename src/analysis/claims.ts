/**
 * Claims as data: a statement, what is measured of the runs of one seed, the number that a source states for it, and the
 * rule that judges the values of all seeds.
 */
import type { RunResult } from "../sweep/result.js";
import { type Observable, type Runs, valueAt } from "./series.js";
import {
  type Claim,
  judgeAbove,
  judgeBelow,
  judgeEquivalent,
  judgeExact,
  judgeNumber,
  judgeOrder,
  type Statement,
} from "./verdict.js";

/** The runs of one seed, by condition label. */
export type SeedRuns = ReadonlyMap<string, RunResult>;

/** A number of each seed, and what the source has for it. */
export interface Quantity {
  /** Null where the seed lacks a run or an evaluation that it takes. */
  of(runs: SeedRuns): number | null;
  /** Null when the source has none. */
  stated: number | null;
}

type Judged =
  /** The stated number, one more seed, lies where a further seed would, widened by its own error, and within what matters. */
  | { rule: "near"; value: Quantity; tolerance: number; matters: number }
  /** The same for every seed: within the stated number's rounding. */
  | { rule: "exact"; value: Quantity; tolerance: number }
  /** One is below the other in the same seed. */
  | { rule: "order"; smaller: Quantity; larger: Quantity }
  /** Below, or above, a bound; `origin` says where it comes from. */
  | { rule: "below" | "above"; value: Quantity; bound: number; origin: string }
  /** 0 within a margin; `origin` says why that does not matter. */
  | { rule: "equivalent"; value: Quantity; margin: number; origin: string };

/** `whose` when it is not the experiment's source's: "ours", or a paper by its name and year. */
export type ClaimSpecification = Omit<Statement, "experiment" | "whose"> & { whose?: string } & Judged;

/** A number read off a condition's run. */
export const ofRun = (
  label: string,
  measure: (run: RunResult) => number | null,
  stated: number | null = null,
): Quantity => ({
  of(runs) {
    const run = runs.get(label);
    return run ? measure(run) : null;
  },
  stated,
});

/** An observable of a condition's run at a step. */
export const at = (
  label: string,
  observable: Observable,
  step: number,
  stated: number | null = null,
): Quantity => ofRun(label, (run) => valueAt(run, observable, step), stated);

const combined =
  (operation: (a: number, b: number) => number) =>
  (a: Quantity, b: Quantity): Quantity => ({
    of(runs) {
      const [x, y] = [a.of(runs), b.of(runs)];
      return x === null || y === null ? null : operation(x, y);
    },
    stated: a.stated === null || b.stated === null ? null : operation(a.stated, b.stated),
  });

export const minus = combined((a, b) => a - b);
export const over = combined((a, b) => a / b);

/** The runs seed by seed, in the order of the seeds. */
function bySeed(runs: Runs): SeedRuns[] {
  const seeds = new Map<number, Map<string, RunResult>>();
  for (const [label, own] of runs)
    for (const run of own) {
      const { seed } = run.config;
      const others = seeds.get(seed);
      if (others) others.set(label, run);
      else seeds.set(seed, new Map([[label, run]]));
    }
  return [...seeds].sort(([a], [b]) => a - b).map(([, own]) => own);
}

/** Values of several quantities, paired by seed: a seed that lacks any of them is left out. */
export function pairedValues(quantities: readonly Quantity[], runs: Runs): number[][] {
  const columns: number[][] = quantities.map(() => []);
  for (const own of bySeed(runs)) {
    const row = quantities.map((quantity) => quantity.of(own));
    if (row.every((x): x is number => x !== null)) for (const [i, x] of row.entries()) columns[i].push(x);
  }
  return columns;
}

/** One number a seed that has it. */
export const valuesOf = (quantity: Quantity, runs: Runs): number[] => pairedValues([quantity], runs)[0];

/** A stated number without the noise of subtracting decimals in f64. */
const rounded = (x: number | null): number | null => (x === null ? null : Number(x.toPrecision(12)));

function judge(
  specification: ClaimSpecification,
  experiment: string,
  runs: Runs,
  by: string | undefined,
): Claim | null {
  const { claim, quantity, why, picture, whose = by ?? "ours" } = specification;
  const statement = {
    ...{ experiment, claim, quantity, whose },
    ...(why === undefined ? {} : { why }),
    ...(picture === undefined ? {} : { picture }),
  };
  if (specification.rule === "order") {
    const { smaller, larger } = specification;
    const [low, high] = pairedValues([smaller, larger], runs);
    return low.length > 0 ? judgeOrder(statement, low, high, rounded(minus(larger, smaller).stated)) : null;
  }
  const values = valuesOf(specification.value, runs);
  if (values.length === 0) return null;
  switch (specification.rule) {
    case "below":
      return judgeBelow(statement, specification.bound, specification.origin, values);
    case "above":
      return judgeAbove(statement, specification.bound, specification.origin, values);
    case "equivalent":
      return judgeEquivalent(statement, specification.margin, specification.origin, values);
  }
  const stated = rounded(specification.value.stated);
  if (stated === null) return null;
  return specification.rule === "near"
    ? judgeNumber(statement, stated, specification, values, by)
    : judgeExact(statement, stated, specification.tolerance, values, by);
}

/**
 * The claims with their verdicts. One of which no seed has the numbers is left out, and so is one that compares with a
 * stated number where there is none.
 * @param by what the source is called in rules, and whose its claims are: "post"; left out, they are ours
 */
export const judgeAll = (
  specifications: readonly ClaimSpecification[],
  experiment: string,
  runs: Runs,
  by?: string,
): Claim[] => specifications.flatMap((specification) => judge(specification, experiment, runs, by) ?? []);
