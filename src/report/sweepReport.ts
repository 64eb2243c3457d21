/** A report of any sweep: one self-contained page with its figures and its table. */
import { join } from "node:path";
import { checkNames } from "../checks.js";
import { ConfigError } from "../config.js";
import { writeWhole } from "../disk/writeWhole.js";
import { drawFigures, withoutPng, writeFigures } from "../figures/drawing.js";
import { keyOf, labelsOf, shortNumber } from "../figures/labels.js";
import type { Journal } from "../sweep/journal.js";
import { mixOf } from "../sweep/revisions.js";
import { environment } from "./environment.js";
import { escapeHtml } from "./escapeHtml.js";
import { figureHtml } from "./figureHtml.js";
import { computersText, pageHead } from "./page.js";
import { type ReportOptions, reportOptionNames } from "./reportOptions.js";
import type { Axis } from "./sweepAxes.js";
import { axisTitle, sweepFigures } from "./sweepFigures.js";
import { type Measured, type Setting, summarizeSweep } from "./sweepSummary.js";

/** Rows of the table; a larger sweep is for `export`. */
const ROWS = 2000;

const cell = (measured: Measured | null): string => {
  if (!measured) return '<td class="number">–</td>';
  const { mean, standardDeviation, seeds } = measured;
  return `<td class="number">${escapeHtml(shortNumber(mean))}${seeds > 1 ? ` ± ${Number(standardDeviation.toPrecision(2))}` : ""}</td>`;
};
const interval = (measured: Measured | null): string =>
  `<td class="number">${measured?.interval ? `${shortNumber(measured.interval[0])} to ${shortNumber(measured.interval[1])}` : "–"}</td>`;

/** β's window where some of it has no logarithm. */
const leftOutText = ({ leftOut: { count, of } }: Setting): string => (count > 0 ? `${count} of ${of}` : "–");

function table(axes: Axis[], settings: Setting[]): string {
  const labels = axes.map(({ values }) => labelsOf(values));
  const some = settings.some(({ leftOut }) => leftOut.count > 0);
  const head = [
    ...axes.map(({ path }) => escapeHtml(axisTitle(path))),
    ...[
      "seeds",
      "diverged",
      "L − H at the end, ± sd",
      "n_eff at the end, ± sd",
      "β, ± sd",
      "β, 95 % interval",
    ],
    ...(some ? ["left out of β"] : []),
  ];
  const row = (setting: Setting) => {
    const { values, seeds, diverged, excessLoss, effectiveDimension, exponent } = setting;
    const texts = [...values.map((value, i) => labels[i].get(keyOf(value))), seeds, diverged];
    return [
      ...texts.map((text) => `<td class="number">${escapeHtml(text)}</td>`),
      ...[excessLoss, effectiveDimension, exponent].map(cell),
      interval(exponent),
      ...(some ? [`<td class="number">${leftOutText(setting)}</td>`] : []),
    ].join("");
  };
  return `<div class="scroll"><table>
<thead><tr>${head.map((title) => `<th>${title}</th>`).join("")}</tr></thead>
<tbody>${settings
    .slice(0, ROWS)
    .map((setting) => `<tr>${row(setting)}</tr>`)
    .join("\n")}</tbody></table></div>`;
}

/** "learningRate (3 values, 0.1 to 0.3)" of each axis. */
const axesText = (axes: Axis[]): string =>
  axes
    .map(({ path, values }) => {
      const labels = [...labelsOf(values).values()];
      return `${axisTitle(path)} (${labels.length} values, ${labels[0]} to ${labels[labels.length - 1]})`;
    })
    .join(", ");

/** What a reader must know of β where evaluations at or below 0 were left out of its fit; "" where none was. */
function biasText(settings: readonly Setting[]): string {
  const sum = (field: "count" | "of") => settings.reduce((all, { leftOut }) => all + leftOut[field], 0);
  return sum("count") === 0
    ? ""
    : `β leaves out ${sum("count")} of ${sum("of")} evaluations, whose excess loss is at or below 0 and has no logarithm: noise of a sampled evaluation as large as the loss itself. Where some are left out, the others are the higher ones, and β is biased towards smaller values; a larger sample would keep them.`;
}

/**
 * Writes OUT/report.html (self-contained) and OUT/figures/*.svg and *.png from the finished runs of a journal.
 * @returns the page's path
 * @throws ConfigError when there is no finished run, or one of these files is there and is not of this package
 */
export async function writeSweepReport(
  journal: Journal,
  out: string,
  options: ReportOptions = {},
): Promise<string> {
  checkNames(options, reportOptionNames);
  const { onNotice, force = false, theme = "page" } = options;
  if (journal.runs.length === 0) throw new ConfigError("DIR: expected at least one finished run, got none");
  const { axes, settings, computers: list } = await summarizeSweep(journal);
  const { figures, left: empty } = sweepFigures(axes, settings);
  const { drawn, left } = await drawFigures(figures, theme);
  const png = await writeFigures(out, drawn, { force });
  if (!png) onNotice?.(withoutPng);
  const failed = journal.failedRuns.length;
  const diverged = settings.reduce((sum, setting) => sum + setting.diverged, 0);
  const computers = computersText(list);
  const mix = mixOf(journal.revisions);
  const notices = [
    mix === undefined ? "" : `This page shows ${mix}.`,
    ...empty,
    ...left,
    biasText(settings),
  ].filter((notice) => notice !== "");
  const page = `${pageHead(`A sweep of ${journal.runs.length} ${journal.runs.length === 1 ? "run" : "runs"}`)}<body>
<header><h1>A sweep of ${journal.runs.length} ${journal.runs.length === 1 ? "run" : "runs"}</h1>
<dl class="facts">
<dt>axes</dt><dd>${axes.length ? escapeHtml(axesText(axes)) : "none: only seeds differ"}</dd>
<dt>runs</dt><dd>${journal.runs.length} finished, ${diverged} of them diverged; ${failed} failed and are not shown</dd>
${computers === undefined ? "" : `<dt>relaxed runs</dt><dd>${escapeHtml(computers)}</dd>\n`}<dt>versions</dt><dd>${escapeHtml(environment().versions)}</dd>
</dl></header>
${notices.map((notice) => `<p class="notice">${escapeHtml(notice)}</p>`).join("\n")}
${drawn.map((figure) => figureHtml(figure, { png, repeat: "npx unigram-lab report DIR" })).join("\n")}
<h2>Settings</h2>
<p class="soft">Losses are in nats. β of excess loss ∝ step^−β is fitted by least squares to the evaluations of the last decade of steps, a seed at a time; its interval is that of the mean over seeds (Student's t).</p>
${table(axes, settings)}
${settings.length > ROWS ? `<p class="notice">The first ${ROWS} of ${settings.length} settings; unigram-lab export has them all.</p>` : ""}
</body></html>
`;
  const path = join(out, "report.html");
  await writeWhole(path, page, { kind: "page", force });
  return path;
}
