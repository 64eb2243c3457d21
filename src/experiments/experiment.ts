import type { RunConfigInput } from "../config.js";
import type { RunResult } from "../sweep/result.js";

/** One setting of an experiment; the seeds are put in by whoever runs it. */
export interface Condition {
  /** Unique within the experiment, used as a legend entry: "lr 0.01". */
  label: string;
  config: Omit<RunConfigInput, "seed">;
}

export type Verdict = "holds" | "fails" | "inconclusive";

export interface Claim {
  experiment: string;
  /** The post's statement, in its words as far as they are known. */
  claim: string;
  /** What was measured: "excess loss at step 3000, tied". */
  quantity: string;
  /** The post's number, or null when it gives none. */
  post: number | null;
  measured: { mean: number; standardDeviation: number; seeds: number };
  verdict: Verdict;
  /** The rule that gave the verdict, in one line. */
  rule: string;
}

export interface Figure {
  /** File name without extension: "scaling-law". */
  name: string;
  caption: string;
  /** A vega-lite specification with its data inline. */
  spec: Record<string, unknown>;
}

export interface Experiment {
  /** As on the command line: "scaling-law". */
  name: string;
  title: string;
  /** Two or three sentences for the report: what is asked and what is seen. */
  summary: string;
  conditions(quick: boolean): Condition[];
  /** `runs`: finished runs by condition label, one a seed; a condition may miss seeds after an interruption. */
  analyse(runs: Map<string, RunResult[]>, quick: boolean): { claims: Claim[]; figures: Figure[] };
}
