import type { Command } from "commander";
import { writeSweepReport } from "../report/sweepReport.js";
import { Journal } from "../sweep/journal.js";

export function addReport(program: Command): void {
  program
    .command("report")
    .summary("draw a sweep")
    .description(
      "Draws the finished runs of a directory: curves with bands over seeds, coloured and in panels by what varies, heat maps over two axes, and a table with fitted exponents. Writes report.html and figures/. Works while the sweep runs.",
    )
    .argument("<dir>", "directory of a sweep or of reproduce")
    .option("--out <dir>", "directory to write to (default: the sweep's)")
    .action(async (directory: string, options: { out?: string }) => {
      const journal = await Journal.read(directory);
      try {
        for (const notice of journal.notices) process.stderr.write(`${notice}\n`);
        process.stderr.write(
          `report: ${await writeSweepReport(journal, options.out ?? directory, { onNotice: (line) => process.stderr.write(`${line}\n`) })}\n`,
        );
      } finally {
        await journal.close();
      }
    });
}
