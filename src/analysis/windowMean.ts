/** Means over time: one evaluation of a run at a constant rate is noise as much as level. */
import type { RunResult } from "../sweep/result.js";
import type { Observable } from "./series.js";
import { mean } from "./statistics.js";

/** The observable's mean over evaluations behind step `after` up to `until`; null of a run that diverged or has none there. */
export function windowMean(
  run: RunResult,
  observable: Observable,
  after: number,
  until: number,
): number | null {
  if (run.divergedAt !== null) return null;
  const values = run.records
    .filter(({ step }) => step > after && step <= until)
    .map((record) => record[observable]);
  const measured = values.filter(
    (value): value is number => typeof value === "number" && Number.isFinite(value),
  );
  return measured.length > 0 ? mean(measured) : null;
}
