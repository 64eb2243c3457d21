import { join } from "node:path";
import type { Command } from "commander";
import { ConfigError, configHash, parseConfig, type RunConfig } from "../config.js";
import type { Experiment, Part } from "../experiments/experiment.js";
import { experiments } from "../experiments/index.js";
import { conditionsOf, configsOf, type Profile, profileName, profiles } from "../experiments/profile.js";
import { counted } from "../figures/labels.js";
import type { ThemeName } from "../figures/theme.js";
import { claimsJson } from "../report/claims.js";
import { writeReport } from "../report/index.js";
import { journaledExperiments } from "../report/journaled.js";
import { isSameComputer, shownComputedBy } from "../sweep/computedBy.js";
import { cores, FailedRuns, Journal, type RunResult, runPool } from "../sweep/index.js";
import { StatusWriter } from "../sweep/liveStatus.js";
import { processorOf } from "../sweep/processor.js";
import type { DeviceKind } from "../training/together.js";
import { addBackendFlags, type BackendFlags, checkBackendFlags, deviceOf } from "./backendFlag.js";
import { addConfigFlags, type Flags, givenFields, shownFlag } from "./configFlags.js";
import { corporaFlag, findCorpora } from "./corporaFlag.js";
import { Interrupted } from "./failure.js";
import { interruptSignal } from "./interrupt.js";
import { keptOf } from "./keptOf.js";
import { parseWholeNumber } from "./numbers.js";
import { say } from "./output.js";
import { progressReporter, timeLeft } from "./progress.js";
import { refusedUnless } from "./refused.js";
import { checkReportDirectory } from "./reportDirectory.js";
import { vectorBits } from "./revectorizer.js";
import { experimentNames } from "./runNames.js";
import { parseTheme, themeFlag } from "./themeFlag.js";
import { claimsText } from "./verdictText.js";

const BACKENDS = ["wasm", "webgpu"];

interface Options extends Flags, BackendFlags {
  seeds?: string;
  out?: string;
  quick?: boolean;
  list?: boolean;
  force?: boolean;
  json?: boolean;
  verbose?: boolean;
  corpora?: string;
  theme?: string;
}

const parts = [...new Set(experiments.map(({ part }) => part))];
const namesOf = (part: Part): string[] =>
  experiments.filter((one) => one.part === part).map(({ name }) => name);

/** Experiments with the runs that they take. */
const listed = (shown: readonly Experiment[], { quick = false, seeds }: Options) =>
  shown.map((experiment) => {
    const count = seeds === undefined ? experiment.seeds : parseWholeNumber("--seeds", seeds, 1, 10000);
    const conditions = conditionsOf(experiment, { quick, arithmetic: "strict" });
    return {
      part: experiment.part,
      name: experiment.name,
      title: experiment.title,
      summary: experiment.summary,
      seeds: count,
      runs: conditions.reduce((sum, condition) => sum + configsOf(condition, count).length, 0),
    };
  });

function listing(shown: ReturnType<typeof listed>): string {
  const rows = shown.map(({ part, name, title, runs }) => [part, name, `${runs}`, title]);
  const head = ["part", "experiment", "runs", "question"];
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i].length)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, i) => (i === 2 ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")
    .concat("\n");
}

/** What is named, or the post's: a part's name stands for its experiments. */
function chosenBy(names: readonly string[]): Experiment[] {
  const wanted = names.length === 0 ? ["post"] : names;
  const known = [...parts, ...experiments.map(({ name }) => name)];
  for (const name of wanted)
    if (!known.includes(name)) throw new ConfigError(`EXPERIMENT: expected ${known.join(", ")}, got ${name}`);
  return experiments.filter(({ name, part }) => wanted.includes(name) || wanted.includes(part));
}

/** Where a profile's report goes when no directory is given. */
const directoryOf = ({ quick, arithmetic }: Profile): string =>
  `unigram-lab-report${arithmetic === "relaxed" ? "-relaxed" : ""}${quick ? "-quick" : ""}`;
const [full, quickOne] = profiles.map(directoryOf);

