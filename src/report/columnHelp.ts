/** What each column of a table is, with its unit, for files that have a place for it: one sentence a column. */
import { explained } from "../fields/explained.js";
import { fields } from "../fields/fields.js";
import type { TrainingRecord } from "../training/record.js";

/** As the docstrings of TrainingRecord have it. */
export const recordHelp: Record<keyof TrainingRecord, string> = {
  step: "Updates done before this evaluation, in steps.",
  trainLoss:
    "Mean loss of the latest batch before its update (the population loss where gradients are exact), in nats; null at step 0.",
  loss: "Population loss L, in nats.",
  excessLoss:
    "L minus the least there is, the entropy of the targets (given their inputs, where they depend on them), in nats.",
  standardError: "Standard error of the loss, in nats: 0 where the evaluation is exact.",
  learningRate:
    "Learning rate of the latest update, which is the schedule's at the step before this one; at step 0 that of the first update.",
  effectiveDimension:
    "Dimensions that the centred embedding uses: exp(-Σ r ln r), r its squared singular values divided by their sum.",
  participationRatio:
    "Dimensions by the participation ratio (Σλ)²/Σλ², λ the squared singular values of the centred embedding.",
  stableRank: "Dimensions by the stable rank, Σλ divided by the largest λ.",
  effectiveRank:
    "Dimensions by the effective rank of Roy and Vetterli: as effectiveDimension, of singular values that are not squared.",
  meanEnergyShare:
    "Share of the embedding's squared norm that is in its mean row, which centring removes: 0 to 1.",
  diverged:
    "True on the last record of a run whose loss stopped being finite; its step is the one that could not be done.",
  unigramExcess:
    "L - H, H the entropy of the targets, in nats: below 0 the model does better than any that does not look at its input.",
  marginalError: "KL divergence of the mean prediction from the distribution of the targets, in nats.",
  capturedInformation: "Part of the mutual information of input and target that the model uses, in nats.",
  inputDependence:
    "Mean KL divergence of the mean prediction from those for each input, in nats: how much predictions depend on inputs.",
  gradientNorm:
    "Norm of the gradient of the population loss with respect to all parameters, in nats a unit of the weights.",
  heldOutLoss: "Mean loss of the pairs that the corpus holds out, in nats.",
};

/** Who ran, and what a config's field is called where a field of the record has its name. */
export const otherHelp: Record<string, string> = {
  experiment: "Name of the experiment that the run is listed under.",
  run: "Name of the run: the first 16 hexadecimal digits of the SHA-256 of its canonical config.",
  bitsRevision: "Revision of the computation that gave these bits: runs of two differ in rounding.",
  backend: "What computed a relaxed run.",
  adapter: "Device or processor that computed a relaxed run.",
  driver: "Driver of that device.",
  evaluations: "Evaluations that the run has; this row is the last.",
  divergedAt: "Step that could not be done, of a run whose loss stopped being finite.",
  "config.learningRate": "Learning rate that the config gives, where it is constant; null for a schedule.",
  "config.learningRateSchedule":
    "Schedule of the learning rate that the config gives, as JSON; null for a constant rate.",
};

/** What a column is; undefined for one of a later version. */
export function columnHelp(name: string): string | undefined {
  const own = { ...recordHelp, ...otherHelp };
  if (Object.hasOwn(own, name)) return own[name as keyof TrainingRecord];
  const field = fields.find(({ path }) => path === name);
  return field && `Of the config: ${explained(field)}.`;
}
