/** Claims as data for other programs. */
import type { Claim } from "../analysis/verdict.js";

/** A claim with what differs from seed to seed of its runs. */
export interface ReportedClaim extends Claim {
  sampledOver: string;
}

/** The text of claims.json. Numbers that are not finite become null, as JSON has no others. */
export const claimsJson = (claims: readonly ReportedClaim[]): string =>
  `${JSON.stringify(
    claims.map(({ experiment, claim, quantity, post, measured, verdict, rule, ...origin }) => ({
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
    })),
    null,
    2,
  )}\n`;
