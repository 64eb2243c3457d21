/** The experiments, one a figure of the post, in its order. */
import { embeddingOneDimensional } from "./embeddingOneDimensional.js";
import type { Experiment } from "./experiment.js";
import { learningRateDecay } from "./learningRateDecay.js";
import { representationCollapse } from "./representationCollapse.js";
import { scalingLaw } from "./scalingLaw.js";
import { warmup } from "./warmup.js";

export type { Claim, Condition, Experiment, Figure, Verdict } from "./experiment.js";

export const experiments: Experiment[] = [
  embeddingOneDimensional,
  representationCollapse,
  scalingLaw,
  learningRateDecay,
  warmup,
];
