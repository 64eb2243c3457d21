import type { RunConfig } from "../config.js";
import {
  type CommonColumn,
  common,
  observablesOf,
  type ParticularColumn,
  particular,
} from "../observables/index.js";

/**
 * One evaluation of a run, the row of every table this project writes. Losses in nats; null where not measured. What only
 * some runs measure is in their records alone: see src/observables.
 */
export interface TrainingRecord
  extends Record<CommonColumn, number | null>,
    Partial<Record<ParticularColumn, number | null>> {
  /** Updates done before this evaluation. */
  step: number;
  /** Mean loss of the latest batch (the population loss where gradients are exact), before its update; null at step 0. */
  trainLoss: number | null;
  /** Population loss L. */
  loss: number | null;
  /** L minus the least there is: the entropy of the targets, given their inputs where they depend on them. */
  excessLoss: number | null;
  /** Standard error of `loss`: 0 when exact. */
  standardError: number | null;
  /** Rate of the latest update (of the first one at step 0). */
  learningRate: number;
  /** True on the last record of a run whose loss stopped being finite; `step` is the step that could not be done. */
  diverged: boolean;
}

const [population, ...others] = common;

/** Fields of every record, in their order. */
export const recordColumns = [
  "step",
  "trainLoss",
  ...population.columns,
  "learningRate",
  ...others.flatMap(({ columns }) => columns),
  "diverged",
] as const;

/** Fields that the records of some runs have after those, in their order. */
export const particularColumns: readonly ParticularColumn[] = particular.flatMap(({ columns }) => [
  ...columns,
]);

type Head = Pick<TrainingRecord, "step" | "trainLoss" | "learningRate" | "diverged">;
type Measured = Partial<Record<CommonColumn | ParticularColumn, number | null>>;

/** The record of an evaluation; null for what was not measured. */
export function recordOf(config: RunConfig, head: Head, measured: Measured = {}): TrainingRecord {
  const values: Record<string, unknown> = { ...measured, ...head };
  const own = observablesOf(config).flatMap(({ columns }) => columns);
  const extra = own.filter((column) => !(recordColumns as readonly string[]).includes(column));
  return Object.fromEntries(
    [...recordColumns, ...extra].map((column) => [column, values[column] ?? null]),
  ) as unknown as TrainingRecord;
}
