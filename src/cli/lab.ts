import { once } from "node:events";
import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { ConfigError } from "../config.js";
import { Journal, journalFile } from "../sweep/journal.js";
import type { Interrupted } from "./failure.js";
import { interruptSignal } from "./interrupt.js";
import { parseWholeNumber } from "./numbers.js";
import { say } from "./output.js";
import { refusedUnless } from "./refused.js";

interface Options {
  port?: string;
  /** False with --no-open. */
  open: boolean;
  build?: string;
  singleFile?: string;
  force?: boolean;
  json?: boolean;
}

export function addLab(program: Command): void {
  program
    .command("lab")
    .summary("open the lab: a page whose sliders re-run whole experiments")
    .description(
      "Serves the lab to browsers of this machine and opens it: a page whose sliders re-run whole experiments, with the same bits as here. With a directory the page follows its sweep or report, also while it runs and before it has begun. Ctrl-C ends it. --build and --single-file write the page for other hosts and serve nothing.",
    )
    .argument("[dir]", "directory of a sweep or of reproduce that the page follows")
    .option("--port <n>", "port of 127.0.0.1; 0 for any (default: the first free one from 8010 on)")
    .option("--no-open", "open no browser")
    .option("--build <dir>", "write the page as a folder of static files, for any host and any path on it")
    .option("--single-file <file>", "write the page as one HTML file, which works from a disk")
    .option("--force", "with --build and --single-file: replace files that unigram-lab did not write")
    .option("--json", "the address, or what was written, as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  unigram-lab lab\n  unigram-lab lab unigram-lab-sweep --port 9000\n  unigram-lab lab --build public\n  unigram-lab lab --single-file lab.html",
    )
    .action(lab);
}

/** Loaded by this command alone: others need no HTTP. */
const server = () => import("../server/index.js");

const isWritten = ({ build, singleFile }: Options): boolean =>
  build !== undefined || singleFile !== undefined;

async function lab(directory: string | undefined, options: Options): Promise<void> {
  if (isWritten(options)) return refusedUnless("--force", () => writePage(directory, options));
  const { port, open, force, json } = options;
  if (force) throw new ConfigError("--force: expected --build or --single-file with it, got neither");
  const asked = port === undefined ? undefined : parseWholeNumber("--port", port, 0, 65535);
  if (directory !== undefined) await checkFollowed(directory);
  const signal = interruptSignal();
  const { serve, openBrowser } = await server();
  const { url, close } = await serve({ port: asked, directory });
  try {
    const following = directory === undefined ? "" : `, follows ${directory}`;
    await say(json ? `${JSON.stringify({ url })}\n` : `${url}${following} (Ctrl-C ends it)\n`);
    if (open) openBrowser(url);
    if (!signal.aborted) await once(signal, "abort");
  } finally {
    await close();
  }
  // Ctrl-C is how it ends; an output that takes nothing more is not
  const reason: Interrupted = signal.reason;
  if (reason.exitCode !== 130) throw reason;
}

/** One that is not there yet may be made while the page waits; a file of somebody else's is nothing to follow. */
async function checkFollowed(directory: string): Promise<void> {
  const found = await stat(journalFile(directory)).catch(() => undefined);
  if (found) await (await Journal.read(directory)).close();
  else if ((await stat(directory).catch(() => undefined))?.isFile())
    throw new ConfigError(`DIR: expected a directory, got the file ${directory}`);
}

async function writePage(directory: string | undefined, options: Options): Promise<void> {
  const { build, singleFile, force, json, port, open } = options;
  const flag = build === undefined ? "--single-file" : "--build";
  if (directory !== undefined)
    throw new ConfigError(`DIR: expected none with ${flag}, whose page follows nothing, got ${directory}`);
  if (port !== undefined || !open)
    throw new ConfigError(`${open ? "--port" : "--no-open"}: expected without ${flag}, which serves nothing`);
  const { pageHeaders, writePageFolder, writeSingleFile } = await server();
  if (build !== undefined) await writePageFolder(build, { force });
  if (singleFile !== undefined) await writeSingleFile(singleFile, { force });
  if (json) return say(`${JSON.stringify({ build, singleFile, headers: pageHeaders })}\n`);
  if (build !== undefined)
    await say(
      `${build}: static files for any host; it works without headers, and wants those in ${build}/_headers: ${Object.keys(pageHeaders).join(", ")}\n`,
    );
  if (singleFile !== undefined) await say(`${singleFile}: open it in a browser\n`);
}
