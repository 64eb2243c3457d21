/** What a journal holds of the experiments: a report is a view of it, whatever was asked for last. */
import { configHash, type RunConfigInput } from "../config.js";
import type { Condition } from "../experiments/experiment.js";
import { experiments } from "../experiments/index.js";
import { conditionsOf, type Profile, profileName, profiles } from "../experiments/profile.js";
import type { Journal } from "../sweep/journal.js";
import type { RunResult } from "../sweep/result.js";

/** The name of a config without its seed. */
export const settingOf = (config: Condition["config"]): string =>
  configHash({ ...config, seed: 0 } as RunConfigInput);

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
  const owners = all.map(({ conditions }) => new Map(conditions.map(({ config }) => [settingOf(config), 0])));
  for await (const result of journal.results()) {
    const setting = settingOf(result.config);
    const sharing = owners.flatMap((owner, i) => (owner.has(setting) ? [i] : []));
    for (const i of sharing) {
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
        new Set(
          experiments.flatMap((experiment) =>
            conditionsOf(experiment, profile).map(({ config }) => settingOf(config)),
          ),
        ),
      ] as const,
  );
  const own = new Set<string>();
  const shared = new Set<string>();
  let other = false;
  for await (const { config } of journal.results()) {
    const setting = settingOf(config);
    const having = settings.flatMap(([name, all]) => (all.has(setting) ? [name] : []));
    other ||= having.length === 0;
    for (const name of having) (having.length === 1 ? own : shared).add(name);
  }
  const names = settings.map(([name]) => name);
  const first = names.find((name) => own.has(name));
  return first !== undefined ? [first] : other ? ["neither"] : names.filter((name) => shared.has(name));
}
