/** What a report is made of. */
import type { Claim } from "../analysis/verdict.js";
import type { Condition, Source } from "../experiments/experiment.js";
import type { DrawnFigure } from "../figures/drawing.js";
import type { RunResult } from "../sweep/result.js";

export interface ReportContent {
  /** `seeds`: how many its conditions should have, when that is not `seeds` of all. */
  experiments: { name: string; runs: RunResult[]; conditions: Condition[]; seeds?: number }[];
  quick: boolean;
  /** Of all runs. Default strict. */
  arithmetic?: "strict" | "relaxed";
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
  source: Source | null;
  /** Seeds that a condition should have. */
  seeds: number;
  conditions: { condition: Condition; runs: RunResult[] }[];
  claims: Claim[];
  figures: DrawnFigure[];
  /** Why a figure is missing, a line each. */
  left: string[];
}
