import type { Command } from "commander";
import { Computers, shownComputedBy } from "../sweep/computedBy.js";
import { Journal } from "../sweep/journal.js";
import { livingWriter } from "../sweep/lock.js";
import { clock } from "./clock.js";
import { counted } from "./counted.js";
import { readStatus } from "./liveStatus.js";
import { say } from "./output.js";
import { readRecord, runsOf } from "./sweepRecord.js";

/** Failures, and runs in hand, that are listed one by one. */
const SHOWN = 20;

export function addStatus(program: Command): void {
  program
    .command("status")
    .summary("say how a sweep stands, also while it runs")
    .description(
      "Says how many runs of a directory are finished, diverged and failed, which are running at which step, and what is wrong with its files. Reads only: a sweep that is running does not notice.",
    )
    .argument("<dir>", "directory of a sweep or of reproduce")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  unigram-lab status unigram-lab-sweep")
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

async function statusCommand(directory: string, options: { json?: boolean }): Promise<void> {
  const journal = await Journal.read(directory);
  try {
    const writer = livingWriter(journal.directory);
    const { status: live, notice } = await readStatus(directory);
    const notices = [...journal.notices, ...(notice === undefined ? [] : [notice])];
    const total = await totalOf(directory, live?.total, notices);
    let diverged = 0;
    const computers = new Computers();
    for await (const result of journal.results()) {
      if (result.divergedAt !== null) diverged++;
      computers.add(result);
    }
    const failures = [];
    for (const run of journal.failedRuns.slice(0, SHOWN)) failures.push(await journal.failure(run));
    const status = {
      writer,
      // there may be runs of no sweep: from code, or of `reproduce`
      total: total !== null && total >= journal.runs.length ? total : null,
      finished: journal.runs.length,
      diverged,
      failed: journal.failedRuns.length,
      bitsRevisions: [...journal.revisions.keys()],
      computedBy: computers.list,
      secondsLeft: writer === null ? null : (live?.secondsLeft ?? null),
      running: writer === null ? [] : (live?.running ?? []),
      failures: failures.flatMap((failure) => (failure ? [{ run: failure.run, error: failure.error }] : [])),
      notices,
    };
    if (options.json) {
      await say(`${JSON.stringify(status)}\n`);
      return;
    }
    const lines = [
      `${status.total === null ? counted(status.finished, "run") : `${status.finished} of ${counted(status.total, "run")}`} finished (${diverged} of them diverged), ${status.failed} failed`,
      writer === null
        ? "no process of this machine writes here now"
        : `process ${writer} is running, ${clock(status.secondsLeft)} left`,
      ...status.computedBy.map((one) => `${counted(one.runs, "relaxed run")} by ${shownComputedBy(one)}`),
      ...status.running.slice(0, SHOWN).map(({ run, step, steps }) => `run ${run}: step ${step} of ${steps}`),
      ...(status.running.length > SHOWN ? [`and ${status.running.length - SHOWN} more running`] : []),
      ...status.failures.map(({ run, error }) => `run ${run} failed: ${error}`),
      ...(status.failed > SHOWN ? [`and ${status.failed - SHOWN} more failed`] : []),
      ...status.notices,
    ];
    await say(`${lines.join("\n")}\n`);
  } finally {
    await journal.close();
  }
}
