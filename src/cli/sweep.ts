import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { ConfigError } from "../config.js";
import { exportRuns } from "../report/export.js";
import { cores } from "../sweep/cores.js";
import { parseSweep, type SweepDescription } from "../sweep/description.js";
import { SweepPlan } from "../sweep/grid.js";
import { Journal } from "../sweep/journal.js";
import { FailedRuns, type PoolEvent, runPool } from "../sweep/pool.js";
import { inShard, parseShard } from "../sweep/shard.js";
import { printPlan } from "./dryRun.js";
import { Interrupted } from "./failure.js";
import { interruptSignal } from "./interrupt.js";
import { parseWholeNumber } from "./numbers.js";
import { progressReporter, timeLeft } from "./progress.js";
import { vectorBits } from "./revectorizer.js";
import { StatusWriter, writeDescription } from "./sweepFiles.js";
import { parseVary } from "./vary.js";

interface Options {
  vary: string[];
  seeds?: string;
  threads?: string;
  out: string;
  dryRun?: boolean;
  shard?: string;
  retryFailed?: boolean;
  json?: boolean;
}

export function addSweep(program: Command): void {
  program
    .command("sweep")
    .summary("run every combination of some settings")
    .description(
      "Runs a sweep: { base, axes, zip, seeds, where } from a JSON file (sweep.schema.json completes it in an editor), --vary, or both. A finished run is kept in DIR/journal.ndjson and never run again: the same command goes on after anything, a changed sweep runs what is new.",
    )
    .argument("[file]", "sweep as JSON")
    .option("--vary <axis>", "path=v1,v2,… or path=log:from:to:n or path=linear:from:to:n", collect, [])
    .option("--seeds <n>", "seeds of every setting")
    .option("--threads <n>", "threads (default: one a core)")
    .option("--out <dir>", "directory of the sweep", "unigram-lab-sweep")
    .option("--dry-run", "print the runs, their cost and what is done already, and run nothing")
    .option(
      "--shard <i/n>",
      "only share i of n (0/n to (n-1)/n), or slurm or kubernetes to read it from there",
    )
    .option("--retry-failed", "try runs again that failed before")
    .option("--json", "a JSON line an event")
    .addHelpText(
      "after",
      "\nExamples:\n  unigram-lab sweep --vary learningRate=log:1e-4:1e-1:7 --vary embeddingDim=10,100 --seeds 5\n  unigram-lab sweep sweep.json --out results\n  unigram-lab sweep sweep.json --shard 3/16 --out results-3",
    )
    .action(sweepCommand);
}

const collect = (value: string, all: string[]): string[] => [...all, value];

async function readSweep(path: string | undefined): Promise<SweepDescription> {
  if (path === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new ConfigError(
      `FILE: expected a sweep as JSON, got ${path} (${(error as NodeJS.ErrnoException).code ?? "not JSON"})`,
    );
  }
  return parseSweep(value);
}

async function describe(file: string | undefined, { vary, seeds }: Options): Promise<SweepDescription> {
  const described = await readSweep(file);
  if (file === undefined && vary.length === 0)
    throw new ConfigError("FILE: expected a sweep as JSON or --vary, got neither");
  return {
    ...described,
    axes: { ...described.axes, ...Object.fromEntries(vary.map(parseVary)) },
    seeds: seeds === undefined ? described.seeds : parseWholeNumber("--seeds", seeds, 1, 1e6),
  };
}

/** An event as a line for machines: a finished run with its last evaluation, not with all of them. */
function jsonLine(event: PoolEvent): string {
  if (event.event !== "finished") return JSON.stringify(event);
  const { run, result, resumedFrom } = event;
  const { config, divergedAt, seconds, records } = result;
  return JSON.stringify({
    event: "finished",
    run,
    config,
    divergedAt,
    seconds,
    resumedFrom,
    last: records.at(-1),
  });
}

async function sweepCommand(file: string | undefined, options: Options): Promise<void> {
  const description = await describe(file, options);
  const shard = options.shard === undefined ? undefined : parseShard(options.shard);
  const threads =
    options.threads === undefined ? cores() : parseWholeNumber("--threads", options.threads, 1, 1024);
  const plan = new SweepPlan(description, shard && ((run) => inShard(run, shard)));
  if (options.dryRun) {
    const journal = await Journal.read(options.out).catch(() => undefined);
    printPlan(plan, journal, threads, options.json ?? false);
    await journal?.close();
    return;
  }

  const journal = await Journal.open(options.out);
  const status = new StatusWriter(options.out);
  const signal = interruptSignal();
  let failed: FailedRuns | undefined;
  const { length: total } = plan;
  const count = () => plan.runs.reduce((sum, run) => sum + (journal.has(run) ? 1 : 0), 0);
  try {
    for (const notice of journal.notices) process.stderr.write(`${notice}\n`);
    await writeDescription(options.out, description);
    const before = count();
    process.stderr.write(
      `${total} runs on ${threads} ${threads === 1 ? "thread" : "threads"}${before ? `, ${before} of them finished before` : ""}\n`,
    );
    const bar = progressReporter(total);
    const left = timeLeft(performance.now());
    const onEvent = (event: PoolEvent) => {
      bar.event(event);
      if (options.json) process.stdout.write(`${jsonLine(event)}\n`);
    };
    try {
      for await (const _ of runPool(plan, {
        threads,
        vectorBits: vectorBits(),
        journal,
        signal,
        retryFailed: options.retryFailed,
        onlyNew: true,
        onEvent,
        onProgress: (progress) => {
          bar.update(progress);
          status.update(progress, left(progress));
        },
      }));
    } catch (error) {
      if (error instanceof FailedRuns) failed = error;
      else if (error !== signal.reason) throw error;
    } finally {
      bar.stop();
    }
    if (signal.aborted)
      throw new Interrupted(
        `interrupted: ${count()} of ${total} runs are finished and kept; the same command goes on from there`,
      );
    if (journal.runs.length > 0) {
      const table = join(options.out, "runs.parquet");
      await exportRuns(journal, table);
      process.stderr.write(`${count()} of ${total} runs in ${table}\n`);
    }
  } finally {
    await status.close();
    await journal.close();
  }
  if (failed)
    throw new Error(
      `${failed.count} of ${total} runs failed; --retry-failed tries them again; ${failed.message}`,
    );
}
