/** The report as one self-contained page, light and dark: findings first, then figures, the evidence folded. Nothing is fetched, and there is no script. */
import { LEVEL, POWER } from "../analysis/verdict.js";
import type { ComputedBy } from "../backend/backend.js";
import { generator } from "../disk/generator.js";
import type { Part } from "../experiments/experiment.js";
import type { Profile } from "../experiments/profile.js";
import { Computers, shownComputedBy } from "../sweep/computedBy.js";
import { mixOf, revisionsOf } from "../sweep/revisions.js";
import type { AnalysedExperiment, ReportContent } from "./content.js";
import type { Environment } from "./environment.js";
import { escapeHtml } from "./escapeHtml.js";
import { rulesHtml } from "./evidence.js";
import { firstScreen, lede } from "./firstScreen.js";
import { section } from "./section.js";
import { duration } from "./shown.js";
import { style } from "./style.js";
import type { Verdicts } from "./verdicts.js";

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

/** What the verdicts mean, and how often they may be wrong. */
function reading(analysed: readonly AnalysedExperiment[], { claims, findings }: Verdicts): string {
  const statements = analysed.flatMap((experiment) => experiment.claims);
  if (statements.length === 0) return "";
  const percent = `${100 * LEVEL} %`;
  return `<section id="reading"><h2>How to read the verdicts</h2>
<p>Numbers are means over seeds with the 95 % interval of the mean (Student's t); losses are in nats. Each statement asks for something, and is tested against its opposite too: where the seeds exclude neither, it is inconclusive.${
    claims.length === 0
      ? ""
      : ` A claim holds where all its statements do, and fails where one of them does, corrected for their number. The ${claims.length} claims above are one family: by Holm's procedure the probability that any of their verdicts is a false alarm is at most ${percent}. So a claim can be inconclusive although its statements, each by itself at ${percent}, are not.`
  }${
    findings.length === 0
      ? ""
      : ` The ${findings.length} findings beyond the post are a family of their own. The statements under them are judged one by one, each at ${percent}: they map where something happens, and among many a few will be false alarms.`
  } What a statement "would notice" is the smallest deviation that it finds in ${Math.round(5 * POWER)} of 5 repetitions.</p>
${rulesHtml(statements)}</section>`;
}

/** The page. `omitted`: names of experiments without a finished run; `png`: whether there are figures as PNG. */
export function reportPage(
  content: ReportContent,
  analysed: readonly AnalysedExperiment[],
  verdicts: Verdicts,
  omitted: readonly string[],
  { cpu, cores, platform, versions }: Environment,
  png: boolean,
): string {
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
  const { quick, arithmetic = "strict" } = content;
  const profile = { quick, arithmetic };
  const counter = new Computers();
  for (const result of results.values()) counter.add(result);
  const computers = computersText(counter.list);
  const counts = analysed.length > 0 ? analysed.map((experiment) => experiment.seeds) : [content.seeds];
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  const seeds = `${fewest === most ? most : `${fewest} to ${most}`} seed${most === 1 ? "" : "s"}`;
  const isCapped = analysed.some((one) =>
    one.conditions.some(({ condition }) => (condition.seeds ?? one.seeds) < one.seeds),
  );
  const mix = mixOf(revisionsOf(results.values()));
  const notices = [
    mix !== undefined && `This page shows ${mix}.`,
    counter.list.length > 1 &&
      `Runs of ${counter.list.length} devices, whose rounding may differ, are in one mean: a device was lost on the way.`,
    content.quick &&
      "This is the quick profile: vocabularies up to 2000, dimensions up to 100, what is larger is left out. It is a first look, not the reproduction.",
    omitted.length > 0 && `Left out, because none of its runs finished: ${omitted.join(", ")}.`,
    fewest < 2 && "One seed settles nothing: two or more give verdicts, five tell more.",
  ].filter((notice): notice is string => notice !== false);
  return `${pageHead(reportTitle(profile))}<body>
<header><h1>${analysed.some(({ part }) => part === "post") || analysed.length === 0 ? "The unigram toy model, reproduced" : "Beyond the unigram toy model's post"}</h1>
<p>${cited ? `${quick ? "A first look at" : "Every figure of"} ${escapeHtml(cited)}, trained anew` : "Trained"} with ${seeds} and judged claim by claim.${beyond > 0 ? ` ${beyond === 1 ? "A question lies" : `${beyond} questions lie`} beyond the post${alsoCited ? `, with claims of ${escapeHtml(alsoCited)}` : ""}.` : ""}</p>
<p class="soft">The model: a token is drawn from a Zipf law p ∝ rank<sup>−α</sup> over a vocabulary of V; its embedding of D dimensions times the unembedding (the same matrix when tied), through a softmax, predicts the next; Adam trains it. Losses are in nats. The excess loss is what lies above the least loss there is, which is the tokens' entropy H; n_eff is the number of dimensions that the embedding's variance is spread over.</p>
${lede(verdicts)}
${notices.map((notice) => `<p class="notice">${escapeHtml(notice)}</p>`).join("\n")}
</header>
${firstScreen(verdicts, analysed)}
${reading(analysed, verdicts)}
${analysed.map((experiment) => section(experiment, profile, png)).join("\n")}
<section id="about"><h2>About this report</h2>
<dl class="facts">
<dt>runs</dt><dd>${results.size} finished, each once however many conditions share it; ${seeds} a condition${isCapped ? ", fewer where one takes long" : ""}</dd>
<dt>time</dt><dd>${timeText(content, counter.list)}</dd>
${computers === undefined ? "" : `<dt>arithmetic</dt><dd>relaxed: rounding may differ from device to device; computed ${escapeHtml(computers)}</dd>\n`}<dt>machine</dt><dd>${escapeHtml(cpu)}, ${cores} cores, ${escapeHtml(platform)}</dd>
<dt>versions</dt><dd>${escapeHtml(versions)}</dd>
<dt>data</dt><dd>runs.parquet (one row an evaluation), claims.json, figures/*.svg${png ? ", *.png" : ""} and *.csv beside this page</dd>
</dl></section>
</body></html>
`;
}
