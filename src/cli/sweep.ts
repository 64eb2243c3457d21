import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { checkHandedIn } from "../data/createSource.js";
import { quoted } from "../fields/trainCommand.js";
import { counted } from "../figures/labels.js";
import { exportRuns } from "../report/export.js";
import { cores } from "../sweep/cores.js";
import type { SweepDescription } from "../sweep/description.js";
import { FailedRuns } from "../sweep/failedRuns.js";
import { SweepPlan } from "../sweep/grid.js";
import { Journal, journalFile } from "../sweep/journal.js";
import { KeptSnapshots } from "../sweep/keptSnapshots.js";
import { StatusWriter } from "../sweep/liveStatus.js";
import { together } from "../sweep/plans.js";
import { runPool } from "../sweep/pool.js";
import type { PoolEvent } from "../sweep/poolOptions.js";
import { checkRevision } from "../sweep/revisions.js";
import { inShard, parseShard, taskArray } from "../sweep/shard.js";
import { addBackendFlags, checkBackendFlags, deviceOf } from "./backendFlag.js";
import { addConfigFlags, namingFlags } from "./configFlags.js";
import { Continued, checkSnapshots, plannedSnapshots, unkept } from "./continuing.js";
import { corpusFlag, readCorpus } from "./corpusFlag.js";
import { distributionFileHelp, readLine, withDistributionFile } from "./distributionFile.js";
import { printPlan } from "./dryRun.js";
import { endedSchedules } from "./endedSchedules.js";
import { Interrupted } from "./failure.js";
import { interruptSignal } from "./interrupt.js";
import { interventionHelp } from "./interventionText.js";
import { keptOf } from "./keptOf.js";
import { parseWholeNumber } from "./numbers.js";
import { say } from "./output.js";
import { progressReporter, timeLeft } from "./progress.js";
import { refusedUnless } from "./refused.js";
import { vectorBits } from "./revectorizer.js";
import { sweepNames } from "./runNames.js";
import { scheduleHelp } from "./scheduleText.js";
import { checkDevice, describeSweeps, type SweepFlags } from "./sweepFlags.js";
import {
  checkFiles,
  checkNoReport,
  checkRecord,
  isLongerSweep,
  readRecord,
  runsOf,
  withSweep,
  writeRecord,
} from "./sweepRecord.js";

const BACKENDS = ["wasm", "webgpu"];

interface Options extends SweepFlags {
  out?: string;
  dryRun?: boolean;
  shard?: string;
  keepSnapshots?: boolean;
  retryFailed?: boolean;
  json?: boolean;
}

type Placed = Options & { out: string };

export function addSweep(program: Command): void {
  const command = program
    .command("sweep")
    .summary("run every combination of some settings")
    .description(
      "Runs a sweep: { base, axes, zip, seeds, where } from a JSON file (sweep.schema.json completes it in an editor), flags, or both: a flag of a field sets it in the base. A finished run is kept in DIR/journal.ndjson and never run again: the same command goes on after anything. DIR remembers its sweep; another one, or an extended one, goes there with --add, and of its runs those that are new are run. The same sweep for more steps goes there as it is, and --steps N alone is the sweep of DIR with N steps: its runs go on from the snapshots that --keep-snapshots kept, to the same bits as in one go.",
    )
    .argument("[file]", "sweep as JSON")
    .option(
      "--vary <axis>",
      "FIELD=v1,v2,… or FIELD=log:from:to:n or FIELD=linear:from:to:n, a field by its flag or its path in the config",
      collect,
    )
    .option("--seeds <n>", "seeds of every setting (default: 1)")
    .option("--config <file>", "base of every run: a config as JSON, or a link to the lab, as train takes it")
    .option(...corpusFlag)
    .option("--threads <n>", "threads (default: one a core)")
    .option(
      "--out <dir>",
      "directory of the sweep, or its journal, a .ndjson file (default: unigram-lab-sweep)",
    )
    .option("--dry-run", "print what varies, the runs, their cost and what is done already, and run nothing")
    .option(
      "--shard <i/n>",
      "only share i of n (0/n to (n-1)/n), or slurm or kubernetes to read it from there",
    )
    .option("--add", "also when the directory is of another sweep: it is of both then")
    .option("--keep-snapshots", "keep every run in DIR/snapshots, so that --steps N goes on from its end")
    .option("--retry-failed", "try runs again that failed before")
    .option("--json", "a JSON line an event")
    .addHelpText(
      "after",
      `\n${scheduleHelp}\n\n${interventionHelp}\n\n${distributionFileHelp}\n\nExamples:\n  unigram-lab sweep --vary learningRate=log:1e-4:1e-1:7 --seeds 5\n  unigram-lab sweep --optimizer sgd --vary optimizer.momentum=0,0.9 \\\n    --vary learningRate=0.1,cosine:0.1:0:3000\n  unigram-lab sweep sweep.json --out results\n  unigram-lab sweep sweep.json --backend webgpu --out on-gpu\n  unigram-lab sweep more.json --out results --add\n  unigram-lab sweep sweep.json --out results --keep-snapshots\n  unigram-lab sweep --steps 6000 --out results --keep-snapshots\n  unigram-lab sweep sweep.json --shard 3/16 --out results-3`,
    )
    .action(sweepCommand);
  addBackendFlags(command, BACKENDS);
  addConfigFlags(command, "Base of every run:");
}

