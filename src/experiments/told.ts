/** Numbers in sentences. */
import { type Quantity, valuesOf } from "../analysis/claims.js";
import type { Runs } from "../analysis/series.js";
import { mean, meanInterval } from "../analysis/statistics.js";
import { decimals } from "../figures/labels.js";
import { log } from "../math/elementary.js";

/**
 * "0.32 (0.25 to 0.40)": the mean over seeds and its 95 % interval, null without an interval.
 * @param text how a number is written; when left out with two decimals, or as many as show the interval's width, up to three
 */
export function told(quantity: Quantity, runs: Runs, text?: (x: number) => string): string | null {
  const values = valuesOf(quantity, runs);
  const interval = meanInterval(values);
  if (!interval) return null;
  const width = interval[1] - interval[0];
  const digits = width > 1e-9 ? Math.min(3, Math.max(2, Math.ceil(-log(width / 2) / Math.LN10))) : 2;
  const shown = text ?? ((x: number) => decimals(x, digits));
  return `${shown(mean(values))} (${interval.map(shown).join(" to ")})`;
}