export function addReproduce(program: Command): void {
  const command = program
    .command("reproduce")
    .summary("reproduce the post's figures with error bars")
    .description(
      `Runs experiments, writes a report and prints a verdict on each claim. Without a name it is the post's, which "post" stands for; "beyond" stands for the questions that the post leaves open.\n\n${parts.map((part) => `${part}: ${namesOf(part).join(", ")}`).join("\n")}`,
    )
    .argument("[experiment...]", "experiments to run, or a part: post, beyond")
    .option("--list", "list the experiments and leave")
    .option(
      "--seeds <n>",
      "seeds of every setting, fewer of costly ones (default: an experiment's own, 5 for the post's)",
    )
    .option("--threads <n>", "threads (default: one a core)")
    .option(
      "--out <dir>",
      `directory of the report (default: ${full}, with --quick ${quickOne}; with webgpu unigram-lab-report-relaxed…)`,
    )
    .option("--quick", "a first look in under a minute: fewer steps, small vocabularies")
    .option(...corporaFlag)
    .option(...themeFlag)
    .option("--force", "replace files that unigram-lab did not write")
    .option("--json", "print the claims of the experiments named as JSON")
    .option("--verbose", "say more")
    .addHelpText(
      "after",
      "\nExamples:\n  unigram-lab reproduce --quick\n  unigram-lab reproduce scaling-law --seeds 3\n  unigram-lab reproduce beyond\n  unigram-lab reproduce --backend webgpu --seeds 5\n\nA run that is finished is kept in DIR/journal.ndjson and not run again. Page,\nclaims and tables show all experiments with finished runs there, with all their\nseeds, whichever were named last. The quick profile trains other configs, and so\ndoes a GPU, whose arithmetic is relaxed: their reports have directories of their\nown, and one that holds another profile, relaxed results of another device or a\nsweep is refused.",
    )
    .action((names: string[], options: Options) => refusedUnless("--force", () => reproduce(names, options)));
  addBackendFlags(command, BACKENDS);
  // known, so that they can be refused with a reason
  addConfigFlags(command);
}

async function reproduce(names: string[], options: Options): Promise<void> {
  const [given] = givenFields(options);
  if (given !== undefined)
    throw new ConfigError(
      `${shownFlag(given, options)}: expected a flag of reproduce, the claims are about the experiments' own configs; train and sweep take this one`,
    );
  const chosen = chosenBy(names);
  checkBackendFlags(options, BACKENDS);
  if (options.list) {
    const rows = listed(names.length > 0 ? chosen : experiments, options);
    return say(options.json ? `${JSON.stringify(rows, null, 2)}\n` : listing(rows));
  }
  const seeds =
    options.seeds === undefined ? undefined : parseWholeNumber("--seeds", options.seeds, 1, 10000);
  const threads =
    options.threads === undefined ? cores() : parseWholeNumber("--threads", options.threads, 1, 1024);
  const profile: Profile = {
    quick: options.quick ?? false,
    arithmetic: options.backend === "webgpu" ? "relaxed" : "strict",
  };
  const theme = parseTheme(options.theme);
  const out = options.out ?? directoryOf(profile);
  await checkReportDirectory(out, profile, chosen, options.force);
  const device = await deviceOf(options);
  const journal = await Journal.open(out);
  try {
    await reproduceInto(out, journal, { chosen, seeds, threads, profile, device, theme }, options);
  } finally {
    await journal.close();
  }
}

/** What is to be run. */
interface Wanted {
  chosen: Experiment[];
  /** Of every condition; each experiment's own when left out. */
  seeds: number | undefined;
  threads: number;
  profile: Profile;
  device: DeviceKind | undefined;
  theme: ThemeName;
}

/** @throws ConfigError where runs of another device are there: one mean is of one device */
async function checkComputer(
  out: string,
  journal: Journal,
  { profile, device }: Pick<Wanted, "profile" | "device">,
): Promise<void> {
  if (profile.arithmetic === "strict") return;
  const own = (await device?.device.computedBy()) ?? processorOf(profile);
  for await (const { config, computedBy } of journal.results())
    if (config.arithmetic === "relaxed" && own && computedBy && !isSameComputer(own, computedBy))
      throw new ConfigError(
        `--out: expected a new directory or a report computed by ${shownComputedBy(own)}, got ${out}, which ${shownComputedBy(computedBy)} computed`,
      );
}

