/** The report: pictures, tables and the page that carries them. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { configHash, type RunConfigInput } from "../config.js";
import type { Claim, Condition } from "../experiments/experiment.js";
import { experiments } from "../experiments/index.js";
import type { RunResult } from "../sweep/result.js";
import { atomicWrite } from "./atomicWrite.js";
import { claimsJson } from "./claims.js";
import type { AnalysedExperiment, ReportContent } from "./content.js";
import { environment } from "./environment.js";
import { figurePng, figureSvg } from "./figure.js";
import { reportPage } from "./page.js";
import { parquetBytes } from "./parquet.js";
import { runRows } from "./table.js";
import { dark, light } from "./theme.js";

export type { ReportContent } from "./content.js";
export { checkExportPath, type ExportRows, exportRuns } from "./export.js";
export { checkRecordsPath, writeRecords } from "./records.js";
export { writeSweepReport } from "./sweepReport.js";

/** Finished runs by the condition that asked for them, in the order of their seeds, each seed once. */
function byCondition(conditions: readonly Condition[], runs: readonly RunResult[]) {
  return conditions.map((condition) => {
    const own = new Map<number, RunResult>();
    for (const run of runs) {
      const { seed } = run.config;
      if (run.run === configHash({ ...condition.config, seed } as RunConfigInput)) own.set(seed, run);
    }
    return { condition, runs: [...own.values()].sort((a, b) => a.config.seed - b.config.seed) };
  });
}

/** Analyses one experiment and draws its figures. */
async function analyse(
  name: string,
  grouped: AnalysedExperiment["conditions"],
  quick: boolean,
): Promise<AnalysedExperiment> {
  const experiment = experiments.find((candidate) => candidate.name === name);
  if (!experiment) throw new Error(`unknown experiment ${name}`);
  const runs = new Map(grouped.map(({ condition, runs: own }) => [condition.label, own]));
  const { claims, figures } = experiment.analyse(runs, quick);
  const drawn = [];
  for (const figure of figures) {
    const svg = { light: await figureSvg(figure.spec, light), dark: await figureSvg(figure.spec, dark) };
    drawn.push({ ...figure, svg });
  }
  const { title, summary } = experiment;
  return { name, title, summary, conditions: grouped, claims, figures: drawn };
}

/**
 * Writes DIR/index.html, claims.json, runs.parquet, figures/*.svg and *.png, each whole or not at all.
 * Returns the claims with their verdicts.
 */
export async function writeReport(dir: string, content: ReportContent): Promise<Claim[]> {
  const analysed: AnalysedExperiment[] = [];
  const omitted: string[] = [];
  for (const { name, runs, conditions } of content.experiments) {
    const grouped = byCondition(conditions, runs);
    if (grouped.some(({ runs: own }) => own.length > 0))
      analysed.push(await analyse(name, grouped, content.quick));
    else omitted.push(name);
  }
  const claims = analysed.flatMap((experiment) => experiment.claims);
  const rows = analysed.flatMap(({ name, conditions }) =>
    runRows([...new Set(conditions.flatMap(({ runs }) => runs))], name),
  );

  await mkdir(join(dir, "figures"), { recursive: true });
  for (const { name, svg } of analysed.flatMap(({ figures }) => figures)) {
    await atomicWrite(join(dir, "figures", `${name}.svg`), svg.light);
    await atomicWrite(join(dir, "figures", `${name}.png`), await figurePng(svg.light, light));
  }
  if (rows.length > 0) await atomicWrite(join(dir, "runs.parquet"), parquetBytes(rows));
  await atomicWrite(join(dir, "claims.json"), claimsJson(claims));
  await atomicWrite(join(dir, "index.html"), reportPage(content, analysed, omitted, environment()));
  return claims;
}
