import { readFileSync } from "node:fs";
import { Command } from "commander";
import { ConfigError } from "../config.js";
import { addBest } from "./best.js";
import { addCorpus } from "./corpus.js";
import { addExport } from "./export.js";
import { exitCodeOf } from "./failure.js";
import { addLab } from "./lab.js";
import { addMerge } from "./merge.js";
import { allTaken } from "./output.js";
import { addReport } from "./report.js";
import { addReproduce } from "./reproduce.js";
import { revectorize } from "./revectorizer.js";
import { addStatus } from "./status.js";
import { asked, commanderLine, nearest } from "./suggestion.js";
import { addSweep } from "./sweep.js";
import { addTrain } from "./train.js";
import { addWeights } from "./weights.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const program = new Command("unigram-lab")
  .description("A laboratory for the smallest language model that still shows what large ones show.")
  .version(version)
  .option(
    "--no-revectorize",
    "leave V8's revectorizer off (Node 24 and newer: 256-bit vectors, the same bits)",
  )
  .configureOutput({
    outputError: (text, write) =>
      write(
        `${commanderLine(
          text,
          ["train", "sweep"].some((name) => process.argv.includes(name)),
        )}\n`,
      ),
  });
addReproduce(program);
addTrain(program);
addSweep(program);
addStatus(program);
addLab(program);
addReport(program);
addBest(program);
addExport(program);
addWeights(program);
addMerge(program);
addCorpus(program);
program.helpCommand(false);
program
  .command("help [command]")
  .summary("print the help of a command")
  .description("Prints the help of a command, or of all.")
  .action((name?: string) => {
    const found = name === undefined ? program : program.commands.find((command) => command.name() === name);
    if (found) found.help();
    const names = program.commands.map((command) => command.name());
    program.error(`error: unknown command '${name}'${asked(nearest(name as string, names))}`);
  });
/** Commands that train. */
const training = ["reproduce", "train", "sweep"];
program.hook("preAction", async (_, command) => {
  if (!training.includes(command.name()) || !program.opts().revectorize) return;
  const said = await revectorize();
  if (command.opts().verbose) process.stderr.write(`${said}\n`);
});

/** A flag that is given twice, or with its opposite, is a mistake: none of the two is dropped in silence. */
const refuseRepeats = (command: Command): void => {
  const given = new Map<string, string>();
  for (const option of command.options) {
    // one that collects its values sees to it by itself
    if (option.parseArg) continue;
    command.on(`option:${option.name()}`, () => {
      const flag = option.long ?? option.flags;
      const before = given.get(option.attributeName());
      given.set(option.attributeName(), flag);
      if (before === flag) throw new ConfigError(`${flag}: expected once, got it twice`);
      if (before !== undefined)
        throw new ConfigError(`${flag}: expected one of ${before} and ${flag}, got both`);
    });
  }
  command.commands.forEach(refuseRepeats);
};
refuseRepeats(program);

const overrideExit = (command: Command): void => {
  command.exitOverride();
  command.commands.forEach(overrideExit);
};
overrideExit(program);

const verbose = process.argv.includes("--verbose");
/** What nobody caught is a line too. */
const unforeseen = (error: unknown) => process.exit(exitCodeOf(error, verbose) || 1);
process.on("uncaughtException", unforeseen);
process.on("unhandledRejection", unforeseen);

/** What went wrong, as the exit code. */
const codeOf = (work: Promise<unknown>): Promise<number> =>
  work.then(
    () => 0,
    (error) => exitCodeOf(error, verbose),
  );

process.exitCode = (await codeOf(program.parseAsync())) || (await codeOf(allTaken()));
