/** Kept snapshots of several directories in one. */
import { readFile } from "node:fs/promises";
import { kindOf } from "../disk/kind.js";
import { writeWhole } from "../disk/writeWhole.js";
import { keptRuns, keptSnapshot } from "./snapshotFiles.js";

/**
 * Copies the snapshots of these runs that the merged directory has not.
 * @param held directory of the journal whose result each run's is, by the run's name
 * @returns how many
 */
export async function mergeSnapshots(out: string, held: ReadonlyMap<string, string>): Promise<number> {
  const there = new Map<string, Set<string>>();
  const has = async (directory: string, run: string): Promise<boolean> => {
    const kept = there.get(directory) ?? new Set(await keptRuns(directory));
    there.set(directory, kept);
    return kept.has(run);
  };
  let count = 0;
  for (const [run, directory] of held) {
    if (directory === out || !(await has(directory, run)) || (await has(out, run))) continue;
    const from = keptSnapshot(directory, run);
    if ((await kindOf(from).catch(() => undefined)) !== "snapshot") continue;
    await writeWhole(keptSnapshot(out, run), await readFile(from), { kind: "snapshot" });
    count++;
  }
  return count;
}
