import { exp, log } from "../math/elementary.js";

/** Values between two ends: at equal distances, or at equal ratios. */
export interface Space {
  kind: "linear" | "log";
  from: number;
  to: number;
  count: number;
}

/**
 * The values of a space, the ends exactly as given, those between rounded to 12 digits.
 * @param whole rounded to whole numbers, of which some may come twice
 */
export function spaceValues({ kind, from, to, count }: Space, whole = false): number[] {
  return Array.from({ length: count }, (_, i) => {
    if (i === 0) return from;
    if (i === count - 1) return to;
    const share = i / (count - 1);
    // 12 digits, so that the middle of 1e-4 … 1e-2 is 1e-3
    const value =
      kind === "log" ? exp(log(from) + share * (log(to) - log(from))) : from + share * (to - from);
    return whole ? Math.round(value) : Number(value.toPrecision(12));
  });
}
