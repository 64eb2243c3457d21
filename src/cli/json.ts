/**
 * JSON as a user writes it. What is wrong is said with its line and column, by a scan of our own: the words of JSON.parse
 * differ from one Node to the next. A field that is given twice is a mistake, of which JSON.parse would keep the last in
 * silence.
 */

const SPACE = /[ \t\r\n]*/y;
const TEXT = /"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[ !#-[\]-\uffff]*)*"/y;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
/** Anything up to where the next thing may begin, as it is shown. */
const WORD = /[^\s,:{}[\]"]+|./uy;

/** What may come next. */
const wanted = {
  value: "a value",
  first: "a value or ]",
  name: "a name in quotes",
  firstName: "a name in quotes or }",
  colon: "a colon",
  nextItem: "a comma or ]",
  nextField: "a comma or }",
  end: "nothing more",
};
type Wanted = keyof typeof wanted;

/** @throws SyntaxError that begins with the place, "line 3, column 14: …" */
function check(text: string): void {
  /** Names so far of each object that is open, null for a list. */
  const open: (Set<string> | null)[] = [];
  let next: Wanted = "value";
  let at = 0;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  const place = (): string => {
    const before = text.slice(0, at).split("\n");
    return `line ${before.length}, column ${before[before.length - 1].length + 1}`;
  };
  const found = (): string => {
    if (at >= text.length) return "the end";
    if (text[at] !== '"') return match(WORD)?.slice(0, 40) ?? "something else";
    const whole = match(TEXT);
    if (whole !== undefined) return whole.length > 40 ? `${whole.slice(0, 37)}...` : whole;
    return match(/"(?:\\.|[^"\\\n])*"/y) === undefined
      ? "a text without its closing quote"
      : "a text with an escape or a character that JSON has not";
  };
  const closed = (): Wanted =>
    open.length === 0 ? "end" : open[open.length - 1] === null ? "nextItem" : "nextField";

  for (;;) {
    at += match(SPACE)?.length ?? 0;
    if (next === "end" && at >= text.length) return;
    const mark = text[at];
    const asked = wanted[next];
    const takesValue: boolean = next === "value" || next === "first";
    const takesName: boolean = next === "name" || next === "firstName";
    let token: string | undefined = mark;
    if (takesValue && (mark === "{" || mark === "[")) {
      open.push(mark === "{" ? new Set() : null);
      next = mark === "{" ? "firstName" : "first";
    } else if (mark === "]" && (next === "first" || next === "nextItem")) {
      open.pop();
      next = closed();
    } else if (mark === "}" && (next === "firstName" || next === "nextField")) {
      open.pop();
      next = closed();
    } else if (mark === "," && next === "nextItem") next = "value";
    else if (mark === "," && next === "nextField") next = "name";
    else if (mark === ":" && next === "colon") next = "value";
    else if (takesValue || takesName) {
      token = match(TEXT) ?? (takesValue ? match(SCALAR) : undefined);
      if (token !== undefined && takesName) {
        const names = open[open.length - 1] as Set<string>;
        const name = JSON.parse(token);
        if (names.has(name)) throw new SyntaxError(`${place()}: ${JSON.stringify(name)} is given twice`);
        names.add(name);
      }
      next = takesName ? "colon" : closed();
    } else token = undefined;
    if (token === undefined) throw new SyntaxError(`${place()}: expected ${asked}, got ${found()}`);
    at += token.length;
  }
}

/** A text without the mark by which some editors begin one (BOM). */
export const withoutMark = (text: string): string => (text.startsWith("\ufeff") ? text.slice(1) : text);

/** @throws SyntaxError of one line, which begins with the place, for what is not JSON or gives a field twice */
export function parseJson(given: string): unknown {
  const text = withoutMark(given);
  check(text);
  return JSON.parse(text);
}
