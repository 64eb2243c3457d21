import type { PopulationLoss, Spectrum } from "../backend/backend.js";

/** One evaluation of a run, the row of every table this project writes. Losses in nats; null where not measured. */
export interface TrainingRecord {
  /** Updates done before this evaluation. */
  step: number;
  /** Mean loss of the latest batch, before its update; null at step 0. */
  trainLoss: number | null;
  /** Population loss L. */
  loss: number | null;
  /** L minus the entropy of the token distribution. */
  excessLoss: number | null;
  /** Standard error of `loss`: 0 when exact. */
  standardError: number | null;
  /** Rate of the latest update (of the first one at step 0). */
  learningRate: number;
  effectiveDimension: number | null;
  participationRatio: number | null;
  stableRank: number | null;
  effectiveRank: number | null;
  meanEnergyShare: number | null;
  /** True on the last record of a run whose loss stopped being finite; `step` is the step that could not be done. */
  diverged: boolean;
}

/** The record of an evaluation; without a spectrum its figures are null. */
export const measuredRecord = (
  { step, trainLoss, learningRate }: Pick<TrainingRecord, "step" | "trainLoss" | "learningRate">,
  { loss, standardError }: PopulationLoss,
  entropy: number,
  spectrum: Spectrum | undefined,
): TrainingRecord => ({
  step,
  trainLoss,
  loss,
  excessLoss: loss - entropy,
  standardError,
  learningRate,
  effectiveDimension: spectrum?.effectiveDimension ?? null,
  participationRatio: spectrum?.participationRatio ?? null,
  stableRank: spectrum?.stableRank ?? null,
  effectiveRank: spectrum?.effectiveRank ?? null,
  meanEnergyShare: spectrum?.meanEnergyShare ?? null,
  diverged: false,
});

/** The last record of a run that diverged. */
export const divergedRecord = (step: number, learningRate: number): TrainingRecord => ({
  step,
  trainLoss: null,
  loss: null,
  excessLoss: null,
  standardError: null,
  learningRate,
  effectiveDimension: null,
  participationRatio: null,
  stableRank: null,
  effectiveRank: null,
  meanEnergyShare: null,
  diverged: true,
});
