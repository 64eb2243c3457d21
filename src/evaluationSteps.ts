/**
 * When a run is evaluated: at step 0, at its last step, and in between every so many steps, or at steps that are evenly
 * spaced on a logarithmic axis. All who ask when an evaluation is due ask here.
 */
import * as v from "valibot";
import { log, pow } from "./math/elementary.js";
import { expected, wholeNumber } from "./schema.js";

/** The steps round(10^(k/perDecade)), k = 0, 1, 2, …, each once. */
export interface EvaluateAt {
  kind: "log";
  /** Evaluations a decade of steps, 1 to 1000: 10 gives 1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, … Default 10. */
  perDecade: number;
}

export interface EvaluateAtInput {
  kind: "log";
  perDecade?: number | undefined;
}

/** @internal */
export const evaluateAtSchema = (): v.GenericSchema<EvaluateAtInput, EvaluateAt> =>
  v.strictObject({
    kind: v.literal("log", expected('"log"')),
    perDecade: v.optional(wholeNumber(1, 1000), 10),
  });

/** What of a config says when it is evaluated: it has one of `evaluateEvery` and `evaluateAt`. */
interface Spaced {
  steps: number;
  evaluateEvery?: number | undefined;
  evaluateAt?: EvaluateAt | undefined;
}

/** round(10^(k/perDecade)): whole decades exactly, so that neither they nor the order of steps hang on a rounding. */
function logStep(k: number, perDecade: number): number {
  const within = k % perDecade;
  let step = pow(10, within / perDecade);
  for (let decades = (k - within) / perDecade; decades > 0; decades--) step *= 10;
  return Math.floor(step + 0.5);
}

/** The first evaluation behind `step` of a run without end. */
function following({ evaluateEvery = 1, evaluateAt }: Spaced, step: number): number {
  if (!evaluateAt) return (Math.floor(step / evaluateEvery) + 1) * evaluateEvery;
  const { perDecade } = evaluateAt;
  // what rounds to more than the step is above it; begun a little early, whatever the logarithm rounds to
  let k = step < 1 ? 0 : Math.max(0, Math.floor((log(step) / Math.LN10) * perDecade) - 1);
  while (logStep(k, perDecade) <= step) k++;
  return logStep(k, perDecade);
}

/** The first evaluation behind `step`; the last step of the run when there is none before it. */
export const nextEvaluation = (config: Spaced, step: number): number =>
  Math.min(config.steps, following(config, step));

/** Whether a run is evaluated at `step`. */
export const isEvaluation = (config: Spaced, step: number): boolean =>
  step === 0 || step === config.steps || following(config, step - 1) === step;

/** Evaluations of a whole run; with `evaluateEvery` the last interval counts as the part of one that it is. */
export function evaluationCount(config: Spaced): number {
  if (!config.evaluateAt) return 1 + config.steps / (config.evaluateEvery ?? 1);
  let count = 1;
  for (let step = 0; step < config.steps; step = nextEvaluation(config, step)) count++;
  return count;
}
