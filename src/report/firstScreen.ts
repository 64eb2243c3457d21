/** The first screen: a row a claim with its verdict, its number, why it failed where it did, and a small picture. */

import type { JudgedClaim } from "../analysis/family.js";
import { intervalOf } from "../analysis/statistics.js";
import type { Claim, Verdict } from "../analysis/verdict.js";
import { shortNumber } from "../figures/labels.js";
import type { ReportedClaim } from "./claims.js";
import type { AnalysedExperiment, Thumbnail } from "./content.js";
import { escapeHtml } from "./escapeHtml.js";
import { badge, evidenceId } from "./evidence.js";
import { inline } from "./figureHtml.js";
import { shownInterval } from "./shown.js";
import type { ReportedFinding, Verdicts } from "./verdicts.js";

/** Statements that are told beside a claim which does not hold. */
const MOST = 3;

/** "β at V 100 is 0.771 (0.765 to 0.777); the post has 0.79" */
const numberOf = ({ quantity, measured, post }: Claim): string =>
  `${quantity}: <b>${escapeHtml(shownInterval(measured))}</b>${post === null ? "" : `; the post has ${escapeHtml(shortNumber(post).replace("-", "−"))}`}`;

/** Why a statement is not settled, in words. */
function against(statement: Claim): string {
  const { verdict, measured, asks, noticed } = statement;
  const asked = `it would have to be ${escapeHtml(asks)}`;
  if (verdict === "fails") return `${numberOf(statement)}; ${asked}`;
  if (intervalOf(measured) === null) return `${numberOf(statement)}; ${asked}, which one seed cannot settle`;
  const least =
    noticed === null
      ? ""
      : `, and ${measured.seeds} seeds would have noticed ${escapeHtml(shortNumber(noticed, 2))} at the least`;
  return `${numberOf(statement)}; ${asked}${least}`;
}

/** What speaks against a claim, a line each; the last says how much more there is. */
function reasons({ verdict, statements, headline }: JudgedClaim, family: number): string[] {
  if (verdict === "holds") return [];
  const failing = statements.filter((own) => own.verdict === "fails");
  const open = statements.filter((own) => own.verdict === "inconclusive");
  const shown = verdict === "fails" ? failing : [...failing, ...open];
  const lines = shown.slice(0, MOST).map(against);
  if (verdict === "inconclusive" && failing.length > 0)
    lines.splice(
      Math.min(failing.length, MOST),
      0,
      `${failing.length === 1 ? "This speaks" : "These speak"} against it, but among ${family} claims with ${statements.length === 1 ? "a statement" : `${statements.length} statements`} of this one that may be chance; more seeds would tell.`,
    );
  if (shown.length > MOST) lines.push(`and ${shown.length - MOST} more, below`);
  if (shown.length === 0)
    lines.push(
      numberOf(headline),
      `Each statement holds by itself at 5 %, but with ${family} claims tested at once chance is not excluded; more seeds would tell.`,
    );
  return [
    ...lines,
    ...new Set(shown.flatMap(({ why }) => (why === undefined ? [] : `${escapeHtml(sentence(why))}`))),
  ];
}

/** With a capital, but for a symbol: β stays β. */
const sentence = (text: string): string =>
  `${text.replace(/^[a-z](?=[a-z]* )/, (letter) => letter.toUpperCase())}.`;

function pictureHtml(picture: Thumbnail | undefined, id: string): string {
  if (!picture) return "";
  const look = (name: "light" | "dark") =>
    `<div class="${name}">${inline(picture[name], `${id}-${name}`)}</div>`;
  return `<a class="thumbnail panel" href="#figure-${escapeHtml(picture.figure)}" aria-label="figure">${look("light")}${look("dark")}</a>`;
}

function claimRow(
  claim: JudgedClaim<ReportedClaim>,
  verdicts: Verdicts,
  picture: Thumbnail | undefined,
): string {
  const { experiment, statements, headline, verdict } = claim;
  const own = verdicts.claims.filter((one) => one.experiment === experiment).map((one) => one.claim);
  const id = evidenceId(experiment, own, claim.claim);
  const noticed =
    headline.noticed === null || verdict !== "holds"
      ? ""
      : ` A difference of ${shortNumber(headline.noticed, 2)} would have been noticed.`;
  const lines = reasons(claim, verdicts.claims.length);
  const evidence = `<a href="#${escapeHtml(id)}">${statements.length === 1 ? "1 statement" : `${statements.length} statements`}</a>`;
  return `<div class="finding">
${badge(verdict)}
<div><p class="claim">${escapeHtml(sentence(claim.claim))}</p>
${verdict === "holds" ? `<p class="soft">${numberOf(headline)}.${escapeHtml(noticed)} ${evidence}</p>` : `<ul class="soft">${lines.map((line, i) => `<li>${line}${i === lines.length - 1 ? ` ${evidence}` : ""}</li>`).join("")}</ul>`}</div>
${pictureHtml(picture, `${id}-picture`)}
</div>`;
}

