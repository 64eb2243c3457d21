/**
 * The experiments, one a question: those of the post, one a figure, in its order, then what lies beyond. To add one, a file
 * and a line here.
 */
import { betaWindow } from "./beyond/betaWindow.js";
import { decayExplained } from "./beyond/decayExplained.js";
import { noisePlateau } from "./beyond/noisePlateau.js";
import { realText } from "./beyond/realText.js";
import { stickyPlateau } from "./beyond/stickyPlateau.js";
import { strongAndCopied } from "./beyond/strongAndCopied.js";
import { unigramSaddle } from "./beyond/unigramSaddle.js";
import { warmupAndScale } from "./beyond/warmupAndScale.js";
import type { Experiment } from "./experiment.js";
import { embeddingOneDimensional } from "./post/embeddingOneDimensional.js";
import { learningRateDecay } from "./post/learningRateDecay.js";
import { representationCollapse } from "./post/representationCollapse.js";
import { scalingLaw } from "./post/scalingLaw.js";
import { warmup } from "./post/warmup.js";

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
