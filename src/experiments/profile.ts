/** The configs that a report trains: the full or the quick ones, strict or relaxed. A report is of one profile. */
import type { RunConfig } from "../config.js";
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
  conditions(quick).map(({ label, config }) => ({
    label,
    config: arithmetic === "strict" ? config : { ...config, arithmetic },
  }));
