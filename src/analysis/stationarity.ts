/** Whether a curve rests on a level: the level, what it still moves by, whether that is more than noise, and when it came. */
import type { RunResult } from "../sweep/result.js";
import { crossingStep } from "./crossing.js";
import type { Observable } from "./series.js";
import { mean, standardDeviation } from "./statistics.js";
import { windowMean } from "./windowMean.js";

/** Blocks that a quarter of the last half is cut into: each long against the time over which evaluations are alike. */
const blocksOfQuarter = 5;

/** Means of `count` equal parts of the steps from `from` to `to`; null when one has no evaluation. */
function blockMeans(
  run: RunResult,
  observable: Observable,
  from: number,
  to: number,
  count: number,
): number[] | null {
  const length = (to - from) / count;
  const means = Array.from({ length: count }, (_, i) =>
    windowMean(run, observable, from + i * length, from + (i + 1) * length),
  );
  return means.every((x): x is number => x !== null) ? means : null;
}

/** The mean over the last quarter of a run. */
export const finalLevel = (run: RunResult, observable: Observable): number | null =>
  windowMean(run, observable, (3 / 4) * run.config.steps, run.config.steps);

const quarterMeans = (run: RunResult, observable: Observable): number[] | null =>
  blockMeans(run, observable, run.config.steps / 2, run.config.steps, 4);

/** What the curve moves by over the last half: the mean of its last quarter minus that of its first. */
export function drift(run: RunResult, observable: Observable): number | null {
  const quarters = quarterMeans(run, observable);
  return quarters && quarters[3] - quarters[0];
}

/**
 * How far the quarters of the last half differ: the standard deviation of their means over the standard error of one, which
 * comes from the spread of blocks within a quarter. Near 1 where the curve rests, on average over many runs; above 2, it
 * moves by more than its noise. Null where a block has no evaluation or there is no noise to compare with.
 */
export function quarterSpread(run: RunResult, observable: Observable): number | null {
  const half = run.config.steps / 2;
  const blocks = blockMeans(run, observable, half, 2 * half, 4 * blocksOfQuarter);
  if (!blocks) return null;
  const quarters = [0, 1, 2, 3].map((q) => blocks.slice(q * blocksOfQuarter, (q + 1) * blocksOfQuarter));
  const variance = mean(quarters.map((own) => standardDeviation(own) ** 2)) / blocksOfQuarter;
  return variance > 0 ? standardDeviation(quarters.map(mean)) / Math.sqrt(variance) : null;
}

/**
 * The step at which a falling curve came within a part of its final level: the first crossing of (1 + tolerance) times the
 * level, of means over pieces of the run, so that noise does not bring it forward. A curve that is below from the start has
 * the middle of the first piece; null where one has no evaluation.
 * @param tolerance a part of the level: 0.05
 * @param width steps of a piece: about a fifth of the time that is looked for, or less, and several evaluations
 */
export function settlingStep(
  run: RunResult,
  observable: Observable,
  tolerance: number,
  width: number,
): number | null {
  const count = Math.floor(run.config.steps / width);
  const level = finalLevel(run, observable);
  const means = blockMeans(run, observable, 0, count * width, count);
  if (level === null || !means) return null;
  const points = means.map((value, i) => ({ step: (i + 0.5) * width, value }));
  return crossingStep(points, ({ value }) => value - (1 + tolerance) * level);
}
