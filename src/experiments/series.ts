/** Reading runs: one observable over steps, at one step, and its mean and spread over seeds. */
import type { RunResult } from "../sweep/result.js";
import type { TrainingRecord } from "../training/record.js";
import { mean, standardDeviation } from "./statistics.js";

export type Observable = "loss" | "excessLoss" | "effectiveDimension";

/** A row of a plot: the mean over seeds at one step, with mean ± one standard deviation. */
export interface SeriesRow {
  condition: string;
  step: number;
  mean: number;
  low: number;
  high: number;
}

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

/** The last step that a run was asked for. */
export const lastStep = (runs: readonly RunResult[]): number => runs[0]?.config.steps ?? 0;

/**
 * One number a seed for each of several conditions, paired by seed: seeds that any of them misses are left out.
 * Returns null when no seed has them all.
 */
export function paired(
  conditions: readonly (readonly RunResult[] | undefined)[],
  measure: (run: RunResult, condition: number) => number | null,
): number[][] | null {
  const seeds = (conditions[0] ?? []).map((run) => run.config.seed);
  const columns: number[][] = conditions.map(() => []);
  for (const seed of seeds) {
    const row = conditions.map((runs, i) => {
      const run = runs?.find((candidate) => candidate.config.seed === seed);
      return run ? measure(run, i) : null;
    });
    if (row.every((x): x is number => x !== null)) {
      for (const [i, x] of row.entries()) columns[i].push(x);
    }
  }
  return columns[0]?.length ? columns : null;
}

/** One number a seed of one condition, or null when no seed has it. */
export const perSeed = (
  runs: readonly RunResult[] | undefined,
  measure: (run: RunResult) => number | null,
): number[] | null => paired([runs], measure)?.[0] ?? null;

/** Mean and band over seeds at each step; steps where no seed has the observable are left out. */
export function series(
  condition: string,
  runs: readonly RunResult[] | undefined,
  observable: Observable,
): SeriesRow[] {
  const byStep = new Map<number, number[]>();
  for (const run of runs ?? []) {
    for (const record of run.records) {
      const value = record.diverged ? null : finite(record, observable);
      if (value === null) continue;
      const values = byStep.get(record.step);
      if (values) values.push(value);
      else byStep.set(record.step, [value]);
    }
  }
  return [...byStep]
    .sort(([a], [b]) => a - b)
    .map(([step, values]) => {
      const centre = mean(values);
      const spread = standardDeviation(values);
      return { condition, step, mean: centre, low: centre - spread, high: centre + spread };
    });
}
