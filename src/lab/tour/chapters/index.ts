/** The chapters, in their order: to add one, a file and its lines here. */
import type { Chapter } from "../chapter.js";
import { betaWindow } from "./betaWindow.js";
import { collapse } from "./collapse.js";
import { decayDrawn } from "./decay.js";
import { normReachesEntropy } from "./normReachesEntropy.js";
import { oneDimension } from "./oneDimension.js";
import { twoWaysToStick } from "./twoWaysToStick.js";
import { warmup } from "./warmup.js";
import { whatIsLearnt } from "./whatIsLearnt.js";

export const chapters: readonly Chapter[] = [
  whatIsLearnt,
  oneDimension,
  normReachesEntropy,
  collapse,
  betaWindow,
  decayDrawn,
  warmup,
  twoWaysToStick,
];
