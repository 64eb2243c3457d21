/** The runs of several sweeps as those of one. */
import type { RunConfig } from "../config.js";
import type { Configs } from "./ledger.js";

/** Runs by position, with their names. */
export interface Plan extends Configs {
  readonly runs: readonly string[];
}

/** All runs of these plans, each once, in their order. */
export function together(plans: readonly Plan[]): Plan {
  if (plans.length === 1) return plans[0];
  const found = new Map<string, () => RunConfig | undefined>();
  for (const plan of plans)
    for (const [i, run] of plan.runs.entries()) if (!found.has(run)) found.set(run, () => plan.at(i));
  const runs = [...found.keys()];
  return { runs, length: runs.length, at: (index) => found.get(runs[index])?.() };
}
