/** A report of any sweep: one self-contained page with what it found, its figures and its table. */
import { join } from "node:path";
import { checkNames } from "../checks.js";
import { ConfigError, parseConfig, type RunConfigInput } from "../config.js";
import { writeWhole } from "../disk/writeWhole.js";
import { meaningOf } from "../fields/explained.js";
import { fields } from "../fields/fields.js";
import { drawFigures, withoutPng, writeFigures } from "../figures/drawing.js";
import type { DrawnFigure } from "../figures/drawnFigure.js";
import { counted, keyOf, shortNumber } from "../figures/labels.js";
import type { Row } from "../formats/table.js";
import { mixOf } from "../sweep/revisions.js";
import type { FinishedRuns } from "../sweep/selection.js";
import { environment } from "./environment.js";
import { escapeHtml } from "./escapeHtml.js";
import { figureHtml } from "./figureHtml.js";
import { computersText, pageHead } from "./page.js";
import { repeatingWords, trainWords } from "./repeating.js";
import { type ReportOptions, reportOptionNames } from "./reportOptions.js";
import { shownMeasured } from "./shown.js";
import { type Axis, fieldTitle, isOfTask } from "./sweepAxes.js";
import { sweepFigures } from "./sweepFigures.js";
import { type Best, bestRuns, type Effect, effects, endedText, settingText } from "./sweepFindings.js";
import {
  isComparable,
  LEAST_R_SQUARED,
  runsOf,
  type Setting,
  type SweepSummary,
  summarizeSweep,
} from "./sweepSummary.js";
import { breakable, ROWS, settingsCsv, sortScript, tableHtml } from "./sweepTable.js";
import { configCells } from "./table.js";
import { valueLabels } from "./valueLabels.js";

/** Best runs that are shown at once; those of more vocabularies fold. */
const BEST = 3;
/** Panels that a figure may have to stand on the page unfolded, if it is not of the loss. */
const PANELS = 6;
/** Values of an axis that are said one by one. */
const LISTED = 6;
/** Characters that they take in a sentence. */
const SHORT = 40;
/** Fields that say what was run, whether or not they are at their default. */
const chief = ["vocabSize", "embeddingDim", "optimizer.kind", "config.learningRate", "batchSize", "steps"];

/** "0.1, 0.2, 0.3", or "7 values, 0.0001 to 0.1", or "30 values". */
function valuesText({ values, labels }: Axis): string {
  const said = values.map((value) => labels.get(keyOf(value)) ?? "");
  if (said.length <= LISTED) return said.join(said.some((text) => text.includes(",")) ? "; " : ", ");
  const isNumeric = values.every((value) => typeof value === "number");
  return `${said.length} values${isNumeric ? `, ${said[0]} to ${said.at(-1)}` : ""}`;
}

/** "steps 100, 300": what changes with an axis, a value for each of the axis's; "" where nothing does. */
const followsText = ({ follows }: Axis): string =>
  follows
    .map(({ title, said }) => {
      const text = said.join(said.some((value) => value.includes(",")) ? "; " : ", ");
      return `${title} ${said.length <= LISTED && text.length <= SHORT ? text : `${new Set(said).size} values`}`;
    })
    .join(", ");

/** Long names are for the table below it. */
function shortValuesText(axis: Axis): string {
  const text = valuesText(axis);
  return text.length <= SHORT ? text : `${axis.values.length} values`;
}

const seedsText = ([fewest, most]: SweepSummary["seeds"]): string =>
  fewest === most ? `${counted(most, "seed")} each` : `${fewest} to ${most} seeds each`;

/** What varies, in one sentence. */
function lede({ axes, settings, seeds }: SweepSummary): string {
  if (axes.length === 0)
    return seeds[1] > 1 ? `One setting; ${counted(seeds[1], "seed")}.` : "One setting, one seed.";
  const varied = axes
    .map((axis) => {
      const follows = followsText(axis);
      return `${axis.title} (${shortValuesText(axis)}${follows === "" ? "" : `, and with it ${follows}`})`;
    })
    .join(" × ");
  return `${varied}: ${counted(settings.length, "setting")}, ${seedsText(seeds)}.`;
}

/** A command line; nothing of a config that a later version wrote. */
function commandHtml(words: () => string[]): string {
  try {
    return `\n<pre>${escapeHtml(`npx ${words().join(" ")}`)}</pre>`;
  } catch (error) {
    if (error instanceof ConfigError) return "";
    throw error;
  }
}

