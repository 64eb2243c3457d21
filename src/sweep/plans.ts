/** The runs of several sweeps as those of one. */
import { isDeepStrictEqual } from "node:util";
import type { RunConfig } from "../config.js";
import type { Varied } from "./grid.js";
import type { Configs } from "./ledger.js";

/** Runs by position, with their names. */
export interface Plan extends Configs {
  readonly runs: readonly string[];
  /** What differs between its runs. */
  readonly varied: readonly Varied[];
}

/** All runs of these plans, each once, in their order. */
export function together(plans: readonly Plan[]): Plan {
  if (plans.length === 1) return plans[0];
  const found = new Map<string, () => RunConfig | undefined>();
  for (const plan of plans)
    for (const [i, run] of plan.runs.entries()) if (!found.has(run)) found.set(run, () => plan.at(i));
  const runs = [...found.keys()];
  return { runs, length: runs.length, at: (i) => found.get(runs[i])?.(), varied: variedOf(plans) };
}

/** What one of them varies, and the fields in which their first runs differ. */
function variedOf(plans: readonly Plan[]): Varied[] {
  const varied = plans.flatMap((plan) => plan.varied);
  const firsts = plans.flatMap((plan): RunConfig[] => [plan.at(0) ?? []].flat());
  const fields = new Set(firsts.flatMap((config) => Object.keys(config) as (keyof RunConfig)[]));
  const between = [...fields].map((path) => ({ path, values: firsts.map((config) => config[path]) }));
  const known = (path: string) => varied.some((one) => one.path.split(".")[0] === path);
  const all = [...varied, ...between.filter(({ path }) => !known(path))];
  const paths = [...new Set(all.map(({ path }) => path))];
  return paths
    .map((path) => ({ path, values: unique(all.flatMap((one) => (one.path === path ? one.values : []))) }))
    .filter(({ values }) => values.length > 1);
}

const unique = (values: readonly unknown[]): unknown[] =>
  values.filter((value, i) => values.findIndex((other) => isDeepStrictEqual(value, other)) === i);
