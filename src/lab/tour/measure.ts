/** Numbers of runs, one a seed. */
import type { TrainingRecord } from "../../index.js";
import type { Curve, Point } from "./chapter.js";
import { overSeeds } from "./judge.js";
import type { SeedRun, Seen } from "./seen.js";

export type Column = Exclude<keyof TrainingRecord, "diverged">;

export const runsOf = (seen: Seen, label: string): readonly SeedRun[] => seen.get(label) ?? [];

/** NaN where it was not measured. */
export function at({ records }: SeedRun, column: Column, step: number): number {
  const record = records.find((it) => it.step === step);
  return record?.[column] ?? Number.NaN;
}

/** At the last evaluation: NaN where it diverged. */
export const atEnd = ({ records }: SeedRun, column: Column): number => records.at(-1)?.[column] ?? Number.NaN;

export const ends = (seen: Seen, label: string, column: Column): number[] =>
  runsOf(seen, label).map((run) => atEnd(run, column));

/** Seed by seed, f of one arm and another; seeds that are the same draw the same tokens. */
export const paired = (
  seen: Seen,
  one: string,
  other: string,
  f: (one: SeedRun, other: SeedRun) => number,
): number[] =>
  runsOf(seen, one).flatMap((run, i) => {
    const partner = runsOf(seen, other)[i];
    return partner ? [f(run, partner)] : [];
  });

/** H, in nats: the loss minus what it has above H. */
export function entropyOf({ records }: SeedRun): number {
  const record = records.find(({ loss }) => loss !== null);
  const above = record?.unigramExcess ?? record?.excessLoss;
  return record?.loss == null || above == null ? Number.NaN : record.loss - above;
}

/** What the input says of the target, in nats: L − (H − I) minus L − H. */
export function informationOf({ records }: SeedRun): number {
  const record = records.find(({ excessLoss, unigramExcess }) => excessLoss != null && unigramExcess != null);
  return record ? Number(record.excessLoss) - Number(record.unigramExcess) : Number.NaN;
}

export function pointOf(x: number, values: readonly number[]): Point {
  const { mean, standardDeviation } = overSeeds(values);
  return { x, mean, low: mean - standardDeviation, high: mean + standardDeviation };
}

/** A column over the steps that all seeds have. */
export function curveOf(seen: Seen, label: string, column: Column): Curve {
  const runs = runsOf(seen, label);
  const points = (runs[0]?.records ?? []).flatMap(({ step }, i) => {
    const values = runs.map(({ records }) => (records[i]?.step === step ? records[i][column] : null));
    return values.every((value) => typeof value === "number") ? [pointOf(step, values as number[])] : [];
  });
  return { label, points };
}
