/** What a journal holds of the experiments: a report is a view of it, whatever was asked for last. */
import { configHash, type RunConfig, type RunConfigInput } from "../config.js";
import type { Condition } from "../experiments/experiment.js";
import { experiments } from "../experiments/index.js";
import { conditionsOf, configOf, type Profile, profileName, profiles } from "../experiments/profile.js";
import type { Journal } from "../sweep/journal.js";
import type { RunResult } from "../sweep/result.js";

const DRAWN = "drawn ";

/** The name of a condition without a seed, to find its runs by. */
export const settingOf = (condition: Condition): string =>
  `${condition.drawing && condition.config.targets?.kind === "low-rank" ? DRAWN : ""}${configHash(configOf(condition, 0))}`;

/** The names of the conditions that a run may be of: one whose data are drawn for each seed, and one of fixed data. */
export function settingsOf(config: RunConfig): string[] {
  const { seed, targets } = config;
  const first = { ...config, seed: 0 } as RunConfigInput;
  const fixed = configHash(first);
  return targets?.kind === "low-rank" && targets.seed === seed
    ? [fixed, `${DRAWN}${configHash({ ...first, targets: { ...targets, seed: 0 } })}`]
    : [fixed];
}

/** An experiment with all its finished runs. */
export interface Journaled {
  name: string;
  conditions: Condition[];
  runs: RunResult[];
  /** The most seeds that a condition has which is its own alone; 0 when only runs that it shares are finished. */
  seeds: number;
}

/**
 * All experiments, each with those of its runs that are finished in a journal; runs of other profiles and of sweeps
 * are passed over, for their configs are others.
 */
export async function journaledExperiments(journal: Journal, profile: Profile): Promise<Journaled[]> {
  const all = experiments.map((experiment) => ({
    name: experiment.name,
    conditions: conditionsOf(experiment, profile),
    runs: [] as RunResult[],
    seeds: 0,
  }));
  const owners = all.map(
    ({ conditions }) => new Map(conditions.map((condition) => [settingOf(condition), 0])),
  );
  for await (const result of journal.results()) {
    const settings = settingsOf(result.config);
    const sharing = owners.flatMap((owner, i) => {
      const setting = settings.find((one) => owner.has(one));
      return setting === undefined ? [] : [{ i, setting }];
    });
    for (const { i, setting } of sharing) {
      all[i].runs.push(result);
      if (sharing.length > 1) continue;
      const seeds = (owners[i].get(setting) ?? 0) + 1;
      owners[i].set(setting, seeds);
      all[i].seeds = Math.max(all[i].seeds, seeds);
    }
  }
  return all;
}

/**
 * Names of the profiles that the runs of a journal may have been made for: several where all of them have all of its runs;
 * "neither" for a journal of other runs alone. Empty without runs.
 */
export async function profilesOf(journal: Journal): Promise<string[]> {
  const settings = profiles.map(
    (profile) =>
      [
        profileName(profile),
        new Set(experiments.flatMap((experiment) => conditionsOf(experiment, profile).map(settingOf))),
      ] as const,
  );
  const own = new Set<string>();
  const shared = new Set<string>();
  let other = false;
  for await (const { config } of journal.results()) {
    const its = settingsOf(config);
    const having = settings.flatMap(([name, all]) => (its.some((one) => all.has(one)) ? [name] : []));
    other ||= having.length === 0;
    for (const name of having) (having.length === 1 ? own : shared).add(name);
  }
  const names = settings.map(([name]) => name);
  const first = names.find((name) => own.has(name));
  return first !== undefined ? [first] : other ? ["neither"] : names.filter((name) => shared.has(name));
}
