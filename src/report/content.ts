/** What a report is made of. */
import type { Claim, Condition, Figure } from "../experiments/experiment.js";
import type { RunResult } from "../sweep/result.js";

export interface ReportContent {
  experiments: { name: string; runs: RunResult[]; conditions: Condition[] }[];
  quick: boolean;
  seeds: number;
  /** Wall seconds of all the runs together. */
  seconds: number;
  threads: number;
}

/** An experiment after its analysis, its figures drawn in both looks. */
export interface AnalysedExperiment {
  name: string;
  title: string;
  summary: string;
  conditions: { condition: Condition; runs: RunResult[] }[];
  claims: Claim[];
  figures: (Figure & { svg: { light: string; dark: string } })[];
}