async function reproduceInto(
  out: string,
  journal: Journal,
  { chosen, seeds, threads, profile, device, theme }: Wanted,
  options: Options,
): Promise<void> {
  const planned = chosen.map((experiment) => ({
    experiment,
    configs: conditionsOf(experiment, profile).flatMap((condition) =>
      configsOf(condition, seeds ?? experiment.seeds).map(parseConfig),
    ),
  }));
  const unfinished = planned.filter(({ configs }) => configs.some((it) => !journal.has(configHash(it))));
  const { found, notices } = await findCorpora(
    unfinished.map(({ experiment }) => experiment),
    options.corpora,
  );
  for (const { experiment, configs } of planned)
    if (configs.length === 0)
      notices.push(`${experiment.name}: skipped, it has no ${profileName(profile)} profile`);
  for (const notice of notices) process.stderr.write(`${notice}\n`);
  const lacksTokens = ({ distribution }: RunConfig) =>
    distribution.kind === "corpus" && !found.has(distribution.digest);
  const configs = planned
    .flatMap((it) => it.configs)
    .filter((config) => journal.has(configHash(config)) || !lacksTokens(config));
  const total = new Set(configs.map(configHash)).size;
  for (const notice of journal.notices) process.stderr.write(`${notice}\n`);
  if (configs.some((config) => !journal.has(configHash(config))))
    await checkComputer(out, journal, { profile, device });
  process.stderr.write(`${counted(total, "run")}${device ? "" : ` on ${counted(threads, "thread")}`}\n`);

  const signal = interruptSignal();
  const nameOf = experimentNames(chosen, profile, seeds);
  const bar = progressReporter(total, nameOf);
  const left = timeLeft(performance.now());
  const inAll = new Set([...configs.map(configHash), ...journal.runs]).size;
  const status = new StatusWriter(out, inAll, nameOf, options.force);
  const finished = new Map<string, RunResult>();
  let failed: FailedRuns | undefined;
  try {
    for await (const result of runPool(configs, {
      ...(device ? { backend: device } : { threads, vectorBits: vectorBits() }),
      corpus: [...found.values()],
      journal,
      signal,
      // a second call is the way to try again here
      retryFailed: true,
      onProgress: (progress) => {
        bar.update(progress);
        status.update(progress, left(progress));
      },
      onEvent: bar.event,
    }))
      finished.set(result.run, result);
  } catch (error) {
    if (error instanceof FailedRuns) failed = error;
    else if (error instanceof Interrupted)
      throw error.keeping(
        `${keptOf(finished.size, total)}; the same command goes on from there, and writes the report`,
      );
    else throw error;
  } finally {
    bar.stop();
    await status.close();
  }

  const journaled = await journaledExperiments(journal, profile);
  const asked = new Map(chosen.map((one) => [one.name, seeds ?? one.seeds]));
  // what ran for another experiment alone makes no section of its own
  // a part of which nothing ran is not missed
  const partOf = new Map(experiments.map(({ name, part }) => [name, part]));
  const present = new Set(
    journaled
      .filter(({ name, seeds: own }) => own > 0 || asked.has(name))
      .map(({ name }) => partOf.get(name)),
  );
  const inParts = journaled.filter(({ name }) => present.has(partOf.get(name)));
  const shown = inParts.map((own) => ({
    ...own,
    runs: own.seeds > 0 || asked.has(own.name) ? own.runs : [],
    seeds: Math.max(own.seeds, asked.get(own.name) ?? 0),
  }));
  const runs = new Map(shown.flatMap((own) => own.runs).map((run) => [run.run, run]));
  const claims = await writeReport(
    out,
    {
      experiments: shown,
      ...profile,
      seeds: Math.max(...asked.values()),
      seconds: [...runs.values()].reduce((sum, run) => sum + run.seconds, 0),
      threads,
    },
    { force: options.force, theme, onNotice: (line) => process.stderr.write(`${line}\n`) },
  );
  const own = claims.filter(({ experiment }) => asked.has(experiment));
  await say(options.json ? claimsJson(own) : claimsText(own));
  if (options.verbose) printVerbose([...finished.values()]);
  process.stderr.write(`report: ${join(out, "index.html")}\n`);
  if (chosen.every(({ part }) => part === "post") && parts.length > 1)
    process.stderr.write("beyond the post: unigram-lab reproduce beyond, or --list\n");
  if (failed) throw new Error(`${failed.count} of ${counted(total, "run")} failed: ${failed.message}`);
}

function printVerbose(runs: RunResult[]): void {
  for (const { run, config, bytes, seconds, stepSeconds } of runs)
    process.stderr.write(
      `${run}  V=${config.vocabSize} D=${config.embeddingDim} seed ${config.seed}: ${(bytes / 2 ** 20).toFixed(1)} MiB, ${seconds.toFixed(1)} s, ${stepSeconds.toFixed(1)} s of it in steps\n`,
    );
}
