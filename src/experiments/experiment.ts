import { type Agreement, agreements, type Comparison } from "../analysis/agreement.js";
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
  /**
   * "each seed": a seed of low-rank targets draws their factors too, so that the spread over seeds is one over drawings of
   * the data. Left out, all seeds have the config's drawing.
   */
  drawing?: "each seed";
  /** Seeds at most, where one takes long. */
  seeds?: number;
}

/** A sentence for a list of findings. */
export interface Finding {
  /** In plain words, with its numbers and their intervals. */
  sentence: string;
  /** Quantities of the claims that it rests on: it is borne out where all of them hold. */
  restsOn: string[];
}

/** Where statements and numbers come from. */
export interface Source {
  /** What its numbers are called in tables and legends: "post". */
  name: string;
  /** Whom to cite. */
  citation: string;
}

/** Tokens that are not in the package, by the digest that a config names them by. */
export interface Corpus {
  /** What it is called where it is missing: "brown". */
  name: string;
  digest: string;
}

/** Whose a claim is that was framed, or given its numbers, after a first look at the runs that judge it. */
export const afterwards = "ours, framed after a first look at these runs";

/** The post's own figures, or what lies beyond them. */
export type Part = "post" | "beyond";

/** A question: the runs that answer it, what is claimed of them, and its figures. */
export interface Experiment {
  /** As on the command line: "scaling-law". */
  name: string;
  part: Part;
  title: string;
  /** Two or three sentences for the report: what is asked and what is seen. */
  summary: string;
  /** Whose statements it judges; null for a question of our own. */
  source: Source | null;
  /** Seeds of each condition unless asked otherwise. */
  seeds: number;
  /** What differs from seed to seed: "initialisations and draws". */
  sampledOver: string;
  conditions(quick: boolean): Condition[];
  /** Corpora that its conditions train on; left out, it takes none. */
  corpora?: readonly Corpus[];
  /** `runs`: finished runs; a condition may miss seeds after an interruption. */
  claims(runs: Runs, quick: boolean): ClaimSpecification[];
  figures(runs: Runs, quick: boolean): Figure[];
  /** What other programs measured of its quantities. */
  comparisons?(runs: Runs, quick: boolean): Comparison[];
  /** Sentences that its runs may bear out. */
  findings?(runs: Runs, quick: boolean): Finding[];
}

export type { Comparison } from "../analysis/agreement.js";

/** A sentence, and whether its runs bear it out. */
export interface JudgedFinding {
  sentence: string;
  /** The claims that it rests on. */
  restsOn: Claim[];
  /** Those of them that do not hold; it is borne out where there are none. */
  without: Claim[];
  /** Whether one of its claims was framed after a first look at the runs that judge it. */
  afterwards: boolean;
}

/** What is read off an experiment's runs. */
export interface Analysis {
  claims: Claim[];
  figures: Figure[];
  agreements: Agreement[];
  findings: JudgedFinding[];
}

export function analyse(experiment: Experiment, runs: Runs, quick: boolean): Analysis {
  const claims = judgeAll(experiment.claims(runs, quick), experiment.name, runs, experiment.source?.name);
  return {
    claims,
    figures: experiment.figures(runs, quick),
    agreements: agreements(experiment.comparisons?.(runs, quick) ?? [], runs),
    // one that rests on a claim without runs is not made
    findings: (experiment.findings?.(runs, quick) ?? []).flatMap(({ sentence, restsOn }) => {
      const own = restsOn.map((quantity) => claims.find((claim) => claim.quantity === quantity));
      return own.every((claim) => claim !== undefined)
        ? [
            {
              sentence,
              restsOn: own,
              without: own.filter(({ verdict }) => verdict !== "holds"),
              afterwards: own.some(({ whose }) => whose === afterwards),
            },
          ]
        : [];
    }),
  };
}
