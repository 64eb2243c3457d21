import { join } from "node:path";
import type { Command } from "commander";
import { checkWritable } from "../disk/writeWhole.js";
import { writeSweepReport } from "../report/sweepReport.js";
import { Journal } from "../sweep/journal.js";
import { refusedUnless } from "./refused.js";
import { parseTheme, themeFlag } from "./themeFlag.js";

interface Options {
  out?: string;
  force?: boolean;
  theme?: string;
}

export function addReport(program: Command): void {
  program
    .command("report")
    .summary("draw a sweep")
    .description(
      "Draws the finished runs of a directory: curves with bands over seeds, coloured and in panels by what varies, heat maps over two axes, and a table with fitted exponents. Writes report.html and figures/. Works while the sweep runs.",
    )
    .argument("<dir>", "directory of a sweep or of reproduce")
    .option("--out <dir>", "directory to write to (default: the sweep's)")
    .option(...themeFlag)
    .option("--force", "replace files that unigram-lab did not write")
    .addHelpText(
      "after",
      "\nExamples:\n  unigram-lab report unigram-lab-sweep\n  unigram-lab report unigram-lab-sweep --out drawn",
    )
    .action((directory: string, options: Options) =>
      refusedUnless("--force", () => report(directory, options)),
    );
}

async function report(directory: string, { out, force, theme }: Options): Promise<void> {
  const figures = parseTheme(theme);
  const journal = await Journal.read(directory);
  try {
    const place = out ?? journal.directory;
    await checkWritable(join(place, "report.html"), { kind: "page", force });
    for (const notice of journal.notices) process.stderr.write(`${notice}\n`);
    const onNotice = (line: string) => process.stderr.write(`${line}\n`);
    const page = await writeSweepReport(journal, place, { force, theme: figures, onNotice });
    process.stderr.write(`report: ${page}\n`);
  } finally {
    await journal.close();
  }
}
