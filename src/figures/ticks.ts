/** Round places on a logarithmic axis, and their labels. */
import type { Spec } from "./figure.js";
import { shortNumber } from "./labels.js";

/** Of every decade: as usual, the first that is not too many; and closer together, where a span has room for few of those. */
const usual = [[1, 2, 5], [1, 3], [1]];
const closer = [
  [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9],
  [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 1.5, 2, 3, 5, 7],
];

const decadeOf = (x: number): number => Number(x.toExponential().split("e")[1]);

/**
 * As many round numbers of a span as there is room for, whole ones where the axis counts something; its ends where it has
 * fewer than two of them.
 * @param least above 0
 */
export function logTicks(least: number, largest: number, most = 6, wholeOnly = false): number[] {
  const [first, last] = [decadeOf(least), decadeOf(largest)];
  const decades = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const within = (x: number) => x >= least && x <= largest && (!wholeOnly || Number.isInteger(x));
  const ticksOf = (digits: number[]) =>
    decades.flatMap((decade) => digits.map((digit) => Number(`${digit}e${decade}`)).filter(within));
  const fitting = (lists: number[][]) => lists.map(ticksOf).find((ticks) => ticks.length <= most);
  const powers = ticksOf([1]);
  const every = Math.ceil(powers.length / most);
  let ticks = fitting(usual) ?? powers.filter((_, i) => i % every === 0);
  if (ticks.length < 3) ticks = fitting(closer) ?? ticks;
  return ticks.length > 1 ? ticks : [...new Set([least, largest])];
}

/** Of a vega-lite axis or legend: these places, with labels for readers. */
export const labelled = (values: readonly number[]): Spec => ({
  values,
  labelExpr: `${JSON.stringify(Object.fromEntries(values.map((x) => [x, shortNumber(x)])))}[datum.value]`,
});
