/** Round places on a logarithmic axis. */

/** Of every decade, from the most places to the fewest. */
const perDecade = [[1, 2, 5], [1, 3], [1]];

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
  const all = perDecade.map((digits) =>
    decades.flatMap((decade) => digits.map((digit) => Number(`${digit}e${decade}`)).filter(within)),
  );
  const powers = all[all.length - 1];
  const every = Math.ceil(powers.length / most);
  const fitting = all.find((ticks) => ticks.length <= most) ?? powers.filter((_, i) => i % every === 0);
  return fitting.length > 1 || most < 2 ? fitting : [...new Set([least, largest])];
}
