/** Whose directory it is: one report of `reproduce`, of one profile, or a sweep's. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "../config.js";
import { profileOf } from "../report/journaled.js";
import { reportTitle } from "../report/page.js";
import { parseSweep } from "../sweep/description.js";
import { Journal } from "../sweep/journal.js";

const textOf = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");

/** Whether a sweep.json is one of ours: it says so, or it is a description, as those of version 0.1 are. */
function isSweep(text: string): boolean {
  try {
    const value = JSON.parse(text);
    if (String(value?.generator).startsWith("unigram-lab")) return true;
    parseSweep(value);
    return true;
  } catch {
    return false;
  }
}

/** What a directory holds, by its page, or by the runs of its journal as long as there is no page; undefined for neither. */
async function contentOf(directory: string): Promise<"full" | "quick" | "sweep" | undefined> {
  if (isSweep(await textOf(join(directory, "sweep.json")))) return "sweep";
  const title = /<title>([^<]*)<\/title>/.exec(await textOf(join(directory, "index.html")))?.[1];
  for (const quick of [true, false]) if (title === reportTitle(quick)) return quick ? "quick" : "full";
  if (!existsSync(join(directory, "journal.ndjson"))) return undefined;
  const journal = await Journal.read(directory);
  try {
    const profile = await profileOf(journal);
    return profile === "neither" ? "sweep" : profile;
  } finally {
    await journal.close();
  }
}

/** @throws ConfigError for the directory of a sweep, or of the other profile's report */
export async function checkReportDirectory(directory: string, quick: boolean): Promise<void> {
  const content = await contentOf(directory);
  const own = quick ? "quick" : "full";
  if (content !== undefined && content !== own)
    throw new ConfigError(
      `--out: expected a new directory or one of a ${own} report, got ${directory}, which holds a ${content === "sweep" ? "sweep" : `${content} report`}`,
    );
}
