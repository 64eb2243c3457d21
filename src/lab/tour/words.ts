/** Sentences that most chapters say of a guess and its runs. */
import type { Chapter, Guess } from "./chapter.js";
import type { Drawn } from "./guess/axes.js";
import { inWords, overSeeds, rounded } from "./judge.js";
import type { Seen } from "./seen.js";

const unitOf = ({ y }: Guess): string => (y.unit ? ` ${y.unit}` : "");

/**
 * "Your curve ends at 2.1 nats; the runs end at 1.9938 ± 0.0002 nats, which is 0.106 nats lower."
 * @param values at the end of the runs that the guess was of, one a seed
 * @param whose what these are called: "the tied runs"
 */
export function endsTold(
  guess: Guess,
  drawn: Drawn | undefined,
  whose: string,
  values: readonly number[],
): string {
  if (values.some((value) => !Number.isFinite(value))) return `Not all of ${whose} came to their end.`;
  const own = inWords(values, guess.y.unit);
  if (!drawn) return `No guess was drawn; ${whose} end at ${own}.`;
  const end = drawn[drawn.length - 1];
  const { mean, half } = overSeeds(values);
  const gap = mean - end;
  const far =
    Math.abs(gap) <= half
      ? "you met them within their 95 % interval"
      : `that is ${rounded(Math.abs(gap))}${unitOf(guess)} ${gap < 0 ? "lower" : "higher"} than you drew`;
  return `Your curve ends at ${rounded(end)}${unitOf(guess)}; ${whose} end at ${own}: ${far}.`;
}

/** "The entropy is 1.9938 nats." */
export const entropyTold = (chapter: Pick<Chapter, "references">, seen: Seen): string =>
  chapter
    .references(seen)
    .filter(({ value }) => Number.isFinite(value))
    .map(({ label, value }) => `The ${label} is ${value.toFixed(4)} nats.`)
    .join(" ");
