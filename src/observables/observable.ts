/**
 * What is measured of a run at an evaluation. An observable is a file beside this one and a line in index.ts; records,
 * tables and figures follow from its columns.
 */
import type { Backend, Now } from "../backend/backend.js";
import type { RunConfig } from "../config.js";
import type { TokenSource } from "../data/source.js";
import { dependOnInputs } from "../data/targets.js";
import type { Population } from "./population.js";

/** A run at the step of an evaluation. */
export interface Moment {
  config: RunConfig;
  source: TokenSource;
  backend: Backend;
  step: number;
  /** What the evaluation found. */
  population: Population;
}

export interface Observable<Column extends string> {
  /** Names of its values in records and tables. */
  columns: readonly Column[];
  /** Whether the records of these runs have them. */
  applies(config: RunConfig): boolean;
  /** Null: not measured. */
  measure(moment: Moment): Now<Record<Column, number | null>>;
}

/** Whether targets depend on inputs in runs of this config. */
export const isConditional = ({ distribution, targets }: RunConfig): boolean =>
  distribution.kind === "corpus" || dependOnInputs(targets);
