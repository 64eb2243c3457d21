/** An experiment's part of the page: what was asked, its figures, and its evidence, folded. */
import { configHash, type RunConfigInput } from "../config.js";
import { configOf, type Profile } from "../experiments/profile.js";
import type { AnalysedExperiment } from "./content.js";
import { escapeHtml } from "./escapeHtml.js";
import { agreementTable, evidence } from "./evidence.js";
import { figureHtml } from "./figureHtml.js";
import { duration } from "./shown.js";

/** The command that repeats an experiment. */
export const commandOf = ({ name, seeds }: AnalysedExperiment, { quick, arithmetic }: Profile): string =>
  `npx unigram-lab reproduce ${name} --seeds ${seeds}${quick ? " --quick" : ""}${arithmetic === "relaxed" ? " --backend webgpu" : ""}`;

/** The fields that all configs share with the same value, and of each config the others. */
export function shared(configs: readonly object[]): { common: object; rest: object[] } {
  const text = (config: object, name: string) => JSON.stringify((config as Record<string, unknown>)[name]);
  const [first = {}, ...others] = configs;
  const isCommon = (name: string) =>
    configs.length > 1 && others.every((other) => text(other, name) === text(first, name));
  const pick = (config: object, wanted: boolean) =>
    Object.fromEntries(Object.entries(config).filter(([name]) => isCommon(name) === wanted));
  return { common: pick(first, true), rest: configs.map((config) => pick(config, false)) };
}

/** What was trained: what all conditions share once, then what each has of its own. */
function conditionsTable({ conditions }: AnalysedExperiment): string {
  const configs = conditions.map(({ condition }) => condition.config as Omit<RunConfigInput, "seed">);
  const { common, rest } = shared(configs);
  const rows = conditions.map(({ condition, runs }, i) => {
    const [first] = runs;
    const names = runs.length
      ? `${runs.length} ${runs.length === 1 ? "seed" : "seeds"}, ${duration(runs.reduce((sum, run) => sum + run.seconds, 0) / runs.length)} each; seed ${first.config.seed}: ${first.run}`
      : `not finished; seed 0 would be run ${configHash(configOf(condition, 0))}`;
    return `<tr><td>${escapeHtml(condition.label)}</td><td><code>${escapeHtml(JSON.stringify(rest[i]))}</code></td><td class="soft">${escapeHtml(names)}</td></tr>`;
  });
  return `<details><summary>What was trained: ${conditions.length} ${conditions.length === 1 ? "condition" : "conditions"}</summary>
${Object.keys(common).length > 0 ? `<p>All of them: <code>${escapeHtml(JSON.stringify(common))}</code></p>` : ""}
<div class="scroll"><table><thead><tr><th>condition</th><th>its own config</th><th>runs</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div></details>`;
}

/** Runs that are missing, that diverged, and figures that could not be drawn, a line each. */
function notices(experiment: AnalysedExperiment): string[] {
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
  return [
    ...(missing.length > 0 ? [`Not all runs finished: ${missing.join("; ")}.`] : []),
    ...(diverged.length > 0 ? [`Runs that diverged: ${diverged.join("; ")}.`] : []),
    ...experiment.left,
  ];
}

export function section(experiment: AnalysedExperiment, profile: Profile, png: boolean): string {
  const repeat = commandOf(experiment, profile);
  const { name, title, summary, claims, source, sampledOver, agreements, figures } = experiment;
  return `<section id="${escapeHtml(name)}">
<h2>${escapeHtml(title)}</h2>
<p>${escapeHtml(summary)}</p>
${notices(experiment)
  .map((line) => `<p class="notice">${escapeHtml(line)}</p>`)
  .join("\n")}
${figures.map((figure) => figureHtml(figure, { png, repeat })).join("\n")}
<p class="soft repeat">Evidence, over ${escapeHtml(sampledOver)}:</p>
${evidence(name, claims, source)}
${agreementTable(agreements)}
${conditionsTable(experiment)}
${figures.length > 0 ? "" : `<p class="soft repeat">To repeat it: <code>${escapeHtml(repeat)}</code></p>\n`}</section>`;
}
