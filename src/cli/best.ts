import { type Command, Option } from "commander";
import type { Measured } from "../analysis/statistics.js";
import { ConfigError } from "../config.js";
import { placeholderOf } from "../fields/trainCommand.js";
import { counted, shortNumber } from "../figures/labels.js";
import {
  bestSettings,
  type RankedColumn,
  type RankedSetting,
  type Ranking,
  rankedColumns,
} from "../report/best.js";
import { repeatingWords, trainWords } from "../report/repeating.js";
import { parseWholeNumber } from "./numbers.js";
import { say } from "./output.js";
import { type SelectFlags, selected, whereOption } from "./selected.js";
import { whereHelp } from "./whereText.js";

/** Characters of a line. */
const COLUMNS = 80;

interface Options extends SelectFlags {
  by?: string;
  highest?: boolean;
  top?: string;
  json?: boolean;
}

export function addBest(program: Command): void {
  program
    .command("best")
    .summary("name the best setting of a sweep, and the command that repeats it")
    .description(
      "Ranks the settings of finished runs by a number of their last evaluation, the lowest first, and prints the best: its runs, its numbers and the command line that repeats it. A setting is a config but for its seed; its number is the mean over its seeds. Settings are compared with those of the same vocabulary and the same data alone. One of which a seed diverged (its loss stopped being finite) or exploded (it ended above its start and above ln V, the loss of a uniform guess) never wins.",
    )
    .argument("<dir...>", "directories of sweeps or of reproduce")
    .addOption(new Option("--by <column>", "number of the last evaluation (default: excessLoss)"))
    .option("--highest", "the highest first")
    .option("--top <n>", "settings of each ranking (default: 1)")
    .addOption(whereOption())
    .option("--json", "a JSON line a setting")
    .addHelpText(
      "after",
      `\n${whereHelp}\n\nExamples:\n  unigram-lab best unigram-lab-sweep\n  unigram-lab best results-* --by loss --where steps=3000 --top 5`,
    )
    .action(best);
}

function columnOf(by: string | undefined): RankedColumn | undefined {
  if (by === undefined || (rankedColumns as readonly string[]).includes(by)) return by as RankedColumn;
  throw new ConfigError(
    `--by: expected ${rankedColumns.slice(0, -1).join(", ")} or ${rankedColumns.at(-1)}, got ${JSON.stringify(by)}`,
  );
}

async function best(directories: string[], options: Options): Promise<void> {
  const { highest = false, top, json } = options;
  const by = columnOf(options.by) ?? "excessLoss";
  const most = top === undefined ? 1 : parseWholeNumber("--top", top, 1, 1_000_000);
  const selection = await selected(directories, options);
  try {
    if (selection.total === 0) throw new ConfigError("DIR: expected at least one finished run, got none");
    const rankings = await bestSettings(selection, { by, highest, top: most });
    const shown = rankings.flatMap((ranking) => ranking.best);
    const commandOf = commandsOf(shown);
    if (json) {
      for (const ranking of rankings)
        for (const line of jsonLines(ranking, by, commandOf)) await say(`${line}\n`);
      return;
    }
    // the best of each ranking before the second of any
    const byRank = rankings.flatMap(({ best }) => best.map((setting, rank) => ({ setting, rank })));
    byRank.sort((a, b) => a.rank - b.rank);
    const inFull = new Set(byRank.slice(0, MOST_IN_FULL).map(({ setting }) => setting));
    const linesOf = (setting: RankedSetting, rank: number) =>
      inFull.has(setting)
        ? settingLines(setting, by, rank, commandOf(setting))
        : briefLines(setting, by, rank);
    const texts = rankings.map((ranking) => rankingText(ranking, by, highest, linesOf));
    await say(`${texts.join("\n\n")}\n`);
    if (shown.length > MOST_IN_FULL)
      process.stderr.write(
        `${MOST_IN_FULL} of ${shown.length} settings are printed in full; --where leaves out others, --json has every command\n`,
      );
    process.stderr.write(placeholdersText([...inFull]));
  } finally {
    await selection.close();
  }
}

type CommandOf = (setting: RankedSetting) => string[];

/** Settings whose numbers, runs and command are printed; of more a line each. */
const MOST_IN_FULL = 12;

const seedsOf = ({ runs }: RankedSetting): number[] => runs.map(({ seed }) => seed);

/** The words that repeat each setting: of several sweeps each has a directory of its own. */
function commandsOf(settings: readonly RankedSetting[]): CommandOf {
  const sweeps = settings.filter(({ runs }) => runs.length > 1);
  return (setting) =>
    repeatingWords(setting, seedsOf(setting), sweeps.length > 1 ? sweeps.indexOf(setting) + 1 : undefined);
}

/** What stands in the commands for a file that no journal has, a line each. */
function placeholdersText(settings: readonly RankedSetting[]): string {
  const names = new Set(settings.map(({ config }) => placeholderOf(config)));
  return [
    names.has("CORPUS.npy") ? "CORPUS.npy stands for the tokens of the corpus that these runs read\n" : "",
    names.has("COUNTS.csv") ? "COUNTS.csv stands for the file of counts that these runs draw by\n" : "",
  ].join("");
}