/** What a best run's setting comes to over all its seeds. */
function seedsOfSetting(setting: Setting): string {
  const { seeds, outcomes, excessLoss } = setting;
  if (seeds.length === 1) return "";
  if (outcomes.sound < seeds.length) return `${outcomes.sound} of its ${seeds.length} seeds ended soundly`;
  return excessLoss && isComparable(setting)
    ? `mean of its ${seeds.length} seeds ${shownMeasured(excessLoss)}`
    : "";
}

/** The best setting of a task, and then the best run where it is of another one. */
function bestHtml(
  axes: readonly Axis[],
  { task, run, setting, bestSetting }: Best,
  number: number | undefined,
): string {
  const own = ({ values }: Setting) => settingText(axes, values, (axis) => task === "" || !isOfTask(axis));
  const joined = (parts: string[]) => parts.filter((text) => text !== "").join(", ");
  const value = (text: string) => `<span class="value">${escapeHtml(text)}</span> nats of excess loss`;
  const parts = task === "" ? [] : [`<p><strong>${escapeHtml(task)}</strong></p>`];
  if (bestSetting?.excessLoss) {
    const { first, seeds, excessLoss } = bestSetting;
    const several = seeds.length > 1 ? `, mean ± sd of ${seeds.length} seeds` : "";
    const where = joined([own(bestSetting), several === "" ? `seed ${first.config.seed}` : ""]);
    parts.push(
      `<p>${value(shownMeasured(excessLoss))} at step ${first.config.steps}${several}${where === "" ? "" : `: ${escapeHtml(where)}`}.</p>${commandHtml(() => repeatingWords(first, seeds, number))}`,
    );
  }
  if (setting !== bestSetting) {
    const where = joined([own(setting), `seed ${run.config.seed}`]);
    const seeds = seedsOfSetting(setting);
    parts.push(
      `<p>Best single run: ${bestSetting ? escapeHtml(shortNumber(run.excessLoss)) : `${value(shortNumber(run.excessLoss))} at step ${run.config.steps}`}, ${escapeHtml(where)}${seeds === "" ? "" : ` <span class="soft">(${escapeHtml(seeds)})</span>`}.</p>${commandHtml(() => trainWords(run))}`,
    );
  }
  return parts.join("\n");
}

/** Settings that are compared with no other. */
function leftOutHtml(settings: readonly Setting[]): string {
  const count = settings.filter(({ outcomes: { diverged, exploded } }) => diverged + exploded > 0).length;
  return count === 0
    ? ""
    : `\n<p class="soft">Left out: ${counted(count, "setting")} of which a seed diverged or exploded.</p>`;
}

function bestTitle(runs: number, bests: readonly Best[]): string {
  if (runs === 1) return "The run";
  const several = bests.some(({ bestSetting }) => bestSetting && bestSetting.seeds.length > 1);
  return `Best ${several ? "setting" : "run"}${bests.length > 1 ? "s" : ""}`;
}

/** The best of each vocabulary and its data. */
function bestsHtml(axes: readonly Axis[], settings: readonly Setting[], bests: readonly Best[]): string {
  if (bests.length === 0) return "<p>None: no run ended with a measured excess loss.</p>";
  const html = bests.map((best, i) => bestHtml(axes, best, bests.length > 1 ? i + 1 : undefined));
  const more = html.slice(BEST);
  return `${bests.length > 1 ? '<p class="soft">Excess losses are compared within one vocabulary and its data only.</p>\n' : ""}${html.slice(0, BEST).join("\n")}${more.length > 0 ? `<details><summary>${more.length} more</summary>${more.join("\n")}</details>` : ""}${leftOutHtml(settings)}`;
}

