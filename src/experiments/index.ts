/**
 * The experiments, one a question: those of the post, one a figure, in its order, then what lies beyond. To add one, a file
 * and a line here.
 */
import { betaWindow } from "./betaWindow.js";
import { decayExplained } from "./decayExplained.js";
import { embeddingOneDimensional } from "./embeddingOneDimensional.js";
import type { Experiment } from "./experiment.js";
import { learningRateDecay } from "./learningRateDecay.js";
import { noisePlateau } from "./noisePlateau.js";
import { realText } from "./realText.js";
import { representationCollapse } from "./representationCollapse.js";
import { scalingLaw } from "./scalingLaw.js";
import { stickyPlateau } from "./stickyPlateau.js";
import { strongAndCopied } from "./strongAndCopied.js";
import { unigramSaddle } from "./unigramSaddle.js";
import { warmup } from "./warmup.js";
import { warmupAndScale } from "./warmupAndScale.js";

export const experiments: Experiment[] = [
  embeddingOneDimensional,
  representationCollapse,
  scalingLaw,
  learningRateDecay,
  warmup,
  stickyPlateau,
  noisePlateau,
  unigramSaddle,
  strongAndCopied,
  realText,
  decayExplained,
  betaWindow,
  warmupAndScale,
];
