import type { Figure } from "../../figures/figure.js";

/** A figure that can be made of what the page has now. */
export interface Offer {
  /** As the page's panel is called. */
  name: string;
  title: string;
  /** Name of its file, without what comes behind the dot. */
  file: string;
  make(): Figure;
}

/** Pixels of its plot: one picture by itself. */
export const pictureSize = { width: 360, height: 240 };
