/** The report as one self-contained page: no script, nothing fetched, light and dark. */

import { type Agreement, agrees, isComparable, MOST_STANDARD_ERRORS } from "../analysis/agreement.js";
import type { Measured } from "../analysis/statistics.js";
import type { Claim, Verdict } from "../analysis/verdict.js";
import type { ComputedBy } from "../backend/backend.js";
import { configHash } from "../config.js";
import { generator } from "../disk/generator.js";
import type { JudgedFinding, Part, Source } from "../experiments/experiment.js";
import { configOf, type Profile } from "../experiments/profile.js";
import { shortNumber } from "../figures/labels.js";
import { Computers, shownComputedBy } from "../sweep/computedBy.js";
import { mixOf, revisionsOf } from "../sweep/revisions.js";
import type { AnalysedExperiment, ReportContent } from "./content.js";
import type { Environment } from "./environment.js";
import { escapeHtml } from "./escapeHtml.js";
import { figureHtml } from "./figureHtml.js";
import { style } from "./style.js";

export { escapeHtml } from "./escapeHtml.js";

const duration = (seconds: number): string => {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
};

/** "0.61 ± 0.02", or the value of a single seed. */
export const shownMeasured = ({ mean, standardDeviation, seeds }: Measured): string =>
  `${shortNumber(mean)}${seeds > 1 ? ` ± ${Number(standardDeviation.toPrecision(2))}` : ""}`;

const badge = (verdict: Verdict): string => `<span class="badge ${verdict}">${verdict}</span>`;

const whoseText = ({ whose }: Claim): string =>
  whose.startsWith("ours")
    ? `Our claim${whose.slice("ours".length)}.`
    : whose === "post"
      ? "The post's claim."
      : `Claim of ${whose}.`;

const claimRow = (claim: Claim, source: Source | null): string => `<tr>
<td>${badge(claim.verdict)}</td>
<td>${escapeHtml(claim.claim)}<br><span class="soft">${escapeHtml(claim.quantity)}<br>${escapeHtml(whoseText(claim))} Rule: ${escapeHtml(claim.rule)}. It would be falsified by ${escapeHtml(claim.falsifiedBy)}.</span></td>
${source ? `<td class="number" data-label="${escapeHtml(source.name)}">${claim.post === null ? "–" : escapeHtml(shortNumber(claim.post))}</td>\n` : ""}<td class="number" data-label="measured">${escapeHtml(shownMeasured(claim.measured))}</td>
<td class="number" data-label="seeds">${claim.measured.seeds}</td>
</tr>`;

const claimTable = (claims: readonly Claim[], source: Source | null): string =>
  claims.length === 0
    ? '<p class="soft">No claim could be judged from the runs that finished.</p>'
    : `<div class="scroll"><table class="claims">
<thead><tr><th>verdict</th><th>claim and quantity</th>${source ? `<th>${escapeHtml(source.name)}</th>` : ""}<th>measured, mean ± sd</th><th>seeds</th></tr></thead>
<tbody>${claims.map((claim) => claimRow(claim, source)).join("\n")}</tbody></table></div>`;

const countOf = (claims: readonly Claim[], verdict: Verdict): number =>
  claims.filter((claim) => claim.verdict === verdict).length;

/** "0.61 ± 0.02 (5 seeds)", or what stands in its place. */
export const oursOf = ({ ours }: Agreement): string =>
  typeof ours === "string"
    ? ours
    : `${shownMeasured(ours)} (${ours.seeds} seed${ours.seeds === 1 ? "" : "s"})`;

/** Why it differs, where it does. */
export const whyOf = (row: Agreement): string | undefined => (agrees(row) ? undefined : row.why);

/** Beside other programs' values, which are measurements too. */
const agreementTable = (list: readonly Agreement[]): string =>
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

const findingList = (findings: readonly JudgedFinding[]): string =>
  findings.length === 0
    ? ""
    : `<ul>${findings
        .map(
          ({ sentence, without, afterwards }) =>
            `<li>${escapeHtml(sentence)}${afterwards ? ' <span class="soft">A claim of it was framed after a first look at these runs.</span>' : ""}${without.length > 0 ? ` <span class="soft">Not borne out by these runs: ${escapeHtml(without.map(({ quantity, verdict }) => `${quantity} (${verdict})`).join("; "))}.</span>` : ""}</li>`,
        )
        .join("\n")}</ul>`;

