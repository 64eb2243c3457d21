/** Kept snapshots of several directories in one. */
import { readFile } from "node:fs/promises";
import { kindOf } from "../disk/kind.js";
import { writeWhole } from "../disk/writeWhole.js";
import type { Journal } from "./journal.js";
import { keptRuns, keptSnapshot } from "./snapshotFiles.js";

/**
 * Copies the snapshots that the merged directory has not: first of the results that are kept, then of their duplicates. A
 * relaxed run's goes with its own result alone; a strict run's is the same wherever it is.
 * @param holderOf the journal whose result of a run is kept
 * @returns how many
 */
export async function mergeSnapshots(
  out: Journal,
  sources: readonly Journal[],
  holderOf: (run: string) => Journal | undefined,
): Promise<number> {
  const there = new Set(await keptRuns(out.directory));
  let count = 0;
  const copy = async (source: Journal, ofKept: boolean): Promise<void> => {
    for (const run of await keptRuns(source.directory)) {
      if (there.has(run) || (holderOf(run) === source) !== ofKept) continue;
      const result = await source.get(run);
      // one that is not recorded was killed in between
      if (!result || (result.config.arithmetic === "relaxed" && !ofKept)) continue;
      const from = keptSnapshot(source.directory, run);
      if ((await kindOf(from).catch(() => undefined)) !== "snapshot") continue;
      await writeWhole(keptSnapshot(out.directory, run), await readFile(from), { kind: "snapshot" });
      there.add(run);
      count++;
    }
  };
  for (const source of sources) await copy(source, true);
  for (const source of sources) await copy(source, false);
  return count;
}
