/**
 * The best settings of finished runs. A setting is a config but for its seed, and its number the mean over its seeds.
 * Settings are compared within one vocabulary and one kind of data: no loss is better or worse than that on other tokens.
 */
import { type Outcome, outcomeOf } from "../analysis/outcome.js";
import { type Measured, mean, measured } from "../analysis/statistics.js";
import type { ComputedBy } from "../backend/backend.js";
import { checkNames } from "../checks.js";
import { ConfigError, canonicalConfig, type RunConfig, type RunConfigInput, show } from "../config.js";
import { compareValues } from "../sweep/groups.js";
import type { RunResult } from "../sweep/result.js";
import type { FinishedRuns } from "../sweep/selection.js";
import { particularColumns, recordColumns, type TrainingRecord } from "../training/record.js";
import { type Question, questionKey, questionOf } from "./question.js";
import { settingWords } from "./settingWords.js";

/** A number of a run's last evaluation. */
export type RankedColumn = Exclude<keyof TrainingRecord, "step" | "diverged">;

/** What settings can be ranked by. */
export const rankedColumns: readonly RankedColumn[] = [...recordColumns, ...particularColumns].filter(
  (name): name is RankedColumn => name !== "step" && name !== "diverged",
);

export interface BestOptions {
  /** What settings are ranked by, the lowest first. Default "excessLoss". */
  by?: RankedColumn;
  /** The highest first. Default false. */
  highest?: boolean;
  /** Settings of a ranking. Default 1. */
  top?: number;
}

export interface RankedSetting {
  /** The config of its first seed. */
  config: RunConfig;
  /** What tells it from the settings that it is compared with, in words; "" where there is no other. */
  setting: string;
  /** Who computed its first seed, where arithmetic is relaxed. */
  computedBy: ComputedBy | undefined;
  /** Its runs, sorted by their seeds, with what they are ranked by. */
  runs: { run: string; seed: number; value: number }[];
  /** The numbers of the last evaluation that all its runs have, over its seeds. */
  numbers: Partial<Record<RankedColumn, Measured>>;
}

/** The settings of one vocabulary and one kind of data. */
export interface Ranking extends Question {
  /** The best first. */
  best: RankedSetting[];
  /** Settings that were compared. */
  compared: number;
  /** Settings that cannot win: a seed of theirs diverged, or exploded, or has no such number at its end. */
  leftOut: { diverged: number; exploded: number; unmeasured: number };
}

type Numbers = Partial<Record<RankedColumn, number>>;

interface Setting {
  config: RunConfig;
  runs: (Pick<RunResult, "run" | "computedBy"> & { seed: number; numbers: Numbers; outcome: Outcome })[];
}

/**
 * The best settings by a number of their runs' last evaluation, a ranking for each vocabulary and kind of data. A setting of
 * which a seed diverged or exploded never wins.
 * @param runs a journal, or a selection of several
 * @throws ConfigError for a column that records have not, and for another number than a whole one above 0 as `top`
 */
export async function bestSettings(runs: FinishedRuns, options: BestOptions = {}): Promise<Ranking[]> {
  checkNames(options, ["by", "highest", "top"]);
  const { by = "excessLoss", highest = false, top = 1 } = options;
  if (!rankedColumns.includes(by))
    throw new ConfigError(
      `by: expected a number of a record, one of ${rankedColumns.join(", ")}, got ${show(by)}`,
    );
  if (!Number.isInteger(top) || top < 1)
    throw new ConfigError(`top: expected a whole number of at least 1, got ${show(top)}`);
  const questions = new Map<string, Setting[]>();
  for (const setting of await settingsOf(runs)) {
    const question = questionKey(setting.config);
    questions.set(question, [...(questions.get(question) ?? []), setting]);
  }
  return [...questions.values()]
    .map((settings) => rankingOf(settings, by, highest, top))
    .sort(
      (a, b) =>
        a.vocabSize - b.vocabSize ||
        compareValues(a.distribution, b.distribution) ||
        compareValues(a.targets, b.targets),
    );
}

async function settingsOf(runs: FinishedRuns): Promise<Setting[]> {
  const settings = new Map<string, Setting>();
  for await (const result of runs.results()) {
    const { run, config, computedBy } = result;
    const own = {
      run,
      computedBy,
      seed: config.seed,
      numbers: numbersOf(result),
      outcome: outcomeOf(result),
    };
    const key = keyOf(config);
    const setting = settings.get(key);
    if (setting) setting.runs.push(own);
    else settings.set(key, { config, runs: [own] });
  }
  for (const setting of settings.values()) {
    setting.runs.sort((a, b) => a.seed - b.seed);
    setting.config = { ...setting.config, seed: setting.runs[0].seed };
  }
  return [...settings.values()];
}

/** A setting's name: its config without the seed. */
function keyOf(config: RunConfig): string {
  const first = { ...config, seed: 0 };
  try {
    return canonicalConfig(first as RunConfigInput);
  } catch {
    // of a version after this one
    return JSON.stringify(first);
  }
}

function numbersOf({ records }: RunResult): Numbers {
  const last = records.at(-1);
  return Object.fromEntries(
    rankedColumns.flatMap((name) => {
      const value = last?.[name];
      return typeof value === "number" && Number.isFinite(value) ? [[name, value]] : [];
    }),
  );
}

function rankingOf(settings: readonly Setting[], by: RankedColumn, highest: boolean, top: number): Ranking {
  const leftOut = { diverged: 0, exploded: 0, unmeasured: 0 };
  const ranked: { value: number; setting: Setting }[] = [];
  for (const setting of settings) {
    const { runs } = setting;
    const values = runs.flatMap(({ numbers }) => numbers[by] ?? []);
    if (runs.some(({ outcome }) => outcome === "diverged")) leftOut.diverged++;
    else if (runs.some(({ outcome }) => outcome === "exploded")) leftOut.exploded++;
    else if (values.length < runs.length) leftOut.unmeasured++;
    else ranked.push({ value: highest ? -mean(values) : mean(values), setting });
  }
  // equal ones by name, so that nothing depends on the order of runs
  ranked.sort((a, b) => a.value - b.value || (a.setting.runs[0].run < b.setting.runs[0].run ? -1 : 1));
  const told = ({ config, runs }: Setting) => ({ config, computedBy: runs[0].computedBy });
  const words = settingWords(settings.map(told));
  const best = ranked.slice(0, top).map(({ setting }) => rankedSetting(setting, by, words(told(setting))));
  return { ...questionOf(settings[0].config), best, compared: ranked.length, leftOut };
}

function rankedSetting({ config, runs }: Setting, by: RankedColumn, setting: string): RankedSetting {
  const numbers: RankedSetting["numbers"] = {};
  for (const name of rankedColumns) {
    const values = runs.flatMap((run) => run.numbers[name] ?? []);
    if (values.length === runs.length) numbers[name] = measured(values);
  }
  return {
    setting,
    config,
    computedBy: runs[0].computedBy,
    runs: runs.map(({ run, seed, numbers: own }) => ({ run, seed, value: own[by] as number })),
    numbers,
  };
}
