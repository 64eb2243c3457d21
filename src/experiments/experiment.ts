import { type ClaimSpecification, judgeAll } from "../analysis/claims.js";
import type { Runs } from "../analysis/series.js";
import type { Claim } from "../analysis/verdict.js";
import type { RunConfigInput } from "../config.js";
import type { Figure } from "../figures/figure.js";

/** One setting of an experiment; the seeds are put in by whoever runs it. */
export interface Condition {
  /** Unique within the experiment, used as a legend entry: "lr 0.01". */
  label: string;
  config: Omit<RunConfigInput, "seed">;
}

/** Where statements and numbers come from. */
export interface Source {
  /** What its numbers are called in tables and legends: "post". */
  name: string;
  /** Whom to cite. */
  citation: string;
}

/** A question: the runs that answer it, what is claimed of them, and its figures. */
export interface Experiment {
  /** As on the command line: "scaling-law". */
  name: string;
  title: string;
  /** Two or three sentences for the report: what is asked and what is seen. */
  summary: string;
  /** Whose statements it judges; null for a question of our own. */
  source: Source | null;
  conditions(quick: boolean): Condition[];
  /** `runs`: finished runs; a condition may miss seeds after an interruption. */
  claims(runs: Runs, quick: boolean): ClaimSpecification[];
  figures(runs: Runs, quick: boolean): Figure[];
}

/** The verdicts and the figures of an experiment's runs. */
export const analyse = (
  experiment: Experiment,
  runs: Runs,
  quick: boolean,
): { claims: Claim[]; figures: Figure[] } => ({
  claims: judgeAll(experiment.claims(runs, quick), experiment.name, runs, experiment.source?.name),
  figures: experiment.figures(runs, quick),
});
