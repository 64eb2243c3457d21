/**
 * The arms that a lag by a lack of warmup is told from: a high rate that is held and then dropped, without a warmup and with
 * one, and what else could have made the difference. Some experiments share them.
 */

import { at, minus, ofRun, over, type Quantity } from "../../analysis/claims.js";
import { mutualInformation } from "../../analysis/mutualInformation.js";
import type { InterventionInput } from "../../intervention/index.js";
import { join, warmup as warmupTo } from "../../schedule/constructors.js";
import type { Schedule } from "../../schedule/schedule.js";
import type { RunResult } from "../../sweep/result.js";
import type { Condition } from "../experiment.js";

/** The rates of the arms, whatever the run's length. */
export interface Rates {
  /** The high rate. */
  peak: number;
  /** The step at which it drops. */
  hold: number;
  /** The rate from there on. */
  low: number;
  /** Steps in which the arm with a warmup comes from 0 to the peak. */
  warmup: number;
}

/**
 * "equal sum": without a warmup and dropped earlier, so that its rates sum to those of the arm with one. "rescaled": without
 * a warmup, its weights made as small as they were at first when the rate drops, which keeps the function; "warmup,
 * rescaled" is the same with a warmup. "never high": the low rate all along.
 */
export type Arm = "no warmup" | "warmup" | "equal sum" | "rescaled" | "warmup, rescaled" | "never high";

/** Root mean squares to which a rescaled arm comes: about those of a run that was never high. */
const small = { embeddingRms: 0.25, unembeddingRms: 0.3 };

/** A warmup from 0 sums to half of the peak over its steps. */
export const equalSumDrop = ({ hold, warmup }: Rates): number => hold - Math.round(warmup / 2);

export function scheduleOf(arm: Arm, rates: Rates): Schedule {
  const { peak, hold, low, warmup } = rates;
  switch (arm) {
    case "no warmup":
    case "rescaled":
      return join(peak, low, hold);
    case "warmup":
    case "warmup, rescaled":
      return join(warmupTo(peak, warmup), low, hold);
    case "equal sum":
      return join(peak, low, equalSumDrop(rates));
    case "never high":
      return low;
  }
}

/** What keeps the function: both sizes under a norm, that of the embedding for tied weights and without a norm. */
function rescaleAt(step: number, { tied = false, norm = "none" }: Condition["config"]): InterventionInput {
  const { embeddingRms } = small;
  return tied || norm === "none"
    ? { step, kind: "rescale", embeddingRms }
    : { step, kind: "rescale", ...small };
}

/** "V 300, α 0.5, peak 0.3, no warmup" */
export const armLabel = (setting: string, arm: Arm): string => `${setting}, ${arm}`;

/** A setting's condition in an arm; `config` without rates and interventions. */
export function armCondition(
  setting: string,
  arm: Arm,
  rates: Rates,
  { config, ...others }: Omit<Condition, "label">,
): Condition {
  return {
    ...others,
    label: armLabel(setting, arm),
    config: {
      ...config,
      learningRate: scheduleOf(arm, rates),
      ...(arm === "rescaled" || arm === "warmup, rescaled"
        ? { interventions: [rescaleAt(rates.hold, config)] }
        : {}),
    },
  };
}

export const information = (label: string): Quantity => ofRun(label, mutualInformation);

/** A run whose records hold what it has learnt in units of its information. */
export function inUnits(run: RunResult): RunResult {
  const information = mutualInformation(run);
  const scaled = (x: number | null | undefined) =>
    x === null || x === undefined || information === null ? null : x / information;
  return {
    ...run,
    records: run.records.map((record) => ({
      ...record,
      unigramExcess: scaled(record.unigramExcess),
      marginalError: scaled(record.marginalError),
      capturedInformation: scaled(record.capturedInformation),
      inputDependence: scaled(record.inputDependence),
    })),
  };
}

/** Numbers of a record that say what a run has learnt of conditional targets. */
export type Learnt = "unigramExcess" | "marginalError" | "capturedInformation" | "inputDependence";

/** What a run has learnt, as a part of what there is to learn of the input. */
export const inInformation = (label: string, observable: Learnt, step: number): Quantity =>
  over(at(label, observable, step), information(label));

/**
 * Λ(t) = (L without − L with)/I at step t, in the same seed: the part of what there is to learn of the input by which a run
 * is behind.
 */
export const lag = (
  labelWithout: string,
  labelWith: string,
  step: number,
  of: Quantity = information(labelWithout),
): Quantity => over(minus(at(labelWithout, "loss", step), at(labelWith, "loss", step)), of);
