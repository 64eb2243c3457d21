import { isDeepStrictEqual } from "node:util";
import type { Command } from "commander";
import type { SweepDescription } from "../sweep/description.js";
import { SweepPlan } from "../sweep/grid.js";
import { Journal } from "../sweep/journal.js";
import { merge } from "../sweep/merge.js";
import { say } from "./output.js";
import { readDescription, writeDescription } from "./sweepFiles.js";

/** Missing runs that are named one by one. */
const SHOWN = 20;

export function addMerge(program: Command): void {
  program
    .command("merge")
    .summary("make the directories of shards one")
    .description(
      "Copies the finished runs of several directories into OUT, each once. Two results of one run must be the same, or nothing is written. Says which runs of the sweep are missing, and ends with exit code 1 when some are.",
    )
    .argument("<out>", "directory to write to; it may hold runs already")
    .argument("<dir...>", "directories to merge")
    .addHelpText("after", "\nExample:\n  unigram-lab merge results results-*")
    .action(mergeCommand);
}

/** The sweep that all directories share, or undefined when they hold none or several. */
async function commonDescription(directories: string[]): Promise<SweepDescription | undefined> {
  let common: SweepDescription | undefined;
  for (const directory of directories) {
    const description = await readDescription(directory);
    if (!description) continue;
    common ??= description;
    // the order of keys is nobody's meaning
    if (isDeepStrictEqual(description, common)) continue;
    process.stderr.write("the directories are of different sweeps: what is missing cannot be told\n");
    return undefined;
  }
  return common;
}

async function mergeCommand(out: string, directories: string[]): Promise<void> {
  const description = await commonDescription(directories);
  const { added, duplicates, runs, failed, notices } = await merge(out, directories);
  for (const notice of notices) process.stderr.write(`${notice}\n`);
  process.stderr.write(`${added} runs added, ${duplicates} there more than once, ${runs} runs in ${out}\n`);
  if (!description) return;
  await writeDescription(out, description);
  const merged = await Journal.read(out);
  const missing = new SweepPlan(description).runs.filter((run) => !merged.has(run));
  await merged.close();
  if (missing.length === 0) return;
  for (const run of missing.slice(0, SHOWN))
    await say(`missing ${run}${failed.includes(run) ? " (failed)" : ""}\n`);
  throw new Error(
    `${missing.length} runs of the sweep are missing in ${out}${missing.length > SHOWN ? `, the first ${SHOWN} are listed` : ""}`,
  );
}
