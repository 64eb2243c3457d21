/** Numbers and times as the report writes them. */
import { intervalOf, type Measured } from "../analysis/statistics.js";
import type { Verdict } from "../analysis/verdict.js";
import { decimals, shortNumber } from "../figures/labels.js";
import { log } from "../math/elementary.js";

/** "7 min 12 s" */
export const duration = (seconds: number): string => {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
};

/** "0.61 ± 0.02", or the value of a single seed. */
export const shownMeasured = ({ mean, standardDeviation, seeds }: Measured): string =>
  `${shortNumber(mean)}${seeds > 1 ? ` ± ${Number(standardDeviation.toPrecision(2))}` : ""}`;

const isPlain = (x: number): boolean => Math.abs(x) < 1e6;

/** "0.0066 (0.0061 to 0.0071)": a mean and its 95 % interval, whose half has two digits; of one seed its value. */
export function shownInterval(measured: Measured): string {
  const { mean, standardDeviation } = measured;
  const interval = intervalOf(measured);
  if (!interval || standardDeviation === 0 || ![mean, ...interval].every(isPlain)) return shortNumber(mean);
  const half = (interval[1] - interval[0]) / 2;
  const digits = Math.min(8, Math.max(0, 1 - Math.floor(log(half) / Math.LN10)));
  const text = (x: number) => decimals(x, digits);
  return `${text(mean)} (${interval.map(text).join(" to ")})`;
}

const verdicts = ["holds", "fails", "inconclusive"] as const satisfies Verdict[];
const words: Record<Verdict, [one: string, several: string]> = {
  holds: ["holds", "hold"],
  fails: ["fails", "fail"],
  inconclusive: ["is inconclusive", "are inconclusive"],
};

/** "6 hold, 1 fails" */
export function verdictCounts(of: readonly { verdict: Verdict }[]): string {
  return verdicts
    .map((verdict) => ({ verdict, count: of.filter((one) => one.verdict === verdict).length }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${words[verdict][count === 1 ? 0 : 1]}`)
    .join(", ");
}
