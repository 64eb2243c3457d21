/** Claims as data for other programs. */
import type { Claim } from "../analysis/verdict.js";

/** The text of claims.json. Numbers that are not finite become null, as JSON has no others. */
export const claimsJson = (claims: readonly Claim[]): string =>
  `${JSON.stringify(
    claims.map(({ experiment, claim, quantity, post, measured, verdict, rule }) => ({
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
    })),
    null,
    2,
  )}\n`;
