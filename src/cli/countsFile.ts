/** Counts or probabilities of tokens as people have them: .csv (or .tsv), .json, .npy. */
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { show } from "../configError.js";
import { readNpy } from "../formats/npy.js";
import { parseJson, withoutMark } from "./json.js";
import { numberOf } from "./numbers.js";

/** What is wrong in a file, in words that stand behind its name. */
export class BadCounts extends Error {}

const amount = "a number of at least 0";

function checked(value: unknown, where: string): number {
  if (typeof value !== "number" || !(value >= 0 && value < Number.POSITIVE_INFINITY))
    throw new BadCounts(`${where}: expected ${amount}, got ${show(value)}`);
  // without the sign of −0, which no config has
  return value + 0;
}

interface Line {
  number: number;
  cells: string[];
}

type Delimiter = "," | ";" | "\t";

/**
 * A cell, in quotes or not, and what ends it. Quotes enclose line breaks and delimiters too, but not between tabs: a quote
 * that does not enclose a whole cell there is a character like any other.
 */
const cells: Record<Delimiter, RegExp> = {
  ",": /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\r|$)/y,
  ";": /(?:"((?:[^"]|"")*)"|([^";\r\n]*))(;|\r?\n|\r|$)/y,
  "\t": /(?:"((?:[^"\t\r\n]|"")*)"|([^\t\r\n]*))(\t|\r?\n|\r|$)/y,
};

/** The first that stands behind something in its line, outside of quotes: "," in the line `;,100`. */
function delimiterOf(text: string): Delimiter {
  const [, found] = /[^\r\n]([,;\t])/.exec(text.replaceAll(/"(?:[^"]|"")*"/g, '""')) ?? [];
  return (found ?? ",") as Delimiter;
}

/** The lines of a table that hold something. */
function linesOf(text: string, delimiter: Delimiter): Line[] {
  const cell = cells[delimiter];
  const lines: Line[] = [];
  let line: Line = { number: 1, cells: [] };
  cell.lastIndex = 0;
  for (let number = 1; cell.lastIndex < text.length; ) {
    const [whole, quoted, bare, end] = cell.exec(text) ?? [];
    if (whole === undefined)
      throw new BadCounts(
        `line ${number}: expected cells between ${delimiter === ";" ? "semicolons" : "commas"}`,
      );
    line.cells.push(quoted?.replaceAll('""', '"') ?? bare.trim());
    number += whole.split(/\r\n|\r|\n/).length - 1;
    if (end === delimiter) continue;
    if (line.cells.some((text) => text !== "")) lines.push(line);
    line = { number, cells: [] };
  }
  if (line.cells.length > 0) lines.push({ ...line, cells: [...line.cells, ""] });
  return lines;
}

/** What a header calls the numbers. */
const AMOUNTS = /^(counts?|frequenc(y|ies)|probabilit(y|ies)|p)$/i;

/**
 * The cells of one or two a line that a header calls counts or probabilities, or else the last; the other is the token, whose
 * name is not used but stands once. A first line whose last cell is no number, or whose token is empty, is a header.
 */
function ofTable(text: string, delimiter = delimiterOf(text)): number[] {
  const lines = linesOf(text, delimiter);
  const [first] = lines;
  if (first === undefined) return [];
  const { length: columns } = first.cells;
  const last = first.cells[columns - 1];
  const isHeader = numberOf(last) === undefined && !/^$|^[+-]?(nan|inf)/i.test(last);
  const named = isHeader ? first.cells.findLastIndex((cell) => AMOUNTS.test(cell.trim())) : -1;
  const column = named < 0 ? columns - 1 : named;
  const rows = isHeader || (columns === 2 && first.cells[0] === "") ? lines.slice(1) : lines;
  const tokens = new Set<string>();
  return rows.map(({ number, cells }) => {
    if (cells.length > 2 || cells.length !== columns)
      throw new BadCounts(
        `line ${number}: expected ${columns === 2 ? "a token and its count" : "one count, or a token and its count"}, got ${cells.length} cells`,
      );
    const text = cells[column];
    const token = columns === 2 ? cells[1 - column] : undefined;
    if (token !== undefined && tokens.has(token))
      throw new BadCounts(`line ${number}: expected every token once, got ${show(token)} again`);
    if (token !== undefined) tokens.add(token);
    return checked(numberOf(text) ?? text, `line ${number}`);
  });
}

/** A list, or an object of tokens, in its order but with whole numbers first, as JavaScript has the names of objects. */
function ofJson(text: string): number[] {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new BadCounts((error as Error).message);
  }
  if (typeof value !== "object" || value === null)
    throw new BadCounts(`expected a list of numbers or an object of tokens, got ${show(value)}`);
  return Object.entries(value).map(([name, count]) =>
    checked(count, Array.isArray(value) ? `value ${name}` : show(name)),
  );
}

const numpy: Record<string, (data: ArrayBuffer) => ArrayLike<number | bigint>> = {
  "<f8": (data) => new Float64Array(data),
  "<f4": (data) => new Float32Array(data),
  "<i8": (data) => new BigInt64Array(data),
  "<u8": (data) => new BigUint64Array(data),
  "<i4": (data) => new Int32Array(data),
  "<u4": (data) => new Uint32Array(data),
  "<u2": (data) => new Uint16Array(data),
  "|u1": (data) => new Uint8Array(data),
};

function ofNumpy(bytes: Uint8Array): number[] {
  let read: ReturnType<typeof readNpy>;
  try {
    read = readNpy(bytes, Object.keys(numpy));
  } catch (error) {
    throw new BadCounts((error as Error).message);
  }
  const { descr, shape, data } = read;
  if (shape.length !== 1)
    throw new BadCounts(`npy: expected one dimension, got the shape [${shape.join(", ")}]`);
  return Array.from(numpy[descr](data.buffer), (value, i) => checked(Number(value), `value ${i}`));
}

const textOf = (bytes: Uint8Array): string => withoutMark(new TextDecoder().decode(bytes));

const readers: Record<string, (bytes: Uint8Array) => number[]> = {
  ".csv": (bytes) => ofTable(textOf(bytes)),
  ".tsv": (bytes) => ofTable(textOf(bytes), "\t"),
  ".json": (bytes) => ofJson(new TextDecoder().decode(bytes)),
  ".npy": ofNumpy,
};

/** Endings of the names of such files. */
export const countsEndings = Object.keys(readers);

/** Whether a name has one of these endings. */
export const isCountsName = (path: string): boolean => Object.hasOwn(readers, extname(path).toLowerCase());

/**
 * The numbers of a file, one a token, in its order.
 * @throws BadCounts for what is none, with the line or the place, and for none at all; an error of the system
 */
export async function readCounts(path: string): Promise<number[]> {
  const counts = readers[extname(path).toLowerCase()](await readFile(path));
  if (counts.length === 0) throw new BadCounts("expected a number for every token, got none");
  return counts;
}
