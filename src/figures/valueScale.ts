/** What varies between runs, as a scale: values are told apart by their keys, a legend or an axis shows their labels. */
import type { Cell } from "../formats/table.js";
import { log } from "../math/elementary.js";
import { keyOf, labelsOf } from "./labels.js";

export interface ValueAxis {
  title: string;
  /** In the order in which they are shown. */
  values: readonly Cell[];
  /** How they are said, by `keyOf`: as `labelsOf` has them when left out. */
  labels?: ReadonlyMap<string, string>;
}

export function valueScale({ values, labels = labelsOf(values) }: ValueAxis): {
  domain: string[];
  labels: string[];
  labelExpr: string;
} {
  const domain = [...new Set(values.map(keyOf))];
  const said = domain.map((key) => labels.get(key) ?? key);
  const byKey = Object.fromEntries(domain.map((key, i) => [key, said[i]]));
  return { domain, labels: said, labelExpr: `${JSON.stringify(byKey)}[datum.value]` };
}

/** Numbers alone, each in its place between the least, 0, and the largest, 1. */
export interface NumberScale {
  type: "linear" | "log";
  least: number;
  largest: number;
  place(value: number): number;
}

/** Of numbers however many; infinite without any. */
export const endsOf = (numbers: readonly number[]): { least: number; largest: number } => ({
  least: numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  largest: numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
});

/** How a span of numbers is shown: by ratios where it is above 0 and a factor of ten or more. Undefined for other values. */
export function numberScale({ values }: ValueAxis): NumberScale | undefined {
  const numbers = values.filter((value): value is number => typeof value === "number");
  const { least, largest } = endsOf(numbers);
  if (numbers.length < values.length || !(largest > least) || !Number.isFinite(largest - least))
    return undefined;
  const type = least > 0 && largest >= 10 * least ? "log" : "linear";
  const at = type === "log" ? log : (x: number) => x;
  return { type, least, largest, place: (x) => (at(x) - at(least)) / (at(largest) - at(least)) };
}
