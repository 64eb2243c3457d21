/** Schedules of the learning rate by name: "0.01", "cosine 0.01 → 0", "warmup 60, linear decay 0.01 → 0 from 400". */
import type { Schedule } from "../config.js";
import { shortNumber } from "./labels.js";

interface Style {
  /** Significant digits of a rate. */
  digits: number;
  /** Whether the step is said at which a change ends. */
  ends: boolean;
}

type Point = [step: number, value: number];

/** What a name tells in words; a schedule of more phrases is told by its size and its rates. */
const PHRASES = 3;
/** Points that are listed where the short name is another schedule's too. */
const LISTED = 6;

/** From short to exact: 17 significant digits with an exponent (18 of shortNumber's) tell all numbers apart. */
const styles: Style[] = [
  { digits: 4, ends: false },
  ...Array.from({ length: 15 }, (_, i) => ({ digits: i + 4, ends: true })),
];

/**
 * A schedule's name on one line, for a title or a label. Steps are the run's; the step at which the last change ends is left
 * out, as it mostly is the run's end. Two schedules may share a name: `scheduleNames` tells them apart.
 */
export const scheduleName = (schedule: Schedule): string => named(schedule, styles[0]);

/**
 * Names of several schedules, no two alike, by the JSON of the schedule: those that would share a name get the steps at which
 * they end, then more digits, and at last a number.
 */
export function scheduleNames(schedules: readonly Schedule[]): Map<string, string> {
  const all = new Map(schedules.map((schedule) => [JSON.stringify(schedule), schedule]));
  // the same number for a schedule, in whichever order they come
  const keys = [...all.keys()].sort();
  const names = new Map<string, string>();
  const styleOf = new Map(keys.map((key) => [key, 0]));
  for (let alike = keys; alike.length > 0; ) {
    for (const key of alike) {
      const at = styleOf.get(key) as number;
      const name = named(all.get(key) as Schedule, styles[Math.min(at, styles.length - 1)]);
      names.set(key, at < styles.length ? name : `${name} (${keys.indexOf(key) + 1})`);
      styleOf.set(key, at + 1);
    }
    alike = sharingNames(names);
  }
  return new Map([...all.keys()].map((key) => [key, names.get(key) as string]));
}

/** Keys whose name another one has too. */
function sharingNames(names: ReadonlyMap<string, string>): string[] {
  const counts = new Map<string, number>();
  for (const name of names.values()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...names].flatMap(([key, name]) => ((counts.get(name) as number) > 1 ? key : []));
}

function named(schedule: Schedule, style: Style): string {
  const phrases = phrasesOf(schedule, style);
  const isShort = phrases.length <= PHRASES || typeof schedule === "number" || schedule.kind === "cosine";
  return isShort ? phrases.join(", ") : atLarge(schedule, style);
}

/** What it does, one change after the other, from step `since` on where it is a later part of a sequence. */
function phrasesOf(schedule: Schedule, style: Style, since?: number): string[] {
  if (typeof schedule === "number") return linearPhrases([[0, schedule]], style, since);
  if (schedule.kind === "piecewise-linear") return linearPhrases(schedule.points, style, since);
  if (schedule.kind === "sequence")
    return schedule.parts.flatMap(([step, part]) => phrasesOf(part, style, step > 0 ? step : undefined));
  const { from, to, start, end } = schedule;
  const text = `cosine ${ratesOf([from, to], style, " → ")}${fromText(start, since)}${style.ends ? ` until ${end}` : ""}`;
  return [afterJump(text, since)];
}

const ratesOf = (rates: readonly number[], { digits }: Style, between: string): string =>
  rates.map((rate) => shortNumber(rate, digits)).join(between);

/** The step at which a change begins, where that has not been said yet. */
const fromText = (start: number, said = 0): string => (start === said || start === 0 ? "" : ` from ${start}`);

const afterJump = (text: string, since: number | undefined): string =>
  since === undefined ? text : `from ${since}: ${text}`;

function linearPhrases(points: readonly Point[], style: Style, from?: number): string[] {
  const rate = (value: number) => shortNumber(value, style.digits);
  const phrases: string[] = [];
  /** The step of a jump, as long as no phrase has said it. */
  let since = from;
  /** Where the latest phrase's change ended. */
  let ended: number | undefined;
  /** Whether no phrase has said the present rate. */
  let isUnsaid = true;
  const add = (text: string) => {
    phrases.push(afterJump(text, since));
    since = undefined;
    isUnsaid = false;
  };
  const corners: Point[] = [[0, points[0][1]], ...points];
  for (let i = 1; i < corners.length; i++) {
    const [[start, before], [end, value]] = [corners[i - 1], corners[i]];
    if (before === value) continue;
    if (start === end) {
      if (isUnsaid && end > (since ?? 0)) add(rate(before));
      isUnsaid = true;
      since = end > 0 ? end : undefined;
      continue;
    }
    if (isUnsaid && since !== undefined && start > since) add(rate(before));
    // what comes next, after a plateau or none
    const next = corners.findIndex(([, other], j) => j > i && other !== value);
    const begins = next > 0 ? corners[next - 1][0] : undefined;
    const isJump = next > 0 && begins === corners[next][0];
    if (start === 0 && before === 0) add(`warmup ${end}${next > 0 && !isJump ? "" : ` to ${rate(value)}`}`);
    else {
      const until = style.ends || (begins !== undefined && begins !== end) ? ` until ${end}` : "";
      add(
        `linear ${value < before ? "decay" : "rise"} ${rate(before)} → ${rate(value)}${fromText(start, since ?? ended)}${until}`,
      );
    }
    ended = end;
  }
  if (isUnsaid) add(rate(corners[corners.length - 1][1]));
  return phrases;
}

/** By size: "piecewise-linear, 5 points, 0 … 0.01 … 0", the rates being the first, the largest and the last. */
function atLarge(schedule: Exclude<Schedule, number | { kind: "cosine" }>, style: Style): string {
  if (schedule.kind === "sequence") {
    const { parts } = schedule;
    const [first, last] = [parts[0][1], parts[parts.length - 1][1]];
    return `sequence, ${parts.length} parts, ${named(first, style)} … ${named(last, style)}`;
  }
  const { points } = schedule;
  if (style.ends && points.length <= LISTED)
    return `piecewise-linear ${points.map(([step, value]) => `${step}: ${shortNumber(value, style.digits)}`).join(", ")}`;
  const rates = points.map(([, value]) => value);
  const [first, last] = [rates[0], rates[rates.length - 1]];
  const largest = rates.reduce((most, value) => Math.max(most, value), 0);
  const told = largest > first && largest > last ? [first, largest, last] : [first, last];
  return `piecewise-linear, ${points.length} points, ${ratesOf(told, style, " … ")}`;
}
