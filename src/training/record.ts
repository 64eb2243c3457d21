import type { RunConfig } from "../config.js";
import {
  type CommonColumn,
  common,
  observablesOf,
  type ParticularColumn,
  particular,
} from "../observables/index.js";

/**
 * One evaluation of a run, the row of every table this project writes; null where not measured. What only some runs measure is
 * in their records alone: see src/observables.
 */
export interface TrainingRecord
  extends Record<CommonColumn, number | null>,
    Partial<Record<ParticularColumn, number | null>> {
  /** Updates done before this evaluation, in steps. */
  step: number;
  /** Mean loss of the latest batch before its update (the population loss where gradients are exact), in nats; null at step 0. */
  trainLoss: number | null;
  /** Population loss L, in nats. */
  loss: number | null;
  /** L minus the least there is, the entropy of the targets (given their inputs, where they depend on them), in nats. */
  excessLoss: number | null;
  /** Standard error of the loss, in nats: 0 where the evaluation is exact. */
  standardError: number | null;
  /** Learning rate of the latest update, which is the schedule's at the step before this one; at step 0 that of the first update. */
  learningRate: number;
  /** Dimensions that the centred embedding uses: exp(-Σ r ln r), r its squared singular values divided by their sum. */
  effectiveDimension: number | null;
  /** Dimensions by the participation ratio (Σλ)²/Σλ², λ the squared singular values of the centred embedding. */
  participationRatio: number | null;
  /** Dimensions by the stable rank, Σλ divided by the largest λ. */
  stableRank: number | null;
  /** Dimensions by the effective rank of Roy and Vetterli: as effectiveDimension, of singular values that are not squared. */
  effectiveRank: number | null;
  /** Share of the embedding's squared norm that is in its mean row, which centring removes: 0 to 1. */
  meanEnergyShare: number | null;
  /** True on the last record of a run whose loss stopped being finite; its step is the one that could not be done. */
  diverged: boolean;
  /** L - H, H the entropy of the targets, in nats: below 0 the model does better than any that does not look at its input. */
  unigramExcess?: number | null;
  /** KL divergence of the mean prediction from the distribution of the targets, in nats. */
  marginalError?: number | null;
  /** Part of the mutual information of input and target that the model uses, in nats. */
  capturedInformation?: number | null;
  /** Mean KL divergence of the mean prediction from those for each input, in nats: how much predictions depend on inputs. */
  inputDependence?: number | null;
  /** Norm of the gradient of the population loss with respect to all parameters, in nats a unit of the weights. */
  gradientNorm?: number | null;
  /** Mean loss of the pairs that the corpus holds out, in nats. */
  heldOutLoss?: number | null;
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
