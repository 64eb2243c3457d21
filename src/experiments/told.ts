/** Numbers in sentences. */
import { type Quantity, valuesOf } from "../analysis/claims.js";
import type { Runs } from "../analysis/series.js";
import { mean, meanInterval } from "../analysis/statistics.js";
import { decimals } from "../figures/labels.js";

/**
 * "0.32 (0.25 to 0.40)": the mean over seeds and its 95 % interval, null without an interval.
 * @param text how a number is written, with two decimals when left out
 */
export function told(
  quantity: Quantity,
  runs: Runs,
  text: (x: number) => string = (x) => decimals(x, 2),
): string | null {
  const values = valuesOf(quantity, runs);
  const interval = meanInterval(values);
  return interval && `${text(mean(values))} (${interval.map(text).join(" to ")})`;
}
