/** `--where`: the finished runs of directories that meet all conditions. */
import { Option } from "commander";
import { ConfigError } from "../config.js";
import { counted } from "../figures/labels.js";
import type { Condition } from "../sweep/description.js";
import { Selection } from "../sweep/selection.js";
import { parseWhere } from "./whereText.js";

export interface SelectFlags {
  where?: Condition[];
}

export const whereOption = (text = "only runs that meet it, and all others that are given"): Option =>
  new Option("--where <condition>", text).argParser((typed: string, before: Condition[] = []) => [
    ...before,
    parseWhere(typed),
  ]);

/** @throws ConfigError as `Selection.read` does, naming the flag for a field that no run has */
export const readSelection = (directories: string | string[], where: Condition[] = []): Promise<Selection> =>
  Selection.read(directories, { where }).catch((error) => {
    const [, path] = (error instanceof ConfigError && /no run has a field (.+)$/.exec(error.message)) || [];
    throw path === undefined
      ? error
      : new ConfigError(`--where ${path}: expected a field of these runs, got none`);
  });

/**
 * Opens the directories, and says on stderr what is wrong with them.
 * @throws ConfigError as `readSelection` does, and when no run meets the conditions
 */
export async function selected(directories: string[], { where = [] }: SelectFlags): Promise<Selection> {
  const selection = await readSelection(directories, where);
  for (const notice of selection.notices) process.stderr.write(`${notice}\n`);
  if (selection.runs.length > 0 || where.length === 0) return selection;
  await selection.close();
  throw new ConfigError(
    `--where: expected conditions that a finished run meets, got none of ${counted(selection.total, "run")}`,
  );
}
