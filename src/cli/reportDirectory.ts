/** Whose directory it is: one report of `reproduce`, of one profile, or a sweep's. */
import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConfigError } from "../config.js";
import { type Kind, kindOf } from "../disk/kind.js";
import { checkWritable } from "../disk/writeWhole.js";
import type { Experiment } from "../experiments/experiment.js";
import { experiments } from "../experiments/index.js";
import { type Profile, profileName, profiles } from "../experiments/profile.js";
import { profilesOf } from "../report/journaled.js";
import { reportTitle } from "../report/page.js";
import { Journal, journalFile } from "../sweep/journal.js";

const textOf = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");

/**
 * What a directory holds, by its page, or by the runs of its journal as long as there is no page: the name of a report's
 * profile, or several where runs are of more than one; "sweep"; nothing.
 */
export async function contentOf(at: string): Promise<string[]> {
  const directory = dirname(journalFile(at));
  if ((await kindOf(join(directory, "sweep.json")).catch(() => undefined)) === "description")
    return ["sweep"];
  const title = /<title>([^<]*)<\/title>/.exec(await textOf(join(directory, "index.html")))?.[1];
  const profile = profiles.find((one) => title === reportTitle(one));
  if (profile) return [profileName(profile)];
  if (!existsSync(journalFile(at))) return [];
  const journal = await Journal.read(at);
  try {
    return (await profilesOf(journal)).map((name) => (name === "neither" ? "sweep" : name));
  } finally {
    await journal.close();
  }
}

/** What is written under the same name in every report. */
const written: [string, Kind | undefined][] = [
  ["index.html", "page"],
  ["claims.json", undefined],
  ["runs.parquet", "table"],
  ["status.json", "status"],
  ...experiments.map(({ name }): [string, Kind] => [`figures/${name}.svg`, "figure"]),
];

/**
 * Tries what a report of these experiments will be written to.
 * @throws ConfigError for the directory of a sweep, of another profile's report, or one with files of others
 */
export async function checkReportDirectory(
  directory: string,
  profile: Profile,
  chosen: readonly Experiment[],
  force?: boolean,
): Promise<void> {
  if (directory.endsWith(".ndjson"))
    throw new ConfigError(`--out: expected a directory, got ${directory}, the name of a journal`);
  const content = await contentOf(directory);
  const own = profileName(profile);
  if (content.length > 0 && !content.includes(own))
    throw new ConfigError(
      `--out: expected a new directory or one of a ${own} report, got ${directory}, which holds a ${content[0] === "sweep" ? "sweep" : `${content.join(" or ")} report`}`,
    );
  // one that is missing, or no directory, is the journal's matter
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  const findings: typeof written = chosen.some((one) => one.findings) ? [["FINDINGS.md", "findings"]] : [];
  for (const [name, kind] of [...written, ...findings])
    await checkWritable(join(directory, name), { kind, force });
}
