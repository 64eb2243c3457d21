/** What a link to the lab holds. */
import type { RunConfigInput } from "../config.js";

export interface LinkedRun {
  config: RunConfigInput;
  /** Seeds it is run over, beginning with the config's own: 1 to 64. Default 1. */
  seeds?: number;
  pinned?: boolean;
  hidden?: boolean;
  /**
   * Hashes of the final weights, the first seed's first and no seed's left out before the last, as `weightsHash` makes them:
   * what "same bits" is said of.
   */
  hashes?: string[];
}

/** What is looked at, and how. Left out: as the page has it by itself. */
export interface LinkedView {
  /** Names of the panels, in their order: at most 32, of letters, digits, dots and dashes. */
  panels?: string[];
  logX?: boolean;
  /** Window of steps that β is fitted in. */
  fit?: [from: number, to: number];
  /** Principal axes of the embedding's picture, from 0. */
  axes?: [x: number, y: number];
  trail?: boolean;
  /** Input whose predictions are shown, from 0; the mean over all when left out. */
  input?: number;
  /** Step that the focused run is looked at. */
  step?: number;
}

export interface LabLink {
  /** 1 to 64. */
  runs: LinkedRun[];
  /** Place in `runs` of the one in focus. Default 0. */
  focus?: number;
  view?: LinkedView;
  /** Name of the tour's chapter. */
  chapter?: string;
}
