/** What was probably meant by a name that there is not, from the words of the error: the same for flags, files and kinds. */
import { fields } from "../fields/fields.js";
import { fieldNamed, namesAt, usual } from "../fields/names.js";

/** As two names are compared: `vocab-size`, `vocabsize` and `vocabSize` are spelt alike. */
const plain = (name: string): string => name.replace(/[-_]/g, "").toLowerCase();

/** Edits from one word to another: letters put in, left out, replaced, or swapped with the next. */
function distance(a: string, b: string): number {
  let [before, last]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        last[j] + 1,
        row[j - 1] + 1,
        last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1),
        swapped ? before[j - 2] + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, last] = [last, row];
  }
  return last[b.length];
}

/** The known words nearest to one that is not: at most one edit for three letters away, or those that it begins. */
export function nearest(word: string, known: Iterable<string>): string[] {
  const asked = plain(word);
  const found = [...new Set(known)].map((name) => ({ name, away: distance(asked, plain(name)) }));
  const close = found.filter(({ away }) => away <= Math.max(1, Math.floor(asked.length / 3)));
  const least = Math.min(...close.map(({ away }) => away));
  if (close.length > 0) return close.filter(({ away }) => away === least).map(({ name }) => name);
  return asked.length < 3 ? [] : [...new Set(known)].filter((name) => plain(name).startsWith(asked));
}

/** Names in a description of a sweep, and in its axes and conditions. */
const ofSweeps =
  "base axes zip seeds where kind from to count path below atMost above atLeast equals not".split(" ");

/** What others call a field that nothing else here is called like. */
const otherWords = new Map(
  ["epoch", "epochs", "iterations", "iters", "max-steps"].map((word) => [word, "steps"] as const),
);

const lastNameOf = (path: string): string => path.split(".").at(-1) as string;

/** Paths of the fields that may be meant by one that is unknown: beside it in its object, or of that name elsewhere. */
function fieldsMeant(path: string): string[] {
  const parts = path.split(".");
  const last = parts.pop() as string;
  const known = namesAt(parts);
  // a name that another kind has is no mistake of letters
  if (known.includes(last)) return [];
  const beside = nearest(last, known).map((name) => [...parts, name].join("."));
  if (beside.length > 0) return beside;
  const paths = fields.map((field) => field.path.replace(/\.kind$/, ""));
  const called = fieldNamed(last)?.path.replace(/\.kind$/, "");
  if (called !== undefined) return [called];
  const meant = nearest(last, [...paths.map(lastNameOf), ...usual.keys()]);
  return paths.filter((path) => meant.some((name) => (usual.get(name) ?? name) === lastNameOf(path)));
}

/** What an error would take, where that is some words: `expected "none" or "layernorm", got "layrnorm"`. */
function wordsMeant(expected: string, got: string): string[] {
  const quoted = Array.from(expected.matchAll(/"([\w-]+)"/g), ([, word]) => word);
  // in another form
  if (quoted.includes(got)) return [];
  const isList = /^[\w-]+(?:(?:, | or )[\w-]+)+$/.test(expected);
  return nearest(got, quoted.length > 0 || !isList ? quoted : expected.split(/, | or /));
}

function meantBy(line: string): string[] {
  const [, path, sweep] = /([\w.-]+): unknown field( of a sweep)?$/.exec(line) ?? [];
  if (path !== undefined)
    return sweep === undefined ? fieldsMeant(path) : nearest(lastNameOf(path), ofSweeps);
  const [, expected, got] = /: expected (.+), got "?([\w-]+)"?$/.exec(line) ?? [];
  return expected === undefined ? [] : wordsMeant(expected, got);
}

/** " (did you mean cosine?)"; nothing for no word, and for more than a few, of which none is probable. */
export const asked = (words: readonly string[]): string =>
  words.length === 0 || words.length > 3 ? "" : ` (did you mean ${words.join(" or ")}?)`;

/** An error of one line, with what was probably meant behind it. */
export const withSuggestion = (line: string): string => line + asked(meantBy(line));

/**
 * What commander says of a flag or a command, on one line; a field's flag that it does not find by its letters is found by the
 * field's other names.
 * @param takesFields whether the command has the flags of a config
 */
export function commanderLine(text: string, takesFields: boolean): string {
  const line = text
    .trim()
    .replace(/\s*\n\s*/g, " ")
    .replace("(Did", "(did");
  const [, words, name] = /^(.*unknown option '--([\w.-]+)')(?: \(did you mean .*)?$/.exec(line) ?? [];
  if (!takesFields || name === undefined) return line;
  const field = fieldNamed(otherWords.get(name) ?? name);
  if (field) return words + asked([`--${field.flag}`]);
  const begun = nearest(
    name,
    fields.map(({ flag }) => flag),
  ).map((flag) => `--${flag}`);
  return line === words ? line + asked(begun) : line;
}