function effectsHtml(list: readonly Effect[], settings: readonly Setting[]): string {
  const bestAt = ({ bestAt: values, of }: Effect): string =>
    of === 0
      ? "–"
      : `${values
          .slice(0, 2)
          .map(({ label, count }) => (of === 1 ? label : `${label} (${count} of ${of})`))
          .join(", ")}${values.length > 2 ? ", …" : ""}`;
  const row = (effect: Effect): string => {
    const { axis, factor } = effect;
    const texts = [
      valuesText(axis),
      factor === null
        ? "–"
        : `× ${factor < 100 ? factor.toPrecision(3) : shortNumber(Number(factor.toPrecision(3)))}`,
      bestAt(effect),
    ];
    const follows = followsText(axis);
    const more = follows === "" ? "" : `<br><span class="soft">and with it ${escapeHtml(follows)}</span>`;
    return `<tr><td>${breakable(axis.title)}${more}</td>${texts.map((text) => `<td>${escapeHtml(text)}</td>`).join("")}</tr>`;
  };
  return `<table><thead><tr><th>axis</th><th>values</th><th>changes excess loss</th><th>least at</th></tr></thead>
<tbody>${list.map(row).join("")}</tbody></table>
${list.some(({ factor }) => factor !== null) ? `<p class="soft">The largest mean over the least along an axis, the others held${list.some(({ axis }) => axis.follows.length > 0) ? ", but for what changes with it" : ""}${list.some(({ of }) => of > 1) ? "; the median where there are several such lines" : ""}.</p>${leftOutHtml(settings)}` : ""}`;
}

