/**
 * Snapshots of finished runs in a sweep's directory, each with the run's records. A longer run of the same course goes on from
 * there in place of beginning anew, with the same bits.
 */
import { readFile } from "node:fs/promises";
import type { ComputedBy } from "../backend/backend.js";
import { configHash, type RunConfig } from "../config.js";
import { writeWhole } from "../disk/writeWhole.js";
import { isEvaluation } from "../evaluationSteps.js";
import { bitsRevision } from "../kernel/bitsRevision.js";
import { courseOf } from "../training/longerRun.js";
import type { TrainingRecord } from "../training/record.js";
import { decodeSnapshot, encodeSnapshot } from "../training/snapshot.js";
import type { Trainer } from "../training/trainer.js";
import type { CheckpointHeader } from "./checkpoint.js";
import { isSameComputer, shownComputedBy } from "./computedBy.js";
import type { Journal } from "./journal.js";
import { keptRuns, keptSnapshot } from "./snapshotFiles.js";
import { troubleOf } from "./trouble.js";

/** A finished run that a longer one goes on from. */
export interface Base {
  run: string;
  /** Of its config. */
  steps: number;
  /** Where it ended: before its last step where it diverged. */
  step: number;
  /** Its snapshot. */
  path: string;
  computedBy: ComputedBy | undefined;
  /** Wall seconds that it took, and those spent in steps. */
  seconds: number;
  stepSeconds: number;
}

/** The finished runs of a journal that have a snapshot. */
export class KeptSnapshots {
  /** By their course, the shortest first. */
  readonly #bases = new Map<string, Base[]>();

  static async of(journal: Journal): Promise<KeptSnapshots> {
    const kept = new KeptSnapshots();
    for (const run of await keptRuns(journal.directory)) {
      // one that is not recorded was killed in between
      const result = await journal.get(run);
      if (!result) continue;
      const { config, divergedAt, computedBy, seconds, stepSeconds } = result;
      const { steps } = config;
      const course = courseOf(config);
      const bases = kept.#bases.get(course) ?? [];
      const path = keptSnapshot(journal.directory, run);
      bases.push({ run, steps, step: divergedAt ?? steps, path, computedBy, seconds, stepSeconds });
      bases.sort((a, b) => a.steps - b.steps);
      kept.#bases.set(course, bases);
    }
    return kept;
  }

  /** The longest run that this one goes on from; undefined when there is none. */
  baseOf(config: RunConfig): Base | undefined {
    if (this.#bases.size === 0) return undefined;
    return this.#bases.get(courseOf(config))?.findLast(({ steps, step }) => step > 0 && steps < config.steps);
  }
}

/** Keeps a run that is at its end. */
export async function keepSnapshot(
  path: string,
  trainer: Trainer,
  records: readonly TrainingRecord[],
): Promise<void> {
  await writeWhole(path, await trainer.snapshot({ records }), { kind: "snapshot" });
}

/**
 * A longer run where its base left it.
 * @param computedBy who is to go on; undefined for a strict run
 * @returns undefined when it cannot go on from there, and the reason is a warning
 */
export async function goOnFrom(
  { run, step, path, ...base }: Base,
  config: RunConfig,
  computedBy: ComputedBy | undefined,
  warn: (message: string) => void,
): Promise<{ header: CheckpointHeader; snapshot: Uint8Array } | undefined> {
  const refuse = (why: string): undefined =>
    warn(`the snapshot of run ${run} (step ${step}) ${why}: it begins anew`) as undefined;
  if (!isSameComputer(base.computedBy, computedBy))
    return refuse(
      `was computed by ${base.computedBy ? shownComputedBy(base.computedBy) : "an earlier version"}, it goes on with ${computedBy ? shownComputedBy(computedBy) : "this one"}`,
    );
  try {
    const kept = decodeSnapshot(await readFile(path));
    if (kept.bitsRevision !== bitsRevision)
      return refuse(`is of bits revision ${kept.bitsRevision}, this version computes ${bitsRevision}`);
    if (configHash(kept.config) !== run || !kept.records)
      return refuse("is another run's, or has no records");
    // a run that is longer has no record where the other one ended, unless an evaluation is due there
    const records = kept.records.filter((record) => record.diverged || isEvaluation(config, record.step));
    const { seconds, stepSeconds } = base;
    const header = { bitsRevision, computedBy, records, seconds, stepSeconds };
    return { header, snapshot: encodeSnapshot({ ...kept, config, records: undefined }) };
  } catch (error) {
    const { cause, message } = troubleOf(error);
    // short of memory or descriptors now: the snapshot may be sound
    const { code = "" } = error as NodeJS.ErrnoException;
    if (cause === "memory" || ["EMFILE", "ENFILE"].includes(code)) throw error;
    return refuse(`cannot be read (${code || message})`);
  }
}
