/** The report: pictures, tables and the page that carries them. */
import { join } from "node:path";
import { checkNames } from "../checks.js";
import { writeWhole } from "../disk/writeWhole.js";
import { analyse, type Condition } from "../experiments/experiment.js";
import { experiments } from "../experiments/index.js";
import { drawFigures, withoutPng, writeFigures } from "../figures/drawing.js";
import type { ThemeName } from "../figures/theme.js";
import type { RunResult } from "../sweep/result.js";
import { claimsJson, type ReportedClaim } from "./claims.js";
import type { AnalysedExperiment, ReportContent } from "./content.js";
import { environment } from "./environment.js";
import { findingsText } from "./findings.js";
import { settingOf, settingsOf } from "./journaled.js";
import { reportPage } from "./page.js";
import { type ReportOptions, reportOptionNames } from "./reportOptions.js";
import { writeTable } from "./writeTable.js";

export { type TrainCommandOptions, trainCommand } from "../fields/trainCommand.js";
export { scheduleName, scheduleNames } from "../figures/scheduleNames.js";
export {
  type BestOptions,
  bestSettings,
  type RankedColumn,
  type RankedSetting,
  type Ranking,
} from "./best.js";
export type { ReportContent } from "./content.js";
export { exportRuns } from "./export.js";
export { writeRecords } from "./records.js";
export type { ReportOptions } from "./reportOptions.js";
export { writeSweepReport } from "./sweepReport.js";
export type { TableRows as ExportRows } from "./table.js";
export { checkTablePath as checkExportPath, checkTablePath as checkRecordsPath } from "./writeTable.js";

/** Finished runs by the condition that asked for them, in the order of their seeds, each seed once. */
function byCondition(conditions: readonly Condition[], runs: readonly RunResult[]) {
  const bySetting = new Map<string, Map<number, RunResult>>();
  for (const run of runs) {
    for (const setting of settingsOf(run.config)) {
      const own = bySetting.get(setting);
      if (own) own.set(run.config.seed, run);
      else bySetting.set(setting, new Map([[run.config.seed, run]]));
    }
  }
  return conditions.map((condition) => {
    const own = bySetting.get(settingOf(condition))?.values() ?? [];
    return { condition, runs: [...own].sort((a, b) => a.config.seed - b.config.seed) };
  });
}

/** One experiment, judged and drawn. */
async function analysed(
  name: string,
  seeds: number,
  grouped: AnalysedExperiment["conditions"],
  quick: boolean,
  theme: ThemeName,
): Promise<AnalysedExperiment> {
  const experiment = experiments.find((candidate) => candidate.name === name);
  if (!experiment) throw new Error(`unknown experiment ${name}`);
  const runs = new Map(grouped.map(({ condition, runs: own }) => [condition.label, own]));
  const { claims, figures, ...read } = analyse(experiment, runs, quick);
  const { drawn, left } = await drawFigures(figures, theme);
  const { part, title, summary, source, sampledOver } = experiment;
  return {
    ...{ name, part, title, summary, source, seeds, sampledOver, conditions: grouped },
    claims: claims.map((claim) => ({ ...claim, sampledOver })),
    ...{ ...read, figures: drawn, left },
  };
}

/**
 * Writes DIR/index.html, claims.json, runs.parquet, figures/*.svg, *.csv and *.png, and where experiments have findings FINDINGS.md,
 * each whole or not at all.
 * Returns the claims with their verdicts.
 * @throws ConfigError when one of these files is there and is not of this package
 */
export async function writeReport(
  dir: string,
  content: ReportContent,
  options: ReportOptions = {},
): Promise<ReportedClaim[]> {
  checkNames(options, reportOptionNames);
  const { onNotice, force = false, theme = "page" } = options;
  const shown: AnalysedExperiment[] = [];
  const omitted: string[] = [];
  for (const { name, runs, conditions, seeds = content.seeds } of content.experiments) {
    const grouped = byCondition(conditions, runs);
    if (grouped.some(({ runs: own }) => own.length > 0))
      shown.push(await analysed(name, seeds, grouped, content.quick, theme));
    else omitted.push(name);
  }
  const claims = shown.flatMap((experiment) => experiment.claims);
  const listed = shown.flatMap(({ name, conditions }) =>
    [...new Set(conditions.flatMap(({ runs }) => runs))].map((run) => ({ experiment: name, ...run })),
  );

  const png = await writeFigures(
    dir,
    shown.flatMap(({ figures }) => figures),
    { force },
  );
  if (!png) onNotice?.(withoutPng);
  if (listed.length > 0) await writeTable(join(dir, "runs.parquet"), () => listed, { force });
  // without a claim it is an empty list, which is no kind in particular
  await writeWhole(join(dir, "claims.json"), claimsJson(claims), { force });
  const findings = findingsText(shown, { quick: content.quick, arithmetic: content.arithmetic ?? "strict" });
  if (findings !== undefined)
    await writeWhole(join(dir, "FINDINGS.md"), findings, { kind: "findings", force });
  const page = reportPage(content, shown, omitted, environment(), png);
  await writeWhole(join(dir, "index.html"), page, { kind: "page", force });
  return claims;
}
