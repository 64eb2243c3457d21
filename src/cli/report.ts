import { basename, join } from "node:path";
import type { Command } from "commander";
import { ConfigError } from "../config.js";
import { checkWritable } from "../disk/writeWhole.js";
import { quoted } from "../fields/trainCommand.js";
import { counted } from "../figures/labels.js";
import { writeSweepReport } from "../report/sweepReport.js";
import { refusedUnless } from "./refused.js";
import { type SelectFlags, selected, whereOption } from "./selected.js";
import { parseTheme, themeFlag } from "./themeFlag.js";
import { whereHelp, whereText } from "./whereText.js";

interface Options extends SelectFlags {
  out?: string;
  theme?: string;
  force?: boolean;
}

export function addReport(program: Command): void {
  program
    .command("report")
    .summary("draw a sweep")
    .description(
      "Draws the finished runs of one directory or several: curves with bands over seeds, coloured and in panels by what varies, heat maps over two axes, and a table with fitted exponents. Writes report.html and figures/. Works while the sweep runs.",
    )
    .argument("<dir...>", "directories of sweeps or of reproduce; a run that is in several is drawn once")
    .addOption(whereOption())
    .option("--out <dir>", "directory to write to (default: the sweep's, where it is one)")
    .option(...themeFlag)
    .option("--force", "replace files that unigram-lab did not write")
    .addHelpText(
      "after",
      `\n${whereHelp}\n\nExamples:\n  unigram-lab report unigram-lab-sweep\n  unigram-lab report unigram-lab-sweep --where vocabSize=1000 --out drawn\n  unigram-lab report results-0 results-1 --out drawn`,
    )
    .action((directories: string[], options: Options) =>
      refusedUnless("--force", () => report(directories, options)),
    );
}

async function report(directories: string[], options: Options): Promise<void> {
  const { out, force, where } = options;
  const theme = parseTheme(options.theme);
  if (out === undefined && directories.length > 1)
    throw new ConfigError("--out: expected the directory to write to, since several are read, got none");
  const selection = await selected(directories, { where });
  try {
    const place = out ?? selection.directories[0];
    await checkWritable(join(place, "report.html"), { kind: "page", force });
    const chosen =
      where && `Chosen of ${counted(selection.total, "run")}: ${where.map(whereText).join(", ")}.`;
    const repeat = [
      "npx unigram-lab report",
      // without the paths of this machine
      ...directories.map((directory) => quoted(basename(directory))),
      ...(where ?? []).map((one) => `--where ${quoted(whereText(one))}`),
      ...(theme === "page" ? [] : [`--theme ${theme}`]),
      ...(out === undefined ? [] : [`--out ${quoted(basename(out))}`]),
    ].join(" ");
    const onNotice = (line: string) => process.stderr.write(`${line}\n`);
    const page = await writeSweepReport(selection, place, { force, theme, chosen, repeat, onNotice });
    process.stderr.write(`report: ${page}\n`);
  } finally {
    await selection.close();
  }
}