const collect = (value: string, all: string[] = []): string[] => [...all, value];

/** An event as a line for machines: a finished run with its last evaluation, not with all of them. */
function jsonLine(event: PoolEvent): string {
  if (event.event !== "finished") return JSON.stringify(event);
  const { run, result, resumedFrom, wentOnFrom } = event;
  const { computedBy, config, divergedAt, seconds, records } = result;
  return JSON.stringify({
    event: "finished",
    run,
    computedBy,
    config,
    divergedAt,
    seconds,
    resumedFrom,
    wentOnFrom,
    last: records.at(-1),
  });
}

/** What the directory is to remember from now on. */
async function recordOf(descriptions: readonly SweepDescription[], { out, add = false, shard }: Placed) {
  const known = await readRecord(out);
  if (known.sweeps.length === 0) await checkNoReport(out);
  const record = descriptions.reduce(
    (all, description) => withSweep(all, description, { directory: out, add }),
    known,
  );
  const array = shard === undefined ? known.array : taskArray(shard, process.env, known.array);
  return { ...record, array };
}

/** The same, once all that is written there has been tried. */
async function placeOf(descriptions: readonly SweepDescription[], runs: readonly string[], options: Placed) {
  const record = await recordOf(descriptions, options);
  await checkRecord(options.out, record);
  await checkFiles(options.out);
  if (options.keepSnapshots) await checkSnapshots(dirname(journalFile(options.out)), runs);
  return record;
}

/** The journal of a directory for reading, undefined as long as there is none. */
async function journalOf(out: string): Promise<Journal | undefined> {
  const isAbsent = await stat(journalFile(out)).then(
    () => false,
    ({ code }) => code === "ENOENT",
  );
  return isAbsent ? undefined : Journal.read(out);
}

/** The runs of the share that this process has of the directory's array. */
async function keepOf({ out, shard }: Placed): Promise<((run: string) => boolean) | undefined> {
  if (shard === undefined) return undefined;
  const { array } = await readRecord(out);
  const own = parseShard(shard, process.env, taskArray(shard, process.env, array));
  return (run) => inShard(run, own);
}

