/** Where a sweep's directory has the snapshots of its finished runs: snapshots/RUN.snapshot. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** @param directory of the journal */
export const snapshotsIn = (directory: string): string => join(directory, "snapshots");

export const keptSnapshot = (directory: string, run: string): string =>
  join(snapshotsIn(directory), `${run}.snapshot`);

const KEPT = /^([0-9a-f]{16})\.snapshot$/;

/** Names of the runs that have one, by the files that there are. */
export const keptRuns = async (directory: string): Promise<string[]> =>
  (await readdir(snapshotsIn(directory)).catch(() => [])).flatMap((name) => KEPT.exec(name)?.[1] ?? []);
