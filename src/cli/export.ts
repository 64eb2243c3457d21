import type { Command } from "commander";
import { checkWritable } from "../disk/writeWhole.js";
import { counted } from "../figures/labels.js";
import { checkExportPath, exportRuns } from "../report/index.js";
import { refusedUnless } from "./refused.js";
import { type SelectFlags, selected, whereOption } from "./selected.js";
import { whereHelp } from "./whereText.js";

interface Options extends SelectFlags {
  out: string;
  runs?: boolean;
  force?: boolean;
}

export function addExport(program: Command): void {
  program
    .command("export")
    .summary("write a sweep's runs as Parquet, CSV or JSON")
    .description(
      "Writes the finished runs of one directory or several as one table: a row an evaluation, or a row a run. Sorted by run and step, every number bit for bit; the same runs give the same bytes. Works while the sweep runs.",
    )
    .argument("<dir...>", "directories of sweeps or of reproduce; a run that is in several is written once")
    .addOption(whereOption())
    .requiredOption("--out <file>", "file to write: .parquet, .csv, .json or .ndjson")
    .option("--runs", "one row a run, with its last evaluation")
    .option("--force", "replace a file that unigram-lab did not export")
    .addHelpText(
      "after",
      `\n${whereHelp}\n\nParquet has in its metadata which version wrote it, the bits revision and what\neach column is; CSV and JSON have no place for that.\n\nExamples:\n  unigram-lab export unigram-lab-sweep --out runs.parquet\n  unigram-lab export results-0 results-1 --runs --where diverged=false \\\n    --out ends.csv`,
    )
    .action((directories: string[], options: Options) =>
      refusedUnless("--force", () => exportCommand(directories, options)),
    );
}

async function exportCommand(directories: string[], { out, runs, force, where }: Options): Promise<void> {
  checkExportPath(out, "--out");
  const selection = await selected(directories, { where });
  try {
    await checkWritable(out, { kind: "table", force });
    const rows = await exportRuns(selection, out, runs ? "runs" : "evaluations", { force });
    const missing = selection.failedRuns.length;
    process.stderr.write(
      `${counted(rows, "row")} of ${counted(selection.runs.length, "run")} in ${out}${missing ? `; ${counted(missing, "failed run")} without rows` : ""}\n`,
    );
  } finally {
    await selection.close();
  }
}
