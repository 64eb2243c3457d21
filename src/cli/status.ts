import type { Command } from "commander";
import { counted } from "../figures/labels.js";
import { Computers, shownComputedBy } from "../sweep/computedBy.js";
import type { Condition } from "../sweep/description.js";
import { readStatus } from "../sweep/liveStatus.js";
import { livingWriter } from "../sweep/lock.js";
import { clock } from "./clock.js";
import { say } from "./output.js";
import { readSelection, type SelectFlags, whereOption } from "./selected.js";
import { readRecord, runsOf } from "./sweepRecord.js";
import { watch } from "./watch.js";
import { whereHelp } from "./whereText.js";

/** Failures, and runs in hand, that are listed one by one. */
const SHOWN = 20;

interface Options extends SelectFlags {
  watch?: boolean;
  json?: boolean;
}

export function addStatus(program: Command): void {
  program
    .command("status")
    .summary("say how a sweep or a report stands, also while it runs")
    .description(
      "Says how many runs of a directory are finished, diverged and failed, which are running at which step, and what is wrong with its files. Reads only: what is running does not notice.",
    )
    .argument("<dir>", "directory of a sweep or of reproduce")
    .addOption(whereOption("count only finished and failed runs that meet it, and all others given"))
    .option("--watch", "again every two seconds, as long as it runs")
    .option("--json", "as JSON, with --watch a line each time")
    .addHelpText(
      "after",
      `\n${whereHelp}\n\nExamples:\n  unigram-lab status unigram-lab-sweep\n  unigram-lab status unigram-lab-report --watch`,
    )
    .action(statusCommand);
}

/**
 * Runs of all sweeps of a directory: as its last process counted them (a shard has but its share), or as they are
 * described; null where neither is told. What stands in the way is a notice.
 */
async function totalOf(
  directory: string,
  counted: number | undefined,
  notices: string[],
): Promise<number | null> {
  if (counted !== undefined) return counted;
  try {
    const { sweeps, array } = await readRecord(directory);
    return sweeps.length === 0 || array ? null : runsOf(sweeps).size;
  } catch (error) {
    notices.push((error as Error).message);
    return null;
  }
}

async function statusOf(directory: string, where: Condition[] = []) {
  const journal = await readSelection(directory, where);
  try {
    const writer = livingWriter(journal.directories[0]);
    const { status: told, notice } = await readStatus(directory);
    const notices = [...journal.notices, ...(notice === undefined ? [] : [notice])];
    // how many of the runs to come would meet conditions nobody counted
    const total = where.length > 0 ? null : await totalOf(directory, told?.total, notices);
    // what a process that was killed left of itself says nothing of the one that writes now
    const live = writer !== null && (told?.pid ?? writer) === writer ? told : undefined;
    let diverged = 0;
    const computers = new Computers();
    for await (const result of journal.results()) {
      if (result.divergedAt !== null) diverged++;
      computers.add(result);
    }
    const failures = [];
    for (const run of journal.failedRuns.slice(0, SHOWN)) failures.push(await journal.failure(run));
    return {
      writer,
      // there may be runs of no sweep: from code, or of an older version's `reproduce`
      total: total !== null && total >= journal.runs.length ? total : null,
      finished: journal.runs.length,
      diverged,
      failed: journal.failedRuns.length,
      bitsRevisions: [...journal.revisions.keys()],
      computedBy: computers.list,
      share: live?.share ?? null,
      secondsLeft: live?.secondsLeft ?? null,
      running: live?.running ?? [],
      failures: failures.flatMap((failure) => (failure ? [{ run: failure.run, error: failure.error }] : [])),
      notices,
    };
  } finally {
    await journal.close();
  }
}

type Status = Awaited<ReturnType<typeof statusOf>>;

/** What is done, and who is at the rest. */
function headLines(status: Status): [done: string, writer: string] {
  const { total, finished, diverged, failed, writer, share, secondsLeft } = status;
  const rest =
    share !== null && share >= 1
      ? "its runs are done"
      : `${share === null ? "" : `${Math.floor(100 * share)} % done, `}${clock(secondsLeft)} left`;
  return [
    `${total === null ? counted(finished, "run") : `${finished} of ${counted(total, "run")}`} finished (${diverged} of them diverged), ${failed} failed`,
    writer === null ? "no process of this machine writes here now" : `process ${writer} is running, ${rest}`,
  ];
}

const linesOf = (status: Status): string[] => [
  ...headLines(status),
  ...status.computedBy.map((one) => `${counted(one.runs, "relaxed run")} by ${shownComputedBy(one)}`),
  ...status.running
    .slice(0, SHOWN)
    .map(({ run, name, step, steps }) => `run ${run}: step ${step} of ${steps}${name ? `, ${name}` : ""}`),
  ...(status.running.length > SHOWN ? [`and ${status.running.length - SHOWN} more running`] : []),
  ...status.failures.map(({ run, error }) => `run ${run} failed: ${error}`),
  ...(status.failed > SHOWN ? [`and ${status.failed - SHOWN} more failed`] : []),
  ...status.notices,
];

async function statusCommand(directory: string, options: Options): Promise<void> {
  const textOf = (status: Status): string =>
    options.json ? JSON.stringify(status) : linesOf(status).join("\n");
  if (!options.watch) return say(`${textOf(await statusOf(directory, options.where))}\n`);
  await watch({
    read: () => statusOf(directory, options.where),
    isOver: ({ writer }) => writer === null,
    textOf,
    lineOf: (status) => (options.json ? textOf(status) : headLines(status).join("; ")),
    redraw: process.stdout.isTTY && !options.json,
  });
}
