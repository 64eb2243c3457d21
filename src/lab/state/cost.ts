/** What a run takes in this browser, learnt from the runs that it has seen. */
import type { RunConfig } from "../../index.js";
import type { Replica } from "./lab.js";

/** Operations of a step and of an evaluation, roughly: three products over at most B inputs, and the optimizer. */
function operationsOf({ vocabSize: V, embeddingDim: D, batchSize = V, gradient, steps }: RunConfig): number {
  const inputs = gradient === "exact" ? V : Math.min(V, batchSize, 128);
  return Math.max(1, steps) * (6 * inputs * V * D + 20 * V * D + 20_000);
}

/** Operations a second, as the latest run that took at least a hundredth of a second had them. */
let pace = 1e10;

export function learnCost({ config, status, seconds }: Replica): void {
  if (status === "ended" && seconds > 0.01) pace = operationsOf(config) / seconds;
}

/** Seconds that a run takes in a worker of its own. */
export const secondsOf = (config: RunConfig): number => operationsOf(config) / pace;

/** Bytes that a run holds at least: weights, moments, and a copy of them for a snapshot. */
export const bytesOf = ({ vocabSize, embeddingDim, tied }: RunConfig): number =>
  24 * vocabSize * embeddingDim * (tied ? 1 : 2);

/** "3 s", "2 min" */
export const durationText = (seconds: number): string =>
  seconds < 1
    ? `${Math.max(1, Math.round(seconds * 1000))} ms`
    : seconds < 90
      ? `${Math.round(seconds)} s`
      : `${Math.round(seconds / 60)} min`;