/** The way in: every experiment with its count of verdicts. */
const overview = (analysed: readonly AnalysedExperiment[]): string => `<nav><table class="overview">
<thead><tr><th>experiment</th><th>holds</th><th>fails</th><th>inconclusive</th></tr></thead>
<tbody>${analysed
  .map(
    ({ name, part, title, claims }, i) =>
      `${part === "beyond" && analysed[i - 1]?.part !== part ? '<tr><th colspan="4">beyond the post</th></tr>\n' : ""}<tr><td><a href="#${escapeHtml(name)}">${escapeHtml(title)}</a></td>${(["holds", "fails", "inconclusive"] as const).map((verdict) => `<td class="number">${countOf(claims, verdict)}</td>`).join("")}</tr>`,
  )
  .join("\n")}</tbody></table></nav>`;

/** The command that repeats an experiment. */
export const commandOf = ({ name, seeds }: AnalysedExperiment, { quick, arithmetic }: Profile): string =>
  `unigram-lab reproduce ${name} --seeds ${seeds}${quick ? " --quick" : ""}${arithmetic === "relaxed" ? " --backend webgpu" : ""}`;

function section(experiment: AnalysedExperiment, profile: Profile, png: boolean): string {
  const repeat = `npx ${commandOf(experiment, profile)}`;
  const figures = experiment.figures.map((figure) => figureHtml(figure, { png, repeat }));
  const missing = experiment.conditions
    .map(({ condition, runs }) => ({
      ...{ label: condition.label, finished: runs.length },
      wanted: Math.min(experiment.seeds, condition.seeds ?? experiment.seeds),
    }))
    .filter(({ finished, wanted }) => finished < wanted)
    .map(({ label, finished, wanted }) => `${label} (${finished} of ${wanted} seeds)`);
  const diverged = experiment.conditions.flatMap(({ condition, runs }) =>
    runs
      .filter(({ divergedAt }) => divergedAt !== null)
      .map((run) => `${condition.label}, seed ${run.config.seed}, at step ${run.divergedAt}`),
  );
  const configs = experiment.conditions.map(
    ({ condition, runs }) =>
      `<h3>${escapeHtml(condition.label)}</h3><pre>${escapeHtml(JSON.stringify(condition.config))}</pre>
<p class="soft">${
        runs.length
          ? runs
              .map((run) => `seed ${run.config.seed}: run ${escapeHtml(run.run)}, ${duration(run.seconds)}`)
              .join("; ")
          : `not finished; seed 0 would be run ${configHash(configOf(condition, 0))}`
      }</p>`,
  );
  return `<section id="${escapeHtml(experiment.name)}">
<h2>${escapeHtml(experiment.title)}</h2>
<p>${escapeHtml(experiment.summary)}</p>
${findingList(experiment.findings)}
${missing.length ? `<p class="notice">Not all runs finished: ${escapeHtml(missing.join("; "))}.</p>` : ""}
${diverged.length ? `<p class="notice">Runs that diverged: ${escapeHtml(diverged.join("; "))}.</p>` : ""}
${experiment.left.map((line) => `<p class="notice">${escapeHtml(line)}</p>`).join("\n")}
${figures.join("\n")}
${claimTable(experiment.claims, experiment.source)}
<p class="soft">Seeds differ in ${escapeHtml(experiment.sampledOver)}.</p>
${agreementTable(experiment.agreements)}
<p>To repeat it:</p><pre>${escapeHtml(commandOf(experiment, profile))}</pre>
<details><summary>Configs of its ${experiment.conditions.length} conditions</summary>${configs.join("\n")}</details>
</section>`;
}

