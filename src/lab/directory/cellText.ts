/** What a cell of the table says. */
import { shortNumber } from "../../figures/labels.js";
import type { Cell, Spread } from "./rows.js";

/** Significant digits of a number that is not whole. */
export const DIGITS = 4;

function numberText(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const rounded = Number(value.toPrecision(DIGITS));
  return Math.abs(rounded) >= 1e6 ? rounded.toExponential() : String(rounded);
}

export const cellText = (value: Cell | undefined): string =>
  value === undefined || value === null ? "" : typeof value === "number" ? numberText(value) : String(value);

/** As `best` prints it: "0.04811 ± 0.0044"; of one seed its number. */
export const spreadText = (spread: Spread | undefined): string =>
  spread === undefined
    ? ""
    : numberText(spread.mean) + (spread.seeds > 1 ? ` ± ${shortNumber(spread.standardDeviation, 2)}` : "");