/** A finding beyond the post: found or not. That one of its statements fails by itself is said beside it. */
const findingVerdict = ({ without, isFound }: ReportedFinding): Verdict =>
  without.length === 0 && isFound ? "holds" : "inconclusive";

/** What a finding lacks, in words; undefined where it lacks nothing. */
export function lackOf({ without, isFound }: ReportedFinding, family: number): string | undefined {
  if (without.length > 0)
    return without.map(({ quantity, verdict }) => `${quantity} (${verdict})`).join("; ");
  return isFound ? undefined : `with ${family} findings tested at once chance is not excluded`;
}

function findingRow(finding: ReportedFinding, index: number, family: number): string {
  const { sentence: text, experiment, afterwards } = finding;
  const lack = lackOf(finding, family);
  return `<div class="finding">
${badge(findingVerdict(finding))}
<div><p>${escapeHtml(text)} <a class="soft" href="#${escapeHtml(experiment.name)}">${escapeHtml(experiment.title)}</a></p>
${afterwards ? '<p class="soft">A claim of it was framed after a first look at these runs.</p>' : ""}${lack === undefined ? "" : `<p class="soft">Not borne out by these runs: ${escapeHtml(lack)}.</p>`}</div>
${pictureHtml(experiment.thumbnails.get(text), `finding-${index + 1}-picture`)}
</div>`;
}

/** How many of the post's claims came out how, with those that do not hold by name. */
export function lede({ claims }: Verdicts): string {
  const ofThePost = claims.filter(({ whose }) => !whose.startsWith("ours"));
  if (ofThePost.length === 0) return "";
  const named = (verdict: Verdict) => ofThePost.filter((claim) => claim.verdict === verdict);
  const list = (verdict: Verdict) =>
    named(verdict)
      .map(({ claim }) => `<q>${escapeHtml(claim)}</q>`)
      .join(" and ");
  const [holds, fails, open] = [named("holds"), named("fails"), named("inconclusive")];
  const parts = [
    `Of the ${ofThePost.length} claims of the post <strong>${holds.length} ${holds.length === 1 ? "holds" : "hold"}</strong>.`,
    fails.length === 0
      ? "<strong>None fails</strong>."
      : `<strong>${fails.length} ${fails.length === 1 ? "fails" : "fail"}</strong>: ${list("fails")}.`,
    open.length === 0
      ? ""
      : `<strong>${open.length} ${open.length === 1 ? "is" : "are"} inconclusive</strong>: ${list("inconclusive")}.`,
  ];
  return `<p class="lede">${parts.join(" ")}</p>`;
}

/** The rows, the post's claims first, then ours about its runs, then what lies beyond. */
export function firstScreen(verdicts: Verdicts, analysed: readonly AnalysedExperiment[]): string {
  const { claims, findings } = verdicts;
  const ours = claims.filter(({ whose }) => whose.startsWith("ours"));
  const pictureOf = ({ experiment, claim }: (typeof claims)[number]) =>
    analysed.find(({ name }) => name === experiment)?.thumbnails.get(claim);
  const rows = (own: typeof claims) =>
    own.map((claim) => claimRow(claim, verdicts, pictureOf(claim))).join("\n");
  const theirs = claims.filter((claim) => !ours.includes(claim));
  return [
    theirs.length > 0
      ? `<section class="verdicts" id="claims"><h2>What the post claims</h2>\n<p class="soft">Means over seeds with their 95 % intervals. What "would have been noticed" is the smallest deviation that these seeds find four times in five. <a href="#reading">How to read the verdicts</a></p>\n${rows(theirs)}</section>`
      : "",
    ours.length > 0
      ? `<section class="verdicts" id="own-claims"><h2>What its runs show besides</h2>\n${rows(ours)}</section>`
      : "",
    findings.length > 0
      ? `<section class="verdicts" id="findings"><h2>Beyond the post</h2>\n${findings.map((own, i) => findingRow(own, i, findings.length)).join("\n")}</section>`
      : "",
  ].join("\n");
}
