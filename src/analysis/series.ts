/** Reading runs: one observable over steps, at one step, and its mean and spread over seeds. */
import type { RunResult } from "../sweep/result.js";
import type { TrainingRecord } from "../training/record.js";
import { mean, standardDeviation } from "./statistics.js";

/** A number of a record. */
export type Observable = Exclude<keyof TrainingRecord, "step" | "diverged">;

/** A row of a plot: the mean over seeds at one step, with mean ± one standard deviation. */
export interface SeriesRow {
  condition: string;
  step: number;
  mean: number;
  low: number;
  high: number;
}

/** Finished runs by condition label, one a seed. */
export type Runs = ReadonlyMap<string, readonly RunResult[]>;

const finite = (record: TrainingRecord | undefined, observable: Observable): number | null => {
  const value = record?.[observable];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
};

/** The observable of one run at one step, or null where it was not measured. */
export const valueAt = (run: RunResult, observable: Observable, step: number): number | null =>
  finite(
    run.records.find((record) => record.step === step && !record.diverged),
    observable,
  );

/** The last step that runs of one length were asked for; 0 without runs. */
export const lastStepOf = (runs: readonly RunResult[]): number => runs[0]?.config.steps ?? 0;

/** The last step of all conditions of one length. */
export const lastStep = (runs: Runs): number => lastStepOf([...runs.values()].flat());

/** A point of a curve that was made from a run's records. */
export interface CurvePoint {
  /** Or what stands for it on the axis. */
  step: number;
  value: number;
}

/** Mean and band over curves, one a seed, at each step that any of them has. */
export function bandOf(condition: string, curves: readonly (readonly CurvePoint[])[]): SeriesRow[] {
  const byStep = new Map<number, number[]>();
  for (const { step, value } of curves.flat()) {
    const values = byStep.get(step);
    if (values) values.push(value);
    else byStep.set(step, [value]);
  }
  return [...byStep]
    .sort(([a], [b]) => a - b)
    .map(([step, values]) => {
      const centre = mean(values);
      const spread = standardDeviation(values);
      return { condition, step, mean: centre, low: centre - spread, high: centre + spread };
    });
}

/** Mean and band over seeds at each step; steps where no seed has the observable are left out. */
export const series = (
  condition: string,
  runs: readonly RunResult[] | undefined,
  observable: Observable,
): SeriesRow[] =>
  bandOf(
    condition,
    (runs ?? []).map(({ records }) =>
      records.flatMap((record) => {
        const value = record.diverged ? null : finite(record, observable);
        return value === null ? [] : [{ step: record.step, value }];
      }),
    ),
  );

/** The series of several conditions, one after another. */
export const curves = (labels: readonly string[], runs: Runs, observable: Observable): SeriesRow[] =>
  labels.flatMap((label) => series(label, runs.get(label), observable));
