/** Verdicts as they are printed: a line a claim, and the number that decides it. */
import Table from "cli-table3";
import { byClaim, headlineOf } from "../analysis/family.js";
import type { Claim } from "../analysis/verdict.js";
import { shortNumber } from "../figures/labels.js";
import type { ReportedClaim } from "../report/claims.js";
import { shownInterval, verdictCounts } from "../report/shown.js";

const numberOf = ({ quantity, measured, post }: Claim): string =>
  `${quantity}: ${shownInterval(measured)}${post === null ? "" : `, post ${shortNumber(post).replace("-", "−")}`}`;

/** The claims of the post with their verdicts, and how the statements of what lies beyond came out. */
export function claimsText(statements: readonly ReportedClaim[]): string {
  if (statements.length === 0) return "";
  const ofThePost = statements.filter(({ claimVerdict }) => claimVerdict !== null);
  const beyond = statements.filter(({ claimVerdict }) => claimVerdict === null);
  const width = Math.max(60, Math.min(process.stdout.columns ?? 100, 110));
  const bare = Object.fromEntries(
    ["top", "bottom", "left", "right", "mid"].flatMap((side) =>
      ["", "-left", "-right", "-mid"].map((end) => [`${side}${end}`, ""]),
    ),
  );
  const table = new Table({
    chars: { ...bare, middle: " " },
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 0 },
    wordWrap: true,
    colWidths: [13, width - 15],
  });
  const judged = byClaim(ofThePost).map((own) => {
    const [{ claim, whose, claimVerdict }] = own;
    const verdict = claimVerdict ?? "inconclusive";
    return { claim, whose, verdict, headline: headlineOf(own, verdict) };
  });
  for (const { verdict, claim, whose, headline } of judged)
    table.push([verdict, `${claim}${whose.startsWith("ours") ? " (ours)" : ""}`], ["", numberOf(headline)]);
  for (const claim of new Set(beyond.map((own) => own.claim))) {
    const own = beyond.filter((one) => one.claim === claim);
    const [{ verdict }] = own;
    const isOne = own.every((one) => one.verdict === verdict);
    table.push(
      [isOne ? verdict : "mixed", claim],
      ["", own.length === 1 ? numberOf(own[0]) : `of ${own.length} statements ${verdictCounts(own)}`],
    );
  }
  const lines = [
    judged.length > 0 ? `Of ${judged.length} claims ${verdictCounts(judged)}.` : "",
    beyond.length > 0
      ? `Of ${beyond.length} statements beyond the post ${verdictCounts(beyond)}, each by itself.`
      : "",
  ].filter((line) => line !== "");
  const text = table.toString().replaceAll(/ +$/gm, "");
  return `${text}\n\n${lines.join(" ")}\n`;
}