function endedHtml(axes: readonly Axis[], settings: readonly Setting[], failed: number): string {
  const runs = settings.reduce((sum, setting) => sum + runsOf(setting), 0);
  const sound = settings.reduce((sum, { outcomes }) => sum + outcomes.sound, 0);
  const unsound = (["diverged", "exploded"] as const)
    .map((outcome) => endedText(outcome, axes, settings))
    .filter((text) => text !== "");
  const text =
    unsound.length === 0
      ? runs === 1
        ? "It neither diverged nor exploded."
        : `None of ${runs} runs diverged or exploded.`
      : `${sound} of ${counted(runs, "run")} ended soundly; ${unsound.join("; ")}.`;
  const parts = [
    `<p>${escapeHtml(text)}</p>`,
    unsound.length > 0
      ? '<p class="soft">Diverged: the loss stopped being finite. Exploded: it ends above its start and above ln V, the loss of a uniform guess. Such runs are counted in the table; they are in no mean, curve or exponent, and never the best.</p>'
      : "",
    failed > 0 ? `<p>${counted(failed, "run")} failed and ${failed === 1 ? "is" : "are"} not shown.</p>` : "",
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** What a config of this size has where nobody sets it; nothing where it makes no config by itself. */
function defaultCells({ vocabSize, embeddingDim }: Row): Row {
  try {
    return configCells(parseConfig({ vocabSize, embeddingDim } as RunConfigInput));
  } catch {
    return {};
  }
}

/** Settings that all runs share: what was chosen, and folded all of them with their meaning. */
function sharedHtml({ shared }: SweepSummary): string {
  const byDefault = defaultCells(shared);
  const said = (path: string) => valueLabels(path, [shared[path]]).get(keyOf(shared[path])) ?? "";
  const paths = Object.keys(shared);
  const chosen = paths.filter(
    (path) => chief.includes(path) || keyOf(shared[path]) !== keyOf(byDefault[path] ?? null),
  );
  const meaning = (path: string): string => {
    const field = fields.find((one) => one.path === fieldTitle(path));
    return field ? `<span class="soft">${escapeHtml(meaningOf(field))}</span>` : "";
  };
  return `<p>${escapeHtml(chosen.map((path) => `${fieldTitle(path)} ${said(path)}`).join(" · "))}</p>
<details><summary class="soft">All ${counted(paths.length, "setting")} that the runs share</summary><ul class="settings">${paths
    .map((path) => `<li>${escapeHtml(`${fieldTitle(path)} ${said(path)}`)}${meaning(path)}</li>`)
    .join("\n")}</ul></details>`;
}

/** What a reader must know of β where evaluations at or below 0 were left out of its fit; "" where none was. */
function biasText(settings: readonly Setting[]): string {
  const sum = (field: "count" | "of") => settings.reduce((all, { leftOut }) => all + leftOut[field], 0);
  return sum("count") === 0
    ? ""
    : `β leaves out ${sum("count")} of ${sum("of")} evaluations, whose excess loss is at or below 0 and has no logarithm: noise of a sampled evaluation as large as the loss itself. Where some are left out, the others are the higher ones, and β is biased towards smaller values; a larger sample would keep them.`;
}

/** Many panels of what stands behind the loss fold. */
const foldedHtml = ({ name, panels }: DrawnFigure, html: string): string =>
  name === "effective-dimension" && panels.length > PANELS
    ? `<details><summary>Effective dimension of the embedding, ${panels.length} panels</summary>${html}</details>`
    : html;

/** What the numbers are, for those who ask. */
const methods = `<strong>Methods.</strong> Losses are in nats; excess loss is the loss above the entropy of the targets, the least there is. Numbers are those at the last step. β of excess loss ∝ step<sup>−β</sup> is the slope of the least-squares line through the evaluations of the last decade of steps on logarithmic axes, a seed at a time; its 95 % interval is that of the mean over seeds (Student's t). R² is the share of the variance that the line explains, of the seed that it fits worst: where it is below ${LEAST_R_SQUARED}, or a seed's loss does not fall, no β is given.`;

/**
 * Writes OUT/report.html (self-contained) and OUT/figures/*.svg, *.png and *.csv from the finished runs of a journal or a
 * selection.
 * @returns the page's path
 * @throws ConfigError when there is no finished run, or one of these files is there and is not of this package
 */
export async function writeSweepReport(
  journal: FinishedRuns,
  out: string,
  options: ReportOptions = {},
): Promise<string> {
  checkNames(options, reportOptionNames);
  const { onNotice, force = false, theme = "page", chosen, repeat = "npx unigram-lab report DIR" } = options;
  if (journal.runs.length === 0) throw new ConfigError("DIR: expected at least one finished run, got none");
  const summary = await summarizeSweep(journal);
  const { axes, settings } = summary;
  const { figures, left: empty } = sweepFigures(summary);
  const { drawn, left } = await drawFigures(figures, theme);
  const png = await writeFigures(out, drawn, { force });
  if (!png) onNotice?.(withoutPng);
  const computers = computersText(summary.computers);
  const mix = mixOf(journal.revisions);
  const notices = [
    mix === undefined ? "" : `This page shows ${mix}.`,
    ...empty,
    ...left,
    biasText(settings),
  ].filter((notice) => notice !== "");
  const title = `A sweep of ${counted(journal.runs.length, "run")}`;
  const bests = bestRuns(axes, settings);
  const csv = `data:text/csv;charset=utf-8,${encodeURIComponent(settingsCsv(summary))}`;
  const page = `${pageHead(title)}<body>
<header><h1>${title}</h1>
<p class="lede">${escapeHtml([lede(summary), ...(chosen === undefined ? [] : [chosen])].join(" "))}</p></header>
<dl class="findings">
<dt>${bestTitle(journal.runs.length, bests)}</dt><dd>${bestsHtml(axes, settings, bests)}</dd>
${axes.length > 0 ? `<dt>What varies</dt><dd>${effectsHtml(effects(axes, settings), settings)}</dd>\n` : ""}<dt>${journal.runs.length === 1 ? "How it ended" : "How they ended"}</dt><dd>${endedHtml(axes, settings, journal.failedRuns.length)}</dd>
<dt>What is fixed</dt><dd>${sharedHtml(summary)}</dd>
</dl>
${notices.map((notice) => `<p class="notice">${escapeHtml(notice)}</p>`).join("\n")}
<div class="${drawn.every(({ panels }) => panels.length === 1) ? "figures beside" : "figures"}">
${drawn.map((figure) => foldedHtml(figure, figureHtml(figure, { png, repeat }))).join("\n")}
</div>
<h2>${settings.length === 1 ? "The setting" : `All ${settings.length} settings`}</h2>
<p class="soft">At the last step${summary.seeds[1] > 1 ? ", mean ± standard deviation over seeds" : ""}. <a download="settings.csv" href="${csv}">As CSV</a>, with all digits.</p>
${tableHtml(summary)}
${settings.length > ROWS ? `<p class="notice">The first ${ROWS} of ${settings.length} settings; the CSV and unigram-lab export have them all.</p>` : ""}
<footer><p class="soft">${methods}</p>
<dl class="facts">
${computers === undefined ? "" : `<dt>relaxed runs</dt><dd>${escapeHtml(computers)}</dd>\n`}<dt>versions</dt><dd>${escapeHtml(environment().versions)}</dd>
</dl></footer>
<script>${sortScript}</script>
</body></html>
`;
  const path = join(out, "report.html");
  await writeWhole(path, page, { kind: "page", force });
  return path;
}
