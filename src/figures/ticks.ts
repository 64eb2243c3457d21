/** Round places on a logarithmic axis, and their labels. */
import type { Spec } from "./figure.js";
import { shortNumber } from "./labels.js";

/** Of every decade: the first that are not too many. */
const perDecade = [[1, 2, 5], [1, 3], [1]];
/** Fewer leave a reader to guess. */
const FEWEST = 3;

const decadeOf = (x: number): number => Number(x.toExponential().split("e")[1]);

/** Multiples of 1, 2 or 5 times a power of ten, as many as there is room for. */
export function linearTicks(least: number, largest: number, most: number): number[] {
  if (!(largest > least)) return [least];
  for (let decade = decadeOf(largest - least) - 1; ; decade++)
    for (const digit of [1, 2, 5]) {
      const step = Number(`${digit}e${decade}`);
      const [first, last] = [Math.ceil(least / step), Math.floor(largest / step)];
      // not turned around: it ends for a `most` that is no number too
      if (!(last - first >= most))
        // a product with a step below 1 is no round number
        return Array.from({ length: last - first + 1 }, (_, i) =>
          Number(((first + i) * step).toPrecision(12)),
        );
    }
}

/**
 * As many round numbers of a span as there is room for, whole ones where the axis counts something; its ends where it has
 * fewer than two of them.
 * @param least above 0
 * @param most at least 2
 */
export function logTicks(least: number, largest: number, most = 6, wholeOnly = false): number[] {
  const [first, last] = [decadeOf(least), decadeOf(largest)];
  const decades = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const within = (x: number) => x >= least && x <= largest && (!wholeOnly || Number.isInteger(x));
  const lists = perDecade.map((digits) =>
    decades.flatMap((decade) => digits.map((digit) => Number(`${digit}e${decade}`)).filter(within)),
  );
  const powers = lists[lists.length - 1];
  const every = Math.ceil(powers.length / most);
  const ticks = lists.find(({ length }) => length <= most) ?? powers.filter((_, i) => i % every === 0);
  if (ticks.length >= FEWEST) return ticks;
  const others = linearTicks(least, largest, most).filter(within);
  if (Math.max(ticks.length, others.length) < 2) return [...new Set([least, largest])];
  return others.length > ticks.length ? others : ticks;
}

/** Of a vega-lite axis or legend: these places, with labels for readers. */
export const labelled = (values: readonly number[]): Spec => ({
  values,
  labelExpr: `${JSON.stringify(Object.fromEntries(values.map((x) => [x, shortNumber(x)])))}[datum.value]`,
});
