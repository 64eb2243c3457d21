/** What a sweep says of kept snapshots: which runs go on from one, which have none, what they take. */
import { ConfigError } from "../config.js";
import { checkWritable } from "../disk/writeWhole.js";
import { counted } from "../figures/labels.js";
import type { Journal } from "../sweep/journal.js";
import type { KeptSnapshots } from "../sweep/keptSnapshots.js";
import type { Plan } from "../sweep/plans.js";
import type { PoolEvent } from "../sweep/poolOptions.js";
import { keptRuns, keptSnapshot, snapshotsIn } from "../sweep/snapshotFiles.js";
import { snapshotBytes } from "../training/snapshot.js";
import { shownBytes } from "./bytes.js";

/** "step 300", "steps 300 and 600", "steps 300 to 900". */
function shownSteps(steps: ReadonlySet<number>): string {
  const [first, ...others] = [...steps].sort((a, b) => a - b);
  if (others.length === 0) return `step ${first}`;
  return `steps ${first} ${others.length === 1 ? "and" : "to"} ${others.at(-1)}`;
}

/** Counts the runs that go on from a shorter one, and those that do not. */
export class Continued {
  #anew = 0;
  #count = 0;
  readonly #steps = new Set<number>();

  event(event: PoolEvent): void {
    if (event.event === "finished") this.add(event.wentOnFrom);
  }

  add(from: { step: number } | undefined): void {
    if (from) {
      this.#count++;
      this.#steps.add(from.step);
    } else this.#anew++;
  }

  /**
   * A line, "" where none did and none was to be expected to.
   * @param longer whether it is the sweep of its directory for more steps
   */
  line(verb: "went" | "go", longer: boolean): string {
    if (this.#count === 0)
      return longer && this.#anew > 0
        ? "no snapshots of shorter runs are there (--keep-snapshots keeps them): all from step 0\n"
        : "";
    const one = this.#count === 1;
    return `${counted(this.#count, "run")} ${verb === "go" && one ? "goes" : verb} on from the snapshot${one ? "" : "s"} of ${one ? "a shorter one" : "shorter ones"}, at ${shownSteps(this.#steps)}\n`;
  }
}

/** What a dry run says of snapshots: "" where there are none, and none are kept. */
export async function plannedSnapshots(
  plan: Plan,
  journal: Journal | undefined,
  {
    snapshots,
    out,
    keep,
    longer,
  }: { snapshots: KeptSnapshots | undefined; out: string; keep: boolean; longer: boolean },
): Promise<string> {
  const continued = new Continued();
  let [count, all, largest] = [0, 0, 0];
  for (const [i, run] of plan.runs.entries()) {
    const config = journal?.has(run) ? undefined : plan.at(i);
    if (!config) continue;
    continued.add(snapshots?.baseOf(config));
    const size = snapshotBytes(config);
    count++;
    all += size;
    largest = Math.max(largest, size);
  }
  const room = `${counted(count, "snapshot")} in ${snapshotsIn(out)}: ${shownBytes(all)} of disk, up to ${shownBytes(largest)} each, and the records\n`;
  return continued.line("go", longer) + (keep && count > 0 ? room : "");
}

/** Finished runs that were not kept, as a line; "" where all were. */
export async function unkept(plan: Plan, journal: Journal): Promise<string> {
  const kept = new Set(await keptRuns(journal.directory));
  const count = plan.runs.reduce((sum, run) => sum + (journal.has(run) && !kept.has(run) ? 1 : 0), 0);
  if (count === 0) return "";
  return `${counted(count, "run")} ${count === 1 ? "was" : "were"} finished without --keep-snapshots and ${count === 1 ? "has" : "have"} no snapshot; what is finished is not run again\n`;
}

/**
 * Tries what snapshots are written to.
 * @param directory of the journal
 * @throws ConfigError for files that are somebody else's
 */
export async function checkSnapshots(directory: string, runs: readonly string[]): Promise<void> {
  if (runs.length === 0) return;
  const there = new Set(await keptRuns(directory));
  for (const run of [runs[0], ...runs.slice(1).filter((name) => there.has(name))])
    try {
      await checkWritable(keptSnapshot(directory, run), { kind: "snapshot" });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new ConfigError(`--keep-snapshots: ${error.message}`);
    }
}