/** The title, which tells the profiles of a report apart. */
export function reportTitle({ quick, arithmetic }: Profile): string {
  const notes = [
    ...(quick ? ["quick profile"] : []),
    ...(arithmetic === "relaxed" ? ["relaxed arithmetic"] : []),
  ];
  return `The unigram toy model, reproduced${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
}

/** Who computed relaxed runs, a device at a time; undefined where all are strict. */
export function computersText(computers: readonly (ComputedBy & { runs: number })[]): string | undefined {
  if (computers.length === 0) return undefined;
  return computers.map((one) => `${one.runs} by ${shownComputedBy(one)}`).join("; ");
}

/** The start of every page, up to its body. */
export const pageHead = (title: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="generator" content="${generator()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title><style>${style}</style></head>`;

function timeText({ seconds, threads }: ReportContent, computers: readonly ComputedBy[]): string {
  if (computers.some(({ backend }) => backend !== "wasm"))
    return `${duration(seconds)} of all runs together, many of them at once`;
  return `${duration(seconds)} of computing, ${threads === 1 ? "on one thread" : `shared by ${threads} threads`}`;
}

/** The page. `omitted`: names of experiments without a finished run; `png`: whether there are figures as PNG. */
export function reportPage(
  content: ReportContent,
  analysed: readonly AnalysedExperiment[],
  omitted: readonly string[],
  { cpu, cores, platform, versions }: Environment,
  png: boolean,
): string {
  const claims = analysed.flatMap((experiment) => experiment.claims);
  const citedBy = (part: Part): string =>
    [
      ...new Set(analysed.flatMap((one) => (one.part === part && one.source ? one.source.citation : []))),
    ].join("; ");
  const cited = citedBy("post");
  const alsoCited = citedBy("beyond");
  const beyond = analysed.filter(({ part }) => part === "beyond").length;
  const results = new Map(
    content.experiments.flatMap((experiment) => experiment.runs).map((result) => [result.run, result]),
  );
  const runs = results.size;
  const { quick, arithmetic = "strict" } = content;
  const profile = { quick, arithmetic };
  const counter = new Computers();
  for (const result of results.values()) counter.add(result);
  const computers = computersText(counter.list);
  const counts = analysed.length > 0 ? analysed.map((experiment) => experiment.seeds) : [content.seeds];
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  const seeds = `${fewest === most ? most : `${fewest} to ${most}`} seed${most === 1 ? "" : "s"}`;
  const mix = mixOf(revisionsOf(results.values()));
  const notices = [
    mix !== undefined && `This page shows ${mix}.`,
    counter.list.length > 1 &&
      `Runs of ${counter.list.length} devices, whose rounding may differ, are in one mean: a device was lost on the way.`,
    content.quick &&
      "This is the quick profile: some conditions are smaller or left out. It is a first look, not the reproduction.",
    omitted.length > 0 && `Left out, because none of its runs finished: ${omitted.join(", ")}.`,
    fewest < 3 && `With ${seeds} most numbers cannot be judged; three or more give verdicts.`,
  ].filter((notice): notice is string => notice !== false);
  return `${pageHead(reportTitle(profile))}<body>
<header><h1>The unigram toy model, reproduced</h1>
<p>${cited ? `Every figure of ${escapeHtml(cited)}, trained anew` : "Trained"} with ${seeds} and judged claim by claim.${beyond > 0 ? ` ${beyond === 1 ? "A question lies" : `${beyond} questions lie`} beyond the post${alsoCited ? `, with claims of ${escapeHtml(alsoCited)}` : ""}.` : ""}
<strong>${countOf(claims, "holds")}</strong> of ${claims.length} statements hold, <strong>${countOf(claims, "fails")}</strong> fail, <strong>${countOf(claims, "inconclusive")}</strong> are inconclusive.</p>
${notices.map((notice) => `<p class="notice">${escapeHtml(notice)}</p>`).join("\n")}
<dl class="facts">
<dt>runs</dt><dd>${runs} finished, ${seeds} a condition</dd>
<dt>time</dt><dd>${timeText(content, counter.list)}</dd>
${computers === undefined ? "" : `<dt>arithmetic</dt><dd>relaxed: rounding may differ from device to device; computed ${escapeHtml(computers)}</dd>\n`}<dt>machine</dt><dd>${escapeHtml(cpu)}, ${cores} cores, ${escapeHtml(platform)}</dd>
<dt>versions</dt><dd>${escapeHtml(versions)}</dd>
<dt>data</dt><dd>runs.parquet (one row an evaluation), claims.json, figures/*.svg${png ? ", *.png" : ""} and *.csv beside this page</dd>
</dl></header>
${overview(analysed)}
<p class="soft">Losses are in nats; measured values are mean ± standard deviation over seeds. Rows of an order ("a is larger than b") measure the difference. Every verdict has its rule beside it.</p>
${analysed.map((experiment) => section(experiment, profile, png)).join("\n")}
</body></html>
`;
}
