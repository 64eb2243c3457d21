/** What a journal holds of the experiments: a report is a view of it, whatever was asked for last. */
import { configHash, type RunConfigInput } from "../config.js";
import type { Condition } from "../experiments/experiment.js";
import { experiments } from "../experiments/index.js";
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
 * All experiments, each with those of its runs that are finished in a journal; runs of the other profile and of sweeps
 * are passed over, for their configs are others.
 * @param quick the profile: the quick one's conditions, or the full one's
 */
export async function journaledExperiments(journal: Journal, quick: boolean): Promise<Journaled[]> {
  const all = experiments.map(({ name, conditions }) => ({
    name,
    conditions: conditions(quick),
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

/** The profile that the runs of a journal were made for: undefined when both have them all, "neither" for other runs. */
export async function profileOf(journal: Journal): Promise<"quick" | "full" | "neither" | undefined> {
  const settings = (quick: boolean) =>
    new Set(
      experiments.flatMap(({ conditions }) => conditions(quick).map(({ config }) => settingOf(config))),
    );
  const [quick, full] = [settings(true), settings(false)];
  const found = new Set<"quick" | "full" | "neither">();
  for await (const { config } of journal.results()) {
    const setting = settingOf(config);
    if (full.has(setting) !== quick.has(setting)) found.add(full.has(setting) ? "full" : "quick");
    else if (!full.has(setting)) found.add("neither");
  }
  return (["full", "quick", "neither"] as const).find((profile) => found.has(profile));
}
