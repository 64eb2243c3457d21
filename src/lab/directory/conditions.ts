/** Conditions on runs as `--where` has them, several in a line: `vocabSize=1000 learningRate<0.1 diverged=false`. */
import { type Cell, cellOf, type Row } from "./rows.js";

interface Condition {
  path: string;
  sign: string;
  /** A field of the same run, or what was typed. */
  other: { path: string } | { value: Cell };
}

const ONE = /^([\w.-]+)\s*(<=|>=|!=|==|=|<|>)\s*("[^"]*"|[^\s,;]+)/;

/** "learning-rate" and "lr" are what the command line calls it. */
const camel = (name: string): string =>
  name === "lr" ? "learningRate" : name.replace(/-+(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The field that a name means: its path, the path whose kind it chooses, or the last part of only one path. */
function named(name: string, paths: readonly string[]): string | undefined {
  const asked = camel(name);
  const whole = [asked, `${asked}.kind`].find((path) => paths.includes(path));
  const ending = paths.filter((path) => path.endsWith(`.${asked}`));
  return whole ?? (ending.length === 1 ? ending[0] : undefined);
}

function typed(text: string): Cell {
  const bare = text.replace(/^"(.*)"$/, "$1");
  if (bare !== text) return bare;
  if (bare === "true" || bare === "false") return bare === "true";
  return bare.trim() !== "" && Number.isFinite(Number(bare)) ? Number(bare) : bare;
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
    conditions.push({ path, sign, other: other === undefined ? { value: typed(text) } : { path: other } });
    rest = rest.slice(all.length).replace(/^[\s,;]+(and\s+)?/, "");
  }
  return (row) => conditions.every((condition) => meets(row, condition));
}

function meets(row: Row, { path, sign, other }: Condition): boolean {
  const value = cellOf(row, path);
  const against = "path" in other ? cellOf(row, other.path) : other.value;
  if (value === undefined || against === undefined) return false;
  if (sign === "=" || sign === "==") return value === against;
  if (sign === "!=") return value !== against;
  if (typeof value !== "number" || typeof against !== "number") return false;
  if (sign === "<") return value < against;
  if (sign === "<=") return value <= against;
  return sign === ">" ? value > against : value >= against;
}

/** A condition that a cell of the table is, as it would be typed. */
export const conditionText = (path: string, value: Cell): string =>
  `${path.replace(/\.kind$/, "")}=${typeof value === "string" && /[\s,;"]/.test(value) ? `"${value.replaceAll('"', "")}"` : value}`;

/** The line with a condition more, or without it where it is there. */
export function toggled(line: string, condition: string): string {
  const parts: string[] = line.match(/(?:"[^"]*"|[^\s,;])+/g) ?? [];
  const kept = parts.filter((part) => part !== condition && part !== "and");
  return (parts.includes(condition) ? kept : [...kept, condition]).join(" ");
}
