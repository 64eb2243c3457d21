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
