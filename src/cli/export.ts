import type { Command } from "commander";
import { checkWritable } from "../disk/writeWhole.js";
import { checkExportPath, exportRuns } from "../report/index.js";
import { Journal } from "../sweep/journal.js";
import { counted } from "./counted.js";
import { refusedUnless } from "./refused.js";

interface Options {
  out: string;
  runs?: boolean;
  force?: boolean;
}

export function addExport(program: Command): void {
  program
    .command("export")
    .summary("write a sweep's runs as Parquet, CSV or JSON")
    .description(
      "Writes the finished runs of a directory as one table: a row an evaluation, or a row a run. Sorted by run and step, every number bit for bit; the same runs give the same bytes. Works while the sweep runs.",
    )
    .argument("<dir>", "directory of a sweep or of reproduce")
    .requiredOption("--out <file>", "file to write: .parquet, .csv, .json or .ndjson")
    .option("--runs", "one row a run, with its last evaluation")
    .option("--force", "replace a file that unigram-lab did not export")
    .addHelpText("after", "\nExample:\n  unigram-lab export unigram-lab-sweep --out runs.parquet")
    .action((directory: string, options: Options) =>
      refusedUnless("--force", () => exportCommand(directory, options)),
    );
}

async function exportCommand(directory: string, { out, runs, force }: Options): Promise<void> {
  checkExportPath(out, "--out");
  const journal = await Journal.read(directory);
  try {
    await checkWritable(out, { kind: "table", force });
    for (const notice of journal.notices) process.stderr.write(`${notice}\n`);
    const rows = await exportRuns(journal, out, runs ? "runs" : "evaluations", { force });
    const missing = journal.failedRuns.length;
    process.stderr.write(
      `${counted(rows, "row")} of ${counted(journal.runs.length, "run")} in ${out}${missing ? `; ${counted(missing, "failed run")} without rows` : ""}\n`,
    );
  } finally {
    await journal.close();
  }
}
