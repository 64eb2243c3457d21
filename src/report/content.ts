/** What a report is made of. */
import type { Agreement } from "../analysis/agreement.js";
import type { Condition, JudgedFinding, Part, Source } from "../experiments/experiment.js";
import type { DrawnFigure } from "../figures/drawnFigure.js";
import type { RunResult } from "../sweep/result.js";
import type { ReportedClaim } from "./claims.js";

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

/** A panel without words, in both looks as SVG, and the figure that it is of. */
export interface Thumbnail {
  figure: string;
  light: string;
  dark: string;
}

/** By the claim, or the finding's sentence, that they stand beside; some may have none. */
export type Thumbnails = ReadonlyMap<string, Thumbnail>;

/** An experiment after its analysis, its figures drawn in both looks. */
export interface AnalysedExperiment {
  name: string;
  part: Part;
  title: string;
  summary: string;
  source: Source | null;
  /** Seeds that a condition should have. */
  seeds: number;
  /** What differs from seed to seed. */
  sampledOver: string;
  conditions: { condition: Condition; runs: RunResult[] }[];
  claims: ReportedClaim[];
  agreements: Agreement[];
  findings: JudgedFinding[];
  figures: DrawnFigure[];
  /** Why a figure is missing, a line each. */
  left: string[];
  thumbnails: Thumbnails;
}