async function sweepCommand(file: string | undefined, flags: Options): Promise<void> {
  const options = { ...(await withDistributionFile(flags)), out: flags.out ?? "unigram-lab-sweep" };
  const probabilities = options.distributionFile?.probabilities;
  checkBackendFlags(options, BACKENDS);
  const corpus = await readCorpus(options.corpus);
  const descriptions = await namingFlags(options, () => describeSweeps(file, options, corpus));
  for (const description of descriptions) checkDevice(description, options);
  const threads =
    options.threads === undefined ? cores() : parseWholeNumber("--threads", options.threads, 1, 1024);
  const keep = await keepOf(options);
  const plan = await namingFlags(options, () =>
    together(descriptions.map((description) => new SweepPlan(description, keep))),
  );
  // before the directory knows of the sweep
  const first = plan.at(0);
  if (first)
    await namingFlags(options, () => checkHandedIn(first.distribution, { corpus, probabilities }), {
      corpus: "--corpus",
      probabilities: "--distribution",
    });
  const { sweeps: known } = await readRecord(options.out);
  const longer = descriptions.some((one) => known.some((other) => isLongerSweep(one, other)));
  const device = await deviceOf(options);
  process.stderr.write(readLine(options.distributionFile) + (longer ? endedSchedules(plan) : ""));
  if (options.dryRun) {
    const journal = await journalOf(options.out);
    const snapshots = journal && (await KeptSnapshots.of(journal));
    const { json, retryFailed, keepSnapshots = false } = options;
    await printPlan(plan, journal, { directory: options.out, snapshots, threads, device, json, retryFailed });
    const planned = await plannedSnapshots(plan, journal, {
      snapshots,
      out: options.out,
      keep: keepSnapshots,
      longer,
    });
    process.stderr.write(planned);
    await journal?.close();
    // what a dry run finds there it may read; to run there is another matter
    await placeOf(descriptions, plan.runs, options).catch((error) =>
      process.stderr.write(`${error.message}\n`),
    );
    return;
  }
  const { array } = await placeOf(descriptions, plan.runs, options);
  if (array && options.shard === undefined)
    process.stderr.write(
      `${options.out} is of one task of an array of ${array.count}; without --shard the runs of all of them are run here\n`,
    );

  const journal = await Journal.open(options.out);
  let status: StatusWriter | undefined;
  const signal = interruptSignal();
  let failed: FailedRuns | undefined;
  const { length: total } = plan;
  const nameOf = sweepNames(plan.varied);
  const count = () => plan.runs.reduce((sum, run) => sum + (journal.has(run) ? 1 : 0), 0);
  try {
    for (const notice of journal.notices) process.stderr.write(`${notice}\n`);
    if (plan.runs.some((run) => !journal.has(run))) checkRevision(journal);
    // once more, now that no other process writes there
    const record = await recordOf(descriptions, options);
    await writeRecord(options.out, record);
    status = new StatusWriter(
      options.out,
      record.sweeps.length === 1 ? total : runsOf(record.sweeps, keep).size,
      nameOf,
    );
    const before = count();
    process.stderr.write(
      `${counted(total, "run")}${device ? "" : ` on ${counted(threads, "thread")}`}${before ? `, ${before} of them finished before` : ""}\n`,
    );
    if (options.keepSnapshots) process.stderr.write(await unkept(plan, journal));
    const continued = new Continued();
    const bar = progressReporter(total, nameOf);
    const left = timeLeft(performance.now());
    const onEvent = (event: PoolEvent) => {
      bar.event(event);
      continued.event(event);
      if (options.json) say(`${jsonLine(event)}\n`);
    };
    try {
      for await (const _ of runPool(plan, {
        ...(device ? { backend: device } : { threads, vectorBits: vectorBits() }),
        corpus,
        probabilities,
        journal,
        signal,
        retryFailed: options.retryFailed,
        keepSnapshots: options.keepSnapshots,
        onlyNew: true,
        onEvent,
        onProgress: (progress) => {
          bar.update(progress);
          status?.update(progress, left(progress));
        },
      }));
    } catch (error) {
      if (error instanceof FailedRuns) failed = error;
      else if (error !== signal.reason) throw error;
    } finally {
      bar.stop();
      process.stderr.write(continued.line("went", longer));
    }
    if (signal.reason instanceof Interrupted)
      throw signal.reason.keeping(`${keptOf(count(), total)}; the same command goes on from there`);
    if (journal.runs.length > 0) {
      const table = join(journal.directory, "runs.parquet");
      await refusedUnless(undefined, () => exportRuns(journal, table));
      const others = journal.runs.length - count();
      process.stderr.write(
        `${count()} of ${counted(total, "run")} in ${table}${others > 0 ? `, and ${counted(others, "other")}` : ""}\n`,
      );
      const shown = quoted(options.out);
      process.stderr.write(`unigram-lab best ${shown} and unigram-lab report ${shown} show it\n`);
    }
  } finally {
    await status?.close();
    await journal.close();
  }
  if (failed) throw new Error(inOneLine(failed, total));
}

function inOneLine({ count, skippedCount, message }: FailedRuns, total: number): string {
  const parts = [];
  if (count > 0) parts.push(`${count} of ${counted(total, "run")} failed; --retry-failed tries them again`);
  if (skippedCount > 0)
    parts.push(
      `${skippedCount} of ${counted(total, "run")} ${total === 1 ? "was" : "were"} skipped; the same command tries them again`,
    );
  return [...parts, message].join("; ");
}
