/** Conditions on runs as `--where` has them, several in a line: `vocabSize=1000 learningRate<0.1 diverged=false`. */
import { names } from "../state/label.js";
import { DIGITS } from "./cellText.js";
import { results } from "./results.js";
import { type Cell, cellOf, type Row } from "./rows.js";

interface Condition {
  path: string;
  sign: string;
  /** A field of the same run, or what was typed. */
  other: { path: string } | { value: Cell; digits: number };
}

/** A name may have spaces, as the page's "excess loss" has, and what is in parentheses behind it. */
const ONE =
  /^(?:and\s+)?([\p{L}_][\p{L}\p{N}_.-]*(?: +[\p{L}\p{N}_.-]+)*)(?:\s*\([^)]*\))?\s*(<=|>=|!=|==|=|<|>)\s*("[^"]*"|[^\s,;]+)/u;

/** The path of what the page calls by another name: "V", "lr", "n_eff". */
const fields = new Map([
  ...Object.entries(names).map(([path, name]) => [name, path] as const),
  ...results.map(([path, title]) => [title.replace(/ \(.*/, ""), path] as const),
]);

/** "learning-rate" is what the command line calls it. */
const camel = (name: string): string =>
  fields.get(name) ?? name.replace(/[- ]+(\p{L})/gu, (_, letter: string) => letter.toUpperCase());

/** The field that a name means: its path, the path whose kind it chooses, or the last part of only one path. */
function named(name: string, paths: readonly string[]): string | undefined {
  const asked = camel(name);
  const whole = [asked, `${asked}.kind`].find((path) => paths.includes(path));
  const ending = paths.filter((path) => path.endsWith(`.${asked}`));
  return whole ?? (ending.length === 1 ? ending[0] : undefined);
}

/** A value, and to how many digits it is told where it is a number. */
function typed(text: string): { value: Cell; digits: number } {
  const quoted = /^"(.*)"$/.exec(text);
  if (quoted) return { value: quoted[1], digits: 0 };
  // as a label of the charts writes an exponent
  const bare = text.replace("−", "-");
  if (bare === "true" || bare === "false") return { value: bare === "true", digits: 0 };
  const isNumber = bare.trim() !== "" && Number.isFinite(Number(bare));
  const significant = bare.replace(/e.*$/i, "").replace(/\D/g, "").replace(/^0+/, "");
  return isNumber ? { value: Number(bare), digits: significant.length } : { value: bare, digits: 0 };
}

/**
 * Whether a run meets all conditions of a line; a run without the field meets none on it.
 * @param paths fields that some run has
 * @returns what is wrong with the line, in a line, where it cannot be read
 */
export function filterOf(line: string, paths: readonly string[]): ((row: Row) => boolean) | string {
  const conditions: Condition[] = [];
  for (let rest = line.trim(); rest !== ""; ) {
    const [all, name, sign, text] = ONE.exec(rest) ?? [];
    if (all === undefined) return `filter: expected FIELD<VALUE with <, <=, =, !=, >= or >, got ${rest}`;
    const path = named(name, paths);
    if (path === undefined) return `filter: no run has a field ${name}`;
    const other = named(text, paths);
    conditions.push({ path, sign, other: other === undefined ? typed(text) : { path: other } });
    rest = rest.slice(all.length).replace(/^[\s,;]+/, "");
  }
  return (row) => conditions.every((condition) => meets(row, condition));
}

function meets(row: Row, { path, sign, other }: Condition): boolean {
  const value = cellOf(row, path);
  const against = "path" in other ? cellOf(row, other.path) : other.value;
  if (value === undefined || against === undefined) return false;
  const isEqual = value === against || ("digits" in other && isShownAs(value, against, other.digits));
  if (sign === "=" || sign === "==") return isEqual;
  if (sign === "!=") return !isEqual;
  if (typeof value !== "number" || typeof against !== "number") return false;
  if (isEqual) return sign === "<=" || sign === ">=";
  return sign.startsWith("<") ? value < against : value > against;
}

/** A number is what the table shows of it, or what it is to more digits where more are typed; a whole one is itself. */
const isShownAs = (value: Cell, asked: Cell, digits: number): boolean =>
  typeof value === "number" &&
  !Number.isInteger(value) &&
  Number(value.toPrecision(Math.min(17, Math.max(DIGITS, digits)))) === asked;

/** A condition that a cell of the table is, as it would be typed. */
export const conditionText = (path: string, value: Cell): string =>
  `${path.replace(/\.kind$/, "")}=${typeof value === "string" && /[\s,;"]/.test(value) ? `"${value.replaceAll('"', "")}"` : value}`;

/** The line with a condition more, or without it where it is there. */
export function toggled(line: string, condition: string): string {
  const parts: string[] = line.match(/(?:"[^"]*"|[^\s,;])+/g) ?? [];
  const kept = parts.filter((part) => part !== condition && part !== "and");
  return (parts.includes(condition) ? kept : [...kept, condition]).join(" ");
}
