/** The configs that a report trains: the full or the quick ones, strict or relaxed. A report is of one profile. */
import type { RunConfig, RunConfigInput } from "../config.js";
import type { Condition, Experiment } from "./experiment.js";

export interface Profile {
  quick: boolean;
  arithmetic: RunConfig["arithmetic"];
}

export const profiles: readonly Profile[] = (["strict", "relaxed"] as const).flatMap((arithmetic) =>
  [false, true].map((quick) => ({ quick, arithmetic })),
);

/** "full", "quick", "relaxed full", "relaxed quick" */
export const profileName = ({ quick, arithmetic }: Profile): string =>
  `${arithmetic === "relaxed" ? "relaxed " : ""}${quick ? "quick" : "full"}`;

/** An experiment's conditions in a profile. */
export const conditionsOf = ({ conditions }: Experiment, { quick, arithmetic }: Profile): Condition[] =>
  conditions(quick).map((condition) => ({
    ...condition,
    config: arithmetic === "strict" ? condition.config : { ...condition.config, arithmetic },
  }));

/** A condition's run of one seed. */
export function configOf({ config, drawing }: Condition, seed: number): RunConfigInput {
  const { targets } = config;
  return drawing && targets?.kind === "low-rank"
    ? { ...config, targets: { ...targets, seed }, seed }
    : { ...config, seed };
}

/** Its runs of seeds 0, 1, … */
export const configsOf = (condition: Condition, seeds: number): RunConfigInput[] =>
  Array.from({ length: Math.min(seeds, condition.seeds ?? seeds) }, (_, seed) => configOf(condition, seed));
