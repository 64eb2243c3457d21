/** The evidence: statements under their claims, folded; values beside other programs'; the rules, written once. */
import { type Agreement, agrees, isComparable, MOST_STANDARD_ERRORS } from "../analysis/agreement.js";
import { type Claim, LEVEL, type RuleName, type Verdict } from "../analysis/verdict.js";
import type { Source } from "../experiments/experiment.js";
import { shortNumber } from "../figures/labels.js";
import type { ReportedClaim } from "./claims.js";
import { escapeHtml } from "./escapeHtml.js";
import { shownInterval, shownMeasured, verdictCounts } from "./shown.js";

export const badge = (verdict: Verdict): string => `<span class="badge ${verdict}">${verdict}</span>`;

/** The id of a claim's evidence on the page; as it is within what is folded, a link to it unfolds it. */
export const evidenceId = (experiment: string, claims: readonly string[], claim: string): string =>
  `${experiment}-evidence-${claims.indexOf(claim) + 1}`;

const percent = `${100 * LEVEL} %`;

/** How each kind of statement is judged, in words. */
const rules: Record<RuleName, [name: string, text: string]> = {
  order: [
    "order",
    `"a is above b": the difference is paired over seeds. It holds where the mean difference exceeds t₀.₉₅ standard errors, and fails where it does so with the other sign.`,
  ],
  near: [
    "stated number",
    `the source counts as one more seed, read off its plot with an error. It fails where the source lies outside the ${100 - 100 * LEVEL} % prediction interval of a further seed, widened by that error; it holds where a deviation that would matter, the ends of what is asked, is excluded at ${percent}.`,
  ],
  exact: ["exact", "the same for every seed: it holds within the rounding of the stated number."],
  below: [
    "bound",
    `it holds where the one-sided ${100 - 100 * LEVEL} % bound of the mean is on the right side, and fails where it is on the other.`,
  ],
  above: ["bound", ""],
  equivalent: [
    "equivalence",
    `"there is no difference that matters": two one-sided tests at ${percent} against the margin. That a difference is not significant would prove nothing.`,
  ],
};

/** The rules of those statements that are shown, each once. */
export function rulesHtml(claims: readonly Claim[]): string {
  const kinds = new Set<RuleName>(claims.map(({ kind }) => (kind === "above" ? "below" : kind)));
  if (kinds.size === 0) return "";
  const shown = (Object.keys(rules) as RuleName[]).filter((kind) => kinds.has(kind));
  return `<dl class="rules">${shown.map((kind) => `<dt>${rules[kind][0]}</dt><dd>${escapeHtml(rules[kind][1])}</dd>`).join("\n")}</dl>`;
}

const whoseText = ({ whose }: Claim): string =>
  whose === "post" || whose === "ours" ? "" : `${whose.charAt(0).toUpperCase()}${whose.slice(1)}.`;

const statementRow = (claim: Claim, source: Source | null): string => {
  const notes = [whoseText(claim), claim.verdict !== "holds" && claim.why ? `Why: ${claim.why}.` : ""];
  const soft = notes.filter((note) => note !== "").join(" ");
  return `<tr>
<td>${badge(claim.verdict)}</td>
<td>${escapeHtml(claim.quantity)}${soft ? `<br><span class="soft">${escapeHtml(soft)}</span>` : ""}</td>
${source ? `<td class="number" data-label="${escapeHtml(source.name)}">${claim.post === null ? "–" : escapeHtml(shortNumber(claim.post).replace("-", "−"))}</td>\n` : ""}<td class="number" data-label="measured">${escapeHtml(shownInterval(claim.measured))}</td>
<td data-label="asked">${escapeHtml(claim.asks)}</td>
<td class="number" data-label="would notice">${claim.noticed === null ? "–" : escapeHtml(shortNumber(claim.noticed, 2))}</td>
<td class="number" data-label="seeds">${claim.measured.seeds}</td>
</tr>`;
};

/** The statements of an experiment, folded under their claims. */
export function evidence(
  experiment: string,
  claims: readonly ReportedClaim[],
  source: Source | null,
): string {
  if (claims.length === 0) return '<p class="soft">No claim could be judged from the runs that finished.</p>';
  const texts = [...new Set(claims.map(({ claim }) => claim))];
  return texts
    .map((text) => {
      const own = claims.filter(({ claim }) => claim === text);
      return `<details class="evidence"><summary>${own[0].claimVerdict === null ? "" : `${badge(own[0].claimVerdict)} `}${escapeHtml(text)} <span class="soft">${own.length === 1 ? "1 statement" : `${own.length} statements`}: ${verdictCounts(own)}</span></summary>
<div class="scroll" id="${escapeHtml(evidenceId(experiment, texts, text))}"><table class="claims">
<thead><tr><th>by itself</th><th>quantity</th>${source ? `<th>${escapeHtml(source.name)}</th>` : ""}<th>measured, 95 % interval</th><th>asked</th><th>would notice</th><th>seeds</th></tr></thead>
<tbody>${own.map((claim) => statementRow(claim, source)).join("\n")}</tbody></table></div></details>`;
    })
    .join("\n");
}

/** "0.61 ± 0.02 (5 seeds)", or what stands in its place. */
export const oursOf = ({ ours }: Agreement): string =>
  typeof ours === "string"
    ? ours
    : `${shownMeasured(ours)} (${ours.seeds} seed${ours.seeds === 1 ? "" : "s"})`;

/** Why it differs, where it does. */
export const whyOf = (row: Agreement): string | undefined => (agrees(row) ? undefined : row.why);

/** Beside other programs' values, which are measurements too. */
export const agreementTable = (list: readonly Agreement[]): string =>
  list.length === 0
    ? ""
    : `<details><summary>Beside other programs: ${list.filter(agrees).length} of ${list.filter(isComparable).length} values within ${MOST_STANDARD_ERRORS} standard errors of the difference</summary>
<div class="scroll"><table><thead><tr><th>quantity</th><th>theirs, mean ± sd</th><th>ours</th><th>difference, standard errors</th></tr></thead>
<tbody>${list
        .map(
          (row) =>
            `<tr><td>${escapeHtml(row.quantity)}<br><span class="soft">${escapeHtml(row.by)}, ${row.theirs.seeds} seeds. ${escapeHtml(whyOf(row) ?? "")}</span></td><td class="number">${escapeHtml(shownMeasured(row.theirs))}</td><td class="number">${escapeHtml(oursOf(row))}</td><td class="number">${row.standardErrors === null ? "–" : row.standardErrors.toFixed(1)}</td></tr>`,
        )
        .join("\n")}</tbody></table></div></details>`;
