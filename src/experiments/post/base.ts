/** The setup that all figures share: tied weights, Adam's defaults, batches of 128, an exact evaluation every 100 of 3000 steps. */
import type { Condition } from "../experiment.js";

export const base: Condition["config"] = {
  tied: true,
  norm: "none",
  distribution: { kind: "zipf", exponent: 1 },
  batchSize: 128,
  steps: 3000,
  evaluateEvery: 100,
  evaluation: { kind: "exact" },
};
