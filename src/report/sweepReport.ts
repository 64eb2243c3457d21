/** A report of any sweep: one self-contained page with its figures and its table. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "../config.js";
import type { Journal } from "../sweep/journal.js";
import { atomicWrite } from "./atomicWrite.js";
import { environment } from "./environment.js";
import { figurePng, figureSvg } from "./figure.js";
import { escapeHtml, inline, shortNumber } from "./page.js";
import { style } from "./style.js";
import type { Axis } from "./sweepAxes.js";
import { axisTitle, sweepFigures, valueText } from "./sweepFigures.js";
import { type Measured, type Setting, summarizeSweep } from "./sweepSummary.js";
import { dark, light } from "./theme.js";

/** Rows of the table; a larger sweep is for `export`. */
const ROWS = 2000;

const cell = (measured: Measured | null): string => {
  if (!measured) return '<td class="number">–</td>';
  const { mean, standardDeviation, seeds } = measured;
  return `<td class="number">${escapeHtml(shortNumber(mean))}${seeds > 1 ? ` ± ${Number(standardDeviation.toPrecision(2))}` : ""}</td>`;
};
const interval = (measured: Measured | null): string =>
  `<td class="number">${measured?.interval ? `${shortNumber(measured.interval[0])} to ${shortNumber(measured.interval[1])}` : "–"}</td>`;

const table = (axes: Axis[], settings: Setting[]): string => `<div class="scroll"><table>
<thead><tr>${axes.map(({ path }) => `<th>${escapeHtml(axisTitle(path))}</th>`).join("")}<th>seeds</th><th>diverged</th><th>L − H at the end, ± sd</th><th>n_eff at the end, ± sd</th><th>β, ± sd</th><th>β, 95 % interval</th></tr></thead>
<tbody>${settings
  .slice(0, ROWS)
  .map(
    ({ values, seeds, diverged, excessLoss, effectiveDimension, exponent }) =>
      `<tr>${values.map((value) => `<td class="number">${escapeHtml(valueText(value))}</td>`).join("")}<td class="number">${seeds}</td><td class="number">${diverged}</td>${cell(excessLoss)}${cell(effectiveDimension)}${cell(exponent)}${interval(exponent)}</tr>`,
  )
  .join("\n")}</tbody></table></div>`;

/**
 * Writes OUT/report.html (self-contained) and OUT/figures/*.svg and *.png from the finished runs of a journal.
 * @returns the page's path
 * @throws ConfigError when there is no finished run
 */
export async function writeSweepReport(journal: Journal, out: string): Promise<string> {
  if (journal.runs.length === 0) throw new ConfigError("DIR: expected at least one finished run, got none");
  const { axes, settings } = await summarizeSweep(journal);
  const figures = [];
  await mkdir(join(out, "figures"), { recursive: true });
  for (const { name, caption, spec } of sweepFigures(axes, settings)) {
    const svg = { light: await figureSvg(spec, light), dark: await figureSvg(spec, dark) };
    await atomicWrite(join(out, "figures", `${name}.svg`), svg.light);
    await atomicWrite(join(out, "figures", `${name}.png`), await figurePng(svg.light, light));
    figures.push(`<figure class="wide" id="figure-${name}" role="group" aria-label="${escapeHtml(caption)}">
<div class="light">${inline(svg.light, `${name}-light`)}</div><div class="dark">${inline(svg.dark, `${name}-dark`)}</div>
<figcaption>${escapeHtml(caption)}</figcaption></figure>`);
  }
  const failed = journal.failedRuns.length;
  const diverged = settings.reduce((sum, setting) => sum + setting.diverged, 0);
  const { versions } = environment();
  const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">
<title>A sweep of ${journal.runs.length} runs</title><style>${style}</style></head><body>
<header><h1>A sweep of ${journal.runs.length} runs</h1>
<dl class="facts">
<dt>axes</dt><dd>${axes.length ? escapeHtml(axes.map(({ path, values }) => `${axisTitle(path)} (${values.length} values, ${valueText(values[0])} to ${valueText(values[values.length - 1])})`).join(", ")) : "none: only seeds differ"}</dd>
<dt>runs</dt><dd>${journal.runs.length} finished, ${diverged} of them diverged; ${failed} failed and are not shown</dd>
<dt>versions</dt><dd>${escapeHtml(versions)}</dd>
</dl></header>
${figures.join("\n")}
<h2>Settings</h2>
<p class="soft">Losses are in nats. β of excess loss ∝ step^−β is fitted by least squares to the evaluations of the last decade of steps, a seed at a time; its interval is that of the mean over seeds (Student's t).</p>
${table(axes, settings)}
${settings.length > ROWS ? `<p class="notice">The first ${ROWS} of ${settings.length} settings; unigram-lab export has them all.</p>` : ""}
</body></html>
`;
  const path = join(out, "report.html");
  await atomicWrite(path, page);
  return path;
}
