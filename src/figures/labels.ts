/** Values as they are read, with as many digits as it takes to tell them apart. */
import type { Cell } from "../formats/table.js";

/** What a value is told apart by; labels are for reading. */
export const keyOf = (cell: Cell | undefined): string => JSON.stringify(cell ?? null);

/** Text without the characters that neither HTML nor XML may hold, lone halves of a pair among them. */
export const printable = (text: string): string =>
  text.replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd");

/** Control characters have no place in XML, and a reader sees none of them: "\u0000". */
const readable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f]/.test(text) ? JSON.stringify(text).slice(1, -1) : text;

/**
 * A number for a reader: whole numbers whole, others with this many significant digits, four if left out, and an
 * exponent, with two digits fewer, where it is below 1e-4 or from 1e6 on.
 */
export function shortNumber(x: number, digits = 4): string {
  if (!Number.isFinite(x)) return "not finite";
  if (Number.isInteger(x)) return String(x);
  return Math.abs(x) < 1e-4 || Math.abs(x) >= 1e6
    ? x.toExponential(digits - 2).replace(/\.?0+e/, "e")
    : String(Number(x.toPrecision(Math.min(17, digits))));
}

/** With this many decimals, a minus as wide as a plus, and none before a zero: "−0.13", "0.00". */
export function decimals(x: number, digits: number): string {
  const text = x.toFixed(digits);
  return text.replace("-", Number(text) === 0 ? "" : "−");
}

/** "1 run", "2 runs". */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const textOf = (cell: Cell, digits: number): string =>
  typeof cell === "number" ? shortNumber(cell, digits) : cell === null ? "none" : readable(String(cell));

/** Seventeen significant digits with an exponent tell all numbers apart. */
const MOST_DIGITS = 18;

/** Whether a number that is not whole is not whole as it is read either: 0.99999 is not 1. */
const isTrue = (x: number, digits: number): boolean =>
  Number.isInteger(x) || Math.abs(x) > 100 || !Number.isInteger(Number(shortNumber(x, digits)));

/** Significant digits that tell these numbers apart, and from whole ones: four at least. */
export function digitsFor(numbers: readonly number[]): number {
  const different = [...new Set(numbers)];
  const areEnough = (digits: number) =>
    new Set(different.map((x) => shortNumber(x, digits))).size === different.length &&
    different.every((x) => isTrue(x, digits));
  let digits = 4;
  while (digits < MOST_DIGITS && !areEnough(digits)) digits++;
  return digits;
}

/** Labels by `keyOf`, no two alike: all numbers with as many digits as the closest two of them need. */
export function labelsOf(cells: readonly Cell[]): Map<string, string> {
  const values = new Map(cells.map((cell) => [keyOf(cell), cell]));
  const digits = digitsFor([...values.values()].filter((cell) => typeof cell === "number"));
  const labels = new Map([...values].map(([key, cell]) => [key, textOf(cell, digits)]));
  const count = (text: string) => [...labels.values()].filter((other) => other === text).length;
  // "none" beside a field that is missing, "1" beside 1
  const told = new Map([...labels].map(([key, text]) => [key, count(text) > 1 ? key : text]));
  return new Set(told.values()).size === told.size
    ? told
    : new Map([...values.keys()].map((key) => [key, key]));
}