function jsonLines(
  { best: settings, ...ranking }: Ranking,
  by: RankedColumn,
  commandOf: CommandOf,
): string[] {
  return settings.map((setting, i) => {
    const runs = setting.runs.map((run) => ({ ...run, command: trainWords(setting, run.seed).join(" ") }));
    const command = commandOf(setting).join(" ");
    return JSON.stringify({ rank: i + 1, by, ...ranking, ...setting, runs, command });
  });
}

function rankingText(
  ranking: Ranking,
  by: RankedColumn,
  highest: boolean,
  linesOf: (setting: RankedSetting, rank: number) => string[],
): string {
  const { vocabSize, distribution, targets, best: settings, compared, leftOut } = ranking;
  const data = [
    `V ${vocabSize}`,
    distribution.kind === "zipf" ? `Zipf ${shortNumber(distribution.exponent)}` : distribution.kind,
    ...(targets === undefined || targets.kind === "independent" ? [] : [targets.kind]),
  ].join(", ");
  const left = [
    leftOut.diverged > 0 ? `${leftOut.diverged} diverged` : "",
    leftOut.exploded > 0 ? `${leftOut.exploded} exploded` : "",
    leftOut.unmeasured > 0 ? `${leftOut.unmeasured} without ${by}` : "",
  ].filter((part) => part !== "");
  const head = `${data}: ${highest ? "highest" : "lowest"} ${by} of ${counted(compared, "setting")}`;
  const lines = settings.flatMap((setting, i) => linesOf(setting, settings.length > 1 ? i + 1 : 0));
  return [
    ...filled([head, ...(left.length > 0 ? [`left out: ${left.join(", ")}`] : [])], "; ", ""),
    ...lines,
  ].join("\n");
}

const rankText = (rank: number): string => (rank > 0 ? `${rank}. ` : "");

function briefLines({ setting, runs, numbers }: RankedSetting, by: RankedColumn, rank: number): string[] {
  const parts = [
    `${rankText(rank)}${by} ${numberText(numbers[by] as Measured)}`,
    ...(setting === "" ? [] : setting.split(", ")),
    runs.length > 1 ? `${runs.length} seeds` : `run ${runs[0].run}`,
  ];
  return filled(parts, ", ", "").map((line, i) => (i === 0 ? line : `  ${line}`));
}

function settingLines(
  setting: RankedSetting,
  by: RankedColumn,
  rank: number,
  command: readonly string[],
): string[] {
  const { runs, numbers } = setting;
  const own = numbers[by] as Measured;
  const others = Object.entries(numbers).flatMap(([name, number]) =>
    name === by || name === "learningRate" || isExact(name, number) ? [] : [`${name} ${numberText(number)}`],
  );
  const seeds = runs.length > 1 ? `, mean ± sd of ${runs.length} seeds` : "";
  return [
    `${rankText(rank)}${by} ${numberText(own)}${seeds}`,
    ...(setting.setting === "" ? [] : filled(setting.setting.split(", "), ", ", "  ")),
    ...filled(others, ", ", "  "),
    ...filled(namesOf(runs), ", ", "  "),
    ...commandLines(command),
  ];
}

/** Runs of one setting that are named; JSON has them all. */
const MOST_NAMED = 12;

function namesOf(runs: RankedSetting["runs"]): string[] {
  const [first, ...others] = runs.slice(0, MOST_NAMED).map(({ run }) => run);
  const more = runs.length - MOST_NAMED;
  return [
    `run${runs.length > 1 ? "s" : ""} ${first}`,
    ...others,
    ...(more > 0 ? [`and ${more} more, which --json names`] : []),
  ];
}

/** An exact evaluation has no standard error. */
const isExact = (name: string, { mean }: Measured): boolean => name === "standardError" && mean === 0;

const numberText = ({ mean, standardDeviation, seeds }: Measured): string =>
  `${shortNumber(mean)}${seeds > 1 ? ` ± ${shortNumber(standardDeviation, 2)}` : ""}`;

/** Parts on lines of at most so many characters, as far as they fit. */
function filled(parts: readonly string[], between: string, indent: string, columns = COLUMNS): string[] {
  const lines: string[] = [];
  for (const [i, part] of parts.entries()) {
    const text = i < parts.length - 1 ? `${part}${between}` : part;
    const last = lines.at(-1);
    if (last !== undefined && (last + text).trimEnd().length <= columns) lines[lines.length - 1] += text;
    else lines.push(indent + text);
  }
  return lines.map((line) => line.trimEnd());
}

/** A command as a shell takes it, over several lines where it is long. */
function commandLines(words: readonly string[]): string[] {
  const lines = filled(words, " ", "    ", COLUMNS - " \\".length);
  return lines.map((line, i) => `${i === 0 ? line.slice(2) : line}${i < lines.length - 1 ? " \\" : ""}`);
}
