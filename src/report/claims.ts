/** Claims as data for other programs. */
import { intervalOf } from "../analysis/statistics.js";
import type { Claim, Verdict } from "../analysis/verdict.js";

/** A statement with what differs from seed to seed of its runs, and what became of the claim that it is evidence of. */
export interface ReportedClaim extends Claim {
  sampledOver: string;
  /** Of the whole claim, among all claims of the post; null beyond the post, where each statement stands for itself. */
  claimVerdict: Verdict | null;
}

/** A probability: three digits are more than it means, and the same from every engine. */
const rounded = (p: number): number => Number(p.toPrecision(3));

/** The text of claims.json. Numbers that are not finite become null, as JSON has no others. */
export const claimsJson = (claims: readonly ReportedClaim[]): string =>
  `${JSON.stringify(
    claims.map(({ experiment, claim, quantity, post, measured, verdict, rule, p, ...origin }) => ({
      experiment,
      claim,
      quantity,
      post,
      measured: {
        mean: measured.mean,
        standardDeviation: measured.standardDeviation,
        seeds: measured.seeds,
      },
      verdict,
      rule,
      whose: origin.whose,
      falsifiedBy: origin.falsifiedBy,
      sampledOver: origin.sampledOver,
      interval: intervalOf(measured),
      asks: origin.asks,
      noticed: origin.noticed,
      p: { holds: rounded(p.holds), fails: rounded(p.fails) },
      claimVerdict: origin.claimVerdict,
    })),
    null,
    2,
  )}\n`;
