#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { addExport } from "./export.js";
import { exitCodeOf } from "./failure.js";
import { addMerge } from "./merge.js";
import { allTaken } from "./output.js";
import { addReport } from "./report.js";
import { addReproduce } from "./reproduce.js";
import { revectorize } from "./revectorizer.js";
import { addStatus } from "./status.js";
import { addSweep } from "./sweep.js";
import { addTrain } from "./train.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const program = new Command("unigram-lab")
  .description("A laboratory for the smallest language model that still shows what large ones show.")
  .version(version)
  .option(
    "--no-revectorize",
    "leave V8's revectorizer off (Node 24 and newer: 256-bit vectors, the same bits)",
  )
  .configureOutput({ outputError: (text, write) => write(`${text.trim().split("\n")[0]}\n`) });
addReproduce(program);
addTrain(program);
addSweep(program);
addStatus(program);
addReport(program);
addExport(program);
addMerge(program);
/** Commands that train. */
const training = ["reproduce", "train", "sweep"];
program.hook("preAction", async (_, command) => {
  if (!training.includes(command.name()) || !program.opts().revectorize) return;
  const said = await revectorize();
  if (command.opts().verbose) process.stderr.write(`${said}\n`);
});

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
