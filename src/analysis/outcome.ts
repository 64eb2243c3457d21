/** How a run ended: what is no success is said here alone. */
import { log } from "../math/elementary.js";
import type { RunResult } from "../sweep/result.js";
import type { TrainingRecord } from "../training/record.js";

/**
 * - "diverged": its loss stopped being finite.
 * - "exploded": its loss stayed finite, but it ends above where it began and above ln V, the loss of a uniform guess, by more
 *   than noise: training made it worse than knowing nothing.
 * - "sound": all others, however little they learnt.
 */
export type Outcome = "sound" | "diverged" | "exploded";

/** Nats, and standard errors of the last evaluation, that are noise. */
const NATS = 0.01;
const STANDARD_ERRORS = 3;

/** @param run a finished run; one whose loss was measured less than twice did not explode */
export function outcomeOf({
  config,
  records,
  divergedAt,
}: Pick<RunResult, "config" | "divergedAt"> & { records: readonly TrainingRecord[] }): Outcome {
  if (divergedAt !== null) return "diverged";
  const measured = records.flatMap(({ loss, standardError }) =>
    loss !== null && Number.isFinite(loss) ? [{ loss, standardError: standardError ?? 0 }] : [],
  );
  const [first, last] = [measured[0], measured.at(-1)];
  if (!first || !last) return "sound";
  const noise = Math.max(NATS, STANDARD_ERRORS * last.standardError);
  return last.loss > Math.max(first.loss, log(config.vocabSize)) + noise ? "exploded" : "sound";
}

/** Whether what a run ends with may stand in a mean, or be called the best. */
export const isSound = (run: Pick<RunResult, "config" | "records" | "divergedAt">): boolean =>
  outcomeOf(run) === "sound";
