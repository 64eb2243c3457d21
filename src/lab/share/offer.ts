import type { Figure } from "../../figures/figure.js";
import type { LabRun } from "../state/lab.js";

/** A figure that can be made of what the page has now. */
export interface Offer {
  /** As the page's panel is called. */
  name: string;
  title: string;
  /** What it is of. */
  runs: readonly LabRun[];
  make(): Figure;
}

/** Pixels of its plot: one picture by itself. */
export const pictureSize = { width: 360, height: 240 };
