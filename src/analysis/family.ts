/** Claims judged by their statements, all claims of a family held to one rate of false alarms. */
import { type Claim, LEVEL, type Verdict } from "./verdict.js";

/** A claim with the statements that are its evidence. */
export interface JudgedClaim<Evidence extends Claim = Claim> {
  claim: string;
  whose: string;
  experiment: string;
  verdict: Verdict;
  statements: Evidence[];
  /** The number that is shown for it: the one that decides against it, or the first. */
  headline: Evidence;
}

/** The statements of each claim, in the order in which the claims appear. */
export function byClaim<Evidence extends Claim>(statements: readonly Evidence[]): Evidence[][] {
  const groups = new Map<string, Evidence[]>();
  for (const statement of statements) {
    const key = JSON.stringify([statement.experiment, statement.claim]);
    const own = groups.get(key);
    if (own) own.push(statement);
    else groups.set(key, [statement]);
  }
  return [...groups.values()];
}

/**
 * A claim holds as a whole: the least certain of its statements decides, which takes no correction (Berger 1982). It fails
 * if any of them does, of which each has its share of the error (Bonferroni). Only one of the two can be a false alarm, the
 * claim being true or not.
 */
function ofClaim(statements: readonly Claim[]): { p: number; verdict: "holds" | "fails" } {
  const holds = Math.max(...statements.map(({ p }) => p.holds));
  const fails = statements.length * Math.min(...statements.map(({ p }) => p.fails));
  return holds < fails ? { p: holds, verdict: "holds" } : { p: Math.min(1, fails), verdict: "fails" };
}

/** What is shown of a claim: of those against it the clearest. */
export function headlineOf<Evidence extends Claim>(
  statements: readonly Evidence[],
  verdict: Verdict,
): Evidence {
  if (verdict === "holds") return statements[0];
  const against = [...statements].sort((a, b) => a.p.fails - b.p.fails);
  return verdict === "fails"
    ? against[0]
    : (against.find((it) => it.verdict === "fails") ??
        [...statements].sort((a, b) => b.p.holds - a.p.holds)[0]);
}

/**
 * Which of a family's p-values count as found, by Holm's step-down procedure (1979): the probability that any of them is a
 * false alarm is at most 5 %, however many there are.
 */
export function found(p: readonly number[]): boolean[] {
  const ascending = p.map((own, i) => ({ own, i })).sort((a, b) => a.own - b.own);
  const passed = new Set<number>();
  for (const [rank, { own, i }] of ascending.entries()) {
    if (own > LEVEL / (p.length - rank)) break;
    passed.add(i);
  }
  return p.map((_, i) => passed.has(i));
}

/**
 * The claims of one family. Any verdict of it, for or against, is a false alarm with a probability of at most 5 %; what does not pass
 * is inconclusive.
 */
export function judgeFamily<Evidence extends Claim>(
  statements: readonly Evidence[],
): JudgedClaim<Evidence>[] {
  const judged = byClaim(statements).map((own) => ({ own, ...ofClaim(own) }));
  const settled = found(judged.map(({ p }) => p));
  return judged.map(({ own, ...one }, i) => {
    const verdict = settled[i] ? one.verdict : "inconclusive";
    const { claim, whose, experiment } = own[0];
    return { claim, whose, experiment, verdict, statements: own, headline: headlineOf(own, verdict) };
  });
}
