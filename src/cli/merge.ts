import type { Command } from "commander";
import { ConfigError } from "../config.js";
import { counted } from "../figures/labels.js";
import type { SweepDescription } from "../sweep/description.js";
import { differenceText } from "../sweep/holders.js";
import { Journal } from "../sweep/journal.js";
import { merge } from "../sweep/merge.js";
import { say } from "./output.js";
import { contentOf } from "./reportDirectory.js";
import {
  checkNoReport,
  checkRecord,
  isSame,
  readRecord,
  runsOf,
  withSweep,
  writeRecord,
} from "./sweepRecord.js";

/** Missing runs that are named one by one. */
const SHOWN = 20;

export function addMerge(program: Command): void {
  program
    .command("merge")
    .summary("make the directories of shards one")
    .description(
      "Copies the finished runs of several directories into OUT, each once, with the snapshots that were kept of them. Two results of one run must be the same in what both have, and of one bits revision, or nothing is written; relaxed ones may differ by who computed them: the first is kept, and how far the others are from it is told. Says which runs of the sweep are missing, and ends with exit code 1 when some are.",
    )
    .argument("<out>", "directory to write to; it may hold runs already")
    .argument("<dir...>", "directories to merge")
    .option("--json", "what came of it as a JSON line")
    .addHelpText("after", "\nExample:\n  unigram-lab merge results results-*")
    .action(mergeCommand);
}

/** The sweeps that all directories share, none when they hold none or different ones. */
async function commonSweeps(directories: string[]): Promise<SweepDescription[]> {
  let common: SweepDescription[] = [];
  for (const directory of directories) {
    const { sweeps } = await readRecord(directory);
    if (sweeps.length === 0) continue;
    if (common.length === 0) common = sweeps;
    const same =
      sweeps.length === common.length && sweeps.every((one) => common.some((other) => isSame(one, other)));
    if (same) continue;
    process.stderr.write("the directories are of different sweeps: what is missing cannot be told\n");
    return [];
  }
  return common;
}

/** A report of `reproduce` is of one profile. */
async function checkProfiles(out: string, directories: string[]): Promise<void> {
  let first: { content: string[]; directory: string } | undefined;
  for (const directory of [out, ...directories]) {
    const content = await contentOf(directory);
    if (content.length === 0 || content[0] === "sweep") continue;
    first ??= { content, directory };
    if (!first.content.some((name) => content.includes(name)))
      throw new ConfigError(
        `DIR: expected reports of one profile, got ${first.directory} of the ${first.content.join(" or ")} one and ${directory} of the ${content.join(" or ")} one`,
      );
  }
}

async function mergeCommand(out: string, directories: string[], { json }: { json?: boolean }): Promise<void> {
  const sweeps = await commonSweeps(directories);
  // of all that the merged directory has or had
  let record = await readRecord(out);
  for (const description of sweeps) record = withSweep(record, description, { directory: out, add: true });
  await checkProfiles(out, directories);
  if (sweeps.length > 0) {
    await checkNoReport(out, "OUT");
    await checkRecord(out, record);
  }
  const report = await merge(out, directories, {
    onNotice: (line) => process.stderr.write(`${line}\n`),
  });
  const { added, duplicates, differing, largestDifference, runs, failed, snapshots } = report;
  process.stderr.write(
    `${counted(added, "run")} added, ${duplicates} there more than once, ${counted(runs, "run")} in ${out}${snapshots > 0 ? `, ${counted(snapshots, "snapshot")} copied` : ""}\n`,
  );
  if (largestDifference !== null) process.stderr.write(`${differenceText(differing, largestDifference)}\n`);
  const missing = sweeps.length === 0 ? null : await missingOf(sweeps, out);
  if (json) await say(`${JSON.stringify({ ...report, missing })}\n`);
  if (missing === null) return;
  await writeRecord(out, record);
  if (missing.length === 0) return;
  if (!json)
    for (const run of missing.slice(0, SHOWN))
      await say(`missing ${run}${failed.includes(run) ? " (failed)" : ""}\n`);
  throw new Error(
    `${counted(missing.length, "run")} of the sweep ${missing.length === 1 ? "is" : "are"} missing in ${out}${missing.length > SHOWN ? `, the first ${SHOWN} are listed` : ""}`,
  );
}

/** Runs of these sweeps that the directory does not have. */
async function missingOf(sweeps: readonly SweepDescription[], out: string): Promise<string[]> {
  const merged = await Journal.read(out);
  try {
    return [...runsOf(sweeps)].filter((run) => !merged.has(run));
  } finally {
    await merged.close();
  }
}
